from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from sensor.units import STANDARD_GRAVITY_MPS2
from tests.support.imu_from_pose import (
    UPRIGHT_WXYZ,
    Bend,
    Pose,
    best_period_s,
    close_loop,
    continuous_wxyz,
    off_bend,
    on_bend,
    repeat_loop,
    synthesise,
    to_rotation,
)
from tests.support.looped_run import LoopedRun
from tests.support.runners import RUNNERS, marker_run, rajagopal_five_minutes, sternum_pose

TIME_S = np.arange(501) / 100.0


def test_a_body_at_rest_reads_one_g_upwards_and_no_rate():
    signal = synthesise(Pose(TIME_S, np.zeros((501, 3)), np.tile([1.0, 0, 0, 0], (501, 1))), 104.0)
    np.testing.assert_allclose(signal.acc_sensor_mps2, [[0, 0, STANDARD_GRAVITY_MPS2]] * 521, atol=1e-9)
    assert signal.gyr_sensor_radps is not None
    np.testing.assert_allclose(signal.gyr_sensor_radps, 0.0, atol=1e-12)


def test_riding_a_merry_go_round_reads_its_rate_and_the_pull_inwards():
    radius_m, rate = 2.0, 1.5
    position = radius_m * np.stack([np.cos(rate * TIME_S), np.sin(rate * TIME_S), 0 * TIME_S], axis=1)
    quaternion = continuous_wxyz(Rotation.from_rotvec(rate * TIME_S[:, None] * [0.0, 0.0, 1.0]))
    signal = synthesise(Pose(TIME_S, position, quaternion), 104.0)
    middle = slice(52, -52)
    assert signal.gyr_sensor_radps is not None
    np.testing.assert_allclose(signal.gyr_sensor_radps[middle], [[0, 0, rate]] * 417, atol=1e-6)
    expected = [-(rate**2) * radius_m, 0.0, STANDARD_GRAVITY_MPS2]
    np.testing.assert_allclose(signal.acc_sensor_mps2[middle], [expected] * 417, atol=1e-4)


def test_a_turned_case_reads_the_same_vectors_turned():
    run = marker_run("rajagopal", running_s=6.0, standing_s=2.0, noisy=False)
    turn = np.array([0.5, 0.5, -0.5, 0.5])
    turned = marker_run("rajagopal", running_s=6.0, standing_s=2.0, noisy=False, sensor_from_body_wxyz=turn)
    expected = to_rotation(turn).apply(run.signal.acc_sensor_mps2.copy())
    np.testing.assert_allclose(turned.signal.acc_sensor_mps2, expected, atol=1e-9)
    np.testing.assert_array_equal(turned.flexion_deg, run.flexion_deg)


def test_integrating_the_rate_leads_back_to_the_attitude():
    run = marker_run("ja1_350", running_s=10.0, standing_s=2.0, noisy=False)
    assert run.signal.gyr_sensor_radps is not None
    rate = run.signal.gyr_sensor_radps
    increments = Rotation.from_rotvec(0.5 * (rate[1:] + rate[:-1]) / 104.0)
    attitude = Rotation.identity()
    for step in increments:
        attitude = attitude * step
    up = attitude.inv().apply([0.0, 0.0, 1.0])
    assert np.degrees(np.arctan2(-up[0], up[2])) == pytest.approx(run.flexion_deg[-1], abs=0.15)


@pytest.mark.parametrize("name", RUNNERS)
def test_a_loop_joins_its_own_start_without_a_jolt(name):
    runner, pose = RUNNERS[name], sternum_pose(name)
    period_s = best_period_s(pose, runner.start_s, runner.strides * runner.stride_s, runner.join_s)
    loop = close_loop(pose, runner.start_s, period_s, runner.join_s)
    around_s = period_s + np.arange(-80, 81) / 400.0
    position, rotation = repeat_loop(loop, around_s)
    jerk = np.abs(np.diff(position, n=3, axis=0)).max(axis=1) * 400.0**3
    assert jerk[78:82].max() < 2.0 * max(jerk.max(), 600.0)
    assert (rotation[:-1].inv() * rotation[1:]).magnitude().max() < np.radians(1.5)


