"""A runner's runs over time: figures, sentences, picture, page."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

from analysis.comparison.earlier_runs import Worn
from analysis.comparison.history import Figure, History, drift_deg_per_km, history_of
from analysis.comparison.history_figure import date_ticks
from analysis.comparison.history_page import render as page
from analysis.comparison.history_text import (
    headline,
    in_unit,
    render,
    run_cells,
    sentences,
    to_json,
)
from analysis.comparison.run_facts import RunBin, RunFacts
from analysis.config import AnalysisConfig
from analysis.judging.personal_config import HistoryConfig
from analysis.lengths import LengthUnit
from analysis.words import Confidence, Verdict
from tests.support.past_runs import facts

OWN = Worn(runner="", placement="sternum", simulated=False)
STRANGE = '<script>alert("x")</script> 🏃 \u202e\x1b[31m' + "x" * 10_000


MILE = LengthUnit.MILE


def history(*runs: RunFacts, goal_km: float = math.nan) -> History:
    return history_of(runs, OWN, goal_km=goal_km, config=AnalysisConfig())


def growing(count: int, **changed: Any) -> list[RunFacts]:
    """Return runs on every other day, each tall for 0.2 km more than the one before."""
    return [
        facts(1 + 2 * k, tall_until_m=4000.0 + 200.0 * k + 50.0 * (k % 2), **changed) for k in range(count)
    ]


def test_each_run_is_there_once_in_order_of_time() -> None:
    runs = history(*growing(6)[::-1]).runs
    assert [run.name for run in runs] == [f"run {1 + 2 * k}" for k in range(6)]
    assert (runs[0].tall_km, runs[0].tall_is_least) == (4.0, False)


def test_a_run_without_a_flag_was_tall_for_at_least_as_far_as_was_judged() -> None:
    (run,) = history(facts(judged_m=8400.0)).runs
    assert (run.tall_km, run.tall_is_least) == (8.4, True)
    assert "≥ 8.4 km" in render(history(facts(judged_m=8400.0)))


def test_a_run_without_a_verdict_tells_no_kilometre() -> None:
    (run,) = history(facts(verdict=Verdict.NONE)).runs
    assert math.isnan(run.tall_km)


def test_the_drift_is_the_slope_of_the_judged_stretches() -> None:
    bins = tuple(
        RunBin(100.0 * k, 45, 7.0, 0.3 * k / 10 + (k >= 30) * 9.0, 3.0, 0.0, 168.0, is_judged=k < 30)
        for k in range(40)
    )
    assert drift_deg_per_km(facts(bins=bins), HistoryConfig()) == pytest.approx(0.3)
    assert math.isnan(drift_deg_per_km(facts(bins=bins[:9]), HistoryConfig()))


def test_others_placements_and_undated_runs_are_left_out_and_counted() -> None:
    told = history(
        facts(1),
        facts(2, placement="upper-back"),
        facts(3, simulated=True),
        facts(4, started_utc="yesterday"),
        facts(5, runner="Ann"),
    )
    assert [run.name for run in told.runs] == ["run 1"]
    assert told.elsewhere_count == 3
    assert sentences(told)[-1] == "3 runs of another placement or kind, or undated, left out."


def test_a_trend_is_told_with_its_interval_and_the_number_of_runs() -> None:
    told = history(*growing(30))
    # 0.2 km every other day: 0.1 km a day, 3.0 km a month of 30.4 days.
    assert headline(told) == "You run tall 3.0 km further each month."
    assert sentences(told)[0].startswith("How far you run tall: +3.0 km a month (95 % from +")
    assert sentences(told)[0].endswith("30 runs.")


def test_few_days_are_told_by_the_week() -> None:
    assert headline(history(*growing(8))) == "You run tall 0.7 km further each week."


def test_few_runs_say_how_many_and_have_no_trend() -> None:
    told = history(*growing(4))
    assert told.trends == {}
    assert headline(told) == "4 runs so far: too few to tell whether you run tall further than before."
    assert sentences(told)[0] == "How far you run tall: 4 runs, too few for a trend."


def test_runs_that_were_never_flagged_do_not_tell_a_trend() -> None:
    told = history(*(facts(1 + 2 * k) for k in range(9)))
    assert headline(told) == "Your runs do not tell yet whether you run tall further than before."
    assert sentences(told)[0] == "How far you run tall: 9 runs, which set no bounds to a trend yet."


def test_runs_that_are_not_to_be_trusted_are_in_no_trend() -> None:
    odd = [facts(40 + k, tall_until_m=100.0, confidence=Confidence.DO_NOT_TRUST) for k in range(9)]
    told, alone = history(*growing(12), *odd), history(*growing(12))
    assert told.trends[Figure.TALL] == alone.trends[Figure.TALL]
    assert "9 runs not to be trusted: shown, in no trend." in sentences(told)


def test_a_lasting_change_of_the_level_is_told_from_its_first_run_on() -> None:
    rng = np.random.default_rng(1)
    runs = [facts(1 + k, level_deg=7.0 - 3.0 * (k >= 14) + float(rng.normal(0, 0.4))) for k in range(28)]
    (change,) = history(*runs).changes
    assert (change.figure, change.started_utc[:10]) == (Figure.LEVEL, "2026-01-15")


def test_no_change_is_looked_for_among_kilometres_that_are_mostly_at_least() -> None:
    runs = [facts(1 + k, judged_m=5000.0 + 5000.0 * (k >= 14)) for k in range(28)]
    assert history(*runs).changes == ()


def test_a_goal_is_held_against_the_last_runs_that_could_reach_it() -> None:
    short = [facts(40 + k, judged_m=3000.0, distance_m=3000.0) for k in range(3)]
    told = history(*growing(6), *short, goal_km=4.7)
    # Tall for 4.0, 4.25, 4.4, 4.65, 4.8, 5.05 km, all of 10 km; the three of 3 km say nothing.
    assert (
        sentences(told)[3] == "Goal, tall for 4.7 km: reached in 2 of the last 5 runs that were long enough."
    )


class Reader(HTMLParser):
    """Collect what a page holds."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.classes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.classes += [value or "" for name, value in attrs if name == "class"]


