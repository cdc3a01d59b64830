"""How the sensor sits, found from the run alone, for any mounting."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from analysis.config import AnalysisConfig
from analysis.signal.anatomical_axes import (
    find_axes,
    horizontal_acceleration,
    turn_about_up,
    upright_from_sensor,
)
from analysis.signal.motion import Motion, motion_of
from sensor.samples import FloatArray
from sensor.virtual.runner.gait import STYLES
from sensor.virtual.runner.kinematics import matrix
from sensor.virtual.runner.plan import UPRIGHT_STERNUM, Worn, run, stand
from sensor.virtual.runner.simulation import VirtualRun
from tests.support.rotations import random_rotation
from tests.support.short_runs import OPENING, PLAIN, motion, trunk_recording, turned, virtual
from tests.support.streams import even_strides

CONFIG = AnalysisConfig()
SHORT = replace(PLAIN, legs=(*OPENING, run(25.0, 3.0), stand(8.0)))


def sideways_error_deg(found: Motion, run_: VirtualRun) -> float:
    """Return the angle between the found left and the true left."""
    left = matrix(run_.sensors[0].sensor_from_trunk_wxyz.tolist())[:, 1]
    return float(np.degrees(np.arccos(np.clip(found.axes.trunk_from_sensor[1] @ left, -1.0, 1.0))))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("placement", ["sternum", "upper-back"])
def test_left_is_found_to_a_degree_and_forward_has_the_right_sign(style: str, placement: str) -> None:
    plan = replace(PLAIN, style=STYLES[style], wear=(Worn(placement, (0.36, -0.46, -0.70, 0.41)),))
    run_ = virtual(plan)
    assert sideways_error_deg(motion(run_), run_) < 1.5


def test_the_axes_are_a_rotation_whose_z_is_the_vertical_of_the_zero() -> None:
    found = motion(virtual(PLAIN))
    axes = found.axes.trunk_from_sensor
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(axes) == pytest.approx(1.0)
    np.testing.assert_allclose(axes[2], found.calibration.up_sensor)
    assert found.axes.sideways_strength > 0.5


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_turning_the_case_turns_the_axes_with_it(seed: int) -> None:
    case = random_rotation(seed).as_matrix()
    sensor = trunk_recording(virtual(SHORT))
    assert sensor.gyr_sensor_radps is not None
    other = replace(
        sensor,
        acc_sensor_mps2=sensor.acc_sensor_mps2 @ case.T,
        gyr_sensor_radps=sensor.gyr_sensor_radps @ case.T,
    )
    first = motion(virtual(SHORT)).axes
    second = motion_of(other, None, config=CONFIG).axes
    np.testing.assert_allclose(second.trunk_from_sensor @ case, first.trunk_from_sensor, atol=5e-3)
    assert dict(second.forward_votes) == pytest.approx(dict(first.forward_votes), abs=0.02)


@pytest.mark.parametrize(
    "mounting",
    [
        UPRIGHT_STERNUM.sensor_from_trunk_wxyz,
        (0.0, 1.0, 0.0, 0.0),
        (0.0, 0.0, 0.0, 1.0),
        (0.7071067811865476, 0.0, 0.7071067811865476, 0.0),
    ],
    ids=["as printed", "upside down", "back to front", "on its face"],
)
def test_any_way_up_the_sensor_is_worn_left_is_left(mounting: tuple[float, float, float, float]) -> None:
    run_ = virtual(replace(SHORT, wear=(Worn("sternum", mounting),)))
    assert sideways_error_deg(motion(run_), run_) < 1.5


def test_without_enough_running_the_axes_are_upright_with_no_opinion() -> None:
    found = motion(virtual(SHORT))
    few = even_strides(2600.0, 74.0, 5)
    axes = find_axes(
        found.stream,
        None,
        up_sensor=found.up_sensor,
        strides=few,
        calibration=found.calibration,
        static_periods=found.static_periods,
        config=CONFIG.axes,
    )
    np.testing.assert_allclose(axes.trunk_from_sensor[2], found.calibration.up_sensor)
    assert (axes.sideways_strength, axes.forward_votes) == (0.0, ())


@given(st.integers(0, 2**32 - 1))
def test_upright_axes_are_a_rotation_for_any_vertical(seed: int) -> None:
    up = np.random.default_rng(seed).standard_normal(3)
    up /= np.linalg.norm(up)
    axes = upright_from_sensor(up)
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(axes @ up, [0.0, 0.0, 1.0], atol=1e-12)
    assert np.linalg.det(axes) == pytest.approx(1.0)


def test_axes_turned_by_a_quarter_see_forward_where_left_was() -> None:
    np.testing.assert_allclose(turn_about_up(np.pi / 2) @ [0.0, 1.0, 0.0], [1.0, 0.0, 0.0], atol=1e-12)


def _force_and_up(lean_deg: float, ahead: float, left: float) -> tuple[FloatArray, FloatArray]:
    trunk_from_level = Rotation.from_euler("y", -lean_deg, degrees=True)
    force = trunk_from_level.apply([ahead, left, 9.80665])
    return np.asarray(force)[:, None], np.asarray(trunk_from_level.apply([0.0, 0.0, 1.0]))[:, None]


@pytest.mark.parametrize("lean_deg", [-20.0, 0.0, 15.0, 40.0])
def test_horizontal_acceleration_is_that_of_the_path_whatever_the_lean(lean_deg: float) -> None:
    found = horizontal_acceleration(*_force_and_up(lean_deg, 1.3, -0.7))
    np.testing.assert_allclose(found[:, 0], [1.3, -0.7], atol=1e-9)


def test_turned_signals_are_the_same_movement() -> None:
    signal = virtual(SHORT).sensors[0].measured
    case = Rotation.from_euler("x", 90.0, degrees=True).as_matrix()
    # A case turned by a quarter about x reads its old y on z.
    np.testing.assert_allclose(
        turned(signal, case).acc_sensor_mps2[:, 2], signal.acc_sensor_mps2[:, 1], atol=1e-12
    )
