"""How hard a body must swing to walk, run and jog, for how long, and where its steps lie: by plain sines."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.signal import gait as gait_module
from analysis.signal.accelerometer_only import stride_mean_up, without_excess
from analysis.signal.config import GaitConfig, HandednessConfig, OrientationConfig
from analysis.signal.gait import find_gait
from analysis.signal.handedness import is_mirrored, to_right_handed
from analysis.signal.records import Gait, StaticPeriods
from analysis.signal.strides import find_strides
from sensor.samples import FloatArray
from tests.support.streams import even, even_gait, no_static_periods

CONFIG = GaitConfig()
G = 9.80665
RATE_HZ = 104.0


def swinging(
    spread_g: FloatArray | float, step_hz: float, seconds: float = 40.0, rate_hz: float = RATE_HZ
) -> FloatArray:
    """Return (n, 3) force that swings by a standard deviation at a step frequency."""
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    size = 1.0 + np.sqrt(2.0) * spread_g * np.cos(2.0 * np.pi * step_hz * time_s)
    return G * size[:, None] * np.array([0.6, 0.0, 0.8])


def gait_of(
    acc: FloatArray,
    rests: StaticPeriods | None = None,
    jumps: FloatArray | None = None,
    rate_hz: float = RATE_HZ,
) -> Gait:
    return find_gait(
        even(acc, None, rate_hz=rate_hz), rests or no_static_periods(), config=CONFIG, jumps=jumps
    )


def damped(step_hz: float) -> float:
    """Return how much of a swing is left when boxes of four rows are averaged."""
    half = np.pi * step_hz / RATE_HZ
    return float(np.sin(4.0 * half) / (4.0 * np.sin(half)))


@pytest.mark.parametrize(("spread_g", "moves"), [(0.121, True), (0.119, False)])
def test_a_walk_swings_by_a_standard_deviation_of_twelve_hundredths(spread_g: float, moves: bool) -> None:
    found = gait_of(swinging(spread_g / damped(1.9), 1.9))
    assert len(found.first) == moves
    assert not found.running.any()


@pytest.mark.parametrize(
    ("step_hz", "least_g"),
    [
        pytest.param(2.0, 0.65, id="120-a-minute"),
        pytest.param(140.0 / 60.0, 0.65, id="140-a-minute"),
        pytest.param(147.5 / 60.0, 0.525, id="halfway"),
        pytest.param(155.0 / 60.0, 0.40, id="155-a-minute"),
        pytest.param(3.0, 0.40, id="180-a-minute"),
    ],
)
@pytest.mark.parametrize(("share", "runs"), [(0.90, False), (0.94, True)])
def test_a_long_bout_is_a_run_from_ninety_two_hundredths_of_the_least_spread(
    step_hz: float, least_g: float, share: float, runs: bool
) -> None:
    found = gait_of(swinging(share * least_g / damped(step_hz), step_hz))
    assert len(found.first) == 1
    assert bool(found.running[1000:3000].all()) == runs
    assert bool(found.running[1000:3000].any()) == runs


@pytest.mark.parametrize(("share", "runs"), [(0.98, False), (1.02, True)])
def test_what_is_unclear_for_less_than_ten_seconds_must_reach_the_whole_of_it(
    share: float, runs: bool
) -> None:
    time_s = np.arange(round(30.0 * RATE_HZ)) / RATE_HZ
    spread_g = np.where(np.abs(time_s - 15.0) < 4.0, share, 0.6) * 0.40 / damped(3.0)
    found = gait_of(swinging(spread_g, 3.0, 30.0))
    assert bool(found.running[round(15.0 * RATE_HZ)]) == runs
    assert not found.running[: round(9.0 * RATE_HZ)].any()


@pytest.mark.parametrize(("seconds", "spread_g", "bouts"), [(3.6, 0.8, 1), (1.2, 0.2, 0)])
def test_a_bout_lasts_three_seconds(seconds: float, spread_g: float, bouts: int) -> None:
    time_s = np.arange(round(30.0 * RATE_HZ)) / RATE_HZ
    found = gait_of(swinging(np.where(np.abs(time_s - 15.0) < seconds / 2.0, spread_g, 0.0), 2.8, 30.0))
    assert len(found.first) == bouts
    if bouts:
        edges_s = (found.first[0] / RATE_HZ, found.last[0] / RATE_HZ)
        assert edges_s == pytest.approx((15.0 - seconds / 2.0, 15.0 + seconds / 2.0), abs=0.8)


@pytest.mark.parametrize("rate_hz", [26.0, 51.0, 52.0, 104.0, 416.0])
def test_a_third_of_a_step_before_each_peak_there_is_a_contact(rate_hz: float) -> None:
    found = gait_of(swinging(0.8, 2.75, rate_hz=rate_hz), rate_hz=rate_hz)
    peak_row = np.arange(25, 85) / 2.75 * rate_hz
    phase = np.interp(peak_row, np.arange(len(found.step_phase)), found.step_phase)
    np.testing.assert_allclose(phase - 0.33, np.round(phase - 0.33), atol=0.003)
    assert np.diff(phase) == pytest.approx(np.ones(59), abs=0.003)


@pytest.mark.parametrize("step_hz", [1.35, 4.15])
def test_the_slowest_and_the_quickest_steps_are_counted(step_hz: float) -> None:
    found = gait_of(swinging(0.8, step_hz))
    middle = found.step_phase[1000:3000]
    assert (middle[-1] - middle[0]) / (1999.0 / RATE_HZ) == pytest.approx(step_hz, rel=0.01)


@pytest.mark.parametrize("other_hz", [1.0, 4.5])
def test_what_is_slower_or_quicker_is_no_step(other_hz: float) -> None:
    both = swinging(0.5, 2.6) + swinging(0.8, other_hz) - swinging(0.0, 2.0)
    middle = gait_of(both).step_phase[1000:3000]
    assert (middle[-1] - middle[0]) / (1999.0 / RATE_HZ) == pytest.approx(2.6, rel=0.01)


def test_a_tone_of_a_few_seconds_moves_no_cadence() -> None:
    time_s = np.arange(round(60.0 * RATE_HZ)) / RATE_HZ
    burst = np.where(np.abs(time_s - 30.0) < 2.0, 1.4, 0.0)
    found = gait_of(swinging(0.8, 2.6, 60.0) + swinging(burst, 3.7, 60.0) - swinging(0.0, 2.0, 60.0))
    steps = np.diff(found.step_phase[round(15.0 * RATE_HZ) : round(45.0 * RATE_HZ) : round(5.0 * RATE_HZ)])
    np.testing.assert_allclose(steps, 13.0, atol=1.0)


def test_rests_and_jumps_cut_bouts_at_their_rows() -> None:
    acc = swinging(0.8, 2.8, 60.0)
    edges = np.array([2000]), np.array([2400])
    rests = StaticPeriods(
        first=edges[0],
        last=edges[1],
        acc_sensor_mps2=np.zeros((1, 3)),
        gyr_sensor_radps=np.zeros((1, 3)),
    )
    for found in (gait_of(acc, rests), gait_of(acc, jumps=np.array([[2000.0], [2400.0]]))):
        assert len(found.first) == 2
        assert (found.last[0], found.first[1]) == (pytest.approx(2000, abs=3), pytest.approx(2400, abs=3))
        assert not found.running[2003:2397].any()
        assert found.running[1000:1990].all()


def test_spectra_taken_some_at_a_time_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    acc = swinging(0.8, 2.8)
    at_once = gait_of(acc)
    monkeypatch.setattr(gait_module, "_SPECTRA_AT_A_TIME", 7)
    np.testing.assert_array_equal(gait_of(acc).step_phase, at_once.step_phase)


@pytest.mark.parametrize("count", [0, 3, 7])
def test_a_gait_without_bouts_has_the_types_of_one_with_them(count: int) -> None:
    found = gait_of(np.ones((count, 3)))
    assert (found.first.dtype, found.last.dtype, found.running.dtype) == (np.int64, np.int64, np.bool_)
    assert (len(found.first), len(found.step_phase), len(found.running)) == (0, count, count)
    strides = find_strides(found)
    assert (len(strides), strides.bout.dtype, strides.running.dtype) == (0, np.int64, np.bool_)


def test_a_phase_that_falls_back_for_a_moment_opens_no_stride_twice() -> None:
    phase = np.arange(200) / 20.0
    phase[60:70] -= 0.8
    gait = Gait(step_phase=phase, first=np.array([0]), last=np.array([200]), running=np.ones(200, dtype=bool))
    found = find_strides(gait)
    assert np.diff(found.start_row).min() > 20.0
    np.testing.assert_allclose(found.start_row, [0.0, 40.0, 80.0, 120.0], atol=1e-9)
    second = find_strides(replace(gait, first=np.array([0, 90]), last=np.array([75, 200])), np.array([0, 1]))
    assert second.bout.tolist() == [0, 1, 1]
    np.testing.assert_allclose(second.start_row, [0.0, 100.0, 140.0])


HANDED = HandednessConfig()


def tilting(
    seconds: float = 30.0, *, rate_hz: float = 60.0, flip: bool = False
) -> tuple[FloatArray, FloatArray]:
    """Return force and rate of a body that tips by 20 degrees twice in five seconds; mirrored or not."""
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    angle = np.radians(20.0) * np.sin(2.0 * np.pi * 0.4 * time_s)
    acc = G * np.stack((-np.sin(angle), np.zeros_like(angle), np.cos(angle)), axis=1)
    gyr = np.zeros_like(acc)
    gyr[:, 1] = np.radians(20.0) * 2.0 * np.pi * 0.4 * np.cos(2.0 * np.pi * 0.4 * time_s)
    mirror = np.array([1.0, -1.0 if flip else 1.0, 1.0])
    return acc * mirror, gyr * mirror


def mirrored(
    flip: bool = True,
    *,
    seconds: float = 30.0,
    rate_hz: float = 60.0,
    bout: tuple[int, int] | None = None,
    lost: int = 0,
    clipped: int = 0,
) -> bool:
    acc, gyr = tilting(seconds, rate_hz=rate_hz, flip=flip)
    count = len(acc)
    # Losses of a row each are too short to end a stretch.
    present, hit = np.ones(count, dtype=bool), np.zeros(count, dtype=bool)
    if lost:
        present[5 : 5 + 4 * lost : 4] = False
    hit[5 : 5 + clipped] = True
    stream = even(acc, gyr, rate_hz=rate_hz, present=present, clipped=hit)
    return is_mirrored(stream, even_gait(*(bout or (0, count)), 20.0, count), HANDED)


def test_a_mirrored_triad_contradicts_its_own_rate_and_a_right_one_does_not() -> None:
    assert mirrored(flip=True)
    assert not mirrored(flip=False)
    acc, gyr = tilting(flip=True)
    mended = to_right_handed(even(acc, gyr))
    expected_acc, expected_gyr = tilting()
    np.testing.assert_array_equal(mended.acc_sensor_mps2, expected_acc)
    np.testing.assert_array_equal(mended.gyr_sensor_radps, expected_gyr)
    assert to_right_handed(even(acc, None)).gyr_sensor_radps is None


@pytest.mark.parametrize(
    ("given", "is_judged"),
    [
        ({"rate_hz": 22.0}, True),
        ({"rate_hz": 21.9}, False),
        ({"bout": (100, 580)}, True),
        ({"bout": (100, 579)}, False),
        ({"lost": 180}, True),
        ({"lost": 181}, False),
        ({"clipped": 36}, True),
        ({"clipped": 37}, False),
    ],
)
def test_signals_that_contradict_themselves_anyway_are_not_judged(
    given: dict[str, float], is_judged: bool
) -> None:
    assert mirrored(**given) == is_judged


def test_the_middle_minute_of_the_longest_bout_is_looked_at() -> None:
    acc, gyr = tilting(100.0)
    wrong_acc, wrong_gyr = tilting(100.0, flip=True)
    # Rows 1200 to 4800 of 6000 are the middle minute.
    inner = (np.arange(6000) >= 1200) & (np.arange(6000) < 4800)
    gait = even_gait(0, 6000, 20.0, 6000)
    for where, expected in ((inner, True), (~inner, False)):
        mixed = even(
            np.where(where[:, None], wrong_acc, acc), np.where(where[:, None], wrong_gyr, gyr), rate_hz=60.0
        )
        assert is_mirrored(mixed, gait, HANDED) == expected


@pytest.mark.parametrize(("rows", "is_one"), [(21, True), (22, False)])
def test_a_loss_of_more_than_a_third_of_a_second_ends_the_stretch(rows: int, is_one: bool) -> None:
    acc, gyr = tilting(15.0, flip=True)
    present = np.ones(900, dtype=bool)
    present[440 : 440 + rows] = False
    # Either side of the loss is shorter than eight seconds.
    stream = even(acc, gyr, rate_hz=60.0, present=present)
    assert is_mirrored(stream, even_gait(0, 900, 20.0, 900), HANDED) == is_one


def test_the_average_without_a_gyroscope_is_a_gaussian_of_a_second_and_a_half_over_what_was_received() -> (
    None
):
    rng = np.random.default_rng(1)
    acc = rng.normal([0.5, -1.0, 9.0], 2.0, (400, 3))
    present = rng.random(400) < 0.8
    found = stride_mean_up(even(acc, None, rate_hz=20.0, present=present), OrientationConfig())
    away = np.arange(400) - 200
    weight = np.exp(-0.5 * (away / 30.0) ** 2) * present * (np.abs(away) <= 120)
    mean = (acc * weight[:, None]).sum(axis=0)
    np.testing.assert_allclose(found[:, 200], mean / np.linalg.norm(mean), rtol=1e-4)


def test_the_mean_excess_of_runners_is_taken_off_while_running_only() -> None:
    sensor = np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    flexion = np.radians(12.6)
    up = np.repeat(sensor.T @ [[-np.sin(flexion)], [0.0], [np.cos(flexion)]], 30, axis=1)
    gait = replace(even_gait(10, 20, 5.0, 30), running=np.arange(30) >= 15)
    found = sensor @ without_excess(up, sensor, gait=gait, config=OrientationConfig())
    degrees = np.degrees(np.arctan2(-found[0], found[2]))
    np.testing.assert_allclose(degrees, np.where((np.arange(30) >= 15) & (np.arange(30) < 20), 10.0, 12.6))
    np.testing.assert_allclose(found[1], 0.0, atol=1e-12)
