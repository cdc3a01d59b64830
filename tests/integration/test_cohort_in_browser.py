"""The coach's page as a browser lays it out, on a phone and on a wide screen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analysis.batch.cohort import RunnerRow, Trend
from analysis.batch.page import render
from tests.support.devtools import Browser

pytestmark = pytest.mark.browser

WIDE = """[...document.body.querySelectorAll("*")]
  .filter(e => e.getBoundingClientRect().right > Math.min(innerWidth, 960 + (innerWidth - 960) / 2) + 1)
  .map(e => e.tagName)"""
"""What reaches beyond the page's own edge."""


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


def test_nothing_of_the_coachs_page_sticks_out(browser: Browser, tmp_path: Path) -> None:
    page = tmp_path / "coach.html"
    page.write_text(render(rows()), encoding="utf-8")
    with browser.page(page) as tab:
        for width in (375, 730, 1200):
            tab.resize(width, 900)
            assert tab.evaluate("innerWidth") == width
            assert tab.evaluate(WIDE) == [], width
