"""Recordings of the phone app Sensor Logger, of both phone systems."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sensor.errors import ImportFileError
from sensor.importers.imu_file import read_imu_file
from sensor.samples import FloatArray
from sensor.units import STANDARD_GRAVITY_MPS2
from tests.support.app_exports import (
    BEGAN_S,
    acc_at,
    check_motion_of,
    gravity_at,
    gyr_at,
    moments,
    put,
    read_zip,
    table,
    user_at,
)

ACC_S, GYR_S = moments(), moments(late_s=0.007)


def _file(time_s: FloatArray, vectors: FloatArray, order: str = "zyx", separator: str = ",") -> str:
    """One sensor's file as the app writes it: ns since 1970, z first."""
    ns = np.rint((time_s + BEGAN_S) * 1e6).astype(np.int64) * 1000
    columns = [vectors[:, "xyz".index(axis)] for axis in order]
    return table(["time", "seconds_elapsed", *order], ns, time_s - 0.2, *columns, separator=separator)


def _metadata(platform: str, standardised: str = "false") -> str:
    return f"version,device name,platform,standardisation\n3,Phone,{platform},{standardised}\n"


def _android(**more: str) -> dict[str, str]:
    return {
        "TotalAcceleration.csv": _file(ACC_S, acc_at(ACC_S)),
        "Accelerometer.csv": _file(ACC_S, user_at(ACC_S)),
        "Gyroscope.csv": _file(GYR_S, gyr_at(GYR_S)),
        "Metadata.csv": _metadata("android"),
        **more,
    }


def _iphone(sign: float = -1.0, platform: str = "ios", standardised: str = "false") -> dict[str, str]:
    return {
        "Accelerometer.csv": _file(ACC_S, sign * user_at(ACC_S)),
        "Gravity.csv": _file(GYR_S, sign * gravity_at(GYR_S)),
        "Gyroscope.csv": _file(GYR_S, gyr_at(GYR_S)),
        "Metadata.csv": _metadata(platform, standardised),
    }


def test_an_android_phones_zip_gives_its_total_acceleration(tmp_path: Path) -> None:
    file = read_zip(tmp_path, _android())
    check_motion_of(file)
    assert any("taken for Sensor Logger (Android): m/s², rad/s, gravity included" in n for n in file.notices)


def test_an_iphones_accelerations_are_turned_upwards_and_its_gravity_added(tmp_path: Path) -> None:
    file = read_zip(tmp_path, _iphone())
    check_motion_of(file, acc_error_mps2=0.05)
    assert any("(iPhone): m/s², rad/s, gravity added from Gravity.csv" in n for n in file.notices)


def test_an_iphone_that_was_told_to_write_as_android_does_is_not_turned_again(tmp_path: Path) -> None:
    check_motion_of(read_zip(tmp_path, _iphone(1.0, standardised="true")), acc_error_mps2=0.05)


def test_an_android_phone_without_total_acceleration_gets_its_gravity_added(tmp_path: Path) -> None:
    check_motion_of(read_zip(tmp_path, _iphone(1.0, platform="android")), acc_error_mps2=0.05)


def test_an_iphones_raw_accelerometer_is_in_g(tmp_path: Path) -> None:
    raw = _file(ACC_S, -acc_at(ACC_S) / STANDARD_GRAVITY_MPS2)
    members = {"AccelerometerUncalibrated.csv": raw, "Metadata.csv": _metadata("ios")}
    file = read_zip(tmp_path, members)
    check_motion_of(file, has_gyroscope=False)
    assert "which is in g" in file.notices[0]


