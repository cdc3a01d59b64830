"""Exports of Movesense's apps: rows without a time, files without units, JSON of three shapes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sensor.errors import ImportFileError
from sensor.importers.imu_file import read_imu_file
from sensor.samples import FloatArray
from sensor.units import RADPS_PER_DEGPS
from tests.support.app_exports import BEGAN_S, acc_at, check_motion_of, gyr_at, moments, put, table

TIME_S = moments()
STEP_MS = 80
"""Four samples at 50 Hz."""

ACC, GYR = acc_at(TIME_S), gyr_at(TIME_S) / RADPS_PER_DEGPS


def _csv(
    vectors: FloatArray, first_ms: int = 599_025_762, *, per_packet: int = 4, lost: int | None = None
) -> str:
    lines = ["timestamp,x,y,z"]
    for row, vector in enumerate(vectors):
        packet, sample = divmod(row, per_packet)
        if packet == lost:
            continue
        stamp = "" if sample else str((first_ms + STEP_MS * packet) % 2**32)
        lines.append(",".join([stamp, *(f"{value:.6g}" for value in vector)]))
    return "\n".join(lines) + "\n"


def _vectors(rows: FloatArray) -> list[dict[str, float]]:
    return [dict(zip("xyz", row, strict=True)) for row in rows.tolist()]


def _packets(kind: str, values: FloatArray) -> list[dict[str, Any]]:
    return [
        {"Timestamp": 5000 + STEP_MS * number, kind: _vectors(values[4 * number : 4 * number + 4])}
        for number in range(len(values) // 4)
    ]


def test_a_pair_in_a_folder_is_one_sensor(tmp_path: Path) -> None:
    put(tmp_path, {"2540_acc.csv": _csv(ACC), "2540_gyro.csv": _csv(GYR)})
    file = read_imu_file(tmp_path)
    check_motion_of(file, began_s=None)
    assert "Movesense Showcase (CSV): m/s², deg/s, gravity included" in file.notices[0]


def test_the_gyroscope_beside_the_accelerometer_is_found_and_both_may_be_named(tmp_path: Path) -> None:
    put(tmp_path, {"2540_acc.csv": _csv(ACC), "2540_gyro.csv": _csv(GYR)})
    acc, gyr = tmp_path / "2540_acc.csv", tmp_path / "2540_gyro.csv"
    for given in ([acc], [acc, gyr], [gyr, acc]):
        check_motion_of(read_imu_file(*given), began_s=None)


def test_files_whose_names_say_nothing_are_told_apart_by_gravity(tmp_path: Path) -> None:
    put(tmp_path, {"one.csv": _csv(GYR), "two.csv": _csv(ACC)})
    check_motion_of(read_imu_file(tmp_path), began_s=None)


def test_an_accelerometer_alone_has_no_gyroscope(tmp_path: Path) -> None:
    put(tmp_path, {"2540_acc.csv": _csv(ACC)})
    check_motion_of(read_imu_file(tmp_path / "2540_acc.csv"), began_s=None, has_gyroscope=False)


def test_a_packet_that_was_lost_is_a_gap_and_its_neighbours_stay_in_place(tmp_path: Path) -> None:
    put(tmp_path, {"2540_acc.csv": _csv(ACC, lost=100)})
    file = read_imu_file(tmp_path / "2540_acc.csv")
    check_motion_of(file, began_s=None, has_gyroscope=False)
    assert np.diff(file.time_s).max() == pytest.approx(0.1, abs=1e-6)


def test_a_counter_of_milliseconds_goes_round(tmp_path: Path) -> None:
    put(tmp_path, {"2540_acc.csv": _csv(ACC, 2**32 - 4000), "2540_gyro.csv": _csv(GYR, 2**32 - 4000)})
    check_motion_of(read_imu_file(tmp_path), began_s=None)


def test_a_sensor_that_began_anew_is_refused(tmp_path: Path) -> None:
    text = _csv(ACC, 599_025_762) + _csv(ACC, 300).split("\n", 1)[1]
    put(tmp_path, {"2540_acc.csv": text})
    with pytest.raises(ImportFileError, match="its clock goes back"):
        read_imu_file(tmp_path / "2540_acc.csv")


def test_two_accelerometers_are_refused(tmp_path: Path) -> None:
    put(tmp_path, {"1_acc.csv": _csv(ACC), "2_acc.csv": _csv(ACC)})
    with pytest.raises(ImportFileError, match="holds 2 accelerometers and 0 gyroscopes"):
        read_imu_file(tmp_path)


def _logged() -> str:
    packets = _packets("ArrayAcc", ACC)
    for packet, rates in zip(packets, _packets("ArrayGyro", GYR), strict=True):
        packet["ArrayGyro"] = rates["ArrayGyro"]
    utc_us = round(BEGAN_S * 1e6) - 1_000_000
    time = {"TimeDetailed": {"relativeTime": 4000, "utcTime": utc_us}}
    return json.dumps({"Samples": [time, *({"MeasIMU6": packet} for packet in packets)]})


def test_the_data_loggers_json_tells_when_it_began(tmp_path: Path) -> None:
    put(tmp_path, {"log.json": _logged()})
    check_motion_of(read_imu_file(tmp_path / "log.json"))


def test_the_showcase_apps_lines_of_json_are_read_up_to_a_torn_one(tmp_path: Path) -> None:
    lines = [json.dumps({"acc": packet}) for packet in _packets("ArrayAcc", ACC)]
    gyros = [json.dumps({"gyro": packet}) for packet in _packets("ArrayGyro", GYR)]
    put(tmp_path, {"a_acc.json": "\n".join(lines)[:-20], "a_gyro.json": "\n".join(gyros)})
    file = read_imu_file(tmp_path / "a_acc.json")
    check_motion_of(file, began_s=None)
    assert len(file.time_s) == len(TIME_S) - 4


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"ArrayAcc": ' + "[" * 100_000, "its JSON is torn or damaged|nested too deeply"),
        ('{"Samples": [{"MeasAcc": {"Timestamp": 1, "ArrayAcc": [', "its JSON is torn or damaged"),
        ('{"Timestamp": 1, "ArrayAcc": [{"x": 1, "y": 2}]}', "has no x, y and z"),
        ('{"Timestamp": 1, "ArrayAcc": [{"x": 1e99, "y": 2, "z": 3}]}', "more than any sensor gives"),
        ('{"Timestamp": 1, "ArrayAcc": [{"x": "much", "y": 2, "z": 3}]}', "has no x, y and z"),
        ('{"Timestamp": true, "ArrayAcc": [{"x": 1, "y": 2, "z": 3}]}', "holds no acceleration"),
        ('{"Timestamp": 1, "ArrayGyro": [{"x": 1, "y": 2, "z": 3}]}', "holds no acceleration"),
    ],
)
def test_json_that_is_no_recording_is_refused_in_words(tmp_path: Path, content: str, said: str) -> None:
    put(tmp_path, {"log.json": content})
    with pytest.raises(ImportFileError, match=said):
        read_imu_file(tmp_path / "log.json")


def test_a_header_with_more_in_it_than_the_rows_and_a_time_in_every_row_is_read(tmp_path: Path) -> None:
    ms = 5000 + np.rint(TIME_S * 1000).astype(int)
    for kind, values in (("Acc", ACC), ("Gyro", GYR)):
        text = table(["Timestamp_ms", "X", "Y", "Z"], ms, values)
        head, rows = text.split("\n", 1)
        put(
            tmp_path, {f"log_MeasIMU6_{kind}.csv": f"{head},RelativeTime,4.0,UTC,2026-05-03 05:31:05\n{rows}"}
        )
    check_motion_of(read_imu_file(tmp_path / "log_MeasIMU6_Acc.csv"), began_s=None)


def test_a_log_that_begins_with_another_measurement_is_recognised(tmp_path: Path) -> None:
    log = json.loads(_logged())
    log["Samples"][:0] = [{"MeasECGmV": {"Timestamp": n, "Samples": [0.1] * 16}} for n in range(200)]
    put(tmp_path, {"log.json": json.dumps(log)})
    check_motion_of(read_imu_file(tmp_path / "log.json"))
