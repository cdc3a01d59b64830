from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.judging.config import DistanceConfig
from analysis.judging.distance import distance_of, lost_running_share, model_speed
from analysis.signal.speed import speed_profile, track_speed
from sensor.samples import Gap, Track
from tests.support.stride_tables import STRIDE_S, steady_run

CONFIG = DistanceConfig()


def track(quantity: str, source: str, time_s: list[float], value: list[float]) -> Track:
    return Track(quantity, source, np.array(time_s), np.array(value))


def test_a_typed_distance_is_reached_at_the_end_of_the_last_stride() -> None:
    result = distance_of(steady_run(1000), (), context={"typed_distance_m": 3000.0}, config=CONFIG)
    assert result.total_m == pytest.approx(3000.0)
    assert result.distance_m[500] == pytest.approx(1500.0)
    assert result.speed_mps == pytest.approx(np.full(1000, 3.0 / STRIDE_S))
    assert result.distance_source == "typed"


def test_a_typed_speed_holds_while_running() -> None:
    result = distance_of(steady_run(1000), (), context={"typed_speed_mps": 3.0}, config=CONFIG)
    assert result.total_m == pytest.approx(3.0 * 1000 * STRIDE_S)
    assert (result.distance_source, result.speed_source) == ("typed", "typed")


def test_a_watchs_total_wins_over_a_typed_distance() -> None:
    context = {"watch_distance_m": 3000.0, "typed_distance_m": 3050.0}
    result = distance_of(steady_run(1000), (), context=context, config=CONFIG)
    assert result.total_m == pytest.approx(3000.0)
    assert (result.distance_source, result.speed_is_measured) == ("total of the watch's file", False)


def test_a_typed_speed_does_not_speed_up_a_walk() -> None:
    duration_s = np.repeat([0.7, 1.0], 500)
    end_s = np.cumsum(duration_s)
    activity = np.repeat(np.array(["run", "walk"], dtype=object), 500)
    table = steady_run(1000, activity=activity, start_s=end_s - duration_s, end_s=end_s)
    result = distance_of(table, (), context={"typed_speed_mps": 3.0}, config=CONFIG)
    assert (result.speed_mps[:500] == 3.0).all()
    # 120 steps/min walking: two steps of 0.77 m a second.
    assert result.speed_mps[500:] == pytest.approx(np.full(500, 1.54), abs=0.01)


def test_a_stop_adds_no_distance() -> None:
    stopped = np.arange(1000) * STRIDE_S + np.where(np.arange(1000) >= 500, 60.0, 0.0)
    table = steady_run(1000, start_s=stopped, end_s=stopped + STRIDE_S)
    result = distance_of(table, (), context={"typed_speed_mps": 3.0}, config=CONFIG)
    assert result.total_m == pytest.approx(3.0 * 1000 * STRIDE_S)
    assert result.distance_at(500 * STRIDE_S + 30.0) == pytest.approx(3.0 * 500 * STRIDE_S)


def test_a_gap_while_running_adds_the_distance_run_in_it() -> None:
    lost = np.arange(1000) * STRIDE_S + np.where(np.arange(1000) >= 500, 60.0, 0.0)
    table = steady_run(1000, start_s=lost, end_s=lost + STRIDE_S)
    gap = Gap(500 * STRIDE_S + 0.4, 500 * STRIDE_S + 59.1, "link lost")
    result = distance_of(table, (), context={"typed_speed_mps": 3.0}, config=CONFIG, gaps=(gap,))
    assert result.total_m == pytest.approx(3.0 * (1000 * STRIDE_S + 60.0))


def test_a_gap_across_a_change_of_speed_is_crossed_at_the_mean_of_both() -> None:
    duration_s = np.repeat([0.8, 0.7], 5)
    end_s = np.cumsum(duration_s) + np.where(np.arange(10) >= 5, 10.0, 0.0)
    table = steady_run(10, start_s=end_s - duration_s, end_s=end_s)
    before_mps, after_mps = model_speed(table, CONFIG)[[0, -1]]
    assert after_mps > 1.2 * before_mps
    result = distance_of(table, (), context={}, config=CONFIG, gaps=(Gap(4.0, 14.0, "link lost"),))
    across_m = result.distance_at(14.0) - result.distance_at(4.0)
    assert across_m == pytest.approx(10.0 * (before_mps + after_mps) / 2.0)


@pytest.mark.parametrize(("last_foot", "hole_s", "lost"), [("run", 60.0, True), ("walk", 60.0, False)])
def test_running_is_lost_only_in_gaps_between_two_running_strides(
    last_foot: str, hole_s: float, lost: bool
) -> None:
    start_s = np.arange(1000) * STRIDE_S + np.where(np.arange(1000) >= 500, hole_s, 0.0)
    activity = np.full(1000, "run", dtype=object)
    activity[499] = last_foot
    table = steady_run(1000, start_s=start_s, end_s=start_s + STRIDE_S, activity=activity)
    gap = Gap(500 * STRIDE_S + 0.1, 500 * STRIDE_S + hole_s - 0.1, "link lost")
    expected = hole_s / (hole_s + 1000 * STRIDE_S) if lost else 0.0
    assert lost_running_share(table, (gap,), CONFIG) == pytest.approx(expected)
    assert lost_running_share(table, (), CONFIG) == 0.0


