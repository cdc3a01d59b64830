"""The coach's page as a browser lays it out, on a phone and on a wide screen."""

from __future__ import annotations

import html
import re
from pathlib import Path

import numpy as np
import pytest

from analysis.batch.cohort import RunnerRow, Trend
from analysis.batch.page import render
from tests.support.browser import browse, chromium

pytestmark = pytest.mark.browser

ASK = """<script>addEventListener("load", () => {
  parent.document.body.dataset.wide = [...document.body.querySelectorAll("*")]
    .filter(e => e.getBoundingClientRect().right > Math.min(innerWidth, 960 + (innerWidth - 960) / 2) + 1)
    .map(e => e.tagName).join(" ") });</script>"""
"""What reaches beyond the page's own edge, told to the window around."""


def rows() -> list[RunnerRow]:
    every = {
        "run_count": 25,
        "last_utc": "2026-05-25T06:30:00+00:00",
        "verdict": "slouched",
        "simulated": False,
    }
    changes = np.linspace(-12.0, 12.5, 20)
    reasons = ("slouched from km 10.2 of the last run", "12.4 km sooner than in the runs before")
    return [
        RunnerRow(
            **every,  # type: ignore[arg-type]
            runner=f"{letter * 5}-7K2QM",
            confidence="do not trust",
            slouched_from_m=10_240.0,
            judged_m=42_195.0,
            late_change_deg=-12.5,
            late_changes_deg=changes,
            trend=Trend(-13.5, -22.3, 14.2, 20),
            reasons=reasons,
        )
        for letter in "MWQ"
    ]


@pytest.mark.parametrize("width", [375, 730, 1200])
def test_nothing_of_the_coachs_page_sticks_out(width: int, tmp_path: Path) -> None:
    chromium()
    free = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", render(rows()))
    copy = html.escape(free.replace("</body>", ASK + "</body>"))
    window = tmp_path / "window.html"
    frame = f'<iframe style="border:0;width:{width}px;height:900px" srcdoc="{copy}"></iframe>'
    window.write_text(f"<!doctype html><body>{frame}", encoding="utf-8")
    dom = browse(window, tmp_path / "profile", "--window-size=1300,1000", "--dump-dom")
    found = re.search(r'<body data-wide="([^"]*)"', dom)
    assert found, "the page was not measured"
    assert found[1] == ""
