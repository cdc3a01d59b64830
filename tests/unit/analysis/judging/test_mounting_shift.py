from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import lfilter

from analysis.config import AnalysisConfig
from analysis.judging.mounting_shift import mounting_shifts
from analysis.records import Axis, MountingShift
from sensor.samples import FloatArray
from tests.support.stride_tables import STRIDE_S, steady_run

CONFIG = AnalysisConfig()
COUNT = 3000


def steps(flexion_deg: FloatArray, **columns: FloatArray) -> tuple[MountingShift, ...]:
    table = steady_run(COUNT, trunk_flexion_deg=flexion_deg, **columns)
    return mounting_shifts(table, CONFIG.strap_step, CONFIG.baseline)


def wander(seed: int, correlation_strides: float, sd_deg: float) -> FloatArray:
    """Return 6 degrees with a wander of the given correlation length, and white noise beside it."""
    rng = np.random.default_rng(seed)
    phi = np.exp(-1.0 / correlation_strides)
    noise = rng.normal(size=COUNT + 1000) * np.sqrt(1 - phi**2)
    slow = lfilter([1.0], [1.0, -phi], noise)[1000:]
    return np.asarray(6.0 + sd_deg * (0.8 * slow + 0.6 * rng.normal(size=COUNT)))


def after(stride: int) -> FloatArray:
    return (np.arange(COUNT) >= stride).astype(float)


@pytest.mark.parametrize("step_deg", [5.0, -5.0])
@pytest.mark.parametrize("seed", range(3))
def test_a_slip_is_found_within_three_strides(seed: int, step_deg: float) -> None:
    found = steps(wander(seed, 10, 0.8) + step_deg * after(1500))
    assert len(found) == 1
    assert found[0].at_s == pytest.approx(1500 * STRIDE_S, abs=3 * STRIDE_S)
    assert found[0].at_m == pytest.approx(3000.0, abs=6.0)
    assert found[0].step_deg == pytest.approx(step_deg, abs=1.2)


@pytest.mark.parametrize("seed", [0, 9, 16])
def test_a_slip_is_placed_at_the_first_stride_of_the_new_level(seed: int) -> None:
    (found,) = steps(wander(seed, 10, 1.0) + 4.0 * after(1500))
    assert found.at_m == pytest.approx(3000.0, abs=0.1)


def test_a_small_slip_is_found_in_a_run_with_a_large_one() -> None:
    found = steps(wander(1, 10, 0.5) + 3.0 * after(800) + 12.0 * after(2000))
    assert [round(step.at_m, -1) for step in found] == [1600.0, 4000.0]


@pytest.mark.parametrize("over_strides", [2, 3])
def test_a_slip_may_take_three_strides(over_strides: int) -> None:
    moved = np.clip((np.arange(COUNT) - 1499) / over_strides, 0.0, 1.0)
    found = [steps(wander(seed, 50, 0.8) + 6.0 * moved) for seed in range(6)]
    assert [len(one) for one in found] == [1] * 6


def test_a_stumble_is_no_step_and_hides_none() -> None:
    stumbles = 20.0 * (np.arange(COUNT) % 500 == 250)
    assert steps(wander(1, 10, 0.7) + stumbles) == ()
    found = steps(wander(1, 10, 0.7) + stumbles + 5.0 * after(1502))
    assert [step.at_m for step in found] == [pytest.approx(3004.0, abs=8.0)]


def test_a_gentle_hill_explains_no_large_step() -> None:
    flexion_deg = wander(1, 10, 0.5) + 6.0 * after(1500)
    assert len(steps(flexion_deg, grade_pct=2.5 * after(1500))) == 1


def test_a_slip_sideways_is_found_too() -> None:
    found = steps(wander(1, 10, 0.8), trunk_lateral_deg=wander(2, 10, 0.8) + 5.0 * after(1000))
    assert [(round(step.at_m, -1), step.axis) for step in found] == [(2000.0, Axis.SIDEWAYS)]


