"""IMU data written as the CSV files other tools would hand over."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sensor.samples import BoolArray, FloatArray
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2

AXES = "xyz"


def write_imu_csv(
    path: Path,
    time_s: FloatArray,
    acc_sensor_mps2: FloatArray,
    gyr_sensor_radps: FloatArray | None,
    *,
    lost: BoolArray | None = None,
    customary_units: bool = False,
) -> Path:
    """Write one sensor's samples with a header that names quantity, axis and unit; return the path.

    Parameters
    ----------
    path
        Where to write.
    time_s, acc_sensor_mps2, gyr_sensor_radps
        (n,) and (n, 3); no gyroscope columns where the last is None.
    lost
        (n,) rows to leave out.
    customary_units
        Write g and degrees per second instead of SI units.
    """
    acc_unit, gyr_unit = ("g", "dps") if customary_units else ("mps2", "radps")
    acc_scale = STANDARD_GRAVITY_MPS2 if customary_units else 1.0
    gyr_scale = RADPS_PER_DEGPS if customary_units else 1.0
    columns = ["time_s", *(f"acc_{axis}_{acc_unit}" for axis in AXES)]
    table = [time_s[:, None], acc_sensor_mps2 / acc_scale]
    if gyr_sensor_radps is not None:
        columns += [f"gyr_{axis}_{gyr_unit}" for axis in AXES]
        table.append(gyr_sensor_radps / gyr_scale)
    rows = np.concatenate(table, axis=1)
    kept = rows if lost is None else rows[~lost]
    # One format for all rows: `np.savetxt`, which takes each by itself, needs seconds for an hour.
    line = ",".join(["%.6f"] * len(columns)) + "\n"
    path.write_text(",".join(columns) + "\n" + line * len(kept) % tuple(kept.ravel().tolist()), "utf-8")
    return path
