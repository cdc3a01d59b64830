"""The page of a comparison as a reader sees it."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.comparison import page
from analysis.comparison.compare import compare
from analysis.comparison.conditions import By
from tests.integration.test_page_in_browser import FRAME, LOOK
from tests.support.browser import browse, chromium
from tests.support.compared_runs import Course, report_of

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def content() -> str:
    """Return a page of three runs, one of them with a name that has no space."""
    made = [report_of(Course(length_m=5_000.0, slouch_from_m=at)) for at in (2_500.0, 4_000.0, None)]
    long = replace(made[2], session=replace(made[2].session, name="x" * 300))
    return page.render(compare([*made[:2], long], by=By.SURFACE))


@pytest.mark.parametrize("width", [375, 1200])
def test_nothing_sticks_out_and_every_word_is_legible(content: str, tmp_path: Path, width: int) -> None:
    chromium()
    free = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", content)
    window = tmp_path / "window.html"
    copy = html.escape(free.replace("</body>", LOOK + "</body>"))
    window.write_text(FRAME.format(width=width, copy=copy), encoding="utf-8")
    dom = browse(window, tmp_path / "profile", "--window-size=1300,1000", "--dump-dom")
    found = re.search(r'<body data-look="([^"]*)"', dom)
    assert found, "the page was not measured"
    seen = json.loads(html.unescape(found[1]))
    assert seen["wide"] == []
    assert seen["scroll"] <= width
    assert seen["smallest"] >= 12
    assert seen["cut"] == 0
    assert {name.split()[-1] for name in seen["classes"]} == {"narrow" if width == 375 else "wide"}
