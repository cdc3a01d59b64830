from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from sensor.virtual.runner.imu_errors import IDEAL
from sensor.virtual.runner.plan import PosturePoint, RunPlan, StrapSlip, Worn, bow, corner, run, stand, walk
from sensor.virtual.runner.simulation import VirtualRun, WornSensor, simulate
from tests.support.rotations import rotation_of, wxyz_of

G = 9.80665
ALONG_TRUNK = Worn("sternum")
LEGS = (stand(8.0), bow(30.0), stand(6.0), run(25.0, 3.0), corner(90.0, 3.0, 3.0), run(25.0, 3.2), stand(8.0))
PLAN = RunPlan(LEGS, wear=(ALONG_TRUNK,), errors=IDEAL)


@pytest.fixture(scope="module")
def ideal() -> VirtualRun:
    return simulate(PLAN, seed=1)


@pytest.fixture(scope="module")
def fine() -> VirtualRun:
    return simulate(replace(PLAN, rate_hz=832.0), seed=1)


def orientation(worn: WornSensor) -> Rotation:
    return rotation_of(worn.earth_from_seat_wxyz)


def test_an_upright_runner_at_rest_reads_one_g_along_the_trunk_and_no_rotation(ideal: VirtualRun) -> None:
    clean = ideal.sensors[0].clean
    assert clean.gyr_sensor_radps is not None
    still = ideal.time_s < 7.0
    np.testing.assert_allclose(clean.acc_sensor_mps2[still].mean(0), [0.0, 0.0, G], atol=0.05)
    assert np.degrees(np.abs(clean.gyr_sensor_radps[still])).max() < 2.0


def test_a_forward_bow_reads_positive_and_tips_the_forward_axis_down(ideal: VirtualRun) -> None:
    at_bow = round(11.0 * ideal.rate_hz)
    assert ideal.true_flexion_deg[at_bow] == pytest.approx(30.0, abs=0.5)
    expected = [-G * np.sin(np.radians(30.0)), 0.0, G * np.cos(np.radians(30.0))]
    np.testing.assert_allclose(ideal.sensors[0].clean.acc_sensor_mps2[at_bow], expected, atol=0.15)


def test_a_runner_leans_right_into_a_right_turn_and_that_reads_positive() -> None:
    plan = RunPlan((stand(3.0), run(6.0, 3.5), corner(-360.0, 10.0, 3.5), run(5.0, 3.5)), errors=IDEAL)
    virtual = simulate(plan, seed=4)
    turning = (virtual.time_s > 13.0) & (virtual.time_s < 19.0)
    assert virtual.true_lateral_deg[turning].mean() > 4.0


def test_truth_equals_an_independent_computation_from_the_orientation(ideal: VirtualRun) -> None:
    up = orientation(ideal.sensors[0]).inv().apply([0.0, 0.0, 1.0])
    np.testing.assert_allclose(ideal.true_flexion_deg, np.degrees(np.arctan2(-up[:, 0], up[:, 2])), atol=1e-9)
    np.testing.assert_allclose(ideal.true_lateral_deg, np.degrees(np.arctan2(up[:, 1], up[:, 2])), atol=1e-9)


def test_integrating_the_ideal_gyroscope_recovers_the_orientation(fine: VirtualRun) -> None:
    worn = fine.sensors[0]
    rate = worn.clean.gyr_sensor_radps
    assert rate is not None
    dt = 1.0 / fine.rate_hz
    # Trapezoid plus the two-sample coning term: exact to third order in dt.
    turn = 0.5 * dt * (rate[1:] + rate[:-1]) + dt**2 / 12.0 * np.cross(rate[:-1], rate[1:])
    truth = orientation(worn)
    estimate = truth[0]
    for step in Rotation.from_rotvec(turn):
        estimate = estimate * step
    assert np.degrees((truth[-1].inv() * estimate).magnitude()) < 0.005


def test_every_step_of_the_ideal_gyroscope_is_the_turn_of_the_pose(fine: VirtualRun) -> None:
    worn = fine.sensors[0]
    rate = worn.clean.gyr_sensor_radps
    assert rate is not None
    truth = orientation(worn)
    turned = (truth[:-2].inv() * truth[2:]).as_rotvec() * fine.rate_hz / 2.0
    assert np.degrees(np.abs(turned - rate[1:-1])).max() < 0.1