def read(told: History) -> tuple[str, Reader]:
    text, reader = page(told), Reader()
    reader.feed(text)
    return text, reader


def test_the_page_loads_and_runs_nothing_whatever_a_run_is_called() -> None:
    text, reader = read(history(*growing(6), facts(50, name=STRANGE), goal_km=5.0))
    assert {"script", "link", "img", "iframe"}.isdisjoint(reader.tags)
    assert "default-src &#39;none&#39;" in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "http" not in text.replace("http-equiv", "")
    assert len(text) < 200_000


def test_runs_are_drawn_hollow_where_not_trusted_and_with_an_arrow_where_at_least() -> None:
    doubted = facts(50, confidence=Confidence.DO_NOT_TRUST)
    _, reader = read(history(*growing(6), facts(49), doubted))
    # The legend holds one of each; either variant draws the doubted run in four panels, its drift unknown.
    assert reader.classes.count("run-doubted") == 1 + 2 * 4
    assert reader.classes.count("run-least") == 1 + 2 * 2


def test_a_thousand_runs_make_a_page_below_a_megabyte() -> None:
    runs = [
        facts(1 + k, tall_until_m=5000.0 if k % 3 else math.nan, level_deg=7.0 + k % 2) for k in range(1000)
    ]
    text, reader = read(history(*runs))
    assert len(text) < 1_000_000
    assert reader.tags.count("tr") == 1001


def test_a_history_in_miles_is_the_same_history() -> None:
    told = history(*growing(6), goal_km=4.7)
    # Tall for 4 km of 10 km at 3 m/s: 2.5 of 6.2 miles at 8:56 a mile.
    assert run_cells(told.runs[0], MILE)[2:5] == ("6.2", "8:56", "2.5 mi")
    assert in_unit(Figure.DRIFT, 1.0, MILE) == pytest.approx(1.609, abs=1e-3)
    assert in_unit(Figure.LEVEL, 7.0, MILE) == 7.0
    assert headline(told).startswith("You run tall 0.7 km further each week")
    assert headline(told, MILE).startswith("You run tall 0.4 mi further each week")
    assert any(line.startswith("Goal, tall for 2.9 mi: reached in 2") for line in sentences(told, MILE))
    for shown in (render(told, MILE), page(told, MILE).partition("</style>")[2]):
        assert not re.search(r"\bkm\b|kilomet", shown)


def test_the_dots_of_a_picture_lie_alike_in_miles() -> None:
    told = history(*growing(6), goal_km=5.0)
    places = [re.findall(r'c[xy]="([^"]+)"', page(told, unit)) for unit in (LengthUnit.KILOMETRE, MILE)]
    assert places[0] == places[1]
    assert "goal 3.1 mi" in page(told, MILE)


def test_no_two_labels_of_an_axis_read_alike() -> None:
    told = page(history(facts(1, level_deg=7.0), facts(3, level_deg=7.3)))
    wide = told.split("lean when fresh, °</text>")[1].split("</g>")[0]
    labels = re.findall(r'class="tick"[^>]*>([^<]+)<', wide)
    assert labels == ["7.0", "7.1", "7.2", "7.3"]


def test_one_run_and_none_make_a_page_too() -> None:
    assert "1 run so far" in page(history(facts()))
    assert "0 runs so far" in page(history())


def test_the_json_holds_what_is_unknown_as_null() -> None:
    told = json.loads(to_json(history(*growing(6))))
    assert told["goal_km"] is None
    assert told["runs"][0]["tall_km"] == 4.0
    assert told["trends"]["tall"]["run_count"] == 6


@pytest.mark.parametrize(
    ("days", "most", "told"),
    [
        (4.0, 9, ["1 Jan", "2 Jan", "3 Jan", "4 Jan", "5 Jan"]),
        (80.0, 4, ["2026", "Feb", "Mar"]),
        (1900.0, 9, ["2026", "2027", "2028", "2029", "2030", "2031"]),
        (9000.0, 4, ["2030", "2040", "2050"]),
    ],
)
def test_dates_on_the_axis_are_round_and_few(days: float, most: int, told: list[str]) -> None:
    new_year_2026 = 20454.0
    assert [text for _, text in date_ticks(new_year_2026, new_year_2026 + days, most)] == told


def test_a_run_that_changes_only_in_name_leaves_all_else_as_it_was() -> None:
    runs = growing(6)
    renamed = [replace(run, name="x") for run in runs]
    assert history(*runs).trends == history(*renamed).trends
