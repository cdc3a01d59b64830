"""Angles of a stride, against hand-made postures and plain loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from analysis.maths.angles import inclination_deg, integrated_yaw_deg
from analysis.maths.between_rows import mean_between, range_within
from analysis.stride.posture import posture_columns
from sensor.samples import FloatArray
from tests.support.streams import RATE_HZ, even, even_strides

UP_EARTH = np.array([0.0, 0.0, 1.0])


def up_of(earth_from_trunk: Rotation) -> FloatArray:
    """Return (3, n) the upward vertical in trunk axes."""
    return np.asarray(np.atleast_2d(earth_from_trunk.inv().apply(UP_EARTH)).T, dtype=np.float64)


@pytest.mark.parametrize("angle_deg", [-60.0, -5.0, 0.0, 12.0, 80.0])
def test_bending_forward_is_positive_flexion(angle_deg: float) -> None:
    # A right-handed turn about y (left) carries x (forward) downwards.
    flexion, lateral = inclination_deg(up_of(Rotation.from_euler("y", [angle_deg], degrees=True)))
    assert flexion[0] == pytest.approx(angle_deg)
    assert lateral[0] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("angle_deg", [-30.0, 7.0])
def test_leaning_to_the_right_is_positive_lateral(angle_deg: float) -> None:
    # A right-handed turn about x (forward) carries y (left) upwards: the trunk leans right.
    flexion, lateral = inclination_deg(up_of(Rotation.from_euler("x", [angle_deg], degrees=True)))
    assert lateral[0] == pytest.approx(angle_deg)
    assert flexion[0] == pytest.approx(0.0, abs=1e-9)


@given(st.floats(-180.0, 180.0), st.floats(-60.0, 60.0), st.floats(-40.0, 40.0))
def test_heading_has_no_part_in_the_angles(heading: float, pitch: float, roll: float) -> None:
    posture = Rotation.from_euler("YX", [pitch, roll], degrees=True)
    turned = Rotation.from_euler("z", heading, degrees=True) * posture
    np.testing.assert_allclose(inclination_deg(up_of(turned)), inclination_deg(up_of(posture)), atol=1e-9)


edges = st.tuples(st.floats(0.0, 98.0), st.floats(0.1, 1.0)).map(
    lambda e: (e[0], e[0] + e[1] * (99.0 - e[0]))
)


@given(edges, st.integers(0, 99))
def test_a_mean_between_fractional_rows_is_the_integral_over_the_time(
    edge: tuple[float, float], seed: int
) -> None:
    values = np.sin(np.arange(100.0) / 6.0 + seed)
    start, end = edge
    expected = 6.0 * (np.cos(start / 6.0 + seed) - np.cos(end / 6.0 + seed)) / (end - start)
    found = mean_between(values, np.array([start]), np.array([end]))[0]
    # A stride of 70 rows is averaged forty times more exactly than this shortest of stretches.
    assert found == pytest.approx(expected, abs=max(0.1 / (end - start), 0.003))


def test_the_mean_of_a_line_is_its_middle() -> None:
    found = mean_between(np.arange(50.0), np.array([3.25, 10.0]), np.array([7.75, 49.0]))
    np.testing.assert_allclose(found, [5.5, 29.5])


def test_means_of_several_rows_of_values_are_taken_one_by_one() -> None:
    values = np.random.default_rng(1).standard_normal((3, 60))
    start, end = np.array([0.5, 20.3]), np.array([10.0, 58.7])
    both = mean_between(values, start, end)
    np.testing.assert_allclose(both, np.stack([mean_between(v, start, end) for v in values]))


def test_the_range_within_strides_is_that_of_a_loop() -> None:
    values = np.random.default_rng(2).standard_normal(400)
    strides = even_strides(3.3, 37.7, 10)
    expected = [
        np.ptp(values[int(np.ceil(a)) : int(np.floor(b))])
        for a, b in zip(strides.start_row, strides.end_row, strict=True)
    ]
    np.testing.assert_allclose(range_within(values, strides.start_row, strides.end_row), expected)


def test_strides_apart_from_each_other_do_not_share_their_ranges() -> None:
    values = np.zeros(100)
    values[45] = 9.0
    start, end = np.array([10.0, 60.0]), np.array([30.0, 99.0])
    np.testing.assert_array_equal(range_within(values, start, end), [0.0, 0.0])


def test_no_strides_have_no_ranges_and_no_angles() -> None:
    stream = even(np.ones((100, 3)), np.zeros((100, 3)))
    none = even_strides(0.0, 1.0, 0)
    assert len(range_within(np.ones(100), none.start_row, none.end_row)) == 0
    columns = posture_columns(
        stream, np.tile(UP_EARTH[:, None], 100), trunk_from_sensor=np.eye(3), strides=none
    )
    assert all(len(values) == 0 for values in columns.values())


def test_turning_left_is_counted_positive_about_the_vertical_however_the_sensor_lies() -> None:
    up = np.array([0.6, 0.0, 0.8])
    stream = even(np.ones((209, 3)), np.tile(np.radians(30.0) * up, (209, 1)))
    assert stream.gyr_sensor_radps is not None
    turned = integrated_yaw_deg(stream.gyr_sensor_radps, np.tile(up[:, None], 209), RATE_HZ)
    assert turned[208] - turned[0] == pytest.approx(60.0)


def test_without_a_gyroscope_nobody_knows_how_far_the_trunk_turned() -> None:
    stream = even(np.ones((200, 3)), None)
    columns = posture_columns(
        stream,
        np.tile(UP_EARTH[:, None], 200),
        trunk_from_sensor=np.eye(3),
        strides=even_strides(5.0, 60.0, 3),
    )
    assert np.isnan(columns["trunk_rotation_rom_deg"]).all()


def test_columns_of_a_known_posture() -> None:
    """Flexion 8 ± 2.5° at step rate, list −3° over the left and +3° over the right step, rotation ±12°."""
    rows, count = 74, 20
    row = np.arange(rows * count + 60)
    phase = 2 * np.pi * (row - 10) / rows
    flexion = 8.0 + 2.5 * np.sin(2 * phase)
    lateral = -3.0 * np.sin(phase) * np.pi / 2
    axial = 12.0 * np.cos(phase)
    course_degps = 4.0
    up = np.stack((-np.tan(np.radians(flexion)), np.tan(np.radians(lateral)), np.ones_like(flexion)))
    up /= np.linalg.norm(up, axis=0)
    yaw_degps = course_degps + np.gradient(axial) * RATE_HZ
    stream = even(np.ones((len(row), 3)), (np.radians(yaw_degps) * up).T)
    columns = posture_columns(
        stream, up, trunk_from_sensor=np.eye(3), strides=even_strides(10.0, rows, count)
    )
    np.testing.assert_allclose(columns["trunk_flexion_deg"], 8.0, atol=0.02)
    np.testing.assert_allclose(columns["trunk_flexion_rom_deg"], 5.0, atol=0.05)
    np.testing.assert_allclose(columns["trunk_lateral_deg"], 0.0, atol=0.02)
    np.testing.assert_allclose(columns["lateral_left_deg"], -3.0, atol=0.02)
    np.testing.assert_allclose(columns["lateral_right_deg"], 3.0, atol=0.02)
    # The course of the path, 4 degrees a second, is no rotation of the trunk.
    np.testing.assert_allclose(columns["trunk_rotation_rom_deg"], 24.0, atol=0.2)


def test_the_sensors_mounting_is_undone_by_the_trunk_axes() -> None:
    mounting = Rotation.from_euler("XYZ", [70.0, -130.0, 25.0], degrees=True).as_matrix()
    up = np.repeat(up_of(Rotation.from_euler("y", [9.0], degrees=True)), 200, axis=1)
    stream = even(np.ones((200, 3)), np.zeros((200, 3)))
    columns = posture_columns(
        stream, mounting @ up, trunk_from_sensor=mounting.T, strides=even_strides(5.0, 60.0, 3)
    )
    np.testing.assert_allclose(columns["trunk_flexion_deg"], 9.0)
