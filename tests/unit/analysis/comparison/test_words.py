from __future__ import annotations

import html
import re
from typing import Any

import pytest

from analysis.comparison import page, text
from analysis.comparison.compare import compare
from analysis.comparison.conditions import By
from analysis.comparison.sentences import headline, labels
from analysis.lengths import LengthUnit
from analysis.report import words
from tests.support.sample_report import short_run, with_fields

MAY, JUNE = "2026-05-03T07:00:00Z", "2026-06-09T18:00:00Z"
EVIL = "\x1b[2J<script>alert(1)</script>\N{RIGHT-TO-LEFT OVERRIDE}\"'&" + "الجري" + "x" * 10_000


def first_line(runs: Any, reference: Any, other: Any) -> str:
    found = compare([runs(reference, started_utc=MAY), runs(other, 2, started_utc=JUNE)])
    return text.render(found).splitlines()[0]


@pytest.mark.parametrize(
    ("reference", "other", "said"),
    [
        ("early", "late", r"You ran tall 1\.\d km longer than on 3 May\."),
        ("late", "early", r"You stopped running tall 1\.\d km earlier than on 3 May\."),
        ("early", "steady", r"You ran tall at least [23]\.\d km longer than on 3 May\."),
        ("steady", "early", r"You stopped running tall at least [23]\.\d km earlier than on 3 May\."),
        ("early", "early", r"No difference shown in how far you ran tall\."),
        ("steady", "steady", r"You ran tall to the end both times\."),
    ],
)
def test_the_first_line_is_how_much_further_the_runner_stayed_tall(
    runs: Any, reference: str, other: str, said: str
) -> None:
    assert re.fullmatch(said, first_line(runs, getattr(runs, reference), getattr(runs, other)))


def test_a_run_that_ended_tall_bounds_the_difference_on_its_side(runs: Any) -> None:
    early, steady = runs(runs.early), runs(seed=2)
    assert re.search(r"Tall for, km .* >= \+[23]\.\d ", text.render(compare([early, steady])))
    assert re.search(r"Tall for, km .* <= -[23]\.\d ", text.render(compare([steady, early])))


def test_a_comparison_in_miles_is_the_same_comparison(runs: Any) -> None:
    found = compare([runs(runs.early, started_utc=MAY), runs(runs.late, 2, started_utc=JUNE)], by=By.MONTH)
    apart_m = found.pairs[0].onsets["tall"].difference_m.value
    shown = text.render(found, LengthUnit.MILE)
    assert shown.startswith(f"You ran tall {apart_m / 1609.344:.1f} mi longer than on 3 May.")
    drift = found.runs[0].drift_deg_per_km
    assert drift is not None
    assert re.search(rf"drift, °/mile +{drift.value * 1.609344:.1f}\n", shown)
    assert re.search(r"Runs.*\n +1 +3 May 2026 .* 3\.7 mi +\d+:\d\d /mile", shown)
    for told in (
        shown,
        re.sub(r"<style>.*?</style>", "", page.render(found, unit=LengthUnit.MILE), flags=re.S),
    ):
        assert not re.search(r"\bkm\b|kilomet", told)
    assert max(map(len, shown.splitlines())) <= text.WIDTH


def test_runs_that_do_not_compare_say_why_first(runs: Any) -> None:
    other = with_fields(runs(seed=2), method="accelerometer only")
    found = compare([runs(), other])
    assert headline(found.pairs[0], "3 May").startswith("Not comparable: method")
    assert "Lean when fresh" not in text.render(found)
    assert "Not comparable" in page.render(found)


def test_runs_are_told_apart_by_day_else_by_name_else_by_number(runs: Any) -> None:
    made = compare([runs(started_utc=MAY, name="A"), runs(started_utc=JUNE, name="B")]).runs
    assert labels(made) == ["3 May", "9 June"]
    made = compare([runs(started_utc=MAY, name="A"), runs(started_utc=MAY, name="B")]).runs
    assert labels(made) == ["“A”", "“B”"]
    made = compare([runs(started_utc="", name="A"), runs(started_utc=MAY, name="A")]).runs
    assert labels(made) == ["run 1, “A”", "run 2, “A”"]


def test_the_text_fits_a_terminal_and_keeps_the_two_uncertainties_apart(runs: Any) -> None:
    reports = [runs(runs.early, started_utc=MAY), runs(runs.late, 2, started_utc=JUNE), short_run()]
    lines = text.render(compare(reports, by=By.SURFACE)).splitlines()
    assert max(map(len, lines)) <= 80
    assert "days takes several runs" in " ".join(lines)
    assert "\N{MINUS SIGN}" not in "".join(lines)


def test_only_what_matters_of_what_is_comparable_is_said(runs: Any) -> None:
    found = text.render(compare([runs(), runs(seed=2, context={"surface": "trail", "pack": "none"})]))
    assert "surface (road / trail)" in found
    assert "pack" not in found
    assert "placement" not in found


def test_names_are_harmless_and_short_in_terminal_and_page(runs: Any) -> None:
    context = {"tape": EVIL, "surface": EVIL}
    found = compare([runs(name=EVIL, context=context), runs(seed=2, name=EVIL + "2")], by=By.TAPE)
    for made in (text.render(found), page.render(found)):
        assert "\x1b" not in made
        assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in made
        assert "x" * 100 not in made
    assert "<script" not in page.render(found)
    assert len(words.short(EVIL)) <= 40
    assert words.short("a 🏃 b") == "a 🏃 b"
    assert words.short("x" * 300 + " by the lake") == "x" * 39 + "…"


def test_a_page_loads_and_runs_nothing_and_tells_each_run_without_colour(runs: Any) -> None:
    reports = [runs(runs.early, started_utc=MAY), runs(runs.late, 2, started_utc=JUNE), runs()]
    made = page.render(compare(reports, by=By.SURFACE))
    assert "default-src 'none'" in html.unescape(made)
    assert not re.search(r"<script|<link|<img|@import|https?:|url\(", made)
    assert len(made) < 200_000
    for number in (1, 2, 3):
        assert f'class="run-line run-{number}"' in made
        assert re.search(rf'class="run-number" [^>]*>{number}</text>', made)
    assert made.count("<title>The runs by distance</title>") + made.count("-title") >= 2
    assert "too few to tell" in made or "share one condition" in made


def test_the_intervals_of_the_page_are_those_of_the_terminal(runs: Any) -> None:
    found = compare([runs(runs.early), runs(runs.late, 2)])
    intervals = re.findall(r"[+-]\d+\.\d to [+-]\d+\.\d", text.render(found))
    assert intervals
    assert all(one.replace("-", "\N{MINUS SIGN}") in page.render(found) for one in intervals)
