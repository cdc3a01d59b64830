"""The reduced method without a gyroscope, and what it may claim."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.signal.accelerometer_only import stride_mean_up, without_excess
from analysis.signal.config import OrientationConfig
from analysis.signal.forward_direction import BOW
from sensor.virtual.runner.gait import STYLES, GaitStyle
from sensor.virtual.runner.plan import PosturePoint
from sensor.virtual.runner.scenarios import EVERYDAY
from tests.support.short_runs import PLAIN, errors, motion, report, virtual
from tests.support.streams import RATE_HZ, even, even_gait, still

CONFIG = OrientationConfig()


def test_a_still_sensor_reads_its_own_vertical() -> None:
    up = stride_mean_up(still(10.0, (0.6, 0.0, 0.8)), CONFIG)
    np.testing.assert_allclose(up, np.tile([[0.6], [0.0], [0.8]], up.shape[1]), atol=1e-9)


def test_shaking_at_step_rate_leaves_a_tenth_of_a_degree() -> None:
    row = np.arange(round(60 * RATE_HZ))
    swing = np.sin(2 * np.pi * 1.4 * row / RATE_HZ)
    acc = np.stack((8.0 * swing, np.zeros_like(swing), 9.80665 + 12.0 * swing**2 - 6.0), axis=1)
    up = stride_mean_up(even(acc, None), CONFIG)
    assert np.degrees(np.abs(up[0])[600:-600].max()) < 0.2


def test_lost_rows_weigh_nothing() -> None:
    stream = still(10.0)
    acc = np.array(stream.acc_sensor_mps2)
    present = np.ones(len(stream), dtype=bool)
    present[300:600] = False
    acc[300:600] = [50.0, -50.0, 0.0]
    up = stride_mean_up(replace(stream, acc_sensor_mps2=acc, present=present), CONFIG)
    np.testing.assert_allclose(up[2], 1.0, atol=1e-4)


def test_nought_everywhere_is_no_division_by_nought() -> None:
    assert np.isfinite(stride_mean_up(even(np.zeros((300, 3)), None), CONFIG)).all()


def test_the_excess_is_taken_from_running_alone_and_from_no_sideways_lean() -> None:
    right, forward = np.radians(5.0), np.radians(8.0)
    up = np.array([-np.sin(forward), np.tan(right) * np.cos(forward), np.cos(forward)])
    gait = even_gait(100, 200, 20.0, 300)
    sensor_from_trunk = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    all_up = np.tile((sensor_from_trunk @ up)[:, None], 300)
    found = sensor_from_trunk.T @ without_excess(all_up, sensor_from_trunk.T, gait=gait, config=CONFIG)
    flexion_deg = np.degrees(np.arctan2(-found[0], found[2]))
    assert flexion_deg[100:200] == pytest.approx(8.0 - CONFIG.accelerometer_excess_deg)
    assert np.delete(flexion_deg, np.s_[100:200]) == pytest.approx(8.0)
    assert found[1] == pytest.approx(up[1])


@pytest.mark.parametrize("style", [EVERYDAY, STYLES["forefoot shuffle"]], ids=["everyday", "shuffle"])
@pytest.mark.parametrize("flexion_deg", [3.0, 8.0, 14.0])
def test_steady_running_is_within_the_stated_interval(style: GaitStyle, flexion_deg: float) -> None:
    run = virtual(replace(PLAIN, style=style, posture=(PosturePoint(0.0, flexion_deg),)))
    found = report(run, gyroscope=False)
    error = errors(found.strides, run)
    steady = (error.start_s > 34.0) & (error.start_s < 96.0)
    assert steady.sum() > 50
    assert np.abs(error.flexion[steady]).max() < found.provenance.flexion_half_width_deg
    # Before the correction the average in the sensor's own axes reads too much, never too little.
    assert error.flexion[steady].mean() > -CONFIG.accelerometer_excess_deg


@pytest.mark.parametrize("style", STYLES)
def test_the_bow_tells_forward_though_the_run_hardly_leans(style: str) -> None:
    run = virtual(replace(PLAIN, style=STYLES[style], posture=(PosturePoint(0.0, 2.0),)))
    votes = dict(motion(run, gyroscope=False).axes.forward_votes)
    assert votes[BOW] == 1.0


def test_the_bow_is_no_part_of_the_zero() -> None:
    run = virtual(PLAIN)
    apart = float(motion(run, gyroscope=False).calibration.up_sensor @ motion(run).calibration.up_sensor)
    assert np.degrees(np.arccos(min(apart, 1.0))) < 0.2


def test_only_what_acceleration_tells_is_claimed() -> None:
    found = report(virtual(PLAIN), gyroscope=False)
    assert found.provenance.method == "accelerometer only"
    assert found.provenance.flexion_half_width_deg == 4.5
    assert found.outcome.confidence != "good"
    table = found.strides
    for column in (
        "trunk_lateral_deg", "lateral_left_deg", "lateral_right_deg", "trunk_rotation_rom_deg",
        "trunk_flexion_rom_deg", "head_pitch_deg", "neck_flexion_deg", "head_forward_cm",
    ):  # fmt: skip
        assert np.isnan(table[column]).all(), column
    assert set(table["side_first"]) == {""}
    assert set(table["head_source"]) == {""}


def test_cadence_and_strides_are_those_with_the_gyroscope() -> None:
    run = virtual(PLAIN)
    alone, both = report(run, gyroscope=False), report(run)
    assert alone.totals.stride_count == pytest.approx(both.totals.stride_count, abs=1)
    assert alone.totals.cadence_spm == pytest.approx(both.totals.cadence_spm, rel=1e-3)


def test_a_change_of_posture_within_the_run_is_seen() -> None:
    plan = replace(PLAIN, posture=(PosturePoint(0.09, 5.0), PosturePoint(0.14, 12.0)))
    run = virtual(plan)
    table = report(run, gyroscope=False).strides
    early = (table["start_s"] > 36.0) & (table["start_s"] < 50.0)
    late = (table["start_s"] > 80.0) & (table["start_s"] < 98.0)
    change = np.median(table["trunk_flexion_deg"][late]) - np.median(table["trunk_flexion_deg"][early])
    assert change == pytest.approx(7.0, abs=1.5)
