"""The vertical with speed, heading and bias solved for: what must not move it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from analysis.config import AnalysisConfig
from analysis.maths.angles import inclination_deg
from analysis.maths.between_rows import mean_between
from analysis.signal.motion import Motion, motion_of
from analysis.signal.speed import SpeedProfile
from sensor.samples import FloatArray
from sensor.units import RADPS_PER_DEGPS
from sensor.virtual.runner.gait import SEVERE
from sensor.virtual.runner.imu_errors import CONSUMER, IDEAL
from sensor.virtual.runner.kinematics import matrix
from sensor.virtual.runner.plan import Leg, PosturePoint, RunPlan, corner, laps, run, stand
from sensor.virtual.runner.simulation import VirtualRun
from tests.bench.peers import vqf_offline
from tests.bench.scoring import inclination_rmse_deg
from tests.support.short_runs import OPENING, ROOM, STEADY, errors, motion, report, trunk_recording, virtual

CONFIG = AnalysisConfig()
TREADMILL = replace(STEADY, treadmill=True)


def flexion_deg(found: Motion) -> FloatArray:
    """Return the stride-mean flexion of the running strides."""
    flexion, _ = inclination_deg(found.axes.trunk_from_sensor @ found.up_sensor)
    running = found.strides.running
    return mean_between(flexion, found.strides.start_row[running], found.strides.end_row[running])


def gps(run_: VirtualRun) -> SpeedProfile:
    return SpeedProfile(run_.gps_time_s, run_.gps_speed_mps, measured=True)


def constant(*legs: Leg, **more: Any) -> RunPlan:
    """Return a plan whose posture never changes: whatever changes in the result is an error."""
    return replace(STEADY, legs=(*OPENING, *legs, stand(10.0)), lean_share=0.0, **more)


@pytest.mark.parametrize("known", [False, True])
def test_constant_posture_stays_constant_through_the_laps_of_a_track(known: bool) -> None:
    run_ = virtual(constant(*laps(3, 3.4), style=SEVERE))
    error = errors(report(run_, speed="gps" if known else "none").strides, run_).flexion
    assert error.std() < 0.15
    assert abs(error.mean()) < 0.15
    thirds = [part.mean() for part in np.array_split(error, 3)]
    assert np.ptp(thirds) < 0.1


def test_constant_posture_stays_constant_through_street_corners_with_a_watch() -> None:
    plan = constant(
        run(25.0, 3.0), corner(90.0, 3.0, 2.8), run(25.0, 3.0), corner(-120.0, 4.0, 2.8), run(25.0, 3.0)
    )
    run_ = virtual(plan)
    error = errors(report(run_, speed="gps").strides, run_)
    assert len(error.flexion) > 110
    assert np.abs(error.flexion).max() < 0.9
    assert error.rmse < 0.25


def test_without_a_speed_strides_in_corners_are_left_out_and_the_others_hold() -> None:
    plan = constant(run(25.0, 3.0), corner(90.0, 3.0, 2.8), run(25.0, 3.0))
    run_ = virtual(plan)
    error = errors(report(run_).strides, run_)
    assert np.abs(error.flexion).max() < 0.6


@pytest.mark.parametrize("stopped_s", [8.0, 20.0])
def test_the_lean_right_after_a_stop_and_a_restart_is_right(stopped_s: float) -> None:
    run_ = virtual(constant(run(30.0, 3.0), stand(stopped_s), run(30.0, 3.0)))
    error = errors(report(run_, speed="gps").strides, run_)
    restart_s = 24.0 + 30.0 + stopped_s
    after = (error.start_s > restart_s) & (error.start_s < restart_s + 12.0)
    assert after.sum() > 12
    assert np.abs(error.flexion[after]).max() < 0.5


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_first_strides_after_standing_are_right_with_a_known_speed(seed: int) -> None:
    run_ = virtual(constant(run(40.0, 3.0)), seed)
    error = errors(report(run_, speed="gps").strides, run_)
    early = error.start_s < 34.0
    assert early.sum() >= 10
    assert np.abs(error.flexion[early]).max() < 0.6


def test_the_first_strides_after_standing_are_not_trusted_without_one() -> None:
    run_ = virtual(constant(run(40.0, 3.0)))
    table = report(run_).strides
    assert not table["usable"][1:4].any()
    assert np.abs(errors(table, run_).flexion).max() < 0.5


def test_a_bias_of_the_gyroscope_that_no_standing_showed_is_found_from_the_run() -> None:
    """0.3 degrees a second of pitch would turn the vertical by 24 degrees in eighty seconds."""
    run_ = virtual(replace(TREADMILL, errors=IDEAL))
    sensor = trunk_recording(run_)
    assert sensor.gyr_sensor_radps is not None
    moving = (run_.speed_mps > 0.01)[:, None]
    mounting = np.array([[0.0, 1.0, 0.0]])
    late = 0.3 * RADPS_PER_DEGPS * moving * mounting
    biased = replace(sensor, gyr_sensor_radps=sensor.gyr_sensor_radps + late)
    with_bias = flexion_deg(motion_of(biased, ROOM, config=CONFIG))
    without = flexion_deg(motion_of(sensor, ROOM, config=CONFIG))
    assert np.abs(with_bias - without)[8:-8].max() < 0.35
    assert abs((with_bias - without)[20:-20].mean()) < 0.1


@pytest.mark.parametrize("degps", [-6.0, 2.0, 6.0])
def test_adding_heading_changes_nothing(degps: float) -> None:
    """The same movement on a turntable: only the rate about the vertical differs."""
    run_ = virtual(replace(TREADMILL, errors=IDEAL))
    sensor = trunk_recording(run_)
    still = flexion_deg(motion_of(sensor, ROOM, config=CONFIG))
    worn = run_.sensors[0]
    assert sensor.gyr_sensor_radps is not None
    up = _up_sensor(run_)
    turning = np.radians(degps) * np.clip((run_.time_s - 30.0) / 4.0, 0.0, 1.0)[:, None] * up
    spun = replace(sensor, gyr_sensor_radps=worn.measured.gyr_sensor_radps + turning)
    np.testing.assert_allclose(flexion_deg(motion_of(spun, ROOM, config=CONFIG)), still, atol=0.05)


def test_half_turns_with_a_cross_axis_error_of_one_percent_cost_a_third_of_a_degree() -> None:
    """Turning half round tips the vertical by twice the error: each of six about-turns by 1.1 degrees."""
    run_ = virtual(replace(TREADMILL, errors=IDEAL))
    sensor = trunk_recording(run_)
    assert sensor.gyr_sensor_radps is not None
    forward = matrix(run_.sensors[0].sensor_from_trunk_wxyz.tolist())[:, 0]
    is_turning = (run_.time_s >= 35.0) & (run_.time_s < 95.0) & ((run_.time_s - 35.0) % 10.0 < 1.0)
    turning = np.pi * is_turning[:, None] * (_up_sensor(run_) + 0.01 * forward)
    spun = replace(sensor, gyr_sensor_radps=sensor.gyr_sensor_radps + turning)
    error = flexion_deg(motion_of(spun, ROOM, config=CONFIG)) - flexion_deg(
        motion_of(sensor, ROOM, config=CONFIG)
    )
    assert np.sqrt(np.mean(error[8:-8] ** 2)) < 0.32


def _up_sensor(run_: VirtualRun) -> FloatArray:
    """Return (n, 3) the true upward vertical in sensor axes."""
    flexion, lateral = np.radians(run_.true_flexion_deg), np.radians(run_.true_lateral_deg)
    up = np.stack((-np.tan(flexion), np.tan(lateral), np.ones_like(flexion)), axis=1)
    up /= np.linalg.norm(up, axis=1, keepdims=True)
    return np.asarray(up @ matrix(run_.sensors[0].sensor_from_trunk_wxyz.tolist()).T)


def test_on_a_treadmill_knowing_that_the_room_is_still_gives_a_twentieth_of_a_degree() -> None:
    run_ = virtual(replace(TREADMILL, errors=IDEAL))
    error = errors(report(run_, speed="treadmill").strides, run_)
    assert error.rmse < 0.06


def test_road_and_treadmill_of_the_same_runner_read_the_same() -> None:
    road, belt = virtual(STEADY), virtual(TREADMILL)
    on_road = errors(report(road, speed="gps").strides, road)
    on_belt = errors(report(belt, speed="treadmill").strides, belt)
    assert abs(on_road.bias - on_belt.bias) < 0.08


@pytest.mark.parametrize("share", [0.8, 1.2])
def test_a_nominal_speed_off_by_a_fifth_costs_hardly_anything(share: float) -> None:
    run_ = virtual(constant(*laps(1, 3.4)))
    told = [
        flexion_deg(motion(run_, SpeedProfile(np.zeros(1), np.array([3.4 * k]), measured=False)))
        for k in (1.0, share)
    ]
    steady = slice(20, -20)
    assert np.abs(told[0] - told[1])[steady].max() < 0.1


def test_a_watch_makes_bursts_of_speed_harmless() -> None:
    plan = constant(
        run(20.0, 2.6), run(10.0, 4.2), run(12.0, 2.6), run(10.0, 4.2), posture=(PosturePoint(0.0, 8.0),)
    )
    run_ = virtual(plan)
    known = errors(report(run_, speed="gps").strides, run_, usable_only=False)
    unknown = errors(report(run_).strides, run_, usable_only=False)
    assert known.rmse < 0.25
    assert known.flexion.std() < 0.06
    assert unknown.flexion.std() > 2.0 * known.flexion.std()


@pytest.mark.parametrize("seed", [1, 2])
def test_through_corners_and_bursts_the_vertical_is_far_nearer_than_a_general_filters(seed: int) -> None:
    legs = (run(25.0, 2.8), corner(90.0, 3.0, 2.8), run(20.0, 3.8), corner(-120.0, 4.0, 2.8), run(25.0, 3.2))
    run_ = virtual(constant(*legs, errors=replace(CONSUMER, acc_bias_g=0.0)), seed)
    signal, truth = run_.sensors[0].measured, _up_sensor(run_)
    assert signal.gyr_sensor_radps is not None
    general = vqf_offline(signal.acc_sensor_mps2, signal.gyr_sensor_radps, run_.rate_hz)
    ours = [np.asarray(motion(run_, speed).up_sensor.T, dtype=np.float64) for speed in (None, gps(run_))]
    unknown, known, other = (
        inclination_rmse_deg(up[: len(truth)], truth, run_.running) for up in (*ours, general)
    )
    assert unknown < 0.3 * other
    assert known < 0.5 * unknown