def test_integrating_the_ideal_specific_force_recovers_velocity_and_distance(fine: VirtualRun) -> None:
    worn = fine.sensors[0]
    acc_earth = orientation(worn).apply(np.array(worn.clean.acc_sensor_mps2)) - [0.0, 0.0, G]
    dt = 1.0 / fine.rate_hz
    velocity = worn.velocity_earth_mps[0] + np.vstack(
        [np.zeros(3), np.cumsum(0.5 * dt * (acc_earth[1:] + acc_earth[:-1]), axis=0)]
    )
    np.testing.assert_allclose(velocity, worn.velocity_earth_mps, atol=2e-3)
    position = np.cumsum(velocity, axis=0) * dt
    path = np.stack([np.cos(fine.heading_rad), np.sin(fine.heading_rad)], axis=1) * fine.speed_mps[:, None]
    np.testing.assert_allclose(position[-1, :2], np.sum(path, axis=0) * dt, atol=0.1)
    assert abs(position[-1, 2]) < 0.05


def test_distance_is_the_integral_of_speed(ideal: VirtualRun) -> None:
    assert ideal.distance_m[-1] == pytest.approx(np.sum(ideal.speed_mps) / ideal.rate_hz, rel=1e-4)
    assert ideal.distance_m[-1] == pytest.approx(25 * 3.0 + 3 * 3.0 + 25 * 3.2, rel=0.06)


def test_a_turned_sensor_reads_the_same_run_in_turned_axes(ideal: VirtualRun) -> None:
    mounting = Rotation.from_euler("xyz", [100.0, -35.0, 200.0], degrees=True)
    worn = Worn("sternum", tuple(wxyz_of(mounting).tolist()))
    turned = simulate(replace(PLAN, wear=(worn,)), seed=1)
    straight_gyr, turned_gyr = (
        ideal.sensors[0].clean.gyr_sensor_radps,
        turned.sensors[0].clean.gyr_sensor_radps,
    )
    assert straight_gyr is not None
    assert turned_gyr is not None
    np.testing.assert_allclose(
        turned.sensors[0].clean.acc_sensor_mps2,
        mounting.apply(np.array(ideal.sensors[0].clean.acc_sensor_mps2)),
        atol=1e-9,
    )
    np.testing.assert_allclose(turned_gyr, mounting.apply(np.array(straight_gyr)), atol=1e-9)
    np.testing.assert_array_equal(turned.true_flexion_deg, ideal.true_flexion_deg)


def test_the_same_seed_gives_the_same_run_bit_for_bit_and_another_seed_another_run() -> None:
    plan = RunPlan((stand(4.0), run(12.0, 3.0), stand(4.0)))
    first, again, other = simulate(plan, seed=7), simulate(plan, seed=7), simulate(plan, seed=8)
    np.testing.assert_array_equal(
        first.sensors[0].measured.acc_sensor_mps2, again.sensors[0].measured.acc_sensor_mps2
    )
    assert not np.array_equal(first.true_flexion_deg, other.true_flexion_deg)


def test_nothing_is_drawn_from_the_global_random_state() -> None:
    plan = RunPlan((stand(2.0), run(3.0, 3.0)))
    np.random.seed(3)  # noqa: NPY002  # the global state is what is under test
    expected = np.random.standard_normal(4)  # noqa: NPY002  # as above
    np.random.seed(3)  # noqa: NPY002  # as above
    simulate(plan, seed=7)
    np.testing.assert_array_equal(np.random.standard_normal(4), expected)  # noqa: NPY002  # as above


def test_more_sensors_change_neither_the_run_nor_what_the_first_one_reads() -> None:
    plan = RunPlan((stand(4.0), run(12.0, 3.0), stand(4.0)), wear=(ALONG_TRUNK,))
    alone = simulate(plan, seed=7)
    wear = (Worn("head"), Worn("sacrum"), ALONG_TRUNK, Worn("upper-back"))
    together = simulate(replace(plan, wear=wear), seed=7)
    np.testing.assert_array_equal(alone.true_flexion_deg, together.true_flexion_deg)
    np.testing.assert_array_equal(
        alone.sensor("sternum").measured.acc_sensor_mps2, together.sensor("sternum").measured.acc_sensor_mps2
    )
    with pytest.raises(KeyError, match="waist"):
        together.sensor("waist")


