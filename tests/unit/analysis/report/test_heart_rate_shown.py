"""Heart rate in a report: on page and in text, JSON and CSV; nothing of it where none was recorded."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from dataclasses import replace

import numpy as np
import pytest

from analysis.pipeline import analyse
from analysis.report import page, tables, text
from analysis.report_json import from_json, to_json
from analysis.run_report import RunReport
from sensor.samples import Track
from tests.support import sample_report as sample
from tests.support.sample_report import with_fields
from tests.support.short_runs import CONFIG, PLAIN, session, virtual


@pytest.fixture(scope="module")
def beating() -> RunReport:
    """Ten kilometres whose heart rate climbs from 130 to 160 and is unknown from km 4 to 5."""
    report = sample.slouching_10k()
    metres = report.strides["distance_m"]
    rate_bpm = np.where((metres > 4000) & (metres < 5000), np.nan, 130.0 + 0.003 * metres)
    segments = tuple(
        replace(s, heart_rate_bpm=math.nan if s.from_m == 4000 else 130.0 + 0.0015 * (s.from_m + s.to_m))
        for s in report.evidence.segments
    )
    strides = report.strides.with_columns(heart_rate_bpm=rate_bpm)
    return with_fields(report, strides=strides, segments=segments, heart_rate_bpm=145.4)


def test_a_run_with_a_strap_has_a_heart_rate_per_stride_kilometre_and_run() -> None:
    recording = session(virtual(PLAIN))
    time_s = np.arange(0.0, 70.0)
    strap = Track("heart_rate_bpm", "heart-rate strap", time_s, 100.0 + time_s)
    report = analyse(replace(recording, tracks=(strap,)), CONFIG)

    strides = report.strides
    middle_s = 0.5 * (strides["start_s"] + strides["end_s"])
    expected = np.where(middle_s > 74.0, np.nan, 100.0 + np.minimum(middle_s, 69.0))
    np.testing.assert_allclose(strides["heart_rate_bpm"], expected, atol=1e-9)
    running = strides["heart_rate_bpm"][strides["activity"] == "run"]
    assert report.totals.heart_rate_bpm == pytest.approx(np.nanmedian(running))
    assert [s.heart_rate_bpm for s in report.evidence.segments] == [report.totals.heart_rate_bpm]


def test_the_page_draws_it_under_the_posture_and_lists_it_per_kilometre(beating: RunReport) -> None:
    html = page.render(beating)
    posture = html[html.index('id="posture"') :].split("</section>")[0]
    assert posture.index("Posture over distance") < posture.index("heart rate, beats per minute")
    lines = re.findall(r'<path[^>]*class="heart"[^>]*>', posture)
    # The unknown kilometre lifts the pen; so does, in the wide drawing, the gap of 110 m, 9 units there.
    assert [line.count("m") for line in lines] == [3, 2]
    stride = html[html.index("<caption>Stride") :].split("</table>")[0]
    assert "Heart<br>per min" in stride
    assert "<td>132</td>" in stride
    assert "<dt>Heart rate</dt>" in html


def test_the_text_lists_it_and_stays_within_its_width(beating: RunReport) -> None:
    shown = text.render(beating)
    assert "heart in beats per minute" in shown
    assert "Heart rate" in shown
    assert max(map(len, shown.splitlines())) <= max(
        80, *map(len, text.render(sample.slouching_10k()).splitlines())
    )


def test_json_and_csv_hold_it_and_what_is_unknown_is_empty(beating: RunReport) -> None:
    content = json.loads(to_json(beating))
    assert content["heart_rate_bpm"] == 145.4
    assert content["segments"][0]["heart_rate_bpm"] == pytest.approx(131.5)
    assert content["segments"][4]["heart_rate_bpm"] is None
    again = from_json(to_json(beating))
    np.testing.assert_array_equal(again.strides["heart_rate_bpm"], beating.strides["heart_rate_bpm"])
    rows = list(csv.DictReader(io.StringIO(tables.to_csv(beating))))
    assert float(rows[0]["heart_rate_bpm"]) == beating.strides["heart_rate_bpm"][0]
    assert {row["heart_rate_bpm"] for row in rows if 4000 < float(row["distance_m"]) < 5000} == {""}


def test_without_a_heart_rate_nothing_is_said_of_it() -> None:
    report = sample.slouching_10k()
    for shown in (page.render(report), text.render(report)):
        assert "heart" not in shown.replace(".heart {", "").split("<script>")[0].lower()


def test_a_report_from_before_there_was_one_is_read(beating: RunReport) -> None:
    content = json.loads(to_json(beating))
    del content["heart_rate_bpm"], content["strides"]["heart_rate_bpm"]
    for segment in content["segments"]:
        del segment["heart_rate_bpm"]
    old = from_json(json.dumps(content))
    assert math.isnan(old.totals.heart_rate_bpm)
    assert np.isnan(old.strides["heart_rate_bpm"]).all()
    assert math.isnan(old.evidence.segments[0].heart_rate_bpm)