@pytest.fixture(scope="module")
def five_minutes() -> LoopedRun:
    return rajagopal_five_minutes()[1]


def test_the_standing_before_the_run_is_the_zero(five_minutes: LoopedRun):
    np.testing.assert_allclose(five_minutes.flexion_deg[: 14 * 104], 0.0, atol=1e-9)


def test_whole_strides_average_one_g_along_the_true_vertical(five_minutes: LoopedRun):
    force = five_minutes.signal.acc_sensor_mps2[five_minutes.running]
    flexion, lateral = (
        np.radians(angle[five_minutes.running])
        for angle in (five_minutes.flexion_deg, five_minutes.lateral_deg)
    )
    up = np.stack([-np.tan(flexion), np.tan(lateral), np.ones(len(flexion))], axis=1)
    up /= np.linalg.norm(up, axis=1, keepdims=True)
    assert np.sum(force * up, axis=1).mean() / STANDARD_GRAVITY_MPS2 == pytest.approx(1.0, abs=0.003)


@pytest.mark.parametrize("name", ["rajagopal", "hamner_300", "ja1_350"])
def test_synthesised_force_is_that_of_a_runner(name):
    run = marker_run(name, running_s=60.0)
    norm_g = np.linalg.norm(run.signal.acc_sensor_mps2[run.running], axis=1) / STANDARD_GRAVITY_MPS2
    up_g = run.signal.acc_sensor_mps2[run.running, 2] / STANDARD_GRAVITY_MPS2
    assert 2.9 < norm_g.max() < 4.0
    assert -0.7 < up_g.min() < -0.2


def test_marker_runners_lean_as_their_markers_say(five_minutes: LoopedRun):
    # Thorax line 7.6 degrees, the whole cluster with the shoulders a little less.
    assert five_minutes.flexion_deg[five_minutes.running].mean() == pytest.approx(7.2, abs=0.3)
    assert five_minutes.cadence_spm == pytest.approx(174.3, abs=1.0)
    assert five_minutes.vertical_oscillation_cm() == pytest.approx(9.5, abs=0.7)


def test_contacts_of_the_endless_run_alternate_at_its_cadence(five_minutes: LoopedRun):
    sides = five_minutes.contact_side
    assert all(a != b for a, b in pairwise(sides))
    rate = 60.0 * (len(sides) - 1) / (five_minutes.contact_s[-1] - five_minutes.contact_s[0])
    assert rate == pytest.approx(five_minutes.cadence_spm, rel=2e-3)


def test_running_overground_covers_the_ground_at_its_speed():
    run = marker_run("ja1_350", running_s=30.0, noisy=False)
    still = marker_run("ja1_350", running_s=30.0, noisy=False, overground=False)
    later = run.running
    np.testing.assert_allclose(
        run.signal.acc_sensor_mps2[later][104:], still.signal.acc_sensor_mps2[later][104:], atol=1e-3
    )
    gained = (run.signal.acc_sensor_mps2 - still.signal.acc_sensor_mps2)[~later]
    assert np.linalg.norm(gained.sum(axis=0)) / 104.0 == pytest.approx(3.53, abs=0.15)


def test_a_bend_is_run_on_a_circle_and_straightened_again():
    time_s = np.linspace(0.0, 4.0, 401)
    sway_m = np.stack([np.zeros(401), 0.02 * np.sin(8.0 * time_s), 0.04 * np.cos(16.0 * time_s)], axis=1)
    spot = Pose(time_s, sway_m, np.tile(UPRIGHT_WXYZ, (401, 1)))
    bend = Bend(radius_m=6.0, turn_radps=0.5)

    circling = on_bend(spot, bend, time_s - 2.0)
    from_middle_m = np.linalg.norm((circling.position_earth_m - bend.centre_m)[:, :2], axis=1)
    assert from_middle_m == pytest.approx(6.0, abs=0.021)
    speed_mps = np.linalg.norm(np.diff(circling.position_earth_m[:, :2], axis=0), axis=1) / 0.01
    assert speed_mps.mean() == pytest.approx(3.0, abs=0.02)

    back = off_bend(circling, bend, bend.centre_m)
    assert back.position_earth_m == pytest.approx(sway_m)
    assert back.earth_from_body == pytest.approx(spot.earth_from_body)
