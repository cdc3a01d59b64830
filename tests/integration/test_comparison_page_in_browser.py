"""The pages of many runs, a comparison and a history, as a reader sees them."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.comparison import history_page, page
from analysis.comparison.compare import compare
from analysis.comparison.conditions import By
from analysis.comparison.earlier_runs import Worn
from analysis.comparison.history import history_of
from analysis.config import AnalysisConfig
from analysis.lengths import LengthUnit
from analysis.words import Confidence
from tests.support.compared_runs import Course, report_of
from tests.support.devtools import Browser
from tests.support.page_checks import DESK, PHONE, axe_findings, brightness, hold_layout, printed_pages
from tests.support.past_runs import facts
from tests.support.sample_course import average_stride_of
from tests.support.sample_report import with_fields

pytestmark = pytest.mark.browser


def comparison() -> str:
    """Return a page of four runs by their shoes: a name without a space, one without an average stride."""
    made = [
        with_fields(
            report_of(Course(length_m=5_000.0, slouch_from_m=at)),
            average_stride=None if late is None else average_stride_of(late),
        )
        for at, late in ((2_500.0, 5.0), (4_000.0, 0.1), (None, 0.0), (None, None))
    ]
    named = [
        replace(report, session=replace(report.session, name=name, context={"shoes": shoes}))
        for report, name, shoes in zip(made, ("easy", "hills", "x" * 300, "cap"), "abab", strict=True)
    ]
    return page.render(compare(named, by=By.SHOES))


def pair_in_miles() -> str:
    made = [report_of(Course(length_m=5_000.0, slouch_from_m=at), name=str(at)) for at in (2_500.0, 4_000.0)]
    return page.render(compare(made), unit=LengthUnit.MILE)


def history(count: int, unit: LengthUnit) -> str:
    """Return a page of runs over months: growing, some without a flag, the last one not to be trusted."""
    runs = [
        facts(
            1 + 4 * k,
            name=("easy", "x" * 300)[k % 2],
            tall_until_m=math.nan if k % 5 == 4 else 4_000.0 + 150.0 * k + 400.0 * (k % 3),
            level_deg=7.0 + 0.3 * (k % 4),
            confidence=Confidence.DO_NOT_TRUST if k == count - 1 else Confidence.GOOD,
        )
        for k in range(count)
    ]
    told = history_of(
        runs, Worn("", "sternum", False, runs[-1].started_utc), goal_km=8.0, config=AnalysisConfig()
    )
    return history_page.render(told, unit)


PAGES = {
    "comparison": comparison,
    "pair in miles": pair_in_miles,
    "history": lambda: history(20, LengthUnit.KILOMETRE),
    "two runs in miles": lambda: history(2, LengthUnit.MILE),
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    files = {name: folder / f"{name}.html" for name in PAGES}
    for name, file in files.items():
        file.write_text(PAGES[name](), encoding="utf-8")
    return files


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_sticks_out_nothing_covers_a_label_and_every_word_is_legible(
    browser: Browser, pages: dict[str, Path], name: str, width: int
) -> None:
    with browser.page(pages[name], width=width) as tab:
        hold_layout(tab, width)


@pytest.mark.parametrize(("dark", "width"), [(False, PHONE), (True, DESK)], ids=["light phone", "dark desk"])
@pytest.mark.parametrize("name", ["comparison", "history"])
def test_axe_finds_nothing_that_shuts_anybody_out(
    browser: Browser, pages: dict[str, Path], name: str, dark: bool, width: int
) -> None:
    with browser.page(pages[name], width=width, dark=dark) as tab:
        assert (brightness(tab) < 100) == dark
        assert axe_findings(tab) == []


@pytest.mark.parametrize(("name", "most"), [("comparison", 4), ("pair in miles", 2), ("history", 3)])
def test_it_prints_to_a_few_pages_with_or_without_scripts(
    browser: Browser, pages: dict[str, Path], name: str, most: int
) -> None:
    prints = []
    for scripts in (True, False):
        with browser.page(pages[name], scripts=scripts, media="print") as tab:
            prints.append(printed_pages(tab.pdf()))
            assert tab.troubles() == []
    assert prints[0] == prints[1] <= most
