"""A counter unwrapped, joined lines and the line below: each against what it says it is."""

from __future__ import annotations

import numpy as np
import pytest

from sensor.clock import fit
from sensor.clock.fit import HostLine, fit_pace, line_below, unwrap
from sensor.samples import FloatArray, IntArray

TICK_HZ = 1000.0
PER_SAMPLE = 10.0
"""Ticks of one sample: a hundred samples a second."""


def dated(
    departure: FloatArray, *, every: int = 10, index: IntArray | None = None, first: int = 0
) -> FloatArray:
    """Return how far dates depart from the mean pace, for packets that do so by (p,) ticks."""
    reference = first + every * np.arange(len(departure))
    ticks = np.rint(5_000 + PER_SAMPLE * (reference - reference[0]) + departure).astype(np.int64)
    wanted = np.arange(reference[0], reference[-1] + 1) if index is None else index
    found = fit_pace(reference, ticks, index=wanted, ticks_per_sample=PER_SAMPLE, tick_hz=TICK_HZ)
    return np.asarray(found - 5_000 - PER_SAMPLE * (wanted - reference[0]))


def test_an_oscillator_that_changes_pace_at_the_ends_of_blocks_is_followed_exactly() -> None:
    # Three blocks of half a minute: 300 packets each, 10 samples and 100 ticks apart.
    place = np.arange(901) / 300.0
    departure = 1000.0 * np.interp(place, [0.0, 1.0, 2.0, 3.0], [0.0, 3.0, 1.0, 4.0])
    expected = 1000.0 * np.interp(np.arange(9001) / 3000.0, [0.0, 1.0, 2.0, 3.0], [0.0, 3.0, 1.0, 4.0])
    # The penalty on kinks draws knots that bend by thousands of ticks away by hundredths of one.
    np.testing.assert_allclose(dated(departure), expected, atol=0.6)
    np.testing.assert_allclose(dated(departure, first=77), expected, atol=0.6)


@pytest.mark.parametrize(("packets", "is_line"), [(301, True), (300, False)])
def test_half_a_minute_is_a_line_and_less_is_the_mean_pace(packets: int, is_line: bool) -> None:
    departure = np.linspace(-30.0, 30.0, packets)
    found = dated(departure)
    if is_line:
        np.testing.assert_allclose(found, np.linspace(-30.0, 30.0, len(found)), atol=1.0)
    else:
        np.testing.assert_allclose(found, found[0])
        assert found[0] == pytest.approx(np.rint(departure).mean(), abs=1e-9)


def test_time_stamps_far_off_the_line_are_left_out_of_it() -> None:
    departure = np.zeros(901)
    departure[100::50] = 400.0
    np.testing.assert_allclose(dated(departure), 0.0, atol=1e-6)
    short = np.zeros(200)
    short[50::20] = 400.0
    np.testing.assert_allclose(dated(short), 0.0, atol=1e-9)


@pytest.mark.parametrize(("off", "is_outlier"), [(1.0, False), (2.0, True)])
def test_a_tick_and_a_half_is_what_rounding_may_make(off: float, is_outlier: bool) -> None:
    departure = np.zeros(200)
    departure[100:110] = off
    assert dated(departure)[0] == pytest.approx(0.0 if is_outlier else off * 10.0 / 200.0, abs=1e-9)


@pytest.mark.parametrize(("off", "is_outlier"), [(23.0, False), (24.0, True)])
def test_beyond_that_five_robust_deviations_are_an_outlier(off: float, is_outlier: bool) -> None:
    # Half of the stamps lie three ticks off on either side: a median of 3, 5 · 1.4826 · 3 + 1.5 = 23.7.
    departure = np.where(np.arange(200) % 2 == 0, 3.0, -3.0)
    departure[100] = off
    mean = -3.0 / 199.0 if is_outlier else (off - 3.0) / 200.0
    assert dated(departure)[0] == pytest.approx(mean, abs=1e-9)


