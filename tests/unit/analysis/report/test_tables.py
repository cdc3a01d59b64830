from __future__ import annotations

import csv
import io
import json
import math
import os
import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis import report_json
from analysis.personal import EarlierRun, FittedStep, PersonalBaseline, Slope
from analysis.records import STRIDE_COLUMNS
from analysis.report import tables
from analysis.session_facts import ClockFacts, SharedKnocks, SharedSteps
from tests.support import sample_report as sample
from tests.support.sample_report import with_fields

DOCUMENT = Path(__file__).parents[4] / "data" / "REPORT_JSON.md"


def documented_keys() -> list[str]:
    """Return the keys of the main table of the documentation, in order."""
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    firsts = [line.split("|")[1] for line in lines if line.startswith("| `")]
    return [key for first in firsts for key in re.findall(r"`(\w+)`", first)]


def documented_in(heading: str) -> set[str]:
    """Return every name that one section of the documentation marks as code."""
    section = DOCUMENT.read_text(encoding="utf-8").split(f"## `{heading}`", 1)[1].split("\n## ", 1)[0]
    return set(re.findall(r"`([^`]+)`", section))


def parsed(**changed: Any) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(report_json.to_json(with_fields(sample.slouching_10k(), **changed)))
    return content


def test_the_json_has_exactly_the_documented_keys_in_the_documented_order() -> None:
    assert list(parsed()) == documented_keys()


def test_every_key_of_an_object_within_is_documented() -> None:
    content = parsed()
    assert set(content["session"]) | set(content["session"]["sensors"][0]) <= documented_in("session")
    assert set(content["episodes"][0]) <= documented_in("episodes")
    assert set(content["segments"][0]) <= documented_in("segments")
    text = DOCUMENT.read_text(encoding="utf-8")
    for key in ("baseline", "standings", "gaps", "quality", "advice"):
        item = content[key] if isinstance(content[key], dict) else content[key][0]
        assert all(f"`{name}`" in text for name in item)


def test_every_key_of_the_thirds_and_of_walking_is_documented() -> None:
    thirds = parsed()["thirds"]
    assert set(thirds) | set(thirds["first"]) <= documented_in("thirds")
    text = DOCUMENT.read_text(encoding="utf-8")
    assert all(f"`{name}`" in text for name in parsed()["walking"])


def test_thirds_walking_and_zones_are_read_back() -> None:
    evidence = sample.steady_run().evidence
    again = report_json.from_json(report_json.to_json(sample.steady_run())).evidence
    assert (again.thirds, again.walking, again.zone_s) == (evidence.thirds, evidence.walking, evidence.zone_s)
    content = parsed()
    del content["zone_s"], content["thirds"], content["walking"]
    old = report_json.from_json(json.dumps(content)).evidence
    assert (old.thirds, old.walking, old.zone_s) == (None, None, {})


def test_every_key_of_a_clock_is_documented() -> None:
    names = {field.name for facts in (ClockFacts, SharedKnocks, SharedSteps) for field in fields(facts)}
    assert names <= documented_in("session")


def test_the_json_tells_the_numbers_of_the_report() -> None:
    report = sample.slouching_10k()
    content = parsed()
    assert content["format"] == "runtall-report"
    assert content["version"] == 1
    assert content["headline"] == report.outcome.headline
    assert content["distance_m"] == report.totals.distance_m
    assert content["stride_count"] == len(report.strides) - int((report.strides["activity"] == "walk").sum())
    assert [(e["flag"], e["from_m"], e["depth"]) for e in content["episodes"]] == [
        (e.flag, e.from_m, e.depth_deg) for e in report.evidence.episodes
    ]


def test_advice_is_told_with_its_reason() -> None:
    reminder, strength = parsed()["advice"]
    assert reminder["kind"] == "remind yourself late"
    assert reminder["at_m"] == sample.slouching_10k().outcome.advice[0].at_m
    assert strength == {
        "kind": "strengthen the back",
        "because": "the slouch came late in the run",
        "at_m": None,
        "how": "",
    }


def test_what_earlier_runs_tell_is_written_and_read_back() -> None:
    personal = PersonalBaseline(
        speed=Slope(0.8, 0.3, 2.0, 4.0, 5),
        step=FittedStep(1.0, 167.2, 0.02, 4.0, 5),
        runs=(EarlierRun("<b>tempo</b>", "2026-05-01T07:00:00Z", "no verdict", gives_slopes=False),),
    )
    written = report_json.to_json(sample.with_fields(sample.steady_run(), personal=personal))
    assert report_json.from_json(written).provenance.personal == personal


def test_a_report_from_before_there_was_advice_is_read_back() -> None:
    older = parsed()
    del older["advice"]
    assert report_json.from_json(json.dumps(older)).outcome.advice == ()


def test_unknown_numbers_become_null() -> None:
    content = parsed(distance_m=math.nan, speed_mps=math.inf, baseline=None)
    assert content["distance_m"] is None
    assert content["speed_mps"] is None
    assert content["baseline"] is None
    assert content["episodes"][0]["grade_pct"] is None


