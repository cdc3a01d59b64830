"""Calibrations in the runner's folder: private, whole, and hostile until read."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from analysis.cli.calibrations import keep_calibration, kept_calibrations
from analysis.errors import OutputError
from sensor.calibration import AccelerometerCalibration, CalibratedSensor

OWN = CalibratedSensor(
    name="Movesense 1",
    address="C0:00:00:00:00:01",
    serial="1",
    calibration=AccelerometerCalibration((0.4, -0.2, 0.1), (1.02, 0.98, 1.01), "2026-05-01"),
)


def nobody(_: str) -> None:
    raise AssertionError("told of a calibration that is sound")


def test_what_was_kept_is_read_again_and_the_owners_alone(tmp_path: Path) -> None:
    path = keep_calibration(tmp_path, OWN)
    assert kept_calibrations(tmp_path, nobody) == (OWN,)
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_newer_calibration_replaces_the_older_and_a_namesake_has_its_own(tmp_path: Path) -> None:
    namesake = CalibratedSensor(name=OWN.name, address="C0:2", serial="2", calibration=OWN.calibration)
    assert keep_calibration(tmp_path, OWN) == keep_calibration(tmp_path, OWN)
    assert keep_calibration(tmp_path, namesake) != keep_calibration(tmp_path, OWN)
    assert len(kept_calibrations(tmp_path, nobody)) == 2


def test_a_folder_without_any_has_none(tmp_path: Path) -> None:
    assert kept_calibrations(tmp_path, nobody) == ()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "Expecting value"),
        (b"\x80\x80\x80\x80", "decode"),
        (b"[" * 9000, "recursion"),
        (b"1" * 10_001, "more than 10000 bytes"),
        (b'{"format": "other"}', "its format is not runtall-sensor"),
        (b'{"format": "runtall-sensor", "name": 3}', "3 is no name"),
        (b'{"format": "runtall-sensor", "name": "", "address": "", "serial": ""}', "no table"),
    ],
    ids=["empty", "no text", "nested", "large", "stranger", "no name", "no calibration"],
)
def test_a_file_that_is_none_is_told_in_a_line_and_passed_over(
    tmp_path: Path, content: bytes, why: str
) -> None:
    keep_calibration(tmp_path, OWN)
    (tmp_path / "sensors" / "a.json").write_bytes(content)
    told: list[str] = []
    assert kept_calibrations(tmp_path, told.append) == (OWN,)
    assert len(told) == 1
    assert why in told[0]
    assert "passed over" in told[0]


def test_a_calibration_no_sound_sensor_has_is_passed_over(tmp_path: Path) -> None:
    path = keep_calibration(tmp_path, OWN)
    content = json.loads(path.read_text())
    content["calibration"]["acc_scale"] = [1.0, 1.0, 2.0]
    path.write_text(json.dumps(content))
    told: list[str] = []
    assert kept_calibrations(tmp_path, told.append) == ()
    assert "no sound sensor is so" in told[0]


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "sensors").write_text("in the way")
    with pytest.raises(OutputError, match=r"cannot be written .*--home"):
        keep_calibration(tmp_path, OWN)
