from __future__ import annotations

import numpy as np

from tests.support.csv_export import write_imu_csv

TIME_S = np.array([0.0, 0.01, 0.02])
ACC = np.array([[0.0, 0.0, 9.80665]] * 3)
GYR = np.array([[0.0, np.pi, 0.0]] * 3)


def test_the_header_names_quantity_axis_and_unit(tmp_path):
    lines = write_imu_csv(tmp_path / "a.csv", TIME_S, ACC, GYR).read_text().splitlines()
    assert lines[0] == "time_s,acc_x_mps2,acc_y_mps2,acc_z_mps2,gyr_x_radps,gyr_y_radps,gyr_z_radps"
    assert lines[2] == "0.010000,0.000000,0.000000,9.806650,0.000000,3.141593,0.000000"


def test_customary_units_are_g_and_degrees_per_second(tmp_path):
    lines = write_imu_csv(tmp_path / "a.csv", TIME_S, ACC, GYR, customary_units=True).read_text().splitlines()
    assert lines[0].split(",")[1] == "acc_x_g"
    assert lines[0].split(",")[5] == "gyr_y_dps"
    assert lines[1] == "0.000000,0.000000,0.000000,1.000000,0.000000,180.000000,0.000000"


def test_lost_rows_and_a_missing_gyroscope_are_left_out(tmp_path):
    lost = np.array([False, True, False])
    lines = write_imu_csv(tmp_path / "a.csv", TIME_S, ACC, None, lost=lost).read_text().splitlines()
    assert lines == [
        "time_s,acc_x_mps2,acc_y_mps2,acc_z_mps2",
        "0.000000,0.000000,0.000000,9.806650",
        "0.020000,0.000000,0.000000,9.806650",
    ]