@pytest.mark.parametrize(("jump", "is_broken"), [(14_000.0, False), (16_000.0, True)])
def test_a_pace_off_by_half_is_a_broken_counter(jump: float, is_broken: bool) -> None:
    # In a block there are 30 000 ticks; half of that more or less is no oscillator.
    departure = jump * np.clip(np.arange(901) / 300.0 - 1.0, 0.0, 1.0)
    found = dated(departure)
    assert (np.ptp(found) == 0.0) == is_broken
    if is_broken:
        assert found[0] == pytest.approx(np.median(departure))


def test_across_blocks_without_any_packet_the_line_goes_on() -> None:
    reference = np.r_[np.arange(0, 3000, 10), np.arange(9000, 12001, 10)]
    ticks = np.rint(reference * PER_SAMPLE * 1.001).astype(np.int64)
    index = np.arange(12001)
    found = fit_pace(reference, ticks, index=index, ticks_per_sample=PER_SAMPLE, tick_hz=TICK_HZ)
    np.testing.assert_allclose(found, index * PER_SAMPLE * 1.001, atol=1.0)


def test_how_many_samples_are_dated_at_a_time_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    departure = 100.0 * np.sin(np.arange(901) / 90.0)
    at_once = dated(departure)
    line = HostLine(1e-4, 7.0, 3.0)
    host_s = line.host_s(np.arange(20.0))
    monkeypatch.setattr(fit, "_ROWS_AT_A_TIME", 7)
    np.testing.assert_array_equal(dated(departure), at_once)
    np.testing.assert_array_equal(line.host_s(np.arange(20.0)), host_s)
    np.testing.assert_allclose(host_s, np.arange(20.0) + 7.0 + 1e-4 * (np.arange(20.0) - 3.0))


def test_there_are_never_more_than_so_many_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fit.MOST_BLOCKS == 1000
    monkeypatch.setattr(fit, "MOST_BLOCKS", 1)
    bent = 30.0 * np.abs(np.arange(901) / 450.0 - 1.0)
    # One line through what falls and rises again is level.
    assert np.ptp(dated(bent)) < 1.0


@pytest.mark.parametrize(
    ("ticks", "bits", "expected"),
    [
        ([3, 250, 5], 8, [3, -6, 5]),
        ([250, 2, 130], 8, [250, 258, 130]),
        ([250, 2, 129], 8, [250, 258, 385]),
        ([0, 127, 254], 8, [0, 127, 254]),
        ([0, 128], 8, [0, -128]),
        ([5, 2, 9], None, [5, 2, 9]),
        ([], 8, []),
    ],
)
def test_a_counter_goes_the_shorter_way_round(
    ticks: list[int], bits: int | None, expected: list[int]
) -> None:
    assert unwrap(np.array(ticks, dtype=np.int64), bits).tolist() == expected


@pytest.mark.parametrize("rate", [0.0, 50e-6, -199e-6])
def test_the_line_touches_the_earliest_arrivals(rate: float) -> None:
    device_s = np.linspace(100.0, 160.0, 601)
    late_s = np.where(np.arange(601) % 60 == 0, 0.0, 0.02)
    arrival_s = device_s + 9.0 + rate * (device_s - 130.0) + late_s
    line = line_below(device_s, arrival_s)
    assert line.slope == pytest.approx(rate, abs=1e-9)
    assert line.offset_s == pytest.approx(9.0, abs=1e-9)
    assert line.centre_s == pytest.approx(130.0)


@pytest.mark.parametrize("rate", [300e-6, -300e-6])
def test_no_clock_is_two_hundred_millionths_off(rate: float) -> None:
    device_s = np.linspace(0.0, 60.0, 601)
    line = line_below(device_s, device_s * (1.0 + rate))
    assert line.slope == pytest.approx(np.sign(rate) * 200e-6)


@pytest.mark.parametrize(("seconds", "is_told"), [(10.0, True), (9.9, False)])
def test_in_less_than_ten_seconds_clocks_are_taken_for_equal(seconds: float, is_told: bool) -> None:
    device_s = np.linspace(0.0, seconds, 101)
    line = line_below(device_s, device_s * 1.0001)
    assert line.slope == pytest.approx(1e-4 if is_told else 0.0, abs=1e-9)
