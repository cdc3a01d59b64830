"""Miles and laps, wherever a person reads them, and never in JSON or CSV."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest

from analysis.config import AnalysisConfig, SegmentConfig
from analysis.lengths import Split
from analysis.records import Effort, Segment
from analysis.report import page, tables, text
from analysis.report_json import from_json, to_json
from analysis.run_report import RunReport
from analysis.words import Flag, LapKind
from tests.support import sample_report as sample
from tests.support.sample_report import with_fields


def shown_as(split: Split) -> RunReport:
    config = AnalysisConfig(segments=SegmentConfig(split=split))
    # The headline is worded by an earlier stage, the quality lines by the sample itself.
    return with_fields(sample.slouching_10k(), config=config, headline="", quality=(), notes=())


def in_laps() -> RunReport:
    """Two laps of 400 m in 95 s with a walk of 30 s between them, which is the runner's rest."""
    first = sample.slouching_10k().evidence.segments[0]
    laps = tuple(
        replace(first, from_m=from_m, to_m=to_m, duration_s=lasted_s, lap=number, lap_kind=kind)
        for number, (from_m, to_m, lasted_s, kind) in enumerate(
            [
                (0.0, 400.0, 95.0, LapKind.WORK),
                (400.0, 440.0, 30.0, LapKind.REST),
                (440.0, 840.0, 95.0, LapKind.WORK),
            ],
            start=1,
        )
    )
    efforts = (
        Effort(LapKind.WORK, 2, 800.0, 190.0, 8.0, 0.3, 180.0, Flag.NONE),
        Effort(LapKind.REST, 1, 40.0, 30.0, math.nan, math.nan, math.nan, Flag.NONE),
    )
    return with_fields(shown_as(Split.KILOMETRE), laps=laps, efforts=efforts)


def words_of(html: str) -> str:
    """Return what a person reads of a page, thresholds and style left out."""
    body = re.sub(r"<details>.*?</details>|<style>.*?</style>|<head>.*?</head>", " ", html, flags=re.S)
    return re.sub(r"<[^>]+>", " ", body)


@pytest.mark.parametrize("render", [text.render, lambda report: words_of(page.render(report))])
def test_in_miles_nothing_is_told_in_kilometres(render) -> None:  # type: ignore[no-untyped-def]
    shown = render(shown_as(Split.MILE))
    assert re.findall(r".{20}(?:\bkm\b|[Kk]ilomet).{20}", shown) == []
    assert "6.21 mi" in shown
    # 5:28 a kilometre: 1.609344 times 327.9 s are 8 min 48 s.
    assert "8:48 /mile" in shown
    assert "mile 3.8" in shown


@pytest.mark.parametrize("split", [Split.KILOMETRE, Split.SHORT, Split.LAP])
def test_else_nothing_is_told_in_miles(split: Split) -> None:
    report = shown_as(split)
    for shown in (text.render(report), words_of(page.render(report))):
        assert re.findall(r"\b(?:mi|miles?|mph)\b", shown) == []


@pytest.mark.parametrize("split", Split)
def test_the_page_is_headed_by_what_its_rows_are(split: Split) -> None:
    title = {"1km": "Kilometre by kilometre", "mile": "Mile by mile", "400m": "400 m by 400 m"}
    assert f">{title.get(split, 'Lap by lap')}</h2>" in page.render(shown_as(split))


def test_tables_keep_metres_whatever_a_person_reads() -> None:
    in_km, in_miles = shown_as(Split.KILOMETRE), shown_as(Split.MILE)
    assert tables.to_csv(in_km) == tables.to_csv(in_miles)
    again = from_json(to_json(in_miles))
    assert again.evidence.segments == in_miles.evidence.segments
    assert again.provenance.config.segments.split is Split.MILE
    assert text.render(again) == text.render(in_miles)


def test_laps_stand_beside_the_kilometres_with_work_and_rest_apart() -> None:
    lines = text.render(in_laps()).splitlines()
    at = lines.index("Laps")
    # 400 m in 95 s are 3:58 a kilometre, 40 m in 30 s are 12:30.
    told = [line.split()[:5] for line in lines[at + 2 : at + 7]]
    assert told[0] == ["1", "0.40", "1:35", "3:58", "169"]
    assert told[1] == ["2", "rest", "0.04", "0:30", "12:30"]
    assert told[3] == ["all", "work,", "2", "0.80", "3:10"]
    assert told[4] == ["all", "rest,", "1", "0.04", "0:30"]
    html = page.render(in_laps())
    assert ">Kilometre by kilometre</h2>" in html
    assert html.index(">Kilometre by kilometre</h2>") < html.index(">Your laps</h2>")
    assert "2 rest" in html


def test_laps_and_efforts_come_back_from_json() -> None:
    again = from_json(to_json(in_laps()))
    assert [lap.lap_kind for lap in again.evidence.laps] == ["work", "rest", "work"]
    assert again.evidence.efforts[0] == in_laps().evidence.efforts[0]
    assert math.isnan(again.evidence.efforts[1].adj_deg)


def test_a_report_without_laps_says_nothing_of_them() -> None:
    report = shown_as(Split.KILOMETRE)
    assert "Laps" not in text.render(report)
    assert 'id="laps"' not in page.render(report)


def test_a_lap_without_length_has_no_pace() -> None:
    standing: Segment = replace(in_laps().evidence.laps[1], to_m=400.0)
    shown = text.render(with_fields(in_laps(), laps=(standing,), efforts=()))
    assert "2 rest  0.00  0:30       –" in shown
    assert page.render(with_fields(in_laps(), laps=(standing,), segments=(standing,), efforts=()))
