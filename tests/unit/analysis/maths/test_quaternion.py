"""Quaternion arithmetic against scipy's rotations and plain loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from analysis.maths import quaternion
from sensor.samples import FloatArray
from tests.support.rotations import random_rotations, rotation_of, wxyz_of

rotations = st.integers(0, 2**32 - 1).map(lambda seed: random_rotations(seed, 7))


def wxyz(rotation: Rotation) -> FloatArray:
    return np.asarray(wxyz_of(rotation), dtype=np.float64).T


def angle_between(q: FloatArray, rotation: Rotation) -> FloatArray:
    return np.asarray((rotation_of(q.T) * rotation.inv()).magnitude())


@given(rotations, rotations)
def test_a_product_applies_the_right_factor_first(a: Rotation, b: Rotation) -> None:
    assert angle_between(quaternion.multiply(wxyz(a), wxyz(b)), a * b).max() < 1e-7


@given(rotations)
def test_rotating_a_vector_is_what_scipy_does(a: Rotation) -> None:
    vectors = np.random.default_rng(1).standard_normal((7, 3))
    np.testing.assert_allclose(quaternion.rotate(wxyz(a), vectors.T).T, a.apply(vectors), atol=1e-12)


@given(rotations)
def test_the_conjugate_undoes_a_rotation(a: Rotation) -> None:
    product = quaternion.multiply(wxyz(a), quaternion.conjugate(wxyz(a)))
    np.testing.assert_allclose(product, [[1.0] * 7, [0.0] * 7, [0.0] * 7, [0.0] * 7], atol=1e-12)


@pytest.mark.parametrize("size_rad", [0.0, 1e-12, 1e-4, 0.3, np.pi, 5.0])
def test_a_rotation_vector_of_any_size_becomes_its_rotation(size_rad: float) -> None:
    vector = size_rad * np.array([[0.36], [-0.48], [0.8]])
    found = quaternion.from_rotation_vector(vector)
    assert angle_between(found, Rotation.from_rotvec(vector.T)).max() < 1e-7


def test_the_shortest_rotation_turns_source_to_target_about_their_common_perpendicular() -> None:
    rng = np.random.default_rng(2)
    source, target = (v / np.linalg.norm(v, axis=0) for v in rng.standard_normal((2, 3, 50)))
    q = quaternion.shortest(source, target)
    np.testing.assert_allclose(quaternion.rotate(q, source), target, atol=1e-12)
    between = np.arccos(np.clip((source * target).sum(axis=0), -1.0, 1.0))
    np.testing.assert_allclose(2.0 * np.arccos(q[0]), between, atol=1e-7)


def test_the_shortest_rotation_between_equal_vectors_is_none() -> None:
    q = quaternion.shortest(np.eye(3), np.eye(3))
    np.testing.assert_allclose(q, np.array([[1.0], [0.0], [0.0], [0.0]]) * np.ones(3), atol=1e-15)


@pytest.mark.parametrize("tilt", [0.0, 1e-12, 1e-7, 1e-5, 1e-3])
def test_opposite_vectors_and_nearly_opposite_ones_are_joined_by_half_a_turn(tilt: float) -> None:
    rng = np.random.default_rng(3)
    random = rng.standard_normal((3, 20))
    source = np.hstack((np.eye(3), -np.eye(3), random / np.linalg.norm(random, axis=0)))
    target = -source + tilt * rng.standard_normal(source.shape)
    target /= np.linalg.norm(target, axis=0)
    q = quaternion.shortest(source, target)
    np.testing.assert_allclose((q**2).sum(axis=0), 1.0, atol=1e-12)
    np.testing.assert_allclose(quaternion.rotate(q, source), target, atol=1e-4)


@pytest.mark.parametrize("count", [1, 2, 63, 64, 65, 66, 1000, 4097])
def test_the_blocked_product_equals_the_product_one_by_one(count: int) -> None:
    rotation = random_rotations(count, count)
    product = rotation[0]
    one_by_one = [product]
    for k in range(1, count):
        product = product * rotation[k]
        one_by_one.append(product)
    found = quaternion.running_product(wxyz(rotation))
    assert found.shape == (4, count)
    assert angle_between(found, Rotation.concatenate(one_by_one)).max() < 1e-7


def test_a_long_product_stays_of_length_one() -> None:
    small = Rotation.from_rotvec(0.02 * np.random.default_rng(4).standard_normal((200_000, 3)))
    found = quaternion.running_product(wxyz(small))
    np.testing.assert_allclose((found**2).sum(axis=0), 1.0, atol=1e-12)
