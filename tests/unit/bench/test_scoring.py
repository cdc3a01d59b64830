from __future__ import annotations

import numpy as np
import pytest

from sensor.virtual.runner.imu_errors import IDEAL
from sensor.virtual.runner.plan import RunPlan, bow, run, stand
from tests.bench.hours import Hour, make_hour, mounting, trunk_axes
from tests.bench.peers import interval_rates, up_from_quaternion, vqf_offline
from tests.bench.scoring import figures, inclination_rmse_deg, pitch_deg, stride_means


@pytest.fixture(scope="module")
def hour() -> Hour:
    legs = (stand(10.0), bow(30.0), stand(8.0), run(60.0, 3.0), stand(10.0))
    return make_hour(RunPlan(legs, wear=(mounting(4),), errors=IDEAL), 3, "a minute")


def test_figures_of_known_errors() -> None:
    found = figures(np.array([1.0, -1.0, 3.0, 1.0]))
    assert (found.bias, found.worst, found.count) == (1.0, 3.0, 4)
    assert found.rmse == pytest.approx(np.sqrt(3.0))
    assert found.sd == pytest.approx(np.sqrt(2.0))


def test_a_stride_mean_counts_fractions_of_samples() -> None:
    ramp = np.arange(100.0)
    rows = np.array([[1.05, 3.25]])
    # The mean of a straight line is its value in the middle: 2.15 s at 10 Hz is row 21.5.
    assert stride_means(ramp, 10.0, rows)[0] == pytest.approx(21.5)


def test_a_sensor_tipped_forward_reads_positive() -> None:
    angle = np.radians(12.0)
    up = np.array([[-np.sin(angle), 0.0, np.cos(angle)]])
    assert pitch_deg(up, np.eye(3))[0] == pytest.approx(12.0)


def test_a_quaternion_about_the_left_axis_is_a_forward_pitch() -> None:
    half = np.radians(10.0) / 2.0
    up = up_from_quaternion(np.array([[np.cos(half), 0.0, np.sin(half), 0.0]]))
    assert pitch_deg(up, np.eye(3))[0] == pytest.approx(10.0)


def test_verticals_ten_degrees_apart_have_an_error_of_ten_degrees() -> None:
    angle = np.radians(10.0)
    up = np.array([[0.0, np.sin(angle), np.cos(angle)]])
    assert inclination_rmse_deg(up, np.array([[0.0, 0.0, 1.0]]), np.array([True])) == pytest.approx(10.0)


def test_the_rate_over_an_interval_is_the_mean_of_its_ends() -> None:
    rates = np.array([[0.0, 0.0, 0.0], [2.0, 0.0, 0.0], [4.0, 0.0, 0.0]])
    np.testing.assert_array_equal(interval_rates(rates)[:, 0], [0.0, 1.0, 3.0])


def test_the_reference_pose_is_the_standing_after_the_bow(hour: Hour) -> None:
    time_s = hour.run.time_s[hour.standing]
    assert 14.0 < time_s[0] < 16.0
    assert 23.5 < time_s[-1] < 26.5
    assert np.ptp(hour.run.true_flexion_deg[hour.standing]) < 2.0


def test_a_perfect_vertical_scores_nothing_in_the_axes_of_the_calibration(hour: Hour) -> None:
    worn = hour.run.sensor("sternum")
    forward, left, up = trunk_axes(hour)
    assert np.degrees(np.arccos(up @ worn.clean.acc_sensor_mps2[hour.standing].mean(0) / 9.80665)) < 0.6
    assert forward @ np.cross(left, up) == pytest.approx(1.0)


def test_a_good_filter_on_ideal_data_errs_by_less_than_a_degree(hour: Hour) -> None:
    acc, gyr = hour.received()
    found = pitch_deg(vqf_offline(acc, gyr, hour.run.rate_hz), trunk_axes(hour))
    rows, steady = hour.stride_rows()
    assert 70 < len(rows) < 90
    error = stride_means(found - hour.truth_deg(), hour.run.rate_hz, rows)
    assert figures(error[steady]).rmse < 0.4
