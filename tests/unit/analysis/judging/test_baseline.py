from __future__ import annotations

import numpy as np
import pytest

from analysis.judging.baseline import (
    fresh_window,
    relative_to_window,
    usable_running,
    with_adjusted_flexion,
    with_judged,
)
from analysis.judging.config import BaselineConfig
from analysis.records import Baseline
from tests.support.stride_tables import steady_run

CONFIG = BaselineConfig()


def test_the_window_runs_from_half_a_kilometre_to_a_quarter_of_the_run() -> None:
    flexion_deg = np.where(np.arange(2000) < 250, 3.0, np.where(np.arange(2000) < 500, 7.0, 12.0))
    baseline = fresh_window(steady_run(2000, trunk_flexion_deg=flexion_deg), 4000.0, CONFIG)
    assert baseline is not None
    assert (baseline.from_m, baseline.to_m) == (500.0, 1000.0)
    assert baseline.flexion_deg == 7.0
    assert baseline.stride_count == 250


def test_the_window_of_a_long_run_ends_at_two_kilometres() -> None:
    baseline = fresh_window(steady_run(10_000), 20_000.0, CONFIG)
    assert baseline is not None
    assert baseline.to_m == 2000.0
    assert baseline.stride_count == 750


@pytest.mark.parametrize(("usable_count", "found"), [(200, True), (199, False)])
def test_fewer_than_two_hundred_strides_are_no_window(usable_count: int, found: bool) -> None:
    # The window of 5 km is 0.5 to 1.25 km: strides 250 to 624.
    index = np.arange(2500)
    usable = (index < 250 + usable_count) | (index >= 625)
    assert (fresh_window(steady_run(2500, usable=usable), 5000.0, CONFIG) is not None) is found


def test_walks_and_unusable_strides_do_not_enter_the_window() -> None:
    index = np.arange(2000)
    odd = index % 10 == 0
    table = steady_run(
        2000,
        activity=np.where(index % 10 == 1, "walk", "run").astype(object),
        usable=~odd,
        trunk_flexion_deg=np.where(index % 10 < 2, 90.0, 6.0),
    )
    baseline = fresh_window(table, 4000.0, CONFIG)
    assert baseline is not None
    assert baseline.stride_count == 200
    assert baseline.sd_deg == 0.0


def test_an_unknown_distance_is_no_window() -> None:
    table = steady_run(2000, distance_m=np.full(2000, np.nan))
    assert fresh_window(table, float("nan"), CONFIG) is None


def test_adjusted_flexion_is_zero_as_usual_and_unknown_while_walking() -> None:
    activity = np.array(["run"] * 1999 + ["walk"], dtype=object)
    table = steady_run(2000, activity=activity)
    adjusted = with_adjusted_flexion(table, fresh_window(table, 4000.0, CONFIG))["trunk_flexion_adj_deg"]
    assert (adjusted[:-1] == 0).all()
    assert np.isnan(adjusted[-1])


def test_without_a_window_nothing_is_adjusted() -> None:
    assert np.isnan(with_adjusted_flexion(steady_run(10), None)["trunk_flexion_adj_deg"]).all()


def test_flexion_relative_to_the_window_starts_at_zero() -> None:
    table = steady_run(2000)
    baseline = fresh_window(table, 4000.0, CONFIG)
    assert baseline is not None
    relative, zeroed = relative_to_window(table, baseline)
    assert (relative["trunk_flexion_deg"] == 0).all()
    assert zeroed.flexion_deg == 0
    assert zeroed.sd_deg == baseline.sd_deg


def test_hills_and_other_speeds_are_shown_but_not_judged() -> None:
    speed_mps = np.full(2000, 3.0)
    speed_mps[1500:1510] = [3.44, 3.46, 2.56, 2.54, np.nan, 3, 3, 3, 3, 3]
    grade_pct = np.full(2000, np.nan)
    grade_pct[1505:1509] = [2.0, 2.1, -2.0, -2.1]
    table = steady_run(2000, speed_mps=speed_mps, grade_pct=grade_pct)
    baseline = fresh_window(table, 4000.0, CONFIG)
    assert baseline is not None
    judged = with_judged(table, baseline, CONFIG, speed_is_measured=True)
    because = ["", "speed", "", "speed", "", "", "grade", "", "grade", ""]
    assert judged["judged_because"][1500:1510].tolist() == because
    assert judged["judged"][1500:1510].tolist() == [word == "" for word in because]
    assert usable_running(table).all()