def test_forces_are_as_violent_as_running_on_a_hard_road(ideal: VirtualRun) -> None:
    force_g = ideal.sensors[0].clean.acc_sensor_mps2[ideal.running] / G
    low, high = np.percentile(force_g, [0.5, 99.5], axis=0)
    assert -1.5 < low[0] < -1.0
    assert 0.3 < high[0] < 0.8
    assert -0.9 < low[1] < -0.5
    assert 0.5 < high[1] < 0.9
    assert -0.7 < low[2] < -0.3
    assert 2.3 < high[2] < 3.0


def test_the_trunk_moves_within_the_stride_as_runners_do(ideal: VirtualRun) -> None:
    running = ideal.running & ~ideal.accelerating
    assert 2.0 < np.ptp(np.percentile(ideal.true_flexion_deg[running], [5, 95])) < 7.0
    assert 6.0 < np.ptp(np.percentile(ideal.true_lateral_deg[running], [2, 98])) < 11.0
    height = np.cumsum(ideal.sensors[0].velocity_earth_mps[:, 2]) / ideal.rate_hz
    assert 0.05 < np.ptp(np.percentile(height[running], [2, 98])) < 0.13


def test_the_left_shoulder_is_back_when_the_left_foot_lands(ideal: VirtualRun) -> None:
    forward = orientation(ideal.sensors[0]).apply([1.0, 0.0, 0.0])
    yaw = np.arctan2(forward[:, 1], forward[:, 0]) - ideal.heading_rad
    yaw = np.degrees((yaw + np.pi) % (2.0 * np.pi) - np.pi)
    left = yaw[np.round(ideal.stride_start_s * ideal.rate_hz).astype(int)]
    right = yaw[np.round(ideal.right_contact_s * ideal.rate_hz).astype(int)]
    assert left[2:-2].min() > 8.0
    assert right[2:-2].max() < -8.0


def test_contacts_alternate_and_come_at_the_cadence_of_the_speed(ideal: VirtualRun) -> None:
    contacts = np.sort(np.concatenate([ideal.stride_start_s, ideal.right_contact_s]))
    side = np.isin(contacts, ideal.stride_start_s)
    assert np.all(side[1:] != side[:-1])
    steady = contacts[(contacts > 28.0) & (contacts < 42.0)]
    assert 60.0 / np.diff(steady).mean() == pytest.approx(149.0 + 7.5 * 3.0, rel=0.02)
    assert np.diff(contacts).max() < 0.6


def test_force_peaks_once_within_every_step(ideal: VirtualRun) -> None:
    vertical = ideal.sensors[0].clean.acc_sensor_mps2[:, 2]
    contacts = np.sort(np.concatenate([ideal.stride_start_s, ideal.right_contact_s]))
    index = np.round(contacts[4:-4] * ideal.rate_hz).astype(int)
    peaks = [vertical[a:b].max() for a, b in pairwise(index)]
    assert min(peaks) > 1.7 * G


def test_walking_has_no_flight_and_is_not_running() -> None:
    virtual = simulate(
        RunPlan((stand(4.0), walk(30.0), stand(5.0)), wear=(ALONG_TRUNK,), errors=IDEAL), seed=2
    )
    walking = virtual.walking
    assert walking.mean() > 0.6
    assert not virtual.running.any()
    assert virtual.sensors[0].clean.acc_sensor_mps2[walking, 2].min() > 0.5 * G
    assert 60.0 / np.diff(virtual.stride_start_s).mean() * 2.0 == pytest.approx(114.5, rel=0.05)


def test_on_a_treadmill_the_runner_stays_in_the_room_and_the_belt_counts() -> None:
    virtual = simulate(replace(PLAN, treadmill=True), seed=1)
    velocity = virtual.sensors[0].velocity_earth_mps[virtual.running]
    assert np.abs(velocity[:, :2].mean(0)).max() < 0.02
    assert virtual.distance_m[-1] > 140.0
    assert virtual.gps_time_s.size == 0
    assert not virtual.accelerating.any()


