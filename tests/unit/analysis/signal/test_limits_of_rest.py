"""How still a rest must be, how long, and which of them is a standing or shows a bias: from both sides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.signal.config import RestConfig
from analysis.signal.neutral_standing import calibrate_standing, calibration_with
from analysis.signal.records import EvenStream, StaticPeriods, Strides
from analysis.signal.static_periods import find_static_periods
from analysis.signal.strapdown import increments, integrate, long_losses
from analysis.words import ZeroSource
from sensor.samples import FloatArray
from tests.support.streams import RATE_HZ, even, even_strides, joined, no_static_periods, still

CONFIG = RestConfig()
G = 9.80665
SECOND = 104


def alternating(seconds: float, size: float) -> FloatArray:
    """Return (n,) plus and minus ``size`` in turn: mean nought, standard deviation ``size``."""
    return size * np.where(np.arange(round(seconds * RATE_HZ)) % 2 == 0, 1.0, -1.0)


def along(values: FloatArray, axis: int) -> FloatArray:
    vectors = np.zeros((len(values), 3))
    vectors[:, axis] = values
    return vectors


@pytest.mark.parametrize(("spread_mps2", "rests"), [(0.349, 1), (0.351, 0)])
def test_the_size_of_the_force_may_spread_by_a_third_of_a_metre(spread_mps2: float, rests: int) -> None:
    acc = along(G + alternating(8.0, spread_mps2), 2)
    assert len(find_static_periods(even(acc, np.zeros_like(acc)), CONFIG)) == rests


@pytest.mark.parametrize(("rate_radps", "rests"), [(0.209, 1), (0.211, 0)])
@pytest.mark.parametrize("is_steady", [True, False])
def test_it_may_turn_or_shake_by_twelve_degrees_a_second(
    rate_radps: float, rests: int, is_steady: bool
) -> None:
    rate = np.abs(alternating(8.0, rate_radps)) if is_steady else alternating(8.0, rate_radps)
    stream = replace(still(8.0), gyr_sensor_radps=along(rate, 1))
    assert len(find_static_periods(stream, CONFIG)) == rests


@pytest.mark.parametrize(("wander", "rests"), [(0.99, 1), (1.01, 0)])
def test_without_a_gyroscope_gravity_may_wander_as_far_as_such_a_turn_takes_it(
    wander: float, rests: int
) -> None:
    # A turn at the limit moves gravity along a line of G · 0.21 within a second: over the root of 12.
    limit_mps2 = G * 0.21 / np.sqrt(12.0)
    acc = along(np.full(8 * SECOND, G), 2) + along(alternating(8.0, wander * limit_mps2), 0)
    acc *= G / np.linalg.norm(acc, axis=1, keepdims=True)
    spread = np.sqrt((acc[:SECOND].std(axis=0) ** 2).sum())
    assert (spread < limit_mps2) == bool(rests)
    assert len(find_static_periods(even(acc, None), CONFIG)) == rests


@pytest.mark.parametrize(("received", "rests"), [(52, 2), (53, 1)])
def test_more_than_half_of_every_second_must_have_been_received(received: int, rests: int) -> None:
    present = np.ones(9 * SECOND, dtype=bool)
    present[4 * SECOND : 5 * SECOND] = np.arange(SECOND) < received
    found = find_static_periods(replace(still(9.0), present=present), CONFIG)
    assert len(found) == rests
    assert (found.first[0], found.last[-1]) == (0, 9 * SECOND)


def test_a_rest_is_made_of_whole_seconds() -> None:
    found = find_static_periods(still(3.9), CONFIG)
    assert (found.first.tolist(), found.last.tolist()) == ([0], [3 * SECOND])
    assert (found.first.dtype, found.last.dtype) == (np.dtype(np.int64), np.dtype(np.int64))


@pytest.mark.parametrize("seconds", [2, 4, 8, 20])
def test_the_means_of_a_rest_leave_out_a_second_or_a_quarter_at_both_ends(seconds: int) -> None:
    rows = seconds * SECOND
    ramp = 0.1 * (np.arange(rows) / rows) ** 2
    gyr = along(ramp, 0)
    stream = even(along(G + ramp, 2), gyr)
    found = find_static_periods(stream, CONFIG)
    trim = min(SECOND, rows // 4)
    np.testing.assert_allclose(found.acc_sensor_mps2, [[0.0, 0.0, G + ramp[trim : rows - trim].mean()]])
    np.testing.assert_allclose(found.gyr_sensor_radps, [[ramp[trim : rows - trim].mean(), 0.0, 0.0]])


def tilted(deg: float) -> tuple[float, float, float]:
    return (float(np.sin(np.radians(deg))), 0.0, float(np.cos(np.radians(deg))))


def standings(*parts: tuple[float, float]) -> tuple[EvenStream, StaticPeriods, Strides, FloatArray]:
    """Return rests of seconds and tilts, one after the other, and a run of 20 s upright behind them."""
    stream = joined(*(still(seconds, tilted(deg)) for seconds, deg in parts), still(20.0))
    edges = np.concatenate(([0.0], np.cumsum([seconds for seconds, _ in parts]))) * RATE_HZ
    first, last = np.round(edges[:-1]).astype(np.int64), np.round(edges[1:]).astype(np.int64)
    force = np.array([np.array(tilted(deg)) * G for _, deg in parts])
    rests = StaticPeriods(
        first=first, last=last, acc_sensor_mps2=force, gyr_sensor_radps=np.zeros_like(force)
    )
    strides = even_strides(float(last[-1]), 104.0, 20)
    up = np.repeat([[0.0], [0.0], [1.0]], len(stream), axis=1)
    return stream, rests, strides, up


@pytest.mark.parametrize(
    ("part", "is_standing"),
    [((5.0, 0.0), True), ((4.9, 0.0), False), ((9.0, 24.9), True), ((9.0, 25.1), False)],
)
def test_a_standing_lasts_five_seconds_and_leans_by_less_than_a_twenty_five_degrees(
    part: tuple[float, float], is_standing: bool
) -> None:
    stream, rests, strides, up = standings(part)
    found = calibrate_standing(stream, rests, strides=strides, up_sensor=up, config=CONFIG)
    assert found.standing.tolist() == ([0] if is_standing else [])
    assert found.source is (ZeroSource.STANDING if is_standing else ZeroSource.OWN_BASELINE)
    assert found.static_period == (0 if is_standing else -1)
    np.testing.assert_allclose(found.up_sensor, tilted(part[1]) if is_standing else tilted(0.0), atol=1e-12)


@pytest.mark.parametrize(
    ("bent_count", "rest", "bent"),
    [(0, 2, []), (1, 1, [2]), (2, 0, [1, 2]), (3, -1, [0, 1, 2]), (9, -1, [0, 1, 2])],
)
def test_the_last_standing_before_the_run_is_the_zero_unless_it_was_bent(
    bent_count: int, rest: int, bent: list[int]
) -> None:
    stream, rests, strides, up = standings((6.0, 1.0), (6.0, 2.0), (6.0, 3.0))
    found = calibrate_standing(
        stream, rests, strides=strides, up_sensor=up, config=CONFIG, bent_count=bent_count
    )
    assert (found.static_period, found.bent.tolist(), found.standing.tolist()) == (rest, bent, [0, 1, 2])
    np.testing.assert_allclose(found.up_sensor, tilted(float(rest + 1)), atol=1e-12)


def test_a_standing_after_the_first_stride_is_no_zero() -> None:
    stream, rests, strides, up = standings((6.0, 1.0), (6.0, 2.0))
    early = even_strides(6.0 * RATE_HZ, 104.0, 20)
    found = calibrate_standing(stream, rests, strides=early, up_sensor=up, config=CONFIG)
    assert (found.static_period, found.standing.tolist()) == (0, [0, 1])
    # A walk before it is no run.
    walked = replace(strides, running=np.arange(20) > 3)
    assert calibrate_standing(stream, rests, strides=walked, up_sensor=up, config=CONFIG).static_period == 1


def test_without_running_nothing_is_a_zero() -> None:
    stream, rests, strides, up = standings((6.0, 1.0))
    found = calibrate_standing(
        stream, rests, strides=replace(strides, running=np.zeros(20, dtype=bool)), up_sensor=up, config=CONFIG
    )
    assert (found.source, found.static_period, len(found.standing), len(found.bent)) == (
        ZeroSource.NONE,
        -1,
        0,
        0,
    )
    assert found.up_sensor.tolist() == [0.0, 0.0, 1.0]
    assert (found.standing.dtype, found.bent.dtype) == (np.dtype(np.int64), np.dtype(np.int64))


def test_without_a_standing_the_vertical_of_the_running_is_the_zero() -> None:
    stream, rests, strides, _ = standings((3.0, 0.0))
    row = np.arange(len(stream))
    up = np.stack(
        (np.where((row >= 312) & (row < 312 + 1040), 0.1, 0.3), np.zeros(len(row)), np.ones(len(row)))
    )
    found = calibrate_standing(
        stream, rests, strides=replace(strides, running=np.arange(20) < 10), up_sensor=up, config=CONFIG
    )
    np.testing.assert_allclose(found.up_sensor, np.array([0.1, 0.0, 1.0]) / np.hypot(0.1, 1.0))


@pytest.mark.parametrize(("apart_s", "rest"), [(0.0, 1), (3.0, 1), (3.1, None), (-3.0, 1), (-3.1, None)])
def test_a_second_sensor_must_be_still_in_half_of_the_trunks_standing(
    apart_s: float, rest: int | None
) -> None:
    stream, rests, _, _ = standings((2.0, 1.0), (6.0, 2.0))
    only = StaticPeriods(
        first=rests.first,
        last=rests.last,
        acc_sensor_mps2=rests.acc_sensor_mps2,
        gyr_sensor_radps=rests.gyr_sensor_radps,
    )
    found = calibration_with(stream, only, start_s=2.0 + apart_s, end_s=8.0 + apart_s)
    if rest is None:
        assert found is None
    else:
        assert found is not None
        assert (found.static_period, found.source, found.standing.tolist(), found.bent.tolist()) == (
            1,
            ZeroSource.STANDING,
            [1],
            [],
        )
        np.testing.assert_allclose(found.up_sensor, tilted(2.0))
    assert calibration_with(stream, no_static_periods(), start_s=2.0, end_s=8.0) is None


def turned_rad(stream: EvenStream, rests: StaticPeriods) -> float:
    """Return how far the frame turns over the stream about z."""
    q = integrate(stream, rests, broken_rows=42, config=CONFIG).inertial_from_sensor[:, -1].astype(np.float64)
    return float(2.0 * np.arctan2(q[3], q[0]))


def biased(*rests: tuple[int, int, float]) -> StaticPeriods:
    rate = np.array([[0.0, 0.0, value] for *_, value in rests])
    return StaticPeriods(
        first=np.array([a for a, *_ in rests]),
        last=np.array([b for _, b, _ in rests]),
        acc_sensor_mps2=rate + G,
        gyr_sensor_radps=rate,
    )


@pytest.mark.parametrize(("rows", "is_long"), [(4 * SECOND, True), (4 * SECOND - 1, False)])
def test_a_bias_is_read_from_rests_of_four_seconds(rows: int, is_long: bool) -> None:
    stream = even(np.zeros((1041, 3)), np.tile([0.0, 0.0, 0.02], (1041, 1)))
    turned = turned_rad(stream, biased((0, rows, 0.02)))
    assert turned == pytest.approx(0.0 if is_long else 0.2, abs=1e-6)


@pytest.mark.parametrize(("off_radps", "is_believed"), [(0.0174, True), (0.0176, False)])
def test_a_rest_that_turns_by_a_degree_a_second_more_than_the_others_shows_no_bias(
    off_radps: float, is_believed: bool
) -> None:
    stream = even(np.zeros((2001, 3)), np.zeros((2001, 3)))
    turned = turned_rad(stream, biased((0, 500, 0.0), (500, 1000, 0.0), (1500, 2000, off_radps)))
    # Linear from the middle of the second rest to that of the third, constant behind it.
    expected = -(0.5 * 1000.0 + 250.0) * off_radps / RATE_HZ if is_believed else 0.0
    assert turned == pytest.approx(expected, rel=0.01, abs=1e-6)


def test_of_two_rests_that_disagree_neither_is_lost() -> None:
    stream = even(np.zeros((1001, 3)), np.zeros((1001, 3)))
    turned = turned_rad(stream, biased((0, 500, 0.1), (500, 1000, -0.1)))
    assert turned == pytest.approx(0.0, abs=1e-4)


def test_increments_integrate_cubics_exactly_between_their_rows() -> None:
    t = np.arange(12.0)
    rate = np.stack((1.0 + t - 0.1 * t**2 + 0.02 * t**3, np.zeros(12), np.zeros(12)))
    whole = 0.5 * (t + t**2 / 2.0 - 0.1 * t**3 / 3.0 + 0.02 * t**4 / 4.0)
    np.testing.assert_allclose(increments(rate, 0.5)[0, 1:-1], np.diff(whole)[1:-1])
    # At the ends the first and the last row stand for what is not known.
    assert increments(rate, 0.5)[0, 0] == pytest.approx(
        0.5 / 24.0 * (12.0 * rate[0, 0] + 13.0 * rate[0, 1] - rate[0, 2])
    )


def test_a_rate_that_changes_direction_cones() -> None:
    here, after = np.array([0.3, -0.2, 0.5]), np.array([-0.1, 0.4, 0.2])
    rate = np.stack((here, after), axis=1)
    flat = np.array([np.r_[12.0 * (a + b) / 24.0 * 0.1] for a, b in zip(here, after, strict=True)])
    expected = flat + 0.01 / 12.0 * np.cross(here, after)[:, None]
    np.testing.assert_allclose(increments(rate, 0.1), expected)


@pytest.mark.parametrize(("rows", "breaks"), [(42, False), (43, True)])
def test_a_loss_longer_than_what_is_filled_breaks_the_frame(rows: int, breaks: bool) -> None:
    present = np.ones(1000, dtype=bool)
    present[300 : 300 + rows] = False
    stream = even(np.zeros((1000, 3)), np.zeros((1000, 3)), present=present)
    sections = integrate(stream, no_static_periods(), broken_rows=42, config=CONFIG).section_first
    assert sections.tolist() == ([0, 343] if breaks else [0])
    assert sections.dtype == np.int64
    first, last = long_losses(stream, 42)
    assert (first.tolist(), last.tolist()) == (([300], [343]) if breaks else ([], []))


@pytest.mark.parametrize("lost", [slice(0, 100), slice(900, 1000)])
def test_a_loss_at_either_end_begins_no_frame(lost: slice) -> None:
    present = np.ones(1000, dtype=bool)
    present[lost] = False
    stream = even(np.zeros((1000, 3)), np.zeros((1000, 3)), present=present)
    assert integrate(stream, no_static_periods(), broken_rows=42, config=CONFIG).section_first.tolist() == [0]
