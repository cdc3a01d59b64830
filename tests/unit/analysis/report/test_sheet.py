"""The sheet for a physiotherapist, and the main figure as a picture."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.records import EarlierRun
from analysis.report import document, sheet, words
from analysis.report.picture import plain_style
from tests.support import sample_report as sample


def test_it_tells_what_a_physiotherapist_asks_for() -> None:
    report = sample.slouching_10k()
    told = replace(report.session, context={"pain_during": ["neck 3"], "surface": "road"})
    html = sheet.render(replace(report, session=told))
    assert "<strong>Pain during</strong>: neck 3" in html
    assert "In the last third you were" in html
    assert "Lean to the side: 0.6° right at the start" in html
    assert "lost data: 2 gaps, 51 s (fair)" in html
    assert report.provenance.config_hash in html
    thirds = report.evidence.thirds
    assert thirds is not None
    assert words.signed(thirds.lo_deg) in html


def test_a_long_run_and_long_texts_keep_to_a_page() -> None:
    report = sample.three_hours()
    long = "<b>" + "x" * 10_000
    session = replace(report.session, name=long, context={"notes": long, long: long})
    html = sheet.render(replace(report, session=session))
    assert html.count('<th scope="row">') == sheet.MOST_ROWS
    assert "0–1" in html
    assert "42–42.2" in html
    assert "<b>" not in html
    assert "x" * 300 not in html


def test_earlier_runs_stand_under_this_one() -> None:
    run = EarlierRun(
        name="Tuesday",
        started_utc="2025-05-06T17:31:05Z",
        distance_m=9_000.0,
        tall_until_m=4_800.0,
        judged_m=9_000.0,
        late_change_deg=3.4,
        level_deg=8.0,
    )
    html = sheet.render(sample.slouching_10k(), earlier=[run] * 9)
    assert html.count("2025-05-06, Tuesday") == sheet.MOST_EARLIER
    assert "<td>until km 4.8</td><td>+3.4°</td>" in html


@pytest.mark.parametrize("make", [sample.short_run, sample.accelerometer_only, sample.own_baseline])
def test_what_is_not_known_is_not_made_up(make: object) -> None:
    assert callable(make)
    html = sheet.render(make())
    assert "nan" not in html.split("</style>")[1].lower().split()


def test_a_plain_drawing_has_the_light_colours_and_no_rule_for_screens() -> None:
    style = plain_style(document.style())
    assert "var(" not in style
    assert "@media" not in style
    assert ".course { stroke: #10222e;" in style
    assert ".zone-usual { fill: #e1f0eb; }" in style
