"""Text of the phone app Polar Sensor Logger: the phone tells the day, the sensor the spacing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from sensor.errors import ImportFileError
from sensor.importers.imu_file import read_imu_file
from sensor.samples import FloatArray
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2
from tests.support.app_exports import BEGAN_S, acc_at, check_motion_of, gyr_at, moments, put, table

TIME_S, RATES_S = moments(), moments(late_s=0.004)
IN_2019_NS = 599_628_005_694_359_040
PER_BATCH = 36


def _phone(time_s: FloatArray) -> list[str]:
    """Local time at which the last sample of each batch had come."""
    last = np.minimum((np.arange(len(time_s)) // PER_BATCH + 1) * PER_BATCH, len(time_s)) - 1
    return [
        datetime.fromtimestamp(BEGAN_S + at, UTC).astimezone().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
        for at in time_s[last].tolist()
    ]


def _text(time_s: FloatArray, values: FloatArray, unit: str, *, ending: str = " ") -> str:
    ns = IN_2019_NS + np.rint(time_s * 1e9).astype(np.int64)
    names = ["Phone timestamp", "sensor timestamp [ns]", *(f"{axis} [{unit}]" for axis in "XYZ")]
    text = table(names, _phone(time_s), ns, values, separator=";")
    return text.replace("\n", f"{ending}\n", 1)


ACC = acc_at(TIME_S) / STANDARD_GRAVITY_MPS2 * 1000


@pytest.mark.parametrize("ending", [" ", ";", ""])
def test_the_date_is_the_phones_and_the_spacing_the_sensors(tmp_path: Path, ending: str) -> None:
    put(tmp_path, {"Polar_H10_1_ACC.txt": _text(TIME_S, ACC, "mg", ending=ending)})
    file = read_imu_file(tmp_path / "Polar_H10_1_ACC.txt")
    check_motion_of(file, has_gyroscope=False)
    np.testing.assert_allclose(np.diff(file.time_s), 0.02, atol=1e-6)
    assert "taken for Polar Sensor Logger: milli-g, no gyroscope" in file.notices[0]


def test_the_gyroscope_is_a_file_of_its_own(tmp_path: Path) -> None:
    rates = _text(RATES_S, gyr_at(RATES_S) / RADPS_PER_DEGPS, "dps")
    put(tmp_path, {"Polar_Sense_1_ACC.txt": _text(TIME_S, ACC, "mg"), "Polar_Sense_1_GYRO.txt": rates})
    for given in (tmp_path, tmp_path / "Polar_Sense_1_ACC.txt"):
        check_motion_of(read_imu_file(given))


def test_without_a_sensors_clock_batches_are_spread_evenly(tmp_path: Path) -> None:
    names = ["Phone timestamp", *(f"{axis} [mg]" for axis in "XYZ")]
    put(tmp_path, {"a_ACC.txt": table(names, _phone(TIME_S), ACC, separator=";")})
    file = read_imu_file(tmp_path / "a_ACC.txt")
    check_motion_of(file, has_gyroscope=False, time_error_s=0.01)
    np.testing.assert_allclose(np.diff(file.time_s), 0.02, rtol=0.03)


def test_a_row_without_a_date_is_named(tmp_path: Path) -> None:
    lines = _text(TIME_S, ACC, "mg").splitlines()
    lines[50] = "noon" + lines[50][lines[50].index(";") :]
    put(tmp_path, {"a_ACC.txt": "\n".join(lines)})
    with pytest.raises(ImportFileError, match="line 51: 'noon' is no date and time"):
        read_imu_file(tmp_path / "a_ACC.txt")


def test_a_gyroscope_alone_is_refused(tmp_path: Path) -> None:
    put(tmp_path, {"a_GYRO.txt": _text(RATES_S, gyr_at(RATES_S) / RADPS_PER_DEGPS, "dps")})
    with pytest.raises(ImportFileError, match="holds 0 accelerometers and 1 gyroscopes"):
        read_imu_file(tmp_path / "a_GYRO.txt")
