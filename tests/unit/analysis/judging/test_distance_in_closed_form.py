"""Distance, speed and grade where each has a formula: parabolas, straight lines and their very ends."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.judging.config import DistanceConfig
from analysis.judging.distance import distance_of, model_speed
from analysis.records import StrideTable
from analysis.signal.speed import track_speed
from sensor.samples import FloatArray, Gap, Track
from tests.support.stride_tables import steady_run

CONFIG = DistanceConfig()


def strides(*duration_s: float, activity: str = "run") -> StrideTable:
    end_s = np.cumsum(duration_s)
    kind = np.full(len(duration_s), activity, dtype=object)
    return steady_run(len(duration_s), start_s=end_s - duration_s, end_s=end_s, activity=kind)


def starting(*start_s: float) -> StrideTable:
    """Return strides of a hundredth of a second, so that their starts may lie anywhere."""
    return steady_run(len(start_s), start_s=np.array(start_s), end_s=np.array(start_s) + 0.01)


def track(quantity: str, time_s: FloatArray, value: FloatArray) -> Track:
    return Track(quantity, "watch file", np.asarray(time_s, dtype=float), np.asarray(value, dtype=float))


@pytest.mark.parametrize(
    ("activity", "cadence_spm", "step_m"),
    [
        pytest.param("run", 167.2, 1.03, id="usual-run"),
        pytest.param("run", 177.2, 1.17, id="quicker-run"),
        pytest.param("run", 147.2, 0.75, id="slower-run"),
        pytest.param("run", 60.0, 0.0, id="no-step-is-shorter-than-nothing"),
        pytest.param("walk", 121.0, 0.776, id="usual-walk"),
        pytest.param("walk", 131.0, 0.847, id="quicker-walk"),
    ],
)
@pytest.mark.parametrize(("stature_m", "share"), [(None, 1.0), (1.70, 1.0), (2.04, 1.2)])
def test_steps_grow_along_a_line_with_cadence_and_in_proportion_to_stature(
    activity: str, cadence_spm: float, step_m: float, stature_m: float | None, share: float
) -> None:
    table = strides(120.0 / cadence_spm, activity=activity)
    expected_mps = cadence_spm / 60.0 * step_m * share
    assert model_speed(table, CONFIG, stature_m) == pytest.approx([expected_mps])


def test_a_typed_stature_scales_the_steps_of_a_run_without_any_speed() -> None:
    table = strides(0.7, 0.7, 0.7)
    usual = distance_of(table, (), context={}, config=CONFIG)
    tall = distance_of(table, (), context={"stature_m": 2.04}, config=CONFIG)
    np.testing.assert_allclose(tall.speed_mps, 1.2 * usual.speed_mps)
    assert tall.total_m == pytest.approx(1.2 * usual.total_m)


def test_speed_is_the_mean_over_ten_seconds_of_a_distance_track() -> None:
    time_s = np.arange(0.0, 41.0)
    speed = track_speed([track("distance_m", time_s, time_s**2)], CONFIG)
    assert speed is not None
    assert (speed.quantity, speed.source) == ("speed_mps", "watch file")
    np.testing.assert_allclose(speed.value[5:-5], 2.0 * time_s[5:-5])
    # At the ends the window is cut: from 0 to 5 s there are 25 m, from 35 to 40 s 375.
    assert (speed.value[0], speed.value[-1]) == (5.0, 75.0)


def test_a_distance_that_falls_is_no_speed_backwards() -> None:
    time_s = np.arange(0.0, 41.0)
    speed = track_speed([track("distance_m", time_s, -time_s)], CONFIG)
    assert speed is not None
    np.testing.assert_array_equal(speed.value, 0.0)


def test_a_distance_that_falls_for_a_moment_waits() -> None:
    wobbling = track("distance_m", np.array([0.0, 10.0, 20.0, 30.0]), np.array([100.0, 150.0, 140.0, 200.0]))
    result = distance_of(starting(0.0, 10.0, 20.0, 30.0), [wobbling], context={}, config=CONFIG)
    np.testing.assert_allclose(result.distance_m, [0.0, 50.0, 50.0, 100.0])


def test_a_track_holds_for_ten_seconds_beyond_either_end_and_no_longer() -> None:
    known = track("distance_m", np.array([100.0, 200.0]), np.array([0.0, 300.0]))
    result = distance_of(starting(89.9, 90.0, 150.0, 210.0, 210.1), [known], context={}, config=CONFIG)
    np.testing.assert_array_equal(result.distance_m, [np.nan, 0.0, 150.0, 300.0, np.nan])
    np.testing.assert_array_equal(np.isnan(result.speed_mps), [True, False, False, False, True])
    assert result.edge_s == 10.0
    np.testing.assert_array_equal(
        result.distance_at([[89.9, 90.0], [210.0, 210.1]]), [[np.nan, 0.0], [300.0, np.nan]]
    )


def test_without_a_track_the_ends_hold_for_ever() -> None:
    result = distance_of(strides(0.5, 0.5), (), context={"typed_speed_mps": 3.0}, config=CONFIG)
    np.testing.assert_allclose(result.distance_at([-1e6, 0.25, 1e6]), [0.0, 0.75, 3.0])


def test_speed_is_summed_by_trapezoids_between_the_samples_of_its_track() -> None:
    known = track("speed_mps", np.array([0.0, 4.0, 6.0]), np.array([1.0, 3.0, 2.0]))
    result = distance_of(starting(0.0, 4.0, 6.0), [known], context={}, config=CONFIG)
    np.testing.assert_allclose(result.distance_m, [0.0, 8.0, 13.0])


@pytest.mark.parametrize(("pause_s", "is_crossed"), [(2.9, True), (3.0, True), (3.1, False)])
def test_three_seconds_without_strides_are_still_moving(pause_s: float, is_crossed: bool) -> None:
    start_s = np.array([0.0, 1.0 + pause_s])
    table = steady_run(2, start_s=start_s, end_s=start_s + 1.0)
    result = distance_of(table, (), context={"typed_speed_mps": 2.0}, config=CONFIG)
    assert result.total_m == pytest.approx(2.0 * (2.0 + (pause_s if is_crossed else 0.0)))


@pytest.mark.parametrize(("lost_s", "is_crossed"), [(6.9, False), (7.1, True)])
def test_what_samples_are_missing_from_does_not_count_as_standing(lost_s: float, is_crossed: bool) -> None:
    # Between the third and the fourth stride lie ten seconds, between the fifth and the sixth there lie five.
    start_s = np.array([0.0, 1.0, 2.0, 13.0, 14.0, 20.0])
    table = steady_run(6, start_s=start_s, end_s=start_s + 1.0)
    gaps = (Gap(8.0, 4.0 + lost_s, "b"), Gap(4.0, 8.0, "a"), Gap(30.0, 40.0, "c"))
    result = distance_of(table, (), context={"typed_speed_mps": 2.0}, config=CONFIG, gaps=gaps)
    assert result.total_m == pytest.approx(32.0 if is_crossed else 12.0)


def test_strides_that_overlap_do_not_count_their_common_time_twice() -> None:
    table = steady_run(2, start_s=np.array([0.0, 0.5]), end_s=np.array([0.75, 1.25]))
    result = distance_of(table, (), context={"typed_speed_mps": 2.0}, config=CONFIG)
    np.testing.assert_allclose(result.distance_m, [0.0, 1.0])
    assert result.total_m == pytest.approx(2.5)


def test_a_typed_distance_is_shared_out_by_the_model() -> None:
    table = strides(0.7, 0.8)
    model = model_speed(table, CONFIG) * [0.7, 0.8]
    result = distance_of(table, (), context={"typed_distance_m": 6.0, "typed_speed_mps": 1.0}, config=CONFIG)
    np.testing.assert_allclose(result.distance_m, [0.0, 6.0 * model[0] / model.sum()])
    np.testing.assert_allclose(result.speed_mps * [0.7, 0.8], 6.0 * model / model.sum())
    assert (result.distance_source, result.speed_source) == ("typed", "typed distance, shared out by cadence")
    assert not result.speed_is_measured


def test_only_what_something_outside_told_is_a_measured_speed() -> None:
    known = track("speed_mps", np.array([0.0, 2.0]), np.array([3.0, 3.0]))
    table = strides(0.7, 0.7)
    found = [
        distance_of(table, tracks, context=context, config=CONFIG).speed_is_measured
        for tracks, context in (([known], {}), ((), {"typed_speed_mps": 3.0}), ((), {}))
    ]
    assert found == [True, False, False]


def hill(at_s: FloatArray, run_m: float) -> FloatArray:
    """Return the grade at times of a run of 1 m/s whose altitude is a parabola, x²/1000 after x metres."""
    time_s = np.arange(0.0, run_m + 0.5)
    tracks = [track("distance_m", time_s, time_s), track("altitude_m", time_s, time_s**2 / 1000.0)]
    return distance_of(starting(*at_s), tracks, context={}, config=CONFIG).grade_pct


def test_grade_is_the_rise_over_a_hundred_metres() -> None:
    # Of x² between a and b the mean slope is a + b: 0-50 m, 0-60, 100-200, 250-300.
    found = hill(np.array([0.0, 10.0, 150.0, 300.0]), 300.0)
    np.testing.assert_allclose(found, [5.0, 6.0, 30.0, 55.0])


@pytest.mark.parametrize(("run_m", "is_known"), [(49.0, False), (50.0, True)])
def test_over_less_than_half_the_window_there_is_no_grade(run_m: float, is_known: bool) -> None:
    assert np.isfinite(hill(np.array([0.0, run_m / 2.0]), run_m)).tolist() == [is_known] * 2


def test_a_recorded_grade_wins_over_altitude_and_holds_as_long_as_any_track() -> None:
    time_s = np.array([0.0, 100.0])
    tracks = [
        track("distance_m", time_s, 3.0 * time_s),
        track("altitude_m", time_s, time_s),
        track("grade_pct", time_s, np.array([0.0, 4.0])),
    ]
    found = distance_of(starting(0.0, 50.0, 110.0, 110.1), tracks, context={}, config=CONFIG).grade_pct
    np.testing.assert_array_equal(found, [0.0, 2.0, 4.0, np.nan])


def test_without_a_stride_altitude_gives_no_grade() -> None:
    time_s = np.array([0.0, 100.0])
    result = distance_of(steady_run(0), [track("altitude_m", time_s, time_s)], context={}, config=CONFIG)
    assert len(result.grade_pct) == 0
    assert not result.grade_known
