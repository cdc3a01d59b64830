"""Tables of the Movella DOT app: lines before the header, a counter that goes round, modes without force."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sensor.errors import ImportFileError
from sensor.importers.imu_csv import ImuFile
from sensor.importers.imu_file import read_imu_file
from sensor.units import RADPS_PER_DEGPS
from tests.support.app_exports import BEGAN_S, acc_at, check_motion_of, gyr_at, moments, table

TIME_S = moments(60.0)
STARTED = "StartTime: ,2026-05-03_07:31:05_086 CEST"
VECTORS = ["Acc_X", "Acc_Y", "Acc_Z", "Gyr_X", "Gyr_Y", "Gyr_Z"]


def _text(
    *, first_us: int = 192_856_375, started: str = STARTED, names: list[str] = VECTORS, separator: str = ","
) -> str:
    fine = (first_us + np.rint(TIME_S * 1e6).astype(np.int64)) % 2**32
    rows = table(
        ["PacketCounter", "SampleTimeFine", *names, "Status"],
        *(np.arange(1, len(TIME_S) + 1), fine, acc_at(TIME_S), gyr_at(TIME_S) / RADPS_PER_DEGPS),
        np.zeros(len(TIME_S), np.int64),
        separator=separator,
    )
    head = ["sep=,", "DeviceTag:,1", "OutputRate:,60Hz", "Measurement Mode:,Rate quantities", started]
    return "\n".join([*head, "© Movella Technologies B. V. 2005-2025", "", rows])


def _read(folder: Path, content: bytes) -> ImuFile:
    path = folder / "1_20260503.csv"
    path.write_bytes(content)
    return read_imu_file(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_the_lines_before_the_header_are_passed_over_in_any_encoding(
    tmp_path: Path, encoding: str, line_end: str
) -> None:
    file = _read(tmp_path, _text().replace("\n", line_end).encode(encoding))
    check_motion_of(file)
    assert "taken for Movella DOT app: m/s², deg/s, gravity included" in file.notices[0]


def test_a_counter_that_goes_round_goes_on(tmp_path: Path) -> None:
    check_motion_of(_read(tmp_path, _text(first_us=2**32 - 7_000_000).encode()))


def test_an_older_export_without_lines_before_the_header_is_read(tmp_path: Path) -> None:
    text = _text(separator=";").split("\n\n")[1]
    check_motion_of(_read(tmp_path, text.encode()), began_s=0.0)


def test_packets_that_are_missing_are_a_gap(tmp_path: Path) -> None:
    lines = _text().splitlines()
    del lines[400:415]
    assert np.diff(_read(tmp_path, "\n".join(lines).encode()).time_s).max() == pytest.approx(
        16 / 60, abs=1e-4
    )


@pytest.mark.parametrize(
    ("started", "ahead_h"),
    [
        ("StartTime: ,2026-05-03_05:31:05_086 UTC", 0),
        ("StartTime:,2026-05-03_14:31:05_086 GMT+09:00", 0),
        ("StartTime: ,2026-05-03_00:01:05_086 GMT-5:30", 0),
        ("StartTime: ,2026-05-03_01:31:05_086 EDT", 0),
        ("StartTime: ,2026-05-03_06:31:05_086 UTC", 1),
    ],
)
def test_the_zone_in_the_start_time_counts(tmp_path: Path, started: str, ahead_h: int) -> None:
    file = _read(tmp_path, _text(started=started).encode())
    assert file.time_s[0] == pytest.approx(BEGAN_S + 3600 * ahead_h, abs=1e-3)


@pytest.mark.parametrize("started", ["StartTime: ,yesterday", "StartTime: ,2026-13-41_07:31:05_086 CEST", ""])
def test_a_start_that_is_no_date_leaves_the_date_open(tmp_path: Path, started: str) -> None:
    assert _read(tmp_path, _text(started=started).encode()).time_s[0] == 0.0


def test_without_a_time_the_packets_are_counted_at_the_rate_of_the_head(tmp_path: Path) -> None:
    lines = _text().splitlines()
    lines = [",".join(cells[:1] + cells[2:]) if len(cells := line.split(",")) > 5 else line for line in lines]
    check_motion_of(_read(tmp_path, "\n".join(lines).encode()))


def test_free_acceleration_is_refused_with_a_word_about_gravity(tmp_path: Path) -> None:
    text = _text(names=["FreeAcc_X", "FreeAcc_Y", "FreeAcc_Z", "Euler_X", "Euler_Y", "Euler_Z"])
    with pytest.raises(ImportFileError, match="FreeAcc, from which gravity was taken out"):
        _read(tmp_path, text.encode())


@pytest.mark.parametrize("first", ["Euler", "Quat"])
def test_orientation_alone_is_refused(tmp_path: Path, first: str) -> None:
    names = [
        f"{first}_{'W' if first == 'Quat' else 'X'}",
        f"{first}_Y",
        f"{first}_Z",
        "Mag_X",
        "Mag_Y",
        "Mag_Z",
    ]
    with pytest.raises(ImportFileError, match="no acceleration with gravity"):
        _read(tmp_path, _text(names=names).encode())


def test_several_sensors_in_one_folder_are_refused(tmp_path: Path) -> None:
    for name in ("1.csv", "2.csv"):
        (tmp_path / name).write_text(_text())
    with pytest.raises(ImportFileError, match="holds 2 sensors"):
        read_imu_file(tmp_path)


def test_a_row_without_its_counter_is_left_out_and_told(tmp_path: Path) -> None:
    lines = _text().splitlines()
    cells = lines[300].split(",")
    lines[300] = ",".join([cells[0], "", *cells[2:]])
    file = _read(tmp_path, "\n".join(lines).encode())
    check_motion_of(file)
    assert len(file.time_s) == len(TIME_S) - 1
    assert any("without a time or a value: 1" in notice for notice in file.notices)
