"""One sensor's way through the signal stages: mountings, clocks, losses, faults, joins."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from analysis.config import AnalysisConfig
from analysis.maths.angles import inclination_deg
from analysis.maths.between_rows import mean_between
from analysis.signal.motion import Motion, motion_of, speed_prior
from analysis.signal.records import Vertical
from analysis.signal.speed import SpeedProfile
from sensor.samples import FloatArray, SensorRecording
from sensor.virtual.runner.gait import SEVERE
from sensor.virtual.runner.imu_errors import CONSUMER, IDEAL, loss_mask
from sensor.virtual.runner.plan import UPRIGHT_STERNUM, PosturePoint, RunPlan, Worn, bow, run, stand
from tests.support.recordings import sensor_recording
from tests.support.rotations import random_rotation
from tests.support.short_runs import (
    OPENING,
    PLAIN,
    ROOM,
    STEADY,
    errors,
    motion,
    report,
    session,
    trunk_recording,
    virtual,
)
from tests.support.streams import even_gait, no_static_periods, static_periods_of, still

CONFIG = AnalysisConfig()
TREADMILL = replace(STEADY, treadmill=True)
SHORT = replace(PLAIN, legs=(*OPENING, run(30.0, 3.0), stand(8.0)))


def flexion_deg(found: Motion) -> FloatArray:
    """Return the stride-mean flexion of every running stride."""
    flexion, _ = inclination_deg(found.axes.trunk_from_sensor @ found.up_sensor)
    running = found.strides.running
    return mean_between(flexion, found.strides.start_row[running], found.strides.end_row[running])


def start_s(found: Motion) -> FloatArray:
    """Return when every running stride begins."""
    row = found.strides.start_row[found.strides.running]
    return np.asarray(found.stream.start_s + row / found.stream.rate_hz)


def assert_same_strides(
    found: Motion, other: Motion, *, later_s: float = 0.0, atol_deg: float = 0.03, margin: int = 1
) -> None:
    """Hold two motions to the same strides and the same flexion, but for one stride at each end of a bout."""
    mine, theirs = start_s(found) - later_s, start_s(other)
    nearest = np.abs(mine[:, None] - theirs).argmin(axis=1)
    same = np.abs(mine - theirs[nearest]) < 0.03
    bouts = len(other.gait.first)
    assert (~same).sum() <= margin * bouts
    assert abs(len(mine) - len(theirs)) <= margin * bouts
    inner = same & (np.abs(np.diff(flexion_deg(found), prepend=0.0)) < 3.0)
    np.testing.assert_allclose(flexion_deg(found)[inner], flexion_deg(other)[nearest[inner]], atol=atol_deg)


def in_another_case(sensor: SensorRecording, case: FloatArray) -> SensorRecording:
    """Return what the same sensor reads in a case turned by a (3, 3) rotation."""
    gyr = sensor.gyr_sensor_radps
    return replace(
        sensor,
        acc_sensor_mps2=sensor.acc_sensor_mps2 @ case.T,
        gyr_sensor_radps=None if gyr is None else gyr @ case.T,
    )


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_no_rotation_of_the_case_changes_flexion(seed: int) -> None:
    case = random_rotation(seed).as_matrix()
    sensor = trunk_recording(virtual(SHORT))
    found = motion_of(in_another_case(sensor, case), None, config=CONFIG)
    as_printed = motion(virtual(SHORT))
    np.testing.assert_allclose(flexion_deg(found), flexion_deg(as_printed), atol=0.03)
    np.testing.assert_array_equal(found.side, as_printed.side)


@pytest.mark.parametrize("turn", ["x", "y", "z"])
def test_a_sensor_mounted_upside_down_or_back_to_front_reads_the_same(turn: str) -> None:
    half_turn = Rotation.from_euler(turn, 180.0, degrees=True).as_matrix()
    found = motion_of(in_another_case(trunk_recording(virtual(PLAIN)), half_turn), None, config=CONFIG)
    np.testing.assert_allclose(flexion_deg(found), flexion_deg(motion(virtual(PLAIN))), atol=0.03)


@pytest.mark.parametrize("placement", ["sternum", "upper-back"])
@pytest.mark.parametrize("seed", [1, 2])
def test_flexion_is_right_wherever_on_the_trunk_it_is_measured(placement: str, seed: int) -> None:
    run_ = virtual(replace(PLAIN, wear=(Worn(placement, (0.36, -0.46, -0.70, 0.41)),)), seed)
    assert errors(report(run_).strides, run_).rmse < 0.25


@pytest.mark.parametrize("ppm", [-100.0, 100.0])
def test_a_clock_off_by_a_hundred_parts_in_a_million_changes_nothing(ppm: float) -> None:
    sensor = trunk_recording(virtual(PLAIN))
    slow = replace(sensor, time_s=sensor.time_s * (1.0 + ppm * 1e-6))
    found, usual = motion_of(slow, None, config=CONFIG), motion(virtual(PLAIN))
    np.testing.assert_allclose(flexion_deg(found), flexion_deg(usual), atol=0.03)
    np.testing.assert_allclose(start_s(found), start_s(usual) * (1.0 + ppm * 1e-6), atol=0.01)


@settings(max_examples=6, deadline=None)
@given(st.floats(-1000.0, 1e6))
def test_when_the_session_began_changes_nothing(begin_s: float) -> None:
    sensor = trunk_recording(virtual(SHORT))
    found = motion_of(replace(sensor, time_s=sensor.time_s + begin_s), None, config=CONFIG)
    assert_same_strides(found, motion(virtual(SHORT)), later_s=begin_s)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_gyroscope_late_by_five_milliseconds_is_put_right(seed: int) -> None:
    run_ = virtual(replace(TREADMILL, style=SEVERE, errors=replace(CONSUMER, gyr_late_s=0.005)), seed)
    in_time = virtual(replace(TREADMILL, style=SEVERE), seed)
    told = errors(report(run_, speed="treadmill").strides, run_)
    untold = errors(report(run_, speed="treadmill", told_late_s=0.0).strides, run_)
    as_it_should = errors(report(in_time, speed="treadmill").strides, in_time)
    assert abs(told.bias - as_it_should.bias) < 0.03
    # Left as it is, 5 ms cost a fifth of a degree.
    assert abs(untold.bias - as_it_should.bias) > 0.1


@pytest.mark.parametrize("seed", [1, 2])
def test_a_bias_of_the_accelerometer_of_twenty_mg_costs_less_than_a_tenth_of_a_degree(seed: int) -> None:
    biased = virtual(replace(TREADMILL, errors=replace(IDEAL, acc_bias_g=0.020)), seed)
    ideal = virtual(replace(TREADMILL, errors=IDEAL), seed)
    with_bias = errors(report(biased, speed="treadmill").strides, biased)
    without = errors(report(ideal, speed="treadmill").strides, ideal)
    assert abs(with_bias.bias - without.bias) < 0.1


@pytest.mark.parametrize(
    ("gap_s", "limit_deg"), [(0.05, 0.2), (0.1, 0.25), (0.3, 0.6), (0.34, 0.6), (0.39, 0.6), (0.5, 0.5)]
)
def test_short_gaps_hardly_cost_anything(gap_s: float, limit_deg: float) -> None:
    run_ = virtual(PLAIN)
    rng = np.random.default_rng(4)
    lost = loss_mask(len(run_.time_s), run_.rate_hz, gap_s=gap_s, fraction=0.05, rng=rng)
    assert errors(report(run_, lost=lost).strides, run_).rmse < limit_deg


def test_a_long_gap_breaks_the_frame_and_both_sides_are_right() -> None:
    run_ = virtual(PLAIN)
    lost = (run_.time_s > 60.0) & (run_.time_s < 66.0)
    table = report(run_, lost=lost).strides
    error = errors(table, run_)
    inside = (table["end_s"] > 60.0) & (table["start_s"] < 66.0)
    assert set(table["usable_because"][inside]) <= {"gap"}
    assert np.abs(error.flexion[error.start_s < 60.0]).max() < 0.6
    assert np.abs(error.flexion[error.start_s > 66.0]).max() < 0.6


def test_gaps_in_the_standing_leave_the_zero_as_it_was() -> None:
    run_ = virtual(PLAIN)
    rng = np.random.default_rng(8)
    lost = (rng.random(len(run_.time_s)) < 0.3) & (run_.time_s < 23.0) & (run_.time_s > 1.0)
    found, whole = motion(run_, lost=lost), motion(run_)
    assert (
        np.degrees(np.arccos(min(float(found.calibration.up_sensor @ whole.calibration.up_sensor), 1.0)))
        < 0.05
    )


def test_splitting_at_a_rest_and_joining_equals_the_whole() -> None:
    plan = replace(STEADY, legs=(*OPENING, run(45.0, 3.0), stand(20.0), run(45.0, 3.0), stand(10.0)))
    run_ = virtual(plan)
    rate_hz = run_.rate_hz
    still_ = np.flatnonzero(run_.speed_mps < 1e-3)
    cut = int(still_[(still_ > 60 * rate_hz) & (still_ < 90 * rate_hz)].mean())
    sensor = trunk_recording(run_)
    parts = [_part(sensor, slice(0, cut)), _part(sensor, slice(cut, None))]
    whole = motion_of(sensor, None, config=CONFIG)
    found = [motion_of(part, None, config=CONFIG) for part in parts]
    # The second part has a standing of its own; the zero of the whole is laid on both.
    joined_s = np.concatenate([start_s(part) for part in found])
    joined_deg = np.concatenate([flexion_deg(replace(part, axes=whole.axes)) for part in found])
    nearest = np.abs(joined_s[:, None] - start_s(whole)).argmin(axis=1)
    same = np.abs(joined_s - start_s(whole)[nearest]) < 0.02
    assert (~same).sum() <= 1
    apart = joined_deg[same] - flexion_deg(whole)[nearest[same]]
    assert np.abs(apart).max() < 0.3
    assert abs(apart.mean()) < 0.05


def _part(sensor: SensorRecording, rows: slice) -> SensorRecording:
    assert sensor.gyr_sensor_radps is not None
    return replace(
        sensor,
        time_s=sensor.time_s[rows],
        acc_sensor_mps2=sensor.acc_sensor_mps2[rows],
        gyr_sensor_radps=sensor.gyr_sensor_radps[rows],
        clipped=sensor.clipped[rows],
    )


def test_two_clocks_after_a_reconnection_give_one_run() -> None:
    """The second connection is sampled off the first one's grid, and three seconds are lost between."""
    fine = virtual(replace(STEADY, rate_hz=416.0))
    sensor = trunk_recording(fine)
    assert sensor.gyr_sensor_radps is not None
    cut = int(60.0 * 416.0)
    rows = np.concatenate((np.arange(0, cut, 4), np.arange(cut + 3 * 416 + 1, len(sensor.time_s), 4)))
    joined = sensor_recording(
        sensor.time_s[rows], sensor.acc_sensor_mps2[rows], sensor.gyr_sensor_radps[rows]
    )
    found, usual = motion_of(joined, None, config=CONFIG), motion_of(sensor, None, config=CONFIG)
    assert found.stream.rate_hz == pytest.approx(104.0)
    touched = (start_s(found) > 59.0) & (start_s(found) < 63.1)
    kept = np.where(touched, np.nan, flexion_deg(found))[8:-8]
    assert np.nanmax(np.abs(kept - np.median(flexion_deg(usual)))) < 0.5
    assert abs(np.nanmedian(kept) - np.median(flexion_deg(usual))) < 0.1


