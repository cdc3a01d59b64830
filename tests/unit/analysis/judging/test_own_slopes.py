"""What a runner's own slopes add to a stride, and when a run was slouched from its start."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from analysis.config import AnalysisConfig
from analysis.judging.baseline import (
    fresh_window,
    read_at_its_effort,
    with_adjusted_flexion,
    with_judged,
)
from analysis.judging.flags import findings_of
from analysis.judging.own_slopes import detectable_change_deg, effort_of, from_the_start
from analysis.personal import PersonalBaseline, Slope, UsualLevel
from analysis.records import Baseline, StrideTable
from tests.support.stride_tables import steady_run

CONFIG = AnalysisConfig()
OWN = PersonalBaseline(
    speed=Slope(0.8, 0.4, 2.0, 4.0, 5),
    uphill=Slope(0.4, 0.1, 0.0, 6.0, 5),
    downhill=Slope(0.4, 0.1, -6.0, 0.0, 5),
)
EASY_MPS = 2.0 / 0.7


def judged(table: StrideTable, personal: PersonalBaseline | None, *, measured: bool = True) -> StrideTable:
    total_m = float(table["distance_m"][-1]) + 2.0
    baseline = fresh_window(table, total_m, CONFIG.baseline)
    effort = effort_of(table, baseline, personal, speed_is_measured=measured, config=CONFIG.personal)
    baseline = read_at_its_effort(table, baseline, effort, config=CONFIG.baseline)
    table = with_judged(table, baseline, CONFIG.baseline, speed_is_measured=measured, effort=effort)
    return findings_of(
        with_adjusted_flexion(table, baseline, effort.added_deg), baseline, config=CONFIG
    ).table


def climb(slouch_deg: float = 0.0) -> StrideTable:
    """Five kilometres with 5 % uphill from km 2 to 4, where the runner leans 2° further, and may slouch."""
    at_m = np.arange(2500) * 2.0
    hill = (at_m >= 2000.0) & (at_m < 4000.0)
    return steady_run(
        2500, grade_pct=5.0 * hill, trunk_flexion_deg=6.0 + 2.0 * hill + slouch_deg * (at_m >= 2500.0)
    )


def test_a_hill_is_judged_and_adjusted_by_the_runners_own_slope() -> None:
    alone, own = judged(climb(), None), judged(climb(), OWN)
    assert set(alone["judged_because"]) == {"", "grade"}
    assert own["judged"].all()
    assert own["trunk_flexion_adj_deg"] == pytest.approx(np.zeros(2500))


def test_a_slouch_on_a_hill_is_found_where_it_begins_instead_of_left_out() -> None:
    alone, own = judged(climb(5.0), None), judged(climb(5.0), OWN)
    assert alone["distance_m"][alone["flag"] == "slouched"][0] >= 4000.0
    # The running median over 25 strides of 2 m turns over within them.
    assert own["distance_m"][own["flag"] == "slouched"][0] == pytest.approx(2500.0, abs=25.0)


def test_faster_strides_are_judged_only_at_a_measured_speed() -> None:
    at_m = np.arange(2500) * 2.0
    speed_mps = EASY_MPS + 1.0 * (at_m >= 2500.0)
    table = steady_run(2500, speed_mps=speed_mps, trunk_flexion_deg=6.0 + 0.8 * (speed_mps - EASY_MPS))
    assert judged(table, OWN)["trunk_flexion_adj_deg"] == pytest.approx(np.zeros(2500))
    guessed = judged(table, OWN, measured=False)
    assert guessed["trunk_flexion_adj_deg"][-1] == pytest.approx(0.8)
    assert guessed["judged"].all()


@pytest.mark.parametrize(
    ("grade_pct", "because"),
    [
        pytest.param(6.0, "", id="the-steepest-that-earlier-runs-cover"),
        pytest.param(6.1, "grade", id="steeper"),
        pytest.param(-6.1, "grade", id="steeper-down"),
        pytest.param(math.nan, "", id="unknown"),
    ],
)
def test_beyond_what_earlier_runs_cover_nothing_is_judged(grade_pct: float, because: str) -> None:
    grades = np.where(np.arange(2500) < 1500, 0.0, grade_pct)
    assert judged(steady_run(2500, grade_pct=grades), OWN)["judged_because"][-1] == because


def test_what_an_unsure_slope_adjusts_by_more_than_a_degrees_doubt_is_not_judged() -> None:
    unsure = replace(OWN, uphill=Slope(0.4, 0.25, 0.0, 6.0, 4))
    grades = np.where(np.arange(2500) < 1500, 0.0, np.where(np.arange(2500) < 2000, 4.0, 4.1))
    table = judged(steady_run(2500, grade_pct=grades), unsure)
    assert list(table["judged"][[1999, 2000]]) == [True, False]


def test_without_one_of_both_slopes_only_that_side_is_left_out() -> None:
    up_only = replace(OWN, downhill=None)
    grades = np.where(np.arange(2500) < 1500, 0.0, np.where(np.arange(2500) < 2000, 4.0, -4.0))
    table = judged(steady_run(2500, grade_pct=grades), up_only)
    assert list(table["judged_because"][[1999, 2499]]) == ["", "grade"]


def window(flexion_deg: float, speed_mps: float = math.nan) -> Baseline:
    return Baseline(500.0, 1500.0, flexion_deg, 0.5, speed_mps, 400)


def said(baseline: Baseline, *levels: float, personal: PersonalBaseline | None = None) -> str:
    sd_deg = float(np.std(levels, ddof=1)) if len(levels) > 1 else math.nan
    level = UsualLevel(float(np.mean(levels)), sd_deg, EASY_MPS, len(levels))
    own = replace(personal or PersonalBaseline(), level=level)
    return from_the_start(baseline, own, refit_deg=3.0, level=0.95, max_grade_pct=2.0)


def test_three_degrees_against_one_run_may_be_refitting() -> None:
    assert said(window(10.0), 7.0) == ""
    assert said(window(10.1), 7.0) == "You were 3.1° further forward from the start than in your last run."


def test_a_window_on_a_climb_tells_nothing() -> None:
    assert said(replace(window(12.0), grade_pct=1.9), 7.0) != ""
    assert said(replace(window(12.0), grade_pct=2.1), 7.0) == ""


def test_against_many_runs_that_scatter_the_prediction_interval_counts() -> None:
    # Five runs that scatter by 2°: t(4) = 2.776, so 2.776 · 2 · √1.2 = 6.08° is within it.
    assert detectable_change_deg(5, 2.0, refit_deg=3.0, level=0.95) == pytest.approx(6.08, abs=0.01)
    # Where they hardly scatter refitting is left: 3 · √(1.2 / 2) = 2.32°.
    assert detectable_change_deg(5, 0.1, refit_deg=3.0, level=0.95) == pytest.approx(2.32, abs=0.01)


def test_a_faster_start_is_compared_at_its_own_speed() -> None:
    fast = window(10.5, EASY_MPS + 1.0)
    assert said(fast, 7.0, personal=PersonalBaseline()) != ""
    assert said(fast, 7.0, personal=OWN) == ""