@pytest.mark.parametrize("order", ["zyx", "xyz", "yzx"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_order_of_columns_and_separator_change_nothing(tmp_path: Path, order: str, separator: str) -> None:
    members = {"TotalAcceleration.csv": _file(ACC_S, acc_at(ACC_S), order, separator)}
    check_motion_of(read_zip(tmp_path, members), has_gyroscope=False)


def test_a_zip_with_a_folder_in_it_and_a_folder_are_read_alike(tmp_path: Path) -> None:
    inner = {f"2026-05-03_07-31-05/{name}": content for name, content in _android().items()}
    zipped, folder = read_zip(tmp_path, inner), put(tmp_path / "unpacked", _android())
    unpacked = read_imu_file(folder)
    np.testing.assert_array_equal(zipped.acc_sensor_mps2, unpacked.acc_sensor_mps2)
    assert zipped.name == "export.zip"
    assert unpacked.name == "unpacked"


def test_a_single_file_is_read_with_those_beside_it(tmp_path: Path) -> None:
    folder = put(tmp_path / "unpacked", _iphone())
    check_motion_of(read_imu_file(folder / "Accelerometer.csv"), acc_error_mps2=0.05)


def test_rows_told_twice_and_rows_a_little_out_of_order_are_put_right(tmp_path: Path) -> None:
    lines = _file(ACC_S, acc_at(ACC_S)).splitlines()
    lines[30:30] = lines[10:30]
    lines[100], lines[101] = lines[101], lines[100]
    file = read_zip(tmp_path, {**_android(), "TotalAcceleration.csv": "\n".join(lines)})
    check_motion_of(file)
    assert any("rows of the acceleration with a time that was there already: 20" in n for n in file.notices)


def test_a_phone_that_slept_is_told_with_what_helps(tmp_path: Path) -> None:
    awake = (ACC_S < 5) | (ACC_S >= 9)
    members = {"TotalAcceleration.csv": _file(ACC_S[awake], acc_at(ACC_S[awake]))}
    file = read_zip(tmp_path, members)
    (told,) = [notice for notice in file.notices if "nothing was recorded" in notice]
    assert "4 s in all; pauses: 1" in told
    assert "keep the app awake" in told
    assert np.diff(file.time_s).max() == pytest.approx(4.02, abs=1e-3)


def test_without_metadata_the_phone_is_guessed_aloud(tmp_path: Path) -> None:
    members = _iphone(1.0)
    del members["Metadata.csv"]
    file = read_zip(tmp_path, members)
    check_motion_of(file, acc_error_mps2=0.05)
    assert any("Metadata.csv is not there, so the phone is guessed: Android" in n for n in file.notices)


def test_without_metadata_an_altitude_above_the_sea_tells_an_iphone(tmp_path: Path) -> None:
    members = _iphone()
    del members["Metadata.csv"]
    members["Location.csv"] = "time,seconds_elapsed,altitudeAboveMeanSeaLevel,latitude,longitude\n"
    check_motion_of(read_zip(tmp_path, members), acc_error_mps2=0.05)


def test_a_gyroscope_that_said_nothing_counts_as_missing(tmp_path: Path) -> None:
    members = _android(**{"Gyroscope.csv": "time,seconds_elapsed,z,y,x\n"})
    check_motion_of(read_zip(tmp_path, members), has_gyroscope=False)


def test_a_clock_that_was_set_back_in_the_middle_is_refused(tmp_path: Path) -> None:
    jumped_s = np.where(ACC_S < 8, ACC_S, ACC_S - 3.013)
    ns = np.rint((jumped_s + BEGAN_S) * 1e6).astype(np.int64) * 1000
    text = table(["time", "seconds_elapsed", "x", "y", "z"], ns, ACC_S, acc_at(ACC_S))
    with pytest.raises(ImportFileError, match="its clock goes back by 3 s before row 401"):
        read_zip(tmp_path, {"TotalAcceleration.csv": text})


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"Accelerometer.csv": _file(ACC_S, user_at(ACC_S))}, "without gravity is in it: switch Gravity"),
        ({"Gyroscope.csv": _file(GYR_S, gyr_at(GYR_S))}, "without an accelerometer"),
        (
            {f"{run}/TotalAcceleration.csv": _file(ACC_S, acc_at(ACC_S)) for run in "ab"},
            "holds 2 recordings, each with a file totalacceleration",
        ),
    ],
)
def test_what_gives_no_posture_is_refused_with_what_to_do(
    tmp_path: Path, members: dict[str, str], said: str
) -> None:
    with pytest.raises(ImportFileError, match=said):
        read_zip(tmp_path, members)


def test_the_phones_fixes_come_on_the_clock_of_its_samples(tmp_path: Path) -> None:
    fix_s = np.arange(16.0)
    ns = np.rint((fix_s + BEGAN_S) * 1e6).astype(np.int64) * 1000
    speed = np.where(fix_s < 3, -1.0, 3.0)
    location = table(
        ["time", "seconds_elapsed", "horizontalAccuracy", "speed", "altitude", "longitude", "latitude"],
        *(ns, fix_s, np.full(16, 4.7), speed, np.full(16, 41.2)),
        *(np.full(16, 13.2), 52.1 + fix_s * 3 / 111_195),
    )
    phone = read_zip(tmp_path, _android(**{"Location.csv": location})).phone
    assert phone is not None
    np.testing.assert_allclose(phone.time_s, fix_s + BEGAN_S, atol=1e-5)
    assert np.isnan(phone.speed_mps[:3]).all()
    assert (phone.speed_mps[3:] == 3.0).all()
    assert (phone.accuracy_m == 4.7).all()


def test_a_comma_in_the_phones_name_hides_nothing(tmp_path: Path) -> None:
    metadata = 'version,device name,platform,standardisation\n3,"Anna\'s, ""the red one""",ios,false\n'
    check_motion_of(read_zip(tmp_path, {**_iphone(), "Metadata.csv": metadata}), acc_error_mps2=0.05)


@pytest.mark.parametrize("metadata", ["platform\n", 'platform\n"ios', "platform,name\n,\n"])
def test_metadata_that_tell_no_phone_leave_it_to_the_files(tmp_path: Path, metadata: str) -> None:
    file = read_zip(tmp_path, {**_android(), "Metadata.csv": metadata})
    assert "(Android)" in file.notices[0] or "(iPhone)" in file.notices[0]


def test_a_torn_last_line_of_a_member_is_left_out_and_told(tmp_path: Path) -> None:
    members = _android()
    members["TotalAcceleration.csv"] = members["TotalAcceleration.csv"][:-20]
    file = read_zip(tmp_path, members)
    check_motion_of(file)
    assert f"{tmp_path / 'export.zip/TotalAcceleration.csv'}: left out, line 801: torn off." in file.notices
