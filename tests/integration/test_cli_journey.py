"""Two runs from CSV files to reports and a comparison, through the console script alone."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from analysis.cli.demo.demo_run import true_crossing_m
from analysis.config import AnalysisConfig
from sensor.virtual.runner.scenarios import demo_plan, short_run_plan
from sensor.virtual.runner.simulation import VirtualRun, simulate
from tests.support.console import runtall, success
from tests.support.csv_export import write_imu_csv

pytestmark = pytest.mark.slow

EVEN_MINUTES = 16.0

COLUMNS = (
    *("stride", "start_s", "end_s", "distance_m", "speed_mps", "grade_pct", "activity", "side_first"),
    *("cadence_spm", "trunk_flexion_deg", "trunk_flexion_rom_deg", "trunk_lateral_deg", "lateral_left_deg"),
    *("lateral_right_deg", "trunk_rotation_rom_deg", "trunk_flexion_adj_deg", "sacrum_pitch_deg"),
    *("upper_trunk_minus_sacrum_deg", "head_pitch_deg", "neck_flexion_deg", "head_forward_cm"),
    *("head_forward_lo_cm", "head_forward_hi_cm", "head_source", "vertical_oscillation_cm"),
    *("contact_time_ms", "heart_rate_bpm", "usable", "usable_because", "flag", "flag_rounded", "flag_head"),
    *("judged", "judged_because"),
)


@dataclass(frozen=True)
class Journey:
    """A home with two imported runs, the session files, and the truth of the slouching one."""

    home: Path
    even: Path
    slouch: Path
    truth: VirtualRun


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Journey:
    folder = tmp_path_factory.mktemp("journey")
    home = folder / "home"
    paths = []
    runs = {"even": simulate(short_run_plan(EVEN_MINUTES), seed=3), "slouch": simulate(demo_plan(), seed=1)}
    for number, (name, run) in enumerate(runs.items()):
        signal = run.sensors[0].measured
        time_s = np.arange(len(signal.acc_sensor_mps2)) / signal.rate_hz
        file = write_imu_csv(
            folder / f"{name}.csv",
            time_s,
            signal.acc_sensor_mps2,
            signal.gyr_sensor_radps,
            customary_units=name == "slouch",
        )
        done = runtall(
            home,
            *("import", f"sternum={file}", "--name", name, "--distance", f"{run.distance_m[-1]:.0f}m"),
            *("--started", f"2025-05-3{number} 07:30", "--range", "16g", "--gyro-range", "2000dps"),
        )
        paths.append(Path(success(done)[-1]))
    return Journey(home, *paths, truth=runs["slouch"])


def test_import_ends_with_the_path_of_the_session_it_made(journey: Journey) -> None:
    for path in (journey.even, journey.slouch):
        assert path.parent == journey.home / "sessions"
        assert path.is_file()
    assert sorted((journey.home / "sessions").iterdir()) == [journey.even, journey.slouch]


def test_list_has_both_newest_first(journey: Journey) -> None:
    header, *lines = success(runtall(journey.home, "list"))
    assert header.split()[0] == "NAME"
    assert [line.split()[0] for line in lines] == ["slouch", "even"]
    assert "16:0" in lines[1] or "15:5" in lines[1]


def test_show_tells_what_a_session_holds(journey: Journey) -> None:
    shown = "\n".join(success(runtall(journey.home, "show", "2025-05-30")))
    for words in (str(journey.even), "sternum", "even.csv", "104.0/s"):
        assert words in shown


def test_a_report_writes_page_json_and_csv_and_ends_with_the_page(journey: Journey, tmp_path: Path) -> None:
    page, numbers, table = tmp_path / "r.html", tmp_path / "r.json", tmp_path / "r.csv"
    lines = success(
        runtall(journey.home, "report", "-o", page, "--json", numbers, "--csv", table, timeout_s=120.0)
    )
    assert lines[-1] == str(page)
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert {entry.name for entry in tmp_path.iterdir()} == {
        "r.html",
        "r.json",
        "r.csv",
        "r.csv-metadata.json",
    }

    report = json.loads(numbers.read_text(encoding="utf-8"))
    assert "slouched" in report["headline"]
    assert report["headline"] in " ".join(lines)
    assert (report["confidence"], report["zero_source"]) == ("good", "standing")
    assert report["distance_source"] == "typed"
    assert report["distance_m"] == pytest.approx(journey.truth.distance_m[-1], abs=1.0)
    true_m = true_crossing_m(journey.truth, AnalysisConfig())
    (slouched,) = [episode for episode in report["episodes"] if episode["flag"] == "slouched"]
    assert slouched["from_m"] == pytest.approx(true_m, abs=300.0)
    assert slouched["to_m"] > 4500.0
    assert 4.0 < slouched["depth"] < 9.0
    assert report["usable_fraction"] > 0.9

    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == report["stride_count"]
    # 170 steps a minute for 28 minutes, two to a stride.
    assert 2200 < len(rows) < 2600
    assert {row["flag"] for row in rows} == {"none", "watch", "slouched"}
    assert {row["head_source"] for row in rows} == {"trunk model"}
    flexion_deg = np.array([float(row["trunk_flexion_deg"]) for row in rows if row["usable"] == "true"])
    assert 6.0 < np.median(flexion_deg[:500]) < 9.0
    assert 12.0 < np.median(flexion_deg[-500:]) < 16.0


def test_an_even_run_has_no_slouched_stretch(journey: Journey, tmp_path: Path) -> None:
    done = runtall(journey.home, "report", "even", "-o", tmp_path / "r.html", "--json", "-", timeout_s=120.0)
    report = json.loads("\n".join(success(done)))
    assert report["episodes"] == []
    assert done.stderr.splitlines()[-1] == str(tmp_path / "r.html")


def test_a_report_of_a_session_lies_beside_it_unless_told_otherwise(journey: Journey) -> None:
    page = Path(success(runtall(journey.home, "report", journey.even, timeout_s=120.0))[-1])
    assert page == journey.even.with_suffix(".html")
    page.unlink()


def test_compare_tells_what_is_comparable_and_where_they_differ(journey: Journey, tmp_path: Path) -> None:
    numbers = tmp_path / "c.json"
    done = runtall(journey.home, "compare", "even", "latest", "--json", numbers, timeout_s=120.0)
    text = "\n".join(success(done))
    # The even run ends before the other one's slouch begins.
    assert text.startswith("No difference shown in how far you ran tall.")
    comparison = json.loads(numbers.read_text(encoding="utf-8"))
    (pair,) = comparison["pairs"]
    change = pair["late_minus_early_deg"]
    assert change["low"] < 0 < change["value"] < change["high"]
    assert pair["onsets"]["tall"]["is_bound"]
    assert "placement" in [line["what"] for line in pair["comparability"]]


def test_a_noted_distance_scales_the_report(journey: Journey, tmp_path: Path) -> None:
    copy = tmp_path / "copy.runtall"
    copy.write_bytes(journey.even.read_bytes())
    assert success(runtall(journey.home, "note", copy, "--distance", "4.2km", "--surface", "track")) == [
        str(copy)
    ]
    done = runtall(journey.home, "report", copy, "--json", "-", timeout_s=120.0)
    assert json.loads("\n".join(success(done)))["distance_m"] == pytest.approx(4200.0, abs=0.1)
