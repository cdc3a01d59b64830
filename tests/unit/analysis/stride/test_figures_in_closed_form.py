"""Bounce, contact and head where each has a formula with the numbers in use."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.signal.records import Strides
from analysis.stride.config import DynamicsConfig, HeadConfig
from analysis.stride.dynamics import dynamics_columns, stride_waveforms
from analysis.stride.head import head_columns
from analysis.stride.posture import posture_columns
from sensor.samples import FloatArray
from tests.support.streams import even, even_strides

G = 9.80665
RATE_HZ = 64.0


def sine(deg: float) -> float:
    return float(np.sin(np.radians(deg)))


def dynamics(force_mps2: FloatArray, count: int = 2) -> dict[str, FloatArray]:
    """Return the figures of strides of one second, 64 rows each, that repeat one course."""
    acc = np.zeros((64 * count + 1, 3))
    acc[:, 0] = np.append(np.tile(force_mps2, count), force_mps2[0])
    up = np.repeat([[1.0], [0.0], [0.0]], len(acc), axis=1)
    return dynamics_columns(
        even(acc, None, rate_hz=RATE_HZ), up, strides=even_strides(0.0, 64.0, count), config=DynamicsConfig()
    )


def test_a_bounce_of_one_harmonic_is_its_acceleration_over_the_square_of_its_pace() -> None:
    phase = 2.0 * np.pi * np.arange(64) / 64.0
    # Twice a second by 3 m/s2: from top to bottom 2 · 3 / (4 pi)² m.
    found = dynamics(G + 3.0 * np.cos(2.0 * phase))["vertical_oscillation_cm"]
    np.testing.assert_allclose(found, 100.0 * 6.0 / (4.0 * np.pi) ** 2)


def test_uneven_steps_count_by_the_mean_of_the_two() -> None:
    phase = 2.0 * np.pi * np.arange(64) / 64.0
    height_m = 0.02 * np.cos(2.0 * phase) + 0.01 * np.cos(phase)
    force = G - 0.02 * (4.0 * np.pi) ** 2 * np.cos(2.0 * phase) - 0.01 * (2.0 * np.pi) ** 2 * np.cos(phase)
    expected_cm = 50.0 * (np.ptp(height_m[:32]) + np.ptp(height_m[32:]))
    np.testing.assert_allclose(dynamics(force)["vertical_oscillation_cm"], expected_cm)


@pytest.mark.parametrize("on_ground", [1, 31, 40, 64])
def test_each_of_two_contacts_lasts_half_the_time_with_any_force_upwards(on_ground: int) -> None:
    force = np.where(np.arange(64) < on_ground, 0.5, -0.5)
    found = dynamics(force)["contact_time_ms"]
    np.testing.assert_allclose(found, 1000.0 * on_ground / 64.0 / 2.0)


def test_no_force_at_all_is_no_contact() -> None:
    np.testing.assert_array_equal(dynamics(np.zeros(64))["contact_time_ms"], 0.0)


def test_a_course_holds_its_points_at_equal_shares_of_each_stride() -> None:
    course = stride_waveforms(
        10.0 * np.arange(11.0), np.array([1.0, 5.5]), end_row=np.array([5.0, 9.5]), grid=4
    )
    np.testing.assert_allclose(course, [[10.0, 20.0, 30.0, 40.0], [55.0, 65.0, 75.0, 85.0]])


@pytest.mark.parametrize(
    ("pitch_deg", "tilt_deg", "source"),
    [(20.0, 0.486 * 20.0 + 0.736 * 10.0, "head sensor"), (None, 1.398 * 10.0, "trunk model")],
)
@pytest.mark.parametrize("stature_m", [1.70, 1.87, None])
def test_the_head_stands_where_two_links_put_it(
    pitch_deg: float | None, tilt_deg: float, source: str, stature_m: float | None
) -> None:
    pitch = None if pitch_deg is None else np.array([pitch_deg])
    found = head_columns(np.array([10.0]), pitch, stature_m=stature_m, config=HeadConfig())
    forward_cm = 100.0 * (stature_m or 1.70) * (0.330 * sine(5.83) + 0.076 * sine(tilt_deg))
    half_cm = (
        np.hypot(11.8, 1.96 * 0.10 / 1.70 * forward_cm) if stature_m is None else 11.8 * stature_m / 1.70
    )
    assert found["head_forward_cm"][0] == pytest.approx(forward_cm)
    assert found["head_forward_lo_cm"][0] == pytest.approx(forward_cm - half_cm)
    assert found["head_forward_hi_cm"][0] == pytest.approx(forward_cm + half_cm)
    assert found["head_source"].tolist() == [source]
    assert found["head_source"].dtype == object
    expected = np.nan if pitch_deg is None else pitch_deg
    np.testing.assert_array_equal(found["head_pitch_deg"], [expected])
    np.testing.assert_array_equal(found["neck_flexion_deg"], [expected - 10.0])


def test_angles_of_a_stride_are_means_over_it_and_over_each_of_its_steps() -> None:
    # Flexion rises by a tenth of a degree a row, and the trunk leans right by 2 degrees, then left by 4.
    flexion = np.radians(0.1 * np.arange(41))
    lateral = np.radians(np.where(np.arange(41) < 10, 2.0, -4.0))
    up = np.stack((-np.tan(flexion), np.tan(lateral), np.ones(41)))
    rows = Strides(
        start_row=np.array([0.0, 20.0]),
        middle_row=np.array([9.0, 30.0]),
        end_row=np.array([20.0, 40.0]),
        bout=np.zeros(2, np.int64),
        running=np.ones(2, bool),
    )
    found = posture_columns(
        even(np.zeros((41, 3)), None),
        up / np.linalg.norm(up, axis=0),
        trunk_from_sensor=np.eye(3),
        strides=rows,
    )
    np.testing.assert_allclose(found["trunk_flexion_deg"], [1.0, 3.0])
    np.testing.assert_allclose(found["trunk_flexion_rom_deg"], [1.9, 1.9])
    np.testing.assert_allclose(found["lateral_left_deg"], [2.0, -4.0])
    np.testing.assert_allclose(found["lateral_right_deg"], [(-1.0 - 4.0 * 10.0) / 11.0, -4.0])
    assert np.isnan(found["trunk_rotation_rom_deg"]).all()


def test_a_turn_of_the_path_is_no_rotation_of_the_trunk() -> None:
    row = np.arange(81)
    swing = 0.3 * np.sin(2.0 * np.pi * row / 40.0)
    rate = np.zeros((81, 3))
    rate[:, 2] = np.gradient(swing) * 100.0 + 0.5
    up = np.repeat([[0.0], [0.0], [1.0]], 81, axis=1)
    stream = even(np.zeros((81, 3)), rate, rate_hz=100.0)
    found = posture_columns(stream, up, trunk_from_sensor=np.eye(3), strides=even_strides(0.0, 40.0, 2))[
        "trunk_rotation_rom_deg"
    ]
    np.testing.assert_allclose(found, 2.0 * np.degrees(0.3), rtol=0.02)


def test_without_strides_there_are_no_angles() -> None:
    stream = even(np.zeros((10, 3)), np.zeros((10, 3)))
    up = np.repeat([[0.0], [0.0], [1.0]], 10, axis=1)
    found = posture_columns(stream, up, trunk_from_sensor=np.eye(3), strides=even_strides(0.0, 5.0, 0))
    assert {len(values) for values in found.values()} == {0}
