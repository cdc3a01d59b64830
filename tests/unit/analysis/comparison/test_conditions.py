from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from analysis.comparison.compare import compare
from analysis.comparison.conditions import LEVEL, TALL_KM, By, conditions_of
from analysis.comparison.records import Condition, Conditions, GroupFigure, RunSummary
from analysis.judging.config import ComparisonConfig

CONFIG = ComparisonConfig()


@pytest.fixture(scope="module")
def summary(runs: Any) -> RunSummary:
    return compare([runs(runs.early), runs()]).runs[0]


def gathered(summary: RunSummary, by: By, *told: tuple[dict[str, Any], float]) -> Conditions:
    runs = [replace(summary, context=context, level_deg=level) for context, level in told]
    return conditions_of(runs, by, CONFIG)


def figure(condition: Condition, what: str) -> GroupFigure:
    return next(one for one in condition.figures if one.what == what)


def test_the_mean_over_runs_and_welchs_difference_by_hand(summary: RunSummary) -> None:
    bare, taped = {"tape": "none"}, {"tape": "back"}
    told = [(bare, 7.0), (taped, 4.0), (bare, 8.0), (taped, 5.0), (bare, 9.0), (taped, 6.0)]
    first, second = gathered(summary, By.TAPE, *told).conditions
    assert (first.label, first.runs, second.runs) == ("none", (0, 2, 4), (1, 3, 5))
    mean = figure(first, LEVEL).mean
    # Student: 8 ± 4.303 · 1 / √3; Welch with equal spreads has 4 degrees of freedom: 2.776 · √(2 / 3).
    assert (mean.value, mean.high) == pytest.approx((8.0, 8.0 + 4.3027 / 3**0.5), abs=1e-3)
    apart = figure(second, LEVEL).difference
    assert apart is not None
    assert (apart.value, apart.high) == pytest.approx((-3.0, -3.0 + 2.7764 * (2 / 3) ** 0.5), abs=1e-3)
    assert apart.is_shown


def test_two_runs_of_a_condition_have_no_interval(summary: RunSummary) -> None:
    bare, taped = {"tape": "none"}, {"tape": "back"}
    told = [(bare, 7.0), (bare, 8.0), (taped, 4.0), (taped, 5.0)]
    second = gathered(summary, By.TAPE, *told).conditions[1]
    assert figure(second, LEVEL).difference is None
    assert figure(second, LEVEL).mean.value == 4.5
    assert figure(second, LEVEL).mean.low != figure(second, LEVEL).mean.low


def test_sitting_is_split_at_two_hours_and_what_was_not_noted_is_left_out(summary: RunSummary) -> None:
    hours = [1.9, 2.0, 8, None, "long"]
    told = [({"hours_sat_before": value}, 7.0) for value in hours]
    found = gathered(summary, By.SITTING, *told)
    assert [(one.label, one.runs) for one in found.conditions] == [
        ("under 2 h", (0,)),
        ("2 h or more", (1, 2)),
    ]
    assert found.left_out == (3, 4)


def test_months_come_in_order(summary: RunSummary) -> None:
    days = ("2026-05-03T07:00:00Z", "2026-04-30T07:00:00Z", "2026-05-09T07:00:00Z")
    found = conditions_of([replace(summary, started_utc=day) for day in days], By.MONTH, CONFIG)
    assert [(one.label, one.runs) for one in found.conditions] == [("2026-04", (1,)), ("2026-05", (0, 2))]


def test_a_run_that_stayed_tall_makes_the_mean_a_bound(runs: Any) -> None:
    context = {"tape": "none"}
    reports = [runs(runs.early, context=context), runs(context=context), runs(runs.late, context=context)]
    found = compare(reports, by=By.TAPE).conditions
    assert found is not None
    tall = figure(found.conditions[0], TALL_KM)
    assert tall.is_bound
    assert tall.mean.low != tall.mean.low
