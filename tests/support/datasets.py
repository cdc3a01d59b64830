"""Recordings made by others, read into SI units: where they lie, and one loader per set.

The folder is found through ``RUNTALL_DATA``, else at ``../shared/data`` beside the checkout. Tests that need
it are skipped with one line where it is absent, and fail where ``RUNTALL_REQUIRE_DATA=1``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from sensor.samples import BoolArray, FloatArray, freeze_arrays
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2

MIRROR_Y = np.array([1.0, -1.0, 1.0])
"""Turns the left-handed LSM9DS1 triad of the FallAllD loggers (both sensors) into a right-handed one."""

UMAFALL_POSITIONS = {0: "pocket", 1: "chest", 2: "waist", 3: "wrist", 4: "ankle"}
"""Sensor ids of the UMAFall files, the same in every file's header."""


@dataclass(frozen=True, slots=True, eq=False)
class ImuData:
    """One sensor's record: `time_s` (n,), `acc_sensor_mps2` (n, 3), `gyr_sensor_radps` (n, 3) or None."""

    name: str
    rate_hz: float
    time_s: FloatArray
    acc_sensor_mps2: FloatArray
    gyr_sensor_radps: FloatArray | None

    def __post_init__(self) -> None:
        freeze_arrays(self)


@dataclass(frozen=True, slots=True, eq=False)
class OrientationTrial:
    """A record with an optical orientation: `earth_from_sensor_wxyz` (n, 4), z up, NaN where lost.

    `counts` (n,) says which samples an error is taken over.
    """

    imu: ImuData
    earth_from_sensor_wxyz: FloatArray
    counts: BoolArray

    def __post_init__(self) -> None:
        freeze_arrays(self)


@dataclass(frozen=True, slots=True, eq=False)
class SyntheticHour:
    """The simulated hour and its truth, per sample unless said otherwise."""

    imu: ImuData
    gps_time_s: FloatArray
    gps_speed_mps: FloatArray
    lost: BoolArray
    true_flexion_deg: FloatArray
    true_lateral_deg: FloatArray
    true_speed_mps: FloatArray
    true_distance_m: FloatArray
    running: BoolArray
    accelerating: BoolArray
    stride_start_s: FloatArray
    sensor_from_trunk_wxyz: FloatArray

    def __post_init__(self) -> None:
        freeze_arrays(self)


def _expected_dir() -> Path:
    beside_the_checkout = Path(__file__).resolve().parents[2].parent / "shared" / "data"
    return Path(os.environ.get("RUNTALL_DATA") or beside_the_checkout)


def data_dir() -> Path:
    """Return the folder of the recordings; without it skip the test, or fail it where they are required."""
    folder = _expected_dir()
    if not folder.is_dir():
        line = f"no recordings at {folder}: point RUNTALL_DATA at them"
        if os.environ.get("RUNTALL_REQUIRE_DATA") == "1":
            pytest.fail(line, pytrace=False)
        pytest.skip(line)
    return folder


def names(folder: str, pattern: str) -> list[str]:
    """Return the file names in one set that match a glob pattern, sorted; empty where there are no data."""
    return sorted(path.name for path in (_expected_dir() / folder).glob(pattern))


def _npz(folder: str, name: str) -> Mapping[str, npt.NDArray[Any]]:
    with np.load(data_dir() / folder / name) as archive:
        return {key: archive[key] for key in archive.files}


def _even_time_s(count: int, rate_hz: float) -> FloatArray:
    return np.arange(count, dtype=np.float64) / rate_hz


def fallalld(name: str, *, mended: bool = True) -> ImuData:
    """Return a neck or waist record such as ``S07_neck_A025_T01.npz``, triad mended unless told not to."""
    raw = _npz("fallalld_jog_neck_waist", name)
    sign = MIRROR_Y if mended else np.ones(3)
    rate_hz = float(raw["fs"])
    return ImuData(
        name=name,
        rate_hz=rate_hz,
        time_s=_even_time_s(len(raw["acc"]), rate_hz),
        acc_sensor_mps2=raw["acc"] * sign * (0.000244 * STANDARD_GRAVITY_MPS2),
        gyr_sensor_radps=raw["gyr"] * sign * (0.07 * RADPS_PER_DEGPS),
    )


