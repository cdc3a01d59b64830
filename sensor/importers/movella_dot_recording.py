"""Recordings from a Movella DOT's own memory, as the files `runtall download` keeps."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from sensor.clock.fit import unwrap
from sensor.errors import ImportFileError, PacketError
from sensor.importers.imu_csv import ImuFile
from sensor.importers.log_times import check_log_times
from sensor.importers.plausibility import MOST, level_remarks, mean_specific_force_mps2
from sensor.importers.source import read_source
from sensor.protocol.movella_dot.decoder import ACC_RANGE_MPS2, GYR_RANGE_RADPS
from sensor.protocol.movella_dot.recording import HEAD_BYTES, is_export, read_export
from sensor.session.integrity import shorten
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2

_COUNTER_BITS = 32
_US_PER_S = 1e6
_CLOCK_SET_S = 1_451_606_400
"""2016: no computer tells a sensor an earlier time."""


def is_movella_dot_export(path: Path) -> bool:
    """Tell from its first bytes whether a file is such a recording; False for one that cannot be read."""
    try:
        with path.open("rb") as file:
            return is_export(file.read(HEAD_BYTES))
    except OSError:
        return False


def read_movella_dot_export(path: Path) -> ImuFile:
    """Read and check a recording of a DOT.

    Times are seconds since 1970, to the second in which the recording began. Samples that are missing or
    damaged are gaps.

    Parameters
    ----------
    path
        The file, whatever its name.

    Raises
    ------
    ImportFileError
        When it cannot be read, is no such recording, or is shorter than 10 s, longer than 48 h or of a rate
        nobody runs with.
    """
    content = read_source(path)
    try:
        began_s, samples, damaged = read_export(content)
    except PacketError as error:
        raise ImportFileError(f"{path}: {shorten(error.reason)}; fetch it from the sensor again") from error
    elapsed_us = unwrap(samples["time_us"].astype(np.int64), _COUNTER_BITS)
    elapsed_us = elapsed_us - elapsed_us[:1]
    acc_mps2 = samples["acc_mps2"].astype(np.float64)
    gyr_radps = samples["gyr_degps"].astype(np.float64) * RADPS_PER_DEGPS
    latest_us = np.maximum.accumulate(elapsed_us)
    kept = np.concatenate([elapsed_us[:1] == 0, elapsed_us[1:] > latest_us[:-1]])
    kept &= np.all(np.abs(np.hstack((acc_mps2, gyr_radps))) <= MOST, axis=1)
    time_s = elapsed_us[kept] / _US_PER_S
    rate_hz = check_log_times(path, time_s)
    level_g = mean_specific_force_mps2(acc_mps2[kept], rate_hz) / STANDARD_GRAVITY_MPS2
    left_out = damaged + int(np.count_nonzero(~kept))
    remarks = [f"{path}: {left_out} samples are damaged and left out."] if left_out else []
    return ImuFile(
        name=path.name,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        time_s=time_s + (began_s if began_s > _CLOCK_SET_S else 0),
        acc_sensor_mps2=acc_mps2[kept],
        gyr_sensor_radps=gyr_radps[kept],
        notices=tuple(remarks + level_remarks(path, level_g)),
        acc_range_mps2=ACC_RANGE_MPS2,
        gyr_range_radps=GYR_RANGE_RADPS,
    )