def test_a_mirrored_triad_is_mended_and_said() -> None:
    sensor = trunk_recording(virtual(PLAIN))
    assert sensor.gyr_sensor_radps is not None
    flip = np.array([1.0, -1.0, 1.0])
    mirrored = replace(
        sensor, acc_sensor_mps2=sensor.acc_sensor_mps2 * flip, gyr_sensor_radps=sensor.gyr_sensor_radps * flip
    )
    found = motion_of(mirrored, None, config=CONFIG)
    assert found.mirrored
    assert not motion(virtual(PLAIN)).mirrored
    np.testing.assert_allclose(flexion_deg(found), flexion_deg(motion(virtual(PLAIN))), atol=0.03)


def test_with_no_running_there_is_motion_but_no_stride_to_judge() -> None:
    found = motion(virtual(RunPlan((stand(30.0),))))
    assert len(found.strides) == 0
    assert found.calibration.source == "none"
    assert np.isfinite(found.up_sensor).all()


def _belief(
    speed: SpeedProfile | None, *, walking: bool = False
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return nominal and measured speed and its weight: resting, running (or walking), neither, 10 s each."""
    stream = still(30.0)
    static_periods = static_periods_of((0, 1040), stream=stream)
    gait = even_gait(1040, 2080, 37.0, len(stream))
    if walking:
        gait = replace(gait, running=np.zeros(len(stream), dtype=bool))
    nodes = np.arange(0.0, 3120.0, 26.0)
    up = np.tile([[0.0], [0.0], [1.0]], len(nodes))
    vertical = Vertical(
        node_row=nodes,
        up_inertial=up,
        section=np.zeros(len(nodes), dtype=np.int64),
        section_first=np.array([0]),
    )
    prior = speed_prior(
        vertical, stream, gait=gait, static_periods=static_periods, speed=speed, config=CONFIG
    )
    return prior.nominal_mps, prior.measured_mps, prior.measured_weight


def test_with_nothing_known_the_runner_stands_at_rest_and_runs_at_three_metres_a_second() -> None:
    nominal, measured, weight = _belief(None)
    np.testing.assert_array_equal(nominal[[5, 50, 100]], [0.0, 3.0, 0.0])
    assert (measured == 0.0).all()
    assert weight[5] > 0.0
    assert weight[50] == weight[100] == 0.0


@pytest.mark.parametrize(("typed_mps", "walk_mps"), [(None, 1.4), (4.2, 1.4), (1.2, 1.2)])
def test_a_walk_is_as_slow_as_people_walk_and_no_faster_than_the_run(
    typed_mps: float | None, walk_mps: float
) -> None:
    typed = None if typed_mps is None else SpeedProfile(np.zeros(1), np.array([typed_mps]), measured=False)
    nominal, _, weight = _belief(typed, walking=True)
    np.testing.assert_array_equal(nominal[[5, 50, 100]], [0.0, walk_mps, 0.0])
    assert weight[50] == 0.0


def test_a_typed_speed_holds_only_while_running() -> None:
    nominal, _, weight = _belief(SpeedProfile(np.zeros(1), np.array([4.2]), measured=False))
    np.testing.assert_array_equal(nominal[[5, 50, 100]], [0.0, 4.2, 0.0])
    assert weight[50] == 0.0


def test_a_measured_speed_is_believed_but_not_more_than_a_rest() -> None:
    profile = SpeedProfile(np.array([0.0, 30.0]), np.array([2.0, 5.0]), measured=True)
    nominal, measured, weight = _belief(profile)
    assert measured[50] == nominal[50] == pytest.approx(2.0 + 3.0 * 12.5 / 30.0)
    assert measured[5] == 0.0
    assert 0.0 < weight[50] < weight[5]


def test_on_a_treadmill_the_room_stands_still() -> None:
    nominal, measured, weight = _belief(ROOM)
    assert (nominal == 0.0).all()
    assert (measured == 0.0).all()
    assert (weight > 0.0).all()
    assert len(no_static_periods()) == 0


def test_a_head_is_not_held_to_how_far_a_trunk_may_lean_back() -> None:
    # The trunk stood bent, so it has no standing zero; the head may be held as it likes.
    wear = (UPRIGHT_STERNUM, Worn("head"))
    posture = (PosturePoint(0.0, 7.0, head_pitch_deg=-8.0),)
    legs = (bow(16.0, 13.0), run(60.0, 3.0), stand(10.0))
    chest, head = session(virtual(replace(PLAIN, legs=legs, posture=posture, wear=wear))).sensors
    trunk = motion_of(chest, None, config=CONFIG)
    assert trunk.calibration.source == "own baseline"
    found = motion_of(head, None, config=CONFIG, trunk=trunk)
    assert found.calibration.source == "standing"
    assert len(found.calibration.bent) == 0
