"""Text and tables of WitMotion's apps: four generations of names, three encodings, two clocks."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from sensor.errors import ImportFileError
from sensor.importers.imu_csv import ImuFile
from sensor.importers.imu_file import read_imu_file
from sensor.samples import FloatArray
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2
from tests.support.app_exports import BEGAN_S, acc_at, check_motion_of, gyr_at, moments, table

TIME_S = moments()
ACC, GYR = acc_at(TIME_S) / STANDARD_GRAVITY_MPS2, gyr_at(TIME_S) / RADPS_PER_DEGPS

LONG = [f"Acceleration {axis}(g)" for axis in "XYZ"] + [f"Angular velocity {axis}(°/s)" for axis in "XYZ"]
MIDDLE = [f"Acc{axis}(g)" for axis in "XYZ"] + [f"As{axis}(°/s)" for axis in "XYZ"]
OLD = [f"a{axis}(g)" for axis in "xyz"] + [f"w{axis}(deg/s)" for axis in "xyz"]


def _written(time_s: FloatArray, began_s: float = BEGAN_S) -> list[str]:
    """Local times as the app writes them: no leading zeros, milliseconds after a colon."""
    at = [datetime.fromtimestamp(began_s + one, UTC).astimezone() for one in time_s.tolist()]
    return [f"{t.year}-{t.month}-{t.day} {t.hour}:{t.minute}:{t.second}:{t.microsecond // 1000}" for t in at]


def _arrivals(time_s: FloatArray) -> FloatArray:
    return np.asarray(time_s[np.minimum((np.arange(len(time_s)) // 4 + 1) * 4, len(time_s)) - 1])


CHIP = _written(TIME_S)
HOST = _written(_arrivals(TIME_S))


def _text(
    names: list[str], chip: list[str] | None = CHIP, *, device: list[str] | None = None, **how: str
) -> str:
    device = device or ["WT901(00:01)"] * len(TIME_S)
    clocks = (
        ([HOST, device], ["time", "Device name"])
        if chip is None
        else (
            [HOST, device, chip],
            ["time", "Device name", "Chip Time()"],
        )
    )
    return table([*clocks[1], *names], *clocks[0], ACC, GYR, **{"separator": "\t", **how})  # type: ignore[arg-type]


def _read(folder: Path, content: bytes) -> ImuFile:
    path = folder / "20260503073105.txt"
    path.write_bytes(content)
    return read_imu_file(path)


@pytest.mark.parametrize("names", [LONG, MIDDLE, OLD])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "latin-1"])
def test_every_generation_of_names_in_every_encoding_is_read(
    tmp_path: Path, names: list[str], encoding: str
) -> None:
    file = _read(tmp_path, ("Start time: 2026-05-03 7:31:5:086\r\n" + _text(names)).encode(encoding))
    check_motion_of(file, time_error_s=0.003)
    assert "WitMotion app: g, deg/s, gravity included, the chip's time" in file.notices[0]


@pytest.mark.parametrize(("separator", "decimal"), [("\t", ","), (",", "."), (";", ",")])
def test_separator_and_decimal_sign_change_nothing(tmp_path: Path, separator: str, decimal: str) -> None:
    text = _text(LONG, separator=separator, decimal=decimal)
    check_motion_of(_read(tmp_path, text.encode()), time_error_s=0.003)


@pytest.mark.parametrize(
    "chip", [None, [""] * len(TIME_S), ["null"] * len(TIME_S), ["2015-1-1 0:0:0:0"] * len(TIME_S)]
)
def test_without_the_chips_time_arrivals_are_counted(tmp_path: Path, chip: list[str] | None) -> None:
    file = _read(tmp_path, _text(LONG, chip).encode())
    check_motion_of(file, time_error_s=0.01)
    assert "times of arrival, counted" in file.notices[0]


def test_a_chip_whose_clock_was_never_set_gets_the_computers_date(tmp_path: Path) -> None:
    chip = _written(TIME_S, began_s=1_420_070_400.0)
    check_motion_of(_read(tmp_path, _text(LONG, chip).encode()), time_error_s=0.003)


def test_columns_apart_by_blanks_are_read(tmp_path: Path) -> None:
    at = [datetime.fromtimestamp(BEGAN_S + one, UTC).astimezone() for one in TIME_S.tolist()]
    rows = [
        f"{t:%Y-%m-%d %H:%M:%S}.{t.microsecond // 1000:03d}   " + "   ".join(f"{v:.4f}" for v in [*acc, *gyr])
        for t, acc, gyr in zip(at, ACC, GYR, strict=True)
    ]
    head = "Date Time ax ay az wx wy wz"
    check_motion_of(_read(tmp_path, "\n".join(["Start time 2026", head, *rows]).encode()), time_error_s=0.003)


def test_rows_of_two_sensors_in_one_file_are_refused(tmp_path: Path) -> None:
    device = ["left", "right"] * (len(TIME_S) // 2)
    with pytest.raises(ImportFileError, match=r"holds rows of 2 sensors \(left, right\)"):
        _read(tmp_path, _text(LONG, device=device).encode())
