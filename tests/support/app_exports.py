"""Exports of other tools, written from one known motion: what a reader must give back."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from sensor.importers.imu_csv import ImuFile
from sensor.importers.imu_file import read_imu_file
from sensor.samples import FloatArray
from sensor.units import STANDARD_GRAVITY_MPS2

BEGAN_S = 1_777_786_265.086
"""2026-05-03 05:31:05.086 UTC."""

SECONDS = 16.0
RATE_HZ = 50.0
_STEP_HZ = 2.8
_ROCK_RAD = 0.1

MOUNTING = np.array([[0.36, -0.48, 0.8], [0.8, 0.6, 0.0], [-0.48, 0.64, 0.6]])
"""From the body's axes to the sensor's."""


def moments(rate_hz: float = RATE_HZ, *, late_s: float = 0.0, seconds: float = SECONDS) -> FloatArray:
    """Return (n,) seconds at which a sensor samples."""
    return np.arange(round(seconds * rate_hz)) / rate_hz + late_s


def gravity_at(time_s: FloatArray) -> FloatArray:
    """Return (n, 3) gravity's part of the specific force of a body that rocks about its x axis, m/s2."""
    rock = _ROCK_RAD * np.sin(np.pi * _STEP_HZ * time_s)
    up = np.column_stack([np.zeros(len(time_s)), np.sin(rock), np.cos(rock)])
    return np.asarray(STANDARD_GRAVITY_MPS2 * up @ MOUNTING.T)


def user_at(time_s: FloatArray) -> FloatArray:
    """Return (n, 3) acceleration without gravity: the bounces of a run, along the body, m/s2."""
    bounce = np.zeros((len(time_s), 3))
    bounce[:, 2] = 8.0 * np.sin(2 * np.pi * _STEP_HZ * time_s)
    bounce[:, 1] = 1.5 * np.cos(2 * np.pi * _STEP_HZ * time_s)
    return np.asarray(bounce @ MOUNTING.T)


def acc_at(time_s: FloatArray) -> FloatArray:
    """Return (n, 3) specific force, m/s2."""
    return gravity_at(time_s) + user_at(time_s)


def gyr_at(time_s: FloatArray) -> FloatArray:
    """Return (n, 3) angular rate of the same body, rad/s."""
    rate = np.zeros((len(time_s), 3))
    rate[:, 0] = _ROCK_RAD * np.pi * _STEP_HZ * np.cos(np.pi * _STEP_HZ * time_s)
    return np.asarray(rate @ MOUNTING.T)


def table(
    names: Sequence[str],
    *columns: Sequence[object] | FloatArray,
    separator: str = ",",
    decimal: str = ".",
    end: str = "\n",
    quoted: bool = False,
) -> str:
    """Return a table of columns; numbers with six decimals, texts as they are, arrays (n, c) side by side."""
    cells: list[list[str]] = []
    for column in columns:
        block = np.asarray(column)
        for one in block.T if block.ndim == 2 else [block]:
            numbers = [f"{v:.6f}" if isinstance(v, float) else str(v) for v in one.tolist()]
            cells.append(
                [number.replace(".", decimal) for number in numbers] if one.dtype.kind == "f" else numbers
            )
    head = separator.join(f'"{name}"' if quoted else name for name in names)
    return end.join([head, *(separator.join(row) for row in zip(*cells, strict=True))]) + end


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    """Return a zip of texts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def put(folder: Path, members: Mapping[str, str | bytes]) -> Path:
    """Write members as files of a folder; return it."""
    for name, content in members.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def read_zip(folder: Path, members: Mapping[str, str | bytes]) -> ImuFile:
    """Return what an export of these members is read as."""
    path = folder / "export.zip"
    path.write_bytes(zipped(members))
    return read_imu_file(path)


def check_motion_of(
    file: ImuFile,
    *,
    began_s: float | None = BEGAN_S,
    acc_error_mps2: float = 0.01,
    gyr_error_radps: float = 0.02,
    has_gyroscope: bool = True,
    time_error_s: float = 0.002,
) -> None:
    """Compare what was read with the motion it was written from, at the times it was read with.

    Parameters
    ----------
    file
        What was read.
    began_s
        Second 0 of the motion on the file's time line; None where the file does not tell: then only
        differences of times are compared.
    acc_error_mps2, gyr_error_radps, time_error_s
        Rounding of the layout, and what interpolation may lose.
    has_gyroscope
        Whether there must be one.
    """
    zero_s = file.time_s[0] if began_s is None else began_s
    time_s = file.time_s - zero_s
    slope = np.abs(np.diff(acc_at(moments(1000.0)), axis=0)).max() * 1000.0
    np.testing.assert_allclose(
        file.acc_sensor_mps2, acc_at(time_s), atol=acc_error_mps2 + slope * time_error_s
    )
    assert (file.gyr_sensor_radps is not None) is has_gyroscope
    if file.gyr_sensor_radps is not None:
        np.testing.assert_allclose(file.gyr_sensor_radps, gyr_at(time_s), atol=gyr_error_radps)
