"""Recordings from a Movesense's own memory, as files: SBEM."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sensor.errors import ImportFileError, PacketError
from sensor.importers.imu_csv import ImuFile
from sensor.importers.log_times import check_log_times
from sensor.importers.packet_times import sample_times_s
from sensor.importers.plausibility import MOST, level_remarks, mean_specific_force_mps2
from sensor.importers.source import read_source
from sensor.protocol.driver import ClockReading
from sensor.protocol.movesense import sbem
from sensor.protocol.movesense.frames import ACC_RANGE_MPS2, GYR_RANGE_RADPS
from sensor.protocol.movesense.recording import SensorLog, read_log
from sensor.samples import BoolArray, IntArray
from sensor.session.integrity import shorten
from sensor.units import STANDARD_GRAVITY_MPS2

_COUNTER = 2**32
_CLOCK_SET_US = (1_451_606_400_000_000, 4_000_000_000_000_000)
"""From 2016 to 2096: a sensor without power goes back to 2015, and stays there until it is told the time."""


def is_movesense_log(path: Path) -> bool:
    """Tell from its first bytes whether a file is such a recording; False for one that cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(len(sbem.MAGIC)) == sbem.MAGIC
    except OSError:
        return False


def read_movesense_log(path: Path) -> ImuFile:
    """Read and check a recording fetched from a Movesense.

    Times are seconds since 1970 where the recording tells the wall-clock time (it holds ``/Time/Detailed``,
    and the sensor's clock had been set), else seconds from its first sample. Inside a packet samples are
    evenly spaced up to the next packet. Packets that are missing are gaps.

    Parameters
    ----------
    path
        The file, whatever its name.

    Raises
    ------
    ImportFileError
        When it cannot be read, is no such recording, holds no acceleration, or is shorter than 10 s, longer
        than 48 h or of a rate nobody runs with.
    """
    content = read_source(path)
    try:
        log = read_log(content)
    except PacketError as error:
        raise ImportFileError(f"{path}: {shorten(error.reason)}; fetch it from the sensor again") from error
    if not len(log.samples.count):
        raise ImportFileError(f"{path}: {_why_empty(log, len(content))}")
    elapsed_ms, is_later = _elapsed_ms(log.samples.ticks)
    count = log.samples.count
    rows = np.repeat(is_later, count) & _is_possible(log)
    later_s = sample_times_s(path, elapsed_ms[is_later] / 1000, count=count[is_later])
    time_s = later_s[rows[np.repeat(is_later, count)]]
    acc_mps2 = log.samples.acc_sensor_mps2[rows]
    gyr_radps = log.samples.gyr_sensor_radps
    rate_hz = check_log_times(path, time_s)
    level_g = mean_specific_force_mps2(acc_mps2, rate_hz) / STANDARD_GRAVITY_MPS2
    notices = _loss_notices(path, log, int(np.count_nonzero(~rows))) + level_remarks(path, level_g)
    return ImuFile(
        name=path.name,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        time_s=time_s + _began_s(log.clock_readings, int(log.samples.ticks[0])),
        acc_sensor_mps2=acc_mps2,
        gyr_sensor_radps=None if gyr_radps is None else gyr_radps[rows],
        notices=tuple(notices),
        acc_range_mps2=ACC_RANGE_MPS2,
        gyr_range_radps=GYR_RANGE_RADPS,
    )


def _why_empty(log: SensorLog, size: int) -> str:
    if log.cut_bytes and not log.skipped_chunks:
        return f"is cut after {size} bytes, before its first sample; fetch it from the sensor again"
    return "holds no acceleration; let the sensor log /Meas/IMU6/104 and /Time/Detailed"


def _elapsed_ms(ticks: IntArray) -> tuple[IntArray, BoolArray]:
    """Return (p,) ms since the first packet, and which packets are later than all before them."""
    steps = (np.diff(ticks) + _COUNTER // 2) % _COUNTER - _COUNTER // 2
    elapsed_ms = np.concatenate([[0], np.cumsum(steps)])
    latest_ms = np.maximum.accumulate(elapsed_ms)
    return elapsed_ms, np.concatenate([[True], elapsed_ms[1:] > latest_ms[:-1]])


def _is_possible(log: SensorLog) -> BoolArray:
    """Return (n,) which samples a sensor can have given."""
    acc_mps2, gyr_radps = log.samples.acc_sensor_mps2, log.samples.gyr_sensor_radps
    vectors = acc_mps2 if gyr_radps is None else np.hstack((acc_mps2, gyr_radps))
    possible: BoolArray = np.all(np.abs(vectors) <= MOST, axis=1)
    return possible


def _began_s(readings: Sequence[ClockReading], first_tick: int) -> float:
    """Return seconds since 1970 at the first sample; 0 where the sensor did not know."""
    began_us = [
        reading.utc_us
        - 1000 * ((reading.relative_ms - first_tick + _COUNTER // 2) % _COUNTER - _COUNTER // 2)
        for reading in readings
        if _CLOCK_SET_US[0] <= reading.utc_us <= _CLOCK_SET_US[1]
    ]
    return float(np.median(began_us)) / 1e6 if began_us else 0.0


def _loss_notices(path: Path, log: SensorLog, left_out: int) -> list[str]:
    notices = []
    if log.cut_bytes:
        notices.append(f"{path}: ends in the middle of a chunk; what comes before it is kept.")
    if left_out:
        notices.append(f"{path}: {left_out} samples are damaged or repeated and left out.")
    if log.samples.gyr_sensor_radps is None:
        notices.append(f"{path}: {log.stream} has no gyroscope; /Meas/IMU6/104 has one.")
    return notices
