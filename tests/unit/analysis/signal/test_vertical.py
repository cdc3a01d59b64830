"""The vertical from averaged force, and what else that force holds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.config import AnalysisConfig
from analysis.signal.records import EvenStream, Strapdown, Vertical
from analysis.signal.strapdown import integrate
from analysis.signal.vertical import (
    AveragedForce,
    PathAcceleration,
    section_of,
    unaided_vertical,
    up_in_sensor,
)
from sensor.samples import FloatArray
from tests.support.rotations import random_rotation, rotation_of, wxyz_of
from tests.support.short_runs import STEADY, motion, virtual
from tests.support.streams import RATE_HZ, even, even_strides, joined, no_static_periods, still

CONFIG = AnalysisConfig()
BROKEN_ROWS = 42
IDENTITY = np.array([[1.0], [0.0], [0.0], [0.0]])


def unaided(stream: EvenStream) -> FloatArray:
    """Return (3, n) the unaided upward vertical in sensor axes."""
    strapdown = integrate(stream, no_static_periods(), broken_rows=BROKEN_ROWS, config=CONFIG.rest)
    force = AveragedForce(stream, strapdown, broken_rows=BROKEN_ROWS, config=CONFIG.orientation)
    first = unaided_vertical(force, strapdown, CONFIG.orientation)
    return np.asarray(up_in_sensor(strapdown, first, len(stream)), dtype=np.float64)


def off_deg(up: FloatArray, direction: FloatArray) -> FloatArray:
    """Return (n,) degrees between (3, n) unit vectors and one or (3, n) directions."""
    unit = direction / np.linalg.norm(direction, axis=0)
    cosine = np.clip((up.T * unit.T).sum(axis=1), -1.0, 1.0)
    return np.asarray(np.degrees(np.arccos(cosine)))


def frozen(stream: EvenStream) -> Strapdown:
    """Return the orientation of a sensor that never turns."""
    return Strapdown(np.repeat(IDENTITY, len(stream), axis=1).astype(np.float32), np.array([0]))


def test_a_still_sensor_knows_up_from_the_accelerometer() -> None:
    direction = np.array([0.3, -0.5, 0.8])
    assert off_deg(unaided(still(30.0, tuple(direction))), direction).max() < 1e-4


@pytest.mark.parametrize("rate_hz", [52.0, 104.0, 416.0])
def test_thinned_force_lies_in_the_middle_of_what_it_averages(rate_hz: float) -> None:
    ramp = np.arange(1000.0)
    stream = even(ramp[:, None] * [1.0, 2.0, 3.0], np.zeros((1000, 3)), rate_hz=rate_hz)
    force = AveragedForce(stream, frozen(stream), broken_rows=BROKEN_ROWS, config=CONFIG.orientation)
    np.testing.assert_allclose(force.force, np.array([[1.0], [2.0], [3.0]]) * force.row, rtol=1e-6)


def test_nodes_reach_from_end_to_end_as_close_as_the_configuration_says() -> None:
    stream = still(10.0)
    force = AveragedForce(stream, frozen(stream), broken_rows=BROKEN_ROWS, config=CONFIG.orientation)
    node_s = unaided_vertical(force, frozen(stream), CONFIG.orientation).node_row / RATE_HZ
    assert (node_s[0], node_s[-1]) == pytest.approx((0.0, 10.0), abs=0.11)
    np.testing.assert_allclose(np.diff(node_s), CONFIG.orientation.node_s, rtol=0.03)


def test_violent_strides_leave_no_bias() -> None:
    row = np.arange(round(60 * RATE_HZ))
    phase = 2 * np.pi * 1.4 * row / RATE_HZ
    shaking = np.stack(
        (12.0 * np.sin(2 * phase + 1), 8.0 * np.sin(phase), 9.80665 + 15.0 * np.cos(2 * phase)), axis=1
    )
    up = unaided(even(shaking, np.zeros((len(row), 3))))
    assert off_deg(up, np.array([0.0, 0.0, 1.0]))[1000:-1000].max() < 0.1
    # A filter that makes every sample as long as the others is off by the correlation of push and bounce.
    each = shaking / np.linalg.norm(shaking, axis=1, keepdims=True)
    assert off_deg(each[1000:-1000].mean(axis=0)[:, None], np.array([[0.0], [0.0], [1.0]]))[0] > 3.0


def test_on_a_virtual_treadmill_the_unaided_vertical_is_good_to_three_tenths() -> None:
    run = virtual(replace(STEADY, treadmill=True))
    found = motion(run)
    stream = found.stream
    up = found.axes.trunk_from_sensor @ unaided(stream)
    flexion = np.degrees(np.arctan2(-up[0], up[2]))
    steady = (run.time_s > 40.0) & (run.time_s < 90.0)
    assert abs((flexion - run.true_flexion_deg)[: len(steady)][steady].mean()) < 0.3


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_how_the_inertial_frame_happens_to_lie_changes_nothing(seed: int) -> None:
    run = motion(virtual(STEADY))
    stream = run.stream
    strapdown = integrate(stream, run.static_periods, broken_rows=BROKEN_ROWS, config=CONFIG.rest)
    other = random_rotation(seed)
    q = rotation_of(strapdown.inertial_from_sensor.T)
    turned = replace(strapdown, inertial_from_sensor=wxyz_of(other * q).T.astype(np.float32))
    ups = []
    for way in (strapdown, turned):
        force = AveragedForce(stream, way, broken_rows=BROKEN_ROWS, config=CONFIG.orientation)
        first = unaided_vertical(force, way, CONFIG.orientation)
        ups.append(up_in_sensor(way, first, len(stream)))
    np.testing.assert_allclose(ups[0], ups[1], atol=1e-5)


def test_over_a_long_gap_the_frame_is_broken_and_both_sides_find_their_own_vertical() -> None:
    before, after = (0.0, 0.0, 1.0), (1.0, 1.0, 0.2)
    hole = still(3.0)
    lost = replace(hole, present=np.zeros(len(hole), dtype=bool))
    stream = joined(still(20.0, before), lost, still(20.0, after))
    up = unaided(stream)
    first, second = round(20 * RATE_HZ), round(23 * RATE_HZ)
    assert off_deg(up[:, : first - 1], np.array(before)).max() < 0.01
    # The first tenth of a second behind the gap is averaged with the last of the lost rows.
    assert off_deg(up[:, second + 1 :], np.array(after)).max() < 0.3
    assert off_deg(up[:, -300:], np.array(after)).max() < 0.02


def test_over_a_short_gap_the_frame_holds() -> None:
    stream = still(20.0)
    present = np.ones(len(stream), dtype=bool)
    present[1000:1030] = False
    assert integrate(
        replace(stream, present=present), no_static_periods(), broken_rows=BROKEN_ROWS, config=CONFIG.rest
    ).section_first.tolist() == [0]


def test_a_constant_bias_of_the_accelerometer_is_taken_out_in_sensor_axes() -> None:
    run = motion(virtual(STEADY))
    strapdown = integrate(run.stream, run.static_periods, broken_rows=BROKEN_ROWS, config=CONFIG.rest)
    bias = np.array([0.1, -0.2, 0.15])
    force = AveragedForce(run.stream, strapdown, broken_rows=BROKEN_ROWS, config=CONFIG.orientation)
    biased = replace(run.stream, acc_sensor_mps2=run.stream.acc_sensor_mps2 + bias)
    mended = AveragedForce(
        biased, strapdown, broken_rows=BROKEN_ROWS, config=CONFIG.orientation
    ).without_bias(bias, strapdown)
    assert np.abs(mended.force - force.force).max() < 0.03
    assert np.abs(mended.force.mean(axis=1) - force.force.mean(axis=1)).max() < 1e-3


def test_smoothing_never_looks_across_a_broken_frame() -> None:
    stream = joined(still(20.0), still(20.0))
    half = len(stream) // 2
    force = np.array(stream.acc_sensor_mps2)
    force[half:] *= 3.0
    cut = Strapdown(np.repeat(IDENTITY, len(stream), axis=1).astype(np.float32), np.array([0, half]))
    averaged = AveragedForce(
        replace(stream, acc_sensor_mps2=force), cut, broken_rows=BROKEN_ROWS, config=CONFIG.orientation
    )
    smooth = averaged.smoothed(averaged.force, 5.0)[2]
    np.testing.assert_allclose(smooth[averaged.row < half - 10], 9.80665, rtol=1e-6)
    np.testing.assert_allclose(smooth[averaged.row > half + 10], 3 * 9.80665, rtol=1e-6)


def test_rows_belong_to_the_section_that_began_last() -> None:
    assert section_of(np.array([0, 100, 300]), np.array([0.0, 99.9, 100.0, 299.0, 1e6])).tolist() == [
        0,
        0,
        1,
        1,
        2,
    ]


def test_between_nodes_the_vertical_turns_evenly_and_keeps_its_length() -> None:
    angle = np.radians([0.0, 2.0, 1.0])
    nodes = np.stack((np.sin(angle), np.zeros(3), np.cos(angle)))
    vertical = Vertical(
        node_row=np.array([0.0, 10.0, 20.0]),
        up_inertial=nodes,
        section=np.zeros(3, dtype=np.int64),
        section_first=np.array([0]),
    )
    up = vertical.at_rows(np.arange(21.0))
    np.testing.assert_allclose(np.linalg.norm(up, axis=0), 1.0)
    expected = np.interp(np.arange(21), [0, 10, 20], [0.0, 2.0, 1.0])
    np.testing.assert_allclose(np.degrees(np.arcsin(up[0])), expected, atol=1e-4)


def test_across_sections_the_vertical_jumps_where_the_section_begins() -> None:
    nodes = np.stack((np.array([0.0, 0.0, 1.0, 1.0]), np.zeros(4), np.array([1.0, 1.0, 0.0, 0.0])))
    vertical = Vertical(
        node_row=np.array([0.0, 10.0, 20.0, 30.0]),
        up_inertial=nodes,
        section=np.array([0, 0, 1, 1]),
        section_first=np.array([0, 17]),
    )
    up = vertical.at_rows(np.arange(31.0))
    np.testing.assert_array_equal(up[0], (np.arange(31) >= 17).astype(float))


def test_path_acceleration_in_a_bend_is_speed_times_turning() -> None:
    """A body that goes round at 4 m/s and 0.2 rad/s is pushed to the left by 0.8 m/s²."""
    count = round(40 * RATE_HZ)
    gyr = np.tile([0.0, 0.0, 0.2], (count, 1))
    acc = np.tile([0.0, 0.8, 9.80665], (count, 1))
    stream = even(acc, gyr)
    strapdown = integrate(stream, no_static_periods(), broken_rows=BROKEN_ROWS, config=CONFIG.rest)
    force = AveragedForce(stream, strapdown, broken_rows=BROKEN_ROWS, config=CONFIG.orientation)
    nodes = np.arange(0.0, count, 26.0)
    up = np.tile([[0.0], [0.0], [1.0]], len(nodes))
    vertical = Vertical(
        node_row=nodes,
        up_inertial=up,
        section=np.zeros(len(nodes), dtype=np.int64),
        section_first=np.array([0]),
    )
    angle = 0.2 * force.row / RATE_HZ
    ahead = np.stack((np.cos(angle), np.sin(angle), np.zeros_like(angle)))
    path = PathAcceleration(force, vertical, forward_inertial=ahead, config=CONFIG.orientation)
    peak, turning = path.largest_in(even_strides(800.0, 74.0, 20))
    np.testing.assert_allclose(peak, 0.8, rtol=0.02)
    np.testing.assert_allclose(turning, 0.2, rtol=0.02)
    np.testing.assert_allclose(path.along_up_mps2, 9.80665, atol=1e-6)


def test_without_strides_there_is_no_largest_acceleration() -> None:
    stream = still(10.0)
    force = AveragedForce(stream, frozen(stream), broken_rows=BROKEN_ROWS, config=CONFIG.orientation)
    first = unaided_vertical(force, frozen(stream), CONFIG.orientation)
    path = PathAcceleration(
        force, first, forward_inertial=np.zeros_like(force.force), config=CONFIG.orientation
    )
    peak, turning = path.largest_in(even_strides(0.0, 74.0, 0))
    assert len(peak) == len(turning) == 0


@pytest.mark.parametrize("rate_hz", [20.0, 104.0, 1000.0, 1666.0])
@pytest.mark.parametrize("seconds", [1.0, 1.3])
def test_the_shortest_streams_have_a_vertical_too(rate_hz: float, seconds: float) -> None:
    count = round(seconds * rate_hz)
    acc = np.random.default_rng(1).normal([0.0, 0.0, 9.8], 1.0, (count, 3))
    up = unaided(even(acc, np.zeros((count, 3)), rate_hz=rate_hz))
    assert up.shape == (3, count)
    np.testing.assert_allclose(np.linalg.norm(up, axis=0), 1.0, atol=1e-5)


def test_free_fall_throughout_leaves_up_somewhere_of_length_one() -> None:
    up = unaided(even(np.zeros((500, 3)), np.zeros((500, 3))))
    np.testing.assert_allclose(np.linalg.norm(up, axis=0), 1.0, atol=1e-6)


def test_each_stride_knows_how_long_its_frame_holds() -> None:
    hole = replace(still(2.0), present=np.zeros(208, dtype=bool))
    stream = joined(still(10.0), hole, still(4.0), hole, still(20.0))
    strapdown = integrate(stream, no_static_periods(), broken_rows=BROKEN_ROWS, config=CONFIG.rest)
    force = AveragedForce(stream, strapdown, broken_rows=BROKEN_ROWS, config=CONFIG.orientation)
    first = unaided_vertical(force, strapdown, CONFIG.orientation)
    path = PathAcceleration(
        force, first, forward_inertial=np.ones_like(force.force), config=CONFIG.orientation
    )
    # Strides of 104 rows from second 5: inside the first frame, over its end, in the second, in the third.
    held_s = path.shortest_section_s(even_strides(520.0, 104.0, 25))
    np.testing.assert_allclose(held_s[[0, 4]], 10.0, atol=0.2)
    np.testing.assert_allclose(held_s[[8, 9]], 4.0, atol=0.2)
    np.testing.assert_allclose(held_s[[14, 20]], 20.0, atol=0.2)