def test_hills_within_the_window_are_left_out_of_it() -> None:
    # Of the window's strides, 250 to 499, the last 50 climb, bent by 4 degrees more.
    index = np.arange(2000)
    climbs = index >= 450
    table = steady_run(
        2000, grade_pct=np.where(climbs, 5.0, 0.5), trunk_flexion_deg=np.where(climbs, 10.0, 6.0)
    )
    baseline = fresh_window(table, 4000.0, CONFIG)
    assert baseline is not None
    assert (baseline.stride_count, baseline.sd_deg, baseline.grade_pct) == (200, 0.0, 0.5)


@pytest.mark.parametrize("slope_pct", [3.0, -6.0])
def test_on_one_slope_all_the_way_its_strides_are_the_window_and_are_judged(slope_pct: float) -> None:
    grade_pct = np.full(2000, slope_pct)
    grade_pct[1500:1600] = 0.0
    table = steady_run(2000, grade_pct=grade_pct)
    baseline = fresh_window(table, 4000.0, CONFIG)
    assert baseline is not None
    assert baseline.grade_pct == slope_pct
    judged = with_judged(table, baseline, CONFIG, speed_is_measured=True)
    assert (judged["judged_because"] == np.where(grade_pct == 0.0, "grade", "")).all()


def test_a_window_of_up_and_down_with_too_few_level_strides_keeps_them_all() -> None:
    grade_pct = np.where(np.arange(2000) % 2 == 0, 5.0, -5.0)
    baseline = fresh_window(steady_run(2000, grade_pct=grade_pct), 4000.0, CONFIG)
    assert baseline is not None
    assert (baseline.stride_count, baseline.grade_pct) == (250, 0.0)


def test_a_speed_that_nothing_measured_keeps_no_stride_from_being_judged() -> None:
    speed_mps = np.where(np.arange(2000) < 1000, 3.0, 3.9)
    table = steady_run(2000, speed_mps=speed_mps)
    baseline = fresh_window(table, 4000.0, CONFIG)
    assert with_judged(table, baseline, CONFIG, speed_is_measured=False)["judged"].all()
    measured = with_judged(table, baseline, CONFIG, speed_is_measured=True)
    assert measured["judged"].tolist() == [True] * 1000 + [False] * 1000


def test_walks_unusable_strides_and_a_run_without_a_window_are_not_judged() -> None:
    activity = np.array(["run", "walk", "run"], dtype=object)
    table = steady_run(3, activity=activity, usable=[True, True, False])
    window = Baseline(500.0, 1000.0, 6.0, 1.0, 2.9, 250)
    judged = with_judged(table, window, CONFIG, speed_is_measured=False)
    assert judged["judged_because"].tolist() == ["", "walk", "unusable"]
    without = with_judged(table, None, CONFIG, speed_is_measured=False)
    assert without["judged_because"].tolist() == ["no baseline", "walk", "unusable"]
    assert not without["judged"].any()


@pytest.mark.parametrize(
    ("total_m", "from_m", "to_m"),
    [(2000.0, 250.0, 650.0), (3000.0, 374.0, 776.0), (3998.0, 498.0, 1000.0), (4000.0, 500.0, 1000.0)],
)
def test_on_a_short_run_the_window_shrinks_but_keeps_its_strides(
    total_m: float, from_m: float, to_m: float
) -> None:
    window = fresh_window(steady_run(round(total_m / 2.0)), total_m, CONFIG)
    assert window is not None
    assert window.from_m == pytest.approx(from_m, abs=2.0)
    assert window.to_m == pytest.approx(to_m, abs=2.0)
    assert window.stride_count >= CONFIG.min_strides
    assert window.is_short is (total_m < 4000.0)


def test_below_two_kilometres_there_is_no_window() -> None:
    assert fresh_window(steady_run(999), 1998.0, CONFIG) is None
