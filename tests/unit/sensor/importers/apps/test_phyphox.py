"""Recordings of the phone app phyphox: separators, decimal signs, pauses, one file or several."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sensor.errors import ImportFileError
from tests.support.app_exports import (
    BEGAN_S,
    acc_at,
    check_motion_of,
    gravity_at,
    gyr_at,
    moments,
    read_zip,
    table,
    user_at,
)

ACC_S, GYR_S = moments(), moments(100.0, late_s=0.003)
PAUSE_S = 20.0


def _names(quantity: str, unit: str = "m/s^2") -> list[str]:
    return ["Time (s)", *(f"{quantity} {axis} ({unit})" for axis in "xyz")]


def _times(*events: tuple[str, float, float], separator: str = ",", decimal: str = ".") -> str:
    names, experiment, system = zip(*events, strict=True)
    return table(
        ["event", "experiment time", "system time", "system time text"],
        *([f'"{name}"' for name in names], np.array(experiment), np.array(system) + BEGAN_S),
        ['"2026-05-03 07:31:05.086 UTC+02:00"'] * len(names),
        separator=separator,
        decimal=decimal,
        quoted=True,
    )


ONE_START = _times(("START", 0.0, 0.0), ("PAUSE", 16.0, 16.0))


@pytest.mark.parametrize(
    ("separator", "decimal"), [(",", "."), (";", ","), ("\t", "."), ("\t", ","), (";", ".")]
)
def test_every_form_of_the_export_is_read(tmp_path: Path, separator: str, decimal: str) -> None:
    members = {
        "Accelerometer.csv": table(
            _names("Acceleration"), ACC_S, acc_at(ACC_S), separator=separator, decimal=decimal, quoted=True
        ),
        "Gyroscope.csv": table(
            _names("Gyroscope", "rad/s"),
            GYR_S,
            gyr_at(GYR_S),
            separator=separator,
            decimal=decimal,
            quoted=True,
        ),
        "meta/time.csv": _times(("START", 0.0, 0.0), separator=separator, decimal=decimal),
    }
    file = read_zip(tmp_path, members)
    check_motion_of(file)
    assert "taken for phyphox: m/s², rad/s, gravity included" in file.notices[0]


def test_a_pause_that_only_the_metadata_tell_is_a_gap(tmp_path: Path) -> None:
    members = {
        "run/Accelerometer.csv": table(_names("Acceleration"), ACC_S, acc_at(ACC_S)),
        "run/meta/time.csv": _times(
            ("START", 0.0, 0.0), ("PAUSE", 9.01, 9.01), ("START", 9.01, 9.01 + PAUSE_S), ("PAUSE", 16.0, 36.0)
        ),
    }
    file = read_zip(tmp_path, members)
    steps = np.diff(file.time_s)
    assert steps.max() == pytest.approx(PAUSE_S + 0.02, abs=1e-3)
    assert file.time_s[np.argmax(steps)] - BEGAN_S == pytest.approx(9.0, abs=1e-3)
    assert "1 pause" in file.notices[0]


def test_without_the_metadata_times_count_from_the_start_and_that_is_said(tmp_path: Path) -> None:
    members = {"Raw Data.csv": table(_names("Acceleration"), ACC_S, acc_at(ACC_S))}
    file = read_zip(tmp_path, members)
    check_motion_of(file, began_s=0.0, has_gyroscope=False)
    assert any("meta/time.csv is not there" in notice for notice in file.notices)


def test_linear_acceleration_and_gravity_are_added(tmp_path: Path) -> None:
    members = {
        "Linear Accelerometer.csv": table(_names("Linear Acceleration"), ACC_S, user_at(ACC_S)),
        "Gravity.csv": table(_names("Gravity"), GYR_S, gravity_at(GYR_S)),
        "meta/time.csv": ONE_START,
    }
    check_motion_of(read_zip(tmp_path, members), has_gyroscope=False, acc_error_mps2=0.05)


def test_linear_acceleration_alone_is_refused_with_what_to_record(tmp_path: Path) -> None:
    members = {"Raw Data.csv": table(_names("Linear Acceleration"), ACC_S, user_at(ACC_S))}
    with pytest.raises(
        ImportFileError, match=r"only acceleration without gravity .* Acceleration \(with g\)"
    ):
        read_zip(tmp_path, members)


def test_fixes_are_shifted_by_the_pause_as_the_samples_are(tmp_path: Path) -> None:
    fix_s = np.arange(16.0)
    names = ["Latitude (°)", "Longitude (°)", "Height (m)", "Velocity (m/s)", "Direction (°)"]
    members = {
        "Accelerometer.csv": table(_names("Acceleration"), ACC_S, acc_at(ACC_S)),
        "Location.csv": table(
            ["Time (s)", *names, "Horizontal Accuracy (m)", "Vertical Accuracy (°)"],
            *(fix_s, 52.1 + fix_s * 3 / 111_195, np.full(16, 13.2), np.full(16, 41.2), np.full(16, 3.0)),
            *(np.zeros(16), np.full(16, 4.7), np.full(16, 3.0)),
        ),
        "meta/time.csv": _times(("START", 0.0, 0.0), ("PAUSE", 9.5, 9.5), ("START", 9.5, 29.5)),
    }
    phone = read_zip(tmp_path, members).phone
    assert phone is not None
    expected_s = fix_s + np.where(fix_s > 9.5, PAUSE_S, 0.0) + BEGAN_S
    np.testing.assert_allclose(phone.time_s, expected_s, atol=1e-4)
    assert (phone.speed_mps == 3.0).all()


def test_fixes_that_phyphox_does_not_know_are_nan_and_passed_over(tmp_path: Path) -> None:
    location = (
        "Time (s),Latitude (°),Longitude (°),Height (m)\n0,NaN,NaN,NaN\n1,52.1,13.2,NaN\n2,52.10003,13.2,41\n"
    )
    members = {
        "Accelerometer.csv": table(_names("Acceleration"), ACC_S, acc_at(ACC_S)),
        "Location.csv": location,
        "meta/time.csv": ONE_START,
    }
    phone = read_zip(tmp_path, members).phone
    assert phone is not None
    np.testing.assert_allclose(phone.time_s - BEGAN_S, [1.0, 2.0], atol=1e-4)
    assert np.isnan(phone.altitude_m[0])