def test_numpy_values_in_what_was_noted_are_written_as_numbers() -> None:
    noted = {"a_deg": np.float64(2.5), "n": np.int64(3), "on": np.bool_(True), "v": np.arange(2)}
    content = parsed(session=replace(sample.slouching_10k().session, context=noted))
    assert content["session"]["context"] == {"a_deg": 2.5, "n": 3, "on": True, "v": [0, 1]}


def test_control_characters_leave_as_escapes_only() -> None:
    text = report_json.to_json(with_fields(sample.slouching_10k(), headline="\x1b[2J \u202e \ud800"))
    assert text.isascii()
    assert "\x1b" not in text


def read_csv(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_the_csv_has_exactly_the_columns_of_the_stride_table() -> None:
    report = sample.slouching_10k()
    rows = read_csv(tables.to_csv(report))
    assert rows[0] == list(STRIDE_COLUMNS)
    assert len(rows) == len(report.strides) + 1
    assert {len(row) for row in rows} == {len(STRIDE_COLUMNS)}


def test_the_csv_keeps_every_number_in_full() -> None:
    report = sample.steady_run()
    rows = read_csv(tables.to_csv(report))
    column = list(STRIDE_COLUMNS).index("trunk_flexion_deg")
    assert [float(row[column]) for row in rows[1:]] == report.strides["trunk_flexion_deg"].tolist()


def test_the_csv_says_true_false_and_nothing() -> None:
    report = sample.slouching_10k()
    count = len(report.strides)
    marked = np.array([True, False, None] * count, dtype=object)[:count]
    rows = read_csv(tables.to_csv(replace(report, strides=report.strides.with_columns(flag_rounded=marked))))
    place = {name: i for i, name in enumerate(rows[0])}
    assert [row[place["flag_rounded"]] for row in rows[1:4]] == ["true", "false", ""]
    assert {row[place["usable"]] for row in rows[1:]} == {"true", "false"}
    assert {row[place["grade_pct"]] for row in rows[1:]} == {""}
    assert rows[1][place["stride"]] == "0"


def test_beside_the_csv_stands_which_version_it_has_and_what_its_columns_are(tmp_path: Path) -> None:
    report = sample.slouching_10k()
    target = tmp_path / "long run.csv"
    beside = tmp_path / "long run.csv-metadata.json"

    files = tables.csv_files(report, target)

    assert list(files) == [target, beside]
    described = json.loads(files[beside])
    assert described["@context"] == "http://www.w3.org/ns/csvw"
    assert described["url"] == "long%20run.csv"
    assert described["schema:version"] == 1
    assert described["schema:identifier"]["file_hash"] == report.provenance.file_hash
    columns = described["tableSchema"]["columns"]
    assert [column["name"] for column in columns] == read_csv(files[target])[0]
    by_name = {column["name"]: column for column in columns}
    assert by_name["trunk_flexion_deg"]["schema:unitText"] == "°"
    assert by_name["trunk_flexion_deg"]["datatype"] == "number"
    assert by_name["flag_rounded"]["datatype"] == "boolean"
    assert "schema:unitText" not in by_name["activity"]


def test_nothing_is_laid_beside_a_device() -> None:
    device = Path(os.devnull)
    assert list(tables.csv_files(sample.short_run(), device)) == [device]


@pytest.mark.parametrize("make", [sample.short_run, sample.loose_sensor, sample.three_hours])
def test_every_kind_of_run_can_be_told_to_other_programs(make: Any) -> None:
    report = make()
    assert json.loads(report_json.to_json(report))["verdict"] == report.outcome.verdict
    assert tables.to_csv(report).count("\n") == len(report.strides) + 1


def test_what_only_a_second_sensor_tells_is_written_where_it_was_worn_and_read_back() -> None:
    report = sample.three_sensors()
    written = report_json.to_json(report)
    content = json.loads(written)
    assert (
        content["verdict"] == content["episodes"][0]["flag"] == content["segments"][-1]["flag"] == "leaning"
    )
    assert set(content["segments"][0]) <= documented_in("segments")
    assert content["curve"]["bend_change_deg"][0] is None
    again = report_json.from_json(written)
    assert report_json.to_json(again) == written
    assert again.evidence.segments == report.evidence.segments
    for name in ("bend_change_deg", "sacrum_change_deg", "head_pitch_deg", "neck_flexion_deg"):
        np.testing.assert_array_equal(getattr(again.curve, name), getattr(report.curve, name))


def test_without_a_second_sensor_its_keys_are_left_out_and_read_back_as_unknown() -> None:
    content = parsed()
    assert "bend_change_deg" not in content["segments"][0]
    assert "bend_change_deg" not in content["curve"]
    again = report_json.from_json(json.dumps(content))
    assert math.isnan(again.evidence.segments[0].bend_change_deg)
    assert len(again.curve.bend_change_deg) == 0
