"""Who needs a look, and what a coach reads."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.batch.cohort import RunnerRow, cohort_of, trend_of
from analysis.batch.page import render


def run(day: int, **more: Any) -> dict[str, Any]:
    """Return a run of 10 km that went as usual, on a day of May."""
    return {
        "runner": "AAAAA-AAAAA",
        "started_utc": f"2026-05-{day:02}T06:30:00+00:00",
        "simulated": False,
        "verdict": "usual",
        "confidence": "good",
        "slouched_from_m": math.nan,
        "judged_m": 10_000.0,
        "drift_deg": 1.0,
        **more,
    }


def slouched(day: int, from_m: float, **more: Any) -> dict[str, Any]:
    return run(day, verdict="slouched", slouched_from_m=from_m, **more)


def only(*runs: dict[str, Any]) -> RunnerRow:
    (row,) = cohort_of(pd.DataFrame(list(runs)))
    return row


def test_nobody_needs_a_look_after_a_run_as_usual() -> None:
    row = only(slouched(1, 4000.0), run(2))
    assert row.reasons == ()
    assert math.isnan(row.slouched_from_m)
    assert row.run_count == 2


def test_a_slouch_in_the_last_run_is_named_with_its_kilometre() -> None:
    row = only(slouched(3, 6240.0), run(1), run(2))
    assert row.reasons == ("slouched from km 6.2 of the last run",)


def test_the_last_run_is_the_latest_whatever_the_order_of_the_rows() -> None:
    assert only(run(9), slouched(3, 5000.0)).last_utc.startswith("2026-05-09")


@pytest.mark.parametrize(("from_m", "is_sooner"), [(8000.0, True), (8001.0, False)])
def test_a_slouch_a_kilometre_sooner_than_in_the_middle_run_before_is_told(
    from_m: float, is_sooner: bool
) -> None:
    before = [slouched(1, 9000.0), slouched(2, 4000.0), run(3, judged_m=9500.0)]
    reasons = only(*before, slouched(4, from_m)).reasons
    assert any("km sooner" in reason for reason in reasons) is is_sooner


def test_two_runs_before_make_no_usual() -> None:
    reasons = only(slouched(1, 9000.0), slouched(2, 9000.0), slouched(3, 2000.0)).reasons
    assert len(reasons) == 1


@pytest.mark.parametrize("doubt", [{"confidence": "do not trust"}, {"verdict": "none"}])
def test_after_a_run_that_cannot_be_judged_the_sensor_needs_the_look(doubt: dict[str, str]) -> None:
    (reason,) = only(run(1), slouched(2, 3000.0) | doubt).reasons
    assert "look at sensor" in reason


def test_a_run_that_cannot_be_trusted_moves_no_trend() -> None:
    runs = [run(day, drift_deg=1.0) for day in range(1, 6)]
    wild = run(6, drift_deg=40.0, confidence="do not trust")
    trend = only(*runs, wild).trend
    assert trend is not None
    assert (trend.slope_deg, trend.run_count) == (0.0, 5)


def test_a_trend_forward_needs_a_look_and_one_that_may_be_level_does_not() -> None:
    rising = only(*(run(day, drift_deg=0.3 * day) for day in range(1, 9)))
    assert rising.trend is not None
    assert rising.trend.slope_deg == pytest.approx(3.0)
    assert rising.reasons == ("they end further forward from run to run, over 8 runs",)
    assert only(*(run(day, drift_deg=(day % 2) * 3.0) for day in range(1, 9))).reasons == ()


@pytest.mark.parametrize(("count", "is_told"), [(4, False), (5, True)])
def test_below_five_runs_there_is_no_trend(count: int, is_told: bool) -> None:
    assert (trend_of(np.arange(float(count))) is not None) is is_told


@given(
    drifts=st.lists(st.floats(-20, 20), min_size=5, max_size=12),
    slope=st.floats(-2, 2),
    offset=st.floats(-10, 10),
)
def test_a_slope_put_on_top_of_all_runs_is_a_slope_in_the_trend(
    drifts: list[float], slope: float, offset: float
) -> None:
    plain = np.array(drifts)
    tilted = plain + slope * np.arange(len(plain)) + offset
    before, after = trend_of(plain), trend_of(tilted)
    assert before is not None
    assert after is not None
    assert after.slope_deg == pytest.approx(before.slope_deg + 10 * slope, abs=1e-6)


def two_runners() -> tuple[RunnerRow, ...]:
    quiet = [run(day, runner="BBBBB-BBBBB") for day in range(1, 4)]
    return cohort_of(pd.DataFrame([*quiet, slouched(5, 6200.0, runner="CCCCC-CCCCC")]))


def test_those_who_need_a_look_stand_first() -> None:
    assert [row.runner for row in two_runners()] == ["CCCCC-CCCCC", "BBBBB-BBBBB"]


def test_the_page_shows_names_only_when_they_are_given() -> None:
    names = {"CCCCC-CCCCC": "Anna <b>"}
    assert "CCCCC-CCCCC" in render(two_runners())
    named = render(two_runners(), names=names)
    assert "CCCCC-CCCCC" not in named
    assert "Anna &lt;b&gt;" in named
    assert "BBBBB-BBBBB" in named


def test_the_page_states_its_rules_and_loads_and_runs_nothing() -> None:
    page = render(two_runners())
    for words in ("at least 1 km sooner", "fewer than 5", "no diagnosis", "km 6.2", "none in 10.0 km"):
        assert words in page
    assert re.findall(r"<script|https?://|url\(|@import| on\w+=", page) == []


def test_runs_without_a_time_or_a_figure_are_shown_as_unknown() -> None:
    row = only(run(1, started_utc=None, drift_deg=math.nan, judged_m=math.nan, verdict="none"))
    assert "not judged" in render([row])
