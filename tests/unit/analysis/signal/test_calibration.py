"""What was found of an accelerometer at home is taken off before anything else, and said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.checkup.tilt import check_tilt
from analysis.pipeline import analyse
from analysis.report.method import method_lines
from analysis.report_json import from_json, to_json
from analysis.run_report import RunReport
from analysis.signal.calibration import calibrated
from sensor.calibration import AccelerometerCalibration
from sensor.samples import Recording
from sensor.virtual.runner.box import HOLD_S, MOVE_S, box_on_faces
from sensor.virtual.runner.imu_errors import CONSUMER, apply_errors
from sensor.virtual.runner.simulation import VirtualRun, sensor_chance
from tests.support.recordings import recording, sensor_recording
from tests.support.short_runs import CONFIG, STEADY, Errors, errors, session, virtual

OWN = AccelerometerCalibration((0.4, -0.2, 0.1), (1.02, 0.98, 1.01), "2026-05-01")
BIASED = replace(CONSUMER, acc_bias_g=0.08, acc_scale=0.02)
"""Eight times the bias of a good chip; its size alone is 0.8 m/s2."""

SEED = 2


def with_calibration(told: Recording, calibration: AccelerometerCalibration) -> Recording:
    return replace(told, sensors=(replace(told.sensors[0], calibration=calibration),))


def test_readings_lose_their_bias_and_then_their_scale() -> None:
    force = np.array([[0.0, 0.0, 9.8], [3.0, -4.0, 5.0]])
    read = force * OWN.acc_scale + OWN.acc_bias_mps2
    told = with_calibration(recording(sensor_recording(np.array([0.0, 0.1]), read, None)), OWN)
    assert calibrated(told).sensors[0].acc_sensor_mps2 == pytest.approx(force)
    assert told.sensors[0].acc_sensor_mps2 == pytest.approx(read)


@pytest.mark.parametrize(
    "wrong",
    [replace(OWN, acc_bias_mps2=(0.0, 1.01, 0.0)), replace(OWN, acc_scale=(1.0, 1.0, 0.89))],
    ids=["bias", "scale"],
)
def test_a_calibration_no_sound_sensor_has_is_left_out_and_said(wrong: AccelerometerCalibration) -> None:
    told = with_calibration(recording(sensor_recording(np.array([0.0, 0.1]), np.ones((2, 3)), None)), wrong)
    left = calibrated(told)
    assert left.sensors[0].acc_sensor_mps2 == pytest.approx(np.ones((2, 3)))
    assert left.sensors[0].calibration is None
    assert "The calibration of the sensor at sternum is not used" in left.notices[-1]


@pytest.fixture(scope="module")
def biased_run() -> VirtualRun:
    return virtual(replace(STEADY, errors=BIASED), SEED)


@pytest.fixture(scope="module")
def found_at_home() -> AccelerometerCalibration:
    """Return what six faces of a box tell of the very sensor that the runner wears."""
    box = apply_errors(box_on_faces(20.0, 104.0), BIASED, sensor_chance("sternum", seed=SEED))
    time_s = np.arange(len(box.acc_sensor_mps2)) / box.rate_hz
    worn = sensor_recording(time_s, box.acc_sensor_mps2, box.gyr_sensor_radps, nominal_rate_hz=box.rate_hz)
    lean_from_s = 6 * (HOLD_S + MOVE_S) - 1.0
    return check_tilt(worn, 20.0, lean_from_s=lean_from_s, end_s=time_s[-1]).calibration("2026-05-01")


@pytest.fixture(scope="module")
def report(biased_run: VirtualRun, found_at_home: AccelerometerCalibration) -> RunReport:
    return analyse(with_calibration(session(biased_run), found_at_home), CONFIG)


def flexion_errors(report: RunReport, run: VirtualRun) -> Errors:
    return errors(report.strides, run, usable_only=False)


def test_a_biased_sensor_reads_the_angle_right_once_it_was_on_a_box(
    biased_run: VirtualRun, report: RunReport
) -> None:
    as_read = analyse(session(biased_run), CONFIG)
    # With this bias and these scales gravity is 8 % off, and no stride may be believed.
    assert as_read.totals.usable_fraction < 0.1
    assert abs(flexion_errors(as_read, biased_run).bias) > 0.5
    assert report.totals.usable_fraction > 0.9
    assert abs(flexion_errors(report, biased_run).bias) < 0.1
    assert flexion_errors(report, biased_run).rmse < 0.2


def test_the_report_says_what_was_taken_off_and_keeps_it_in_its_json(
    report: RunReport, found_at_home: AccelerometerCalibration
) -> None:
    line = next(line for line in method_lines(report) if line.startswith("Calibration: "))
    assert "at sternum is corrected by what was found on the faces of a box on 2026-05-01: bias " in line
    assert report.session.sensors[0].calibration == found_at_home
    assert from_json(to_json(report)).session.sensors[0].calibration == found_at_home