def test_a_stop_beside_a_gap_is_no_lost_running() -> None:
    start_s = np.arange(1000) * STRIDE_S + np.where(np.arange(1000) >= 500, 60.0, 0.0)
    table = steady_run(1000, start_s=start_s, end_s=start_s + STRIDE_S)
    assert lost_running_share(table, (Gap(360.0, 370.0, "link lost"),), CONFIG) == 0.0


def test_a_short_gap_within_a_stop_does_not_make_the_stop_a_run() -> None:
    stopped = np.arange(1000) * STRIDE_S + np.where(np.arange(1000) >= 500, 60.0, 0.0)
    table = steady_run(1000, start_s=stopped, end_s=stopped + STRIDE_S)
    gap = Gap(360.0, 370.0, "link lost")
    result = distance_of(table, (), context={"typed_speed_mps": 3.0}, config=CONFIG, gaps=(gap,))
    assert result.total_m == pytest.approx(3.0 * 1000 * STRIDE_S)


def test_overlapping_gaps_count_once() -> None:
    stopped = np.arange(10) * STRIDE_S + np.where(np.arange(10) >= 5, 20.0, 0.0)
    table = steady_run(10, start_s=stopped, end_s=stopped + STRIDE_S)
    gaps = (Gap(4.0, 12.0, "a"), Gap(6.0, 13.0, "b"), Gap(4.0, 13.0, "c"))
    result = distance_of(table, (), context={"typed_speed_mps": 3.0}, config=CONFIG, gaps=gaps)
    assert result.total_m == pytest.approx(3.0 * 10 * STRIDE_S)


def test_without_any_source_the_cadence_model_is_named_as_such() -> None:
    result = distance_of(steady_run(100), (), context={}, config=CONFIG)
    assert result.distance_source == result.speed_source == "cadence model"


@pytest.mark.parametrize(
    ("cadence_spm", "speed_mps"),
    [
        pytest.param(167.2, 1609.344 / 600.0, id="counted over a ten-minute mile"),
        pytest.param(166.0, 2.98, id="watch with a foot pod, 7 km"),
        pytest.param(167.0, 3.21, id="watch with a chest strap, 12 km"),
        pytest.param(150.0, 1.99, id="foot pod, a slow hour"),
    ],
)
def test_the_cadence_model_is_within_its_stated_error_of_runs_that_were_measured(cadence_spm, speed_mps):
    end_s = np.array([120.0 / cadence_spm])
    table = steady_run(1, start_s=np.zeros(1), end_s=end_s)
    assert model_speed(table, CONFIG) == pytest.approx([speed_mps], rel=CONFIG.model_error_pct / 100.0)


def test_a_taller_runner_has_longer_steps() -> None:
    table = steady_run(1)
    assert model_speed(table, CONFIG, 1.87) == pytest.approx(1.1 * model_speed(table, CONFIG, 1.70))


def test_the_watch_wins_over_the_foot_pod_and_over_what_was_typed() -> None:
    tracks = [
        track("distance_m", "foot pod", [0, 700], [0, 2500]),
        track("distance_m", "watch file", [0, 700], [0, 2100]),
    ]
    result = distance_of(steady_run(1000), tracks, context={"typed_distance_m": 9000.0}, config=CONFIG)
    assert result.total_m == pytest.approx(2100.0)
    assert result.distance_source == result.speed_source == "watch file"
    assert result.speed_mps == pytest.approx(np.full(1000, 3.0))


def test_a_watch_that_already_ran_counts_from_the_start_of_its_track() -> None:
    tracks = [track("distance_m", "watch file", [0, 700], [400, 2500])]
    assert distance_of(steady_run(1000), tracks, context={}, config=CONFIG).total_m == pytest.approx(2100.0)


def test_a_speed_track_alone_is_summed_up() -> None:
    tracks = [track("speed_mps", "treadmill", [0, 350, 350.001, 700], [2.0, 2.0, 4.0, 4.0])]
    result = distance_of(steady_run(1000), tracks, context={}, config=CONFIG)
    assert result.total_m == pytest.approx(2100.0, rel=1e-5)
    assert result.speed_mps[100] == 2.0
    assert result.speed_mps[900] == 4.0


def test_beyond_the_end_of_a_track_distance_is_unknown() -> None:
    tracks = [track("distance_m", "watch file", [0, 350], [0, 1050])]
    result = distance_of(steady_run(1000), tracks, context={}, config=CONFIG)
    assert np.isfinite(result.distance_m[:500]).all()
    assert np.isnan(result.distance_m[550:]).all()
    assert np.isnan(result.total_m)


def test_a_phones_positions_make_the_way() -> None:
    told = track("distance_m", "phone", [0, 700], [0, 2100])
    result = distance_of(steady_run(1000), [told], context={}, config=CONFIG)
    assert result.distance_source == "phone"
    assert result.total_m == pytest.approx(2100.0)