def test_stride_means_follow_the_schedule_over_distance() -> None:
    posture = (PosturePoint(0.0, 5.0), PosturePoint(0.3, 5.0), PosturePoint(0.35, 12.0))
    legs = (stand(5.0), run(200.0, 3.0), stand(5.0))
    virtual = simulate(RunPlan(legs, posture=posture, posture_wander_deg=0.0, speed_variation=0.0), seed=3)
    steady = virtual.running & ~virtual.accelerating
    early = steady & (virtual.distance_m < 290.0)
    late = steady & (virtual.distance_m > 360.0)
    # Turning the trunk about its own leaning axis takes a little of the lean: 12 cos(15°/√2) and the like.
    assert virtual.true_flexion_deg[early].mean() == pytest.approx(5.0, abs=0.3)
    assert virtual.true_flexion_deg[late].mean() == pytest.approx(12.0, abs=0.5)


def test_a_slipping_strap_turns_the_sensor_and_not_the_trunk(ideal: VirtualRun) -> None:
    slipped = simulate(replace(PLAN, slips=(StrapSlip(0.08, 6.0),)), seed=1)
    np.testing.assert_array_equal(slipped.true_flexion_deg, ideal.true_flexion_deg)
    end = slice(-int(3.0 * ideal.rate_hz), None)
    mean = slipped.sensors[0].clean.acc_sensor_mps2[end].mean(0)
    assert np.degrees(np.arctan2(-mean[0], mean[2])) == pytest.approx(6.0, abs=0.4)


def test_head_and_sacrum_carry_their_own_posture() -> None:
    posture = (PosturePoint(0.0, 8.0, head_pitch_deg=20.0, sacrum_pitch_deg=3.0),)
    wear = (ALONG_TRUNK, Worn("head"), Worn("sacrum"))
    legs = (stand(5.0), run(60.0, 3.0), stand(5.0))
    virtual = simulate(RunPlan(legs, posture=posture, wear=wear), seed=3)
    steady = virtual.running & ~virtual.accelerating
    assert virtual.sensor("head").pitch_deg[steady].mean() == pytest.approx(20.0, abs=0.7)
    assert virtual.sensor("sacrum").pitch_deg[steady].mean() == pytest.approx(3.0, abs=0.7)


def test_an_accelerometer_only_sensor_has_no_rates(ideal: VirtualRun) -> None:
    plan = replace(PLAN, errors=replace(IDEAL, has_gyroscope=False))
    measured = simulate(plan, seed=1).sensors[0].measured
    assert measured.gyr_sensor_radps is None
    np.testing.assert_allclose(measured.acc_sensor_mps2, ideal.sensors[0].clean.acc_sensor_mps2, atol=1e-6)


def test_gps_speed_is_the_speed_with_the_noise_of_a_watch() -> None:
    virtual = simulate(RunPlan((stand(5.0), run(600.0, 3.0), stand(5.0))), seed=5)
    error = virtual.gps_speed_mps - np.interp(virtual.gps_time_s, virtual.time_s, virtual.speed_mps)
    moving = virtual.gps_speed_mps > 1.0
    assert np.diff(virtual.gps_time_s) == pytest.approx(1.0)
    assert error[moving].std() == pytest.approx(0.12, rel=0.15)


@pytest.mark.parametrize("rate_hz", [20.0, 52.0, 100.0, 208.0, 1000.0])
def test_any_rate_sees_the_same_kind_of_run(rate_hz: float) -> None:
    plan = RunPlan((stand(3.0), run(12.0, 3.0), stand(5.0)), rate_hz=rate_hz)
    virtual = simulate(plan, seed=2)
    measured = virtual.sensors[0].measured
    assert len(virtual.time_s) == len(measured.acc_sensor_mps2) == round(20.0 * rate_hz)
    running = measured.acc_sensor_mps2[virtual.running]
    assert np.linalg.norm(running.mean(0)) == pytest.approx(G, rel=0.03)
