"""The public names of both packages, and the page that shows them."""

from __future__ import annotations

import inspect
import pickle
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import analysis
import sensor
from sensor.session.reader import read_recording
from tests.support import short_runs
from tests.support.csv_export import write_imu_csv

PAGE = Path(__file__).parents[2] / "data" / "PYTHON.md"


@pytest.mark.parametrize("package", [analysis, sensor], ids=lambda package: package.__name__)
def test_every_public_name_is_there_listed_and_documented(package: ModuleType) -> None:
    assert set(package.__all__) <= set(dir(package))
    for name in package.__all__:
        value = getattr(package, name)
        if inspect.isclass(value) or inspect.isroutine(value):
            assert inspect.getdoc(value), name


@pytest.mark.parametrize("package", [analysis, sensor], ids=lambda package: package.__name__)
def test_another_name_is_refused_by_name(package: ModuleType) -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = package.nothing


def test_the_front_door_loads_nothing_until_it_is_asked() -> None:
    asked = "import analysis, sensor, sys; dir(analysis); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert {"numpy", "scipy", "pandas", "bleak", "click"}.isdisjoint(done.stdout.split())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with two sessions of virtual runs."""
    from analysis.cli.main import main

    folder = tmp_path_factory.mktemp("python")
    for seed, name in ((1, "tempo"), (2, "easy")):
        run = short_runs.virtual(short_runs.PLAIN, seed)
        worn = run.sensors[0].measured
        time_s = np.arange(len(worn.acc_sensor_mps2)) / run.rate_hz
        write_imu_csv(folder / f"{name}.csv", time_s, worn.acc_sensor_mps2, worn.gyr_sensor_radps)
        words = ["--home", str(folder / name), "import", f"sternum={folder / name}.csv", "--name", name]
        with pytest.raises(SystemExit) as end:
            main(words)
        assert not end.value.code
        (made,) = (folder / name / "sessions").glob("*.runtall")
        made.rename(folder / f"{name}.runtall")
    return folder


def test_the_code_of_the_page_runs(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) >= 5
    monkeypatch.chdir(folder)
    names: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), names)
    printed = capsys.readouterr().out
    assert names["report"].outcome.headline in printed
    assert "acc_x_mps2" in printed
    assert names["again"].outcome.headline == names["report"].outcome.headline


def test_a_report_survives_json_and_compares_alike(folder: Path) -> None:
    reports = [analysis.analyse_session(str(folder / f"{name}.runtall")) for name in ("tempo", "easy")]
    for name, report in zip(("tempo", "easy"), reports, strict=True):
        (folder / f"{name}-kept.json").write_text(report.to_json(), encoding="utf-8")
    kept = [analysis.RunReport.from_json(folder / f"{name}-kept.json") for name in ("tempo", "easy")]
    assert [report.to_json() for report in kept] == [report.to_json() for report in reports]
    assert str(analysis.compare(kept)) == str(analysis.compare(reports))
    for before, after in zip(reports, kept, strict=True):
        for column, values in before.strides.columns.items():
            np.testing.assert_array_equal(after.strides[column], values)
            assert after.strides[column].dtype == values.dtype


def test_frames_carry_their_units_and_where_they_come_from(folder: Path) -> None:
    report = analysis.analyse_session(folder / "tempo.runtall")
    strides = report.to_frame()
    assert len(strides) == len(report.strides)
    assert strides.attrs["units"]["trunk_flexion_deg"] == "°"
    assert strides.attrs["units"]["speed_mps"] == "m/s"
    assert "usable" not in strides.attrs["units"]
    assert strides.attrs["config_hash"] == report.provenance.config_hash
    assert len(report.to_frame("segments")) == len(report.evidence.segments)
    assert "flag" in report.to_frame("episodes").columns
    assert len(report.to_frame("laps")) == len(report.evidence.laps) == 0
    with pytest.raises(ValueError, match="give strides, segments, laps or episodes"):
        report.to_frame("rounds")


def test_samples_come_as_a_frame_on_the_sessions_time_line(folder: Path) -> None:
    recording = read_recording(str(folder / "tempo.runtall"))
    frame = recording.to_frame("sternum")
    np.testing.assert_array_equal(frame["time_s"], recording.sensors[0].time_s)
    np.testing.assert_array_equal(frame["gyr_z_radps"], recording.sensors[0].gyr_sensor_radps[:, 2])  # type: ignore[index]
    with pytest.raises(sensor.UnknownSensorError, match=r"no sensor at 'head' \(worn: sternum\)"):
        recording.to_frame("head")


def test_the_call_can_be_handed_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(analysis.analyse_session)) is analysis.analyse_session


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[]", "no report of runtall"),
        ('{"format": "runtall-report", "version": 2}', "version 2, known is 1"),
        ('{"format": "runtall-report", "version": 1}', "without its strides"),
        ('{"format": "runtall-report", "version": 1, "strides": {}}', "damaged"),
        (
            '{"format": "runtall-report", "version": 1, "strides": {}, "episodes": [], "settings": [], '
            '"hashes": {"config": "", "file": ""}, "runtall_version": ""}',
            "damaged",
        ),
        ('{"format": "runtall-report", "version": 1, "strides": 5, "episodes": [], "hashes": {}}', "damaged"),
    ],
)
def test_what_is_no_report_is_refused_in_one_line(tmp_path: Path, content: str, why: str) -> None:
    path = tmp_path / "report.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(analysis.ReportFileError, match=why) as refused:
        analysis.RunReport.from_json(path)
    assert "\n" not in str(refused.value)
    assert str(path) in str(refused.value)


def test_the_command_compares_kept_reports(folder: Path, capsys: Any) -> None:
    from analysis.cli.main import main

    kept = []
    for name in ("tempo", "easy"):
        kept.append(folder / f"{name}-command.json")
        kept[-1].write_text(analysis.analyse_session(folder / f"{name}.runtall").to_json(), encoding="utf-8")
    with pytest.raises(SystemExit) as end:
        main(["--home", str(folder), "compare", *map(str, kept)])
    assert not end.value.code
    from_reports = capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["--home", str(folder), "compare", str(folder / "tempo.runtall"), str(folder / "easy.runtall")])
    assert from_reports == capsys.readouterr().out
