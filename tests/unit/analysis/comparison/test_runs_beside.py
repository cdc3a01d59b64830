from __future__ import annotations

import math
from dataclasses import replace

import pytest

from analysis.comparison.run_facts import RunBin, RunFacts
from analysis.comparison.runs_beside import late_change_deg, runs_beside
from analysis.comparison.summing_up import facts_of
from tests.support import sample_report as sample


@pytest.fixture(scope="module")
def run() -> RunFacts:
    return facts_of(sample.slouching_10k())


def on_day(run: RunFacts, day: int, **changed: object) -> RunFacts:
    told = {"started_utc": f"2025-05-{day:02d}T17:00:00Z", "file_hash": f"{day:064d}", "name": f"day {day}"}
    return replace(run, **{**told, **changed})  # type: ignore[arg-type]


def test_the_last_three_before_it_come_latest_first(run: RunFacts) -> None:
    others = [on_day(run, day) for day in (2, 13, 5, 9, 20)]
    assert [other.name for other in runs_beside(run, others)] == ["day 13", "day 9", "day 5"]


@pytest.mark.parametrize("changed", [{"runner": "Kim"}, {"placement": "upper-back"}, {"simulated": True}])
def test_runs_of_others_and_of_another_sensor_place_stay_out(
    run: RunFacts, changed: dict[str, object]
) -> None:
    assert runs_beside(run, [on_day(run, 3, **changed)]) == ()


def test_a_copy_of_the_run_is_no_earlier_run(run: RunFacts) -> None:
    assert runs_beside(run, [on_day(run, 3, file_hash=run.file_hash)]) == ()


def test_the_change_is_the_last_third_of_the_stretches_minus_the_first(run: RunFacts) -> None:
    bins = tuple(RunBin(100.0 * k, 40, 8.0, 0.5 if k < 12 else 3.0, math.nan, math.nan) for k in range(18))
    assert late_change_deg(replace(run, bins=bins)) == pytest.approx(2.5)
    assert math.isnan(late_change_deg(replace(run, bins=bins[:17])))
