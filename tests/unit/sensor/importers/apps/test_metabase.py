"""Pairs of tables of the MetaBase app: rows of one packet share a time, each file has its own rate."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sensor.errors import ImportFileError
from sensor.importers.imu_file import read_imu_file
from sensor.samples import FloatArray
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2
from tests.support.app_exports import BEGAN_S, acc_at, check_motion_of, gyr_at, moments, put, table

ACC_S, GYR_S = moments(seconds=30.0), moments(25.0, seconds=30.0)
STEM = "MetaWear_2026-05-03T07.31.05.086_000000000001_"
ACC_NAME, GYR_NAME = f"{STEM}Accelerometer_50.000Hz_1.5.0.csv", f"{STEM}Gyroscope_25.000Hz_1.5.0.csv"


def _text(
    time_s: FloatArray, values: FloatArray, unit: str, *, per_packet: int = 3, epoch: str = "epoc (ms)"
) -> str:
    last = np.minimum((np.arange(len(time_s)) // per_packet + 1) * per_packet, len(time_s)) - 1
    stamp_ms = np.rint((time_s[last] + BEGAN_S) * 1000).astype(np.int64)
    names = [epoch, "timestamp (+0200)", "elapsed (s)", *(f"{axis}-axis ({unit})" for axis in "xyz")]
    return table(names, stamp_ms, stamp_ms, time_s[last], np.round(values, 3))


ACC, GYR = acc_at(ACC_S) / STANDARD_GRAVITY_MPS2, gyr_at(GYR_S) / RADPS_PER_DEGPS


@pytest.mark.parametrize("epoch", ["epoc (ms)", "epoch (ms)"])
def test_a_streamed_pair_is_spaced_evenly_and_paired(tmp_path: Path, epoch: str) -> None:
    pair = {ACC_NAME: _text(ACC_S, ACC, "g", epoch=epoch), GYR_NAME: _text(GYR_S, GYR, "deg/s", epoch=epoch)}
    put(tmp_path, pair)
    for given in ([tmp_path], [tmp_path / ACC_NAME], [tmp_path / GYR_NAME, tmp_path / ACC_NAME]):
        file = read_imu_file(*given)
        check_motion_of(file, acc_error_mps2=0.05, gyr_error_radps=0.05)
        np.testing.assert_allclose(np.diff(file.time_s), 0.02, rtol=0.01)
    assert "MetaBase: g, deg/s, gravity included" in file.notices[0]


def test_a_downloaded_log_keeps_the_time_of_every_row(tmp_path: Path) -> None:
    put(tmp_path, {ACC_NAME: _text(ACC_S, ACC, "g", per_packet=1)})
    file = read_imu_file(tmp_path / ACC_NAME)
    check_motion_of(file, acc_error_mps2=0.05, has_gyroscope=False)


def test_rows_that_read_alike_within_a_packet_are_samples_of_their_own(tmp_path: Path) -> None:
    values = np.repeat(ACC[::3], 3, axis=0)
    put(tmp_path, {ACC_NAME: _text(ACC_S, values, "g")})
    assert len(read_imu_file(tmp_path / ACC_NAME).time_s) == len(ACC_S)


def test_packets_that_come_late_at_times_do_not_bend_the_time_line(tmp_path: Path) -> None:
    lines = _text(ACC_S, ACC, "g").splitlines()
    for packet in range(0, len(lines) // 3 - 1, 7):
        for row in range(1 + 3 * packet, 4 + 3 * packet):
            cells = lines[row].split(",")
            lines[row] = ",".join([str(int(cells[0]) + 35), *cells[1:]])
    put(tmp_path, {ACC_NAME: "\n".join(lines)})
    file = read_imu_file(tmp_path / ACC_NAME)
    check_motion_of(file, acc_error_mps2=0.05, has_gyroscope=False, time_error_s=0.004)
    np.testing.assert_allclose(np.diff(file.time_s), 0.02, rtol=0.01)


def test_a_gyroscope_of_another_recording_is_refused(tmp_path: Path) -> None:
    late = _text(GYR_S + 900.0, GYR, "deg/s")
    put(tmp_path, {ACC_NAME: _text(ACC_S, ACC, "g"), GYR_NAME: late})
    with pytest.raises(ImportFileError, match="have no moment in common"):
        read_imu_file(tmp_path)
