"""Scale and bias from the size of gravity in six poses, against sensors whose errors are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.checkup.six_position import fit_six_positions
from analysis.checkup.still_poses import faces_of, missing_faces
from sensor.units import STANDARD_GRAVITY_MPS2

G = STANDARD_GRAVITY_MPS2
ENDS = np.vstack((np.eye(3), -np.eye(3)))


def three(least: float, most: float) -> st.SearchStrategy[list[float]]:
    return st.lists(st.floats(least, most), min_size=3, max_size=3)


def test_faces_along_the_axes_give_the_textbook_half_sums_and_half_differences() -> None:
    # Of x up and x down, half the sum is the bias of x, half the difference 1.02 g; so for y and z.
    fit = fit_six_positions(1.02 * G * ENDS + [0.3, -0.2, 0.1])
    assert fit.bias_mps2 == pytest.approx([0.3, -0.2, 0.1], abs=1e-6)
    assert fit.scale == pytest.approx([1.02, 1.02, 1.02], abs=1e-7)


@settings(max_examples=60)
@given(
    bias=three(-1.0, 1.0),
    scale=three(0.9, 1.1),
    crooked=st.lists(three(-0.15, 0.15), min_size=6, max_size=6),
)
def test_any_sensor_is_found_though_no_two_faces_are_square_to_each_other(
    bias: list[float], scale: list[float], crooked: list[list[float]]
) -> None:
    up = ENDS + np.array(crooked)
    force = G * up / np.linalg.norm(up, axis=1)[:, None]
    fit = fit_six_positions(force * np.array(scale) + np.array(bias))
    assert fit.bias_mps2 == pytest.approx(bias, abs=1e-6)
    assert fit.scale == pytest.approx(scale, abs=1e-7)
    assert fit.corrected(force * np.array(scale) + np.array(bias)) == pytest.approx(force, abs=1e-5)


def test_the_interval_holds_95_of_100_sensors_whose_poses_scatter_as_stated() -> None:
    rng = np.random.default_rng(3)
    inside = 0
    for _ in range(200):
        fit = fit_six_positions(G * ENDS + 0.01 * rng.standard_normal((6, 3)))
        inside += int((np.abs(fit.bias_mps2) <= fit.bias_half_width_mps2).sum())
    assert 0.92 < inside / 600 < 0.98


def test_a_face_is_known_by_the_axis_that_points_up_and_an_edge_is_none() -> None:
    forces = G * np.array([[0.0, 0.1, 1.0], [0.0, -1.0, 0.2], [0.7, 0.7, 0.0]])
    assert faces_of(forces).tolist() == [4, 3, -1]
    assert missing_faces(faces_of(forces)) == ("x up", "x down", "y up", "z down")