def test_an_empty_table_gives_an_empty_result() -> None:
    result = distance_of(steady_run(0), (), context={"typed_distance_m": 1000.0}, config=CONFIG)
    assert len(result.distance_m) == 0
    assert np.isnan(result.total_m)
    assert np.isnan(result.distance_at([1.0, 2.0])).all()


STOPPED_S = np.arange(1000) * STRIDE_S + np.where(np.arange(1000) >= 500, 60.0, 0.0)
"""Starts of strides with a stop of 60 s in their middle, from 350 s on."""


def through_a_stop(stop_mps: float, gaps: tuple[Gap, ...] = ()) -> float:
    """Return the way of a watch that tells 3 m/s, and in a stop of 60 s so many."""
    table = steady_run(1000, start_s=STOPPED_S, end_s=STOPPED_S + STRIDE_S)
    stop_m = 60.0 * stop_mps
    told = track("distance_m", "watch file", [0, 350, 410, 760], [0, 1050, 1050 + stop_m, 2100 + stop_m])
    return distance_of(table, [told], context={}, config=CONFIG, gaps=gaps).total_m


def test_a_distance_that_creeps_while_no_stride_is_felt_is_no_way() -> None:
    # Of 60 s without a stride the first and the last two may still be coming to a stand.
    assert through_a_stop(0.5) == pytest.approx(2100.0 + 4.0 * 0.5)


def test_a_distance_that_grows_like_a_walk_counts_whatever_the_sensor_felt() -> None:
    assert through_a_stop(1.0) == pytest.approx(2160.0)


def test_where_samples_are_missing_nothing_tells_a_stand() -> None:
    assert through_a_stop(0.5, (Gap(360.0, 380.0, "link lost"),)) == pytest.approx(2130.0)


def test_a_tunnel_of_a_hundred_seconds_is_crossed_evenly() -> None:
    """The watch tells the same distance for 100 s, and the way through at once when it comes out."""
    time_s = np.arange(701.0)
    told_m = np.where((time_s > 300) & (time_s < 400), 900.0, 3.0 * time_s)
    tracks = [Track("distance_m", "watch file", time_s, told_m)]
    result = distance_of(steady_run(1000), tracks, context={}, config=CONFIG)
    assert result.total_m == pytest.approx(2100.0)
    assert result.distance_at([350.0, 375.0]) == pytest.approx([1050.0, 1125.0])


def test_a_leap_that_was_not_run_before_it_stays_as_the_watch_tells_it() -> None:
    time_s = np.arange(701.0)
    told_m = 3.0 * time_s + np.where(time_s >= 200, 50.0, 0.0)
    tracks = [Track("distance_m", "watch file", time_s, told_m)]
    result = distance_of(steady_run(1000), tracks, context={}, config=CONFIG)
    assert result.total_m == pytest.approx(2150.0)
    assert result.distance_at([199.0, 200.0]) == pytest.approx([597.0, 650.0])


def test_points_dated_hardly_apart_are_no_leap() -> None:
    tracks = [track("distance_m", "watch file", [0, 350, 350.1, 700], [0, 1050, 1053, 2100])]
    result = distance_of(steady_run(1000), tracks, context={}, config=CONFIG)
    assert result.total_m == pytest.approx(2100.0)


@given(st.floats(-1000, 1000), st.floats(100, 50_000))
def test_shifting_the_clock_changes_no_distance(shift_s: float, typed_m: float) -> None:
    table = steady_run(50)
    shifted = steady_run(50, start_s=table["start_s"] + shift_s, end_s=table["end_s"] + shift_s)
    context = {"typed_distance_m": typed_m}
    expected = distance_of(table, (), context=context, config=CONFIG).distance_m
    assert distance_of(shifted, (), context=context, config=CONFIG).distance_m == pytest.approx(
        expected, abs=1e-3
    )


def test_on_a_treadmill_the_runner_stays_in_the_room() -> None:
    tracks = [track("speed_mps", "treadmill", [0, 700], [3.0, 3.0])]
    profile = speed_profile(tracks, {"surface": "treadmill"}, CONFIG)
    assert profile is not None
    assert profile.measured
    assert (profile.speed_mps == 0).all()


def test_a_typed_speed_is_a_profile_that_was_not_measured() -> None:
    profile = speed_profile((), {"typed_speed_mps": 3.2}, CONFIG)
    assert profile is not None
    assert not profile.measured
    assert profile.speed_mps.tolist() == [3.2]


def test_nothing_known_is_no_profile() -> None:
    assert speed_profile((), {"typed_distance_m": 5000.0}, CONFIG) is None


def test_speed_from_a_distance_track_leaves_out_values_that_are_not_finite() -> None:
    tracks = [track("distance_m", "watch file", [0, 10, 20, 30, 40], [0, 30, float("nan"), 90, 120])]
    speed = track_speed(tracks, CONFIG)
    assert speed is not None
    assert speed.value == pytest.approx([3.0] * 4)