def sisfall(name: str) -> tuple[ImuData, FloatArray]:
    """Return the belt device (±16 g and gyroscope) and its second accelerometer (n, 3) in m/s2."""
    raw = _npz("sisfall_jog_waist", name)
    counts, rate_hz = raw["raw"].astype(np.float64), float(raw["fs"])
    first = ImuData(
        name=name,
        rate_hz=rate_hz,
        time_s=_even_time_s(len(counts), rate_hz),
        acc_sensor_mps2=counts[:, :3] * (32.0 / 8192.0 * STANDARD_GRAVITY_MPS2),
        gyr_sensor_radps=counts[:, 3:6] * (4000.0 / 65536.0 * RADPS_PER_DEGPS),
    )
    return first, counts[:, 6:9] * (16.0 / 16384.0 * STANDARD_GRAVITY_MPS2)


def umafall(name: str) -> dict[str, ImuData]:
    """Return every sensor of one clip by position, with the times of arrival as they were logged.

    The SensorTags send one acceleration and one rate per message, in turn: they are paired in order and dated
    by the acceleration's arrival. The phone has no gyroscope, and several rows per time stamp.
    """
    path = data_dir() / "umafall_jog_chest" / name
    columns = ["ms", "sample", "x", "y", "z", "kind", "sensor"]
    rows = pd.read_csv(path, sep=";", comment="%", header=None, names=columns)
    found: dict[str, ImuData] = {}
    for number, position in UMAFALL_POSITIONS.items():
        acc, gyr = (rows[(rows.sensor == number) & (rows.kind == kind)] for kind in (0, 1))
        count = min(len(acc), len(gyr)) or len(acc)
        if not count:
            continue
        time_s = acc.ms.to_numpy(np.float64)[:count] / 1000.0
        found[position] = ImuData(
            name=f"{name}:{position}",
            rate_hz=200.0 if position == "pocket" else 20.0,
            time_s=time_s,
            acc_sensor_mps2=acc[["x", "y", "z"]].to_numpy(np.float64)[:count] * STANDARD_GRAVITY_MPS2,
            gyr_sensor_radps=(
                gyr[["x", "y", "z"]].to_numpy(np.float64)[:count] * RADPS_PER_DEGPS if len(gyr) else None
            ),
        )
    return found


def adept(where: str) -> ImuData:
    """Return the accelerometer at the ``hip`` or the ``ankle`` of the outdoor run, first half."""
    raw = _npz("adept_outdoor_run_hip", f"left_{where}_first_half.npz")
    rate_hz = float(raw["fs"].item())
    acc_sensor_mps2 = raw["acc_g"].astype(np.float64) * STANDARD_GRAVITY_MPS2
    return ImuData(where, rate_hz, _even_time_s(len(acc_sensor_mps2), rate_hz), acc_sensor_mps2, None)


def qmt(segment: str) -> ImuData:
    """Return one of ``hip``, ``lower_back``, ``upper_back``, ``head``, ``foot_left``, ``foot_right``."""
    raw = _npz("qmt_upper_back_head", "full_body_subset.npz")
    acc, gyr = (raw[f"{segment}_{kind}"].astype(np.float64) for kind in ("acc", "gyr"))
    return ImuData(segment, 100.0, raw["t"], acc, gyr)


def broad(name: str) -> OrientationTrial:
    """Return a trial of the hand-held board; errors count while it moves and the cameras see it."""
    raw = _npz("broad", name)
    rate_hz = float(raw["sampling_rate"].item())
    acc, gyr, quat = (raw[key].astype(np.float64) for key in ("imu_acc", "imu_gyr", "opt_quat"))
    imu = ImuData(name, rate_hz, _even_time_s(len(acc), rate_hz), acc, gyr)
    return OrientationTrial(imu, quat, raw["movement"] & np.isfinite(quat).all(axis=1))


def repoimu(name: str) -> OrientationTrial:
    """Return a trial of the stick; its reference is itself off by degrees: compare filters, not to zero."""
    path = data_dir() / "repoimu_tstick" / name
    table = pd.read_csv(path, sep=";", skiprows=2, header=None).to_numpy(np.float64)
    imu = ImuData(name, 100.0, table[:, 0], table[:, 5:8], table[:, 8:11])
    return OrientationTrial(imu, table[:, 1:5], np.isfinite(table[:, 1:5]).all(axis=1))


def synthetic_hour() -> SyntheticHour:
    """Return the simulated hour as the sensor delivers it, with its truth."""
    raw = _npz("synthetic_hour", "hour.npz")
    exact: dict[str, npt.NDArray[Any]] = {
        k: v if v.dtype == bool else v.astype(np.float64) for k, v in raw.items()
    }
    imu = ImuData("hour", 104.0, exact.pop("time_s"), exact.pop("acc_mps2"), exact.pop("gyr_radps"))
    return SyntheticHour(imu=imu, **exact)
