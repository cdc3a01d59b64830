"""The page of a comparison as a reader sees it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from analysis.comparison import page
from analysis.comparison.compare import compare
from analysis.comparison.conditions import By
from tests.support.compared_runs import Course, report_of
from tests.support.devtools import LOOK, running_browser

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def content() -> str:
    """Return a page of three runs, one of them with a name that has no space."""
    made = [report_of(Course(length_m=5_000.0, slouch_from_m=at)) for at in (2_500.0, 4_000.0, None)]
    long = replace(made[2], session=replace(made[2].session, name="x" * 300))
    return page.render(compare([*made[:2], long], by=By.SURFACE))


@pytest.mark.parametrize("width", [375, 1200])
def test_nothing_sticks_out_and_every_word_is_legible(content: str, tmp_path: Path, width: int) -> None:
    file = tmp_path / "compared.html"
    file.write_text(content, encoding="utf-8")
    with running_browser(tmp_path / "profile") as browser, browser.page(file, width=width) as tab:
        seen = tab.evaluate(LOOK)
        assert tab.troubles() == []
    assert seen["wide"] == []
    assert seen["scroll"] <= width
    assert seen["smallest"] >= 12
    assert seen["cut"] == 0
    assert set(seen["classes"]) == {"narrow" if width == 375 else "wide"}