@pytest.mark.parametrize("seed", range(4))
def test_leaning_into_the_bends_of_a_track_is_no_step(seed: int) -> None:
    bends = 2.5 * ((np.arange(COUNT) // 42) % 2)
    assert steps(wander(seed, 50, 1.0), trunk_lateral_deg=wander(seed + 50, 200, 0.7) + bends) == ()


def test_a_dip_before_the_angle_rises_for_good_is_no_slip_downwards() -> None:
    dip, risen = after(1480) - after(1500), after(1500)
    # The rise out of the dip is by 5 degrees, of which less than half stays.
    assert steps(6.0 - 3.0 * dip + 2.0 * risen) == ()


@pytest.mark.parametrize("from_the_end", [5, 40])
def test_a_change_too_near_an_end_of_the_run_is_not_seen_to_last(from_the_end: int) -> None:
    flexion_deg = wander(1, 10, 0.5)
    assert steps(flexion_deg + 5.0 * after(COUNT - from_the_end)) == ()
    assert steps(flexion_deg + 5.0 * after(from_the_end)) == ()


@pytest.mark.parametrize(
    ("before_the_end", "axes"), [(120, [Axis.FORWARD]), (280, [Axis.FORWARD, Axis.SIDEWAYS])]
)
def test_a_slip_sideways_must_last_longer_than_one_forward(before_the_end: int, axes: list[Axis]) -> None:
    slipped = wander(1, 10, 0.5) + 5.0 * after(COUNT - before_the_end)
    level = wander(2, 10, 0.5)
    found = [*steps(slipped, trunk_lateral_deg=level), *steps(level, trunk_lateral_deg=slipped)]
    assert [step.axis for step in found] == axes


@pytest.mark.parametrize("pause_s", [2.0, 40.0])
def test_strides_before_and_after_a_stop_are_no_neighbours(pause_s: float) -> None:
    start_s = np.arange(COUNT) * STRIDE_S + pause_s * after(1500)
    moved = wander(1, 10, 0.5) + 4.0 * after(1500)
    found = steps(moved, start_s=start_s, end_s=start_s + STRIDE_S)
    assert len(found) == (1 if pause_s < 3.0 else 0)


@pytest.mark.parametrize("from_stop", [-40, -15, 15, 40])
@pytest.mark.parametrize("slip_deg", [5.0, -5.0])
def test_a_slip_near_a_stop_is_found_for_it_lasts_across_the_stop(from_stop: int, slip_deg: float) -> None:
    start_s = np.arange(COUNT) * STRIDE_S + 40.0 * after(1500)
    slipped = wander(1, 10, 0.5) + slip_deg * after(1500 + from_stop)
    (found,) = steps(slipped, start_s=start_s, end_s=start_s + STRIDE_S)
    assert found.at_m == pytest.approx(2.0 * (1500 + from_stop), abs=8.0)
    assert found.step_deg * slip_deg > 0


@pytest.mark.parametrize("from_stop", [-40, -15])
def test_a_change_that_a_stop_undoes_is_no_slip(from_stop: int) -> None:
    start_s = np.arange(COUNT) * STRIDE_S + 40.0 * after(1500)
    leaned = wander(1, 10, 0.5) + 5.0 * (after(1500 + from_stop) - after(1500))
    assert steps(leaned, start_s=start_s, end_s=start_s + STRIDE_S) == ()


@pytest.mark.parametrize("correlation_strides", [50, 200])
def test_a_slip_of_three_degrees_stands_out_from_slow_wander(correlation_strides: float) -> None:
    slipped = [wander(seed, correlation_strides, 1.0) + 3.0 * after(1500) for seed in range(20)]
    found = [any(abs(step.at_m - 3000.0) < 20.0 for step in steps(one)) for one in slipped]
    assert sum(found) >= 18


def test_flexion_and_list_slipping_together_are_one_step() -> None:
    found = steps(
        wander(1, 10, 0.5) + 4.0 * after(1000), trunk_lateral_deg=wander(2, 10, 0.5) - 6.0 * after(1001)
    )
    assert [step.axis for step in found] == [Axis.FORWARD]
    assert found[0].step_deg == pytest.approx(4.0, abs=1.0)


@pytest.mark.parametrize("correlation_strides", [1, 10, 30, 60, 100])
@pytest.mark.parametrize("sd_deg", [0.7, 1.5])
def test_a_wandering_posture_is_no_step(correlation_strides: float, sd_deg: float) -> None:
    found = [steps(wander(seed, correlation_strides, sd_deg)) for seed in range(8)]
    assert sum(len(one) for one in found) == 0


@pytest.mark.parametrize("over_strides", [10, 20, 60, 150, 1000])
def test_a_genuine_slouch_is_no_step(over_strides: int) -> None:
    ramp = np.clip((np.arange(COUNT) - 1500) / over_strides, 0.0, 1.0)
    assert [steps(wander(seed, 10, 0.7) + 6.0 * ramp) for seed in range(5)] == [()] * 5


def test_bending_for_a_moment_is_no_step() -> None:
    assert steps(wander(1, 10, 0.7) + 15.0 * (after(1500) - after(1530))) == ()


def test_a_change_of_pace_explains_a_change_of_lean() -> None:
    flexion_deg = wander(1, 10, 0.5) + 4.0 * after(1500)
    assert len(steps(flexion_deg)) == 1
    assert steps(flexion_deg, speed_mps=3.0 + after(1500)) == ()
    assert steps(flexion_deg, grade_pct=4.0 * after(1500)) == ()


def test_a_step_across_unusable_strides_is_found_at_the_next_usable_one() -> None:
    flexion_deg = wander(1, 10, 0.5) + 5.0 * after(1500)
    usable = np.ones(COUNT, dtype=bool)
    usable[1480:1500] = False
    found = steps(flexion_deg, usable=usable)
    assert [round(step.at_m, -1) for step in found] == [3000.0]


@pytest.mark.parametrize("count", [0, 1, 12, 100])
def test_a_run_too_short_to_tell_has_no_steps(count: int) -> None:
    flexion_deg = np.where(np.arange(count) < count // 2, 0.0, 9.0)
    table = steady_run(count, trunk_flexion_deg=flexion_deg)
    assert mounting_shifts(table, CONFIG.strap_step, CONFIG.baseline) == ()
