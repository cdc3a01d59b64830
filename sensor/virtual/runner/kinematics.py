"""From a pose over time to what an ideal inertial sensor reads: exact, because nothing is drawn twice.

An orientation is a chain of turns about single axes, ``earth_from_body = R1 R2 … Rk``, each turn an array
over time. Derivatives are eighth-order central differences on a grid of at least 400 Hz: relative error below
1e-6 for anything under 40 Hz (Fornberg 1988, table 1).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sensor.samples import FloatArray

Turn = tuple[int, FloatArray]
"""Axis of a turn (0 x, 1 y, 2 z) and its angle over time, radians."""

REACH = 4
"""Fine points needed before the first and after the last output point."""

_FIRST = np.array([1 / 280, -4 / 105, 1 / 5, -4 / 5, 0.0, 4 / 5, -1 / 5, 4 / 105, -1 / 280])
_SECOND = np.array([-1 / 560, 8 / 315, -1 / 5, 8 / 5, -205 / 72, 8 / 5, -1 / 5, 8 / 315, -1 / 560])


def sample(fine: FloatArray, every: int) -> FloatArray:
    """Return the (…, m) fine values at the output points, `REACH` in from both ends."""
    return fine[..., REACH : fine.shape[-1] - REACH : every]


def first_derivative(fine: FloatArray, every: int, fine_rate_hz: float) -> FloatArray:
    """Return the time derivative of (…, m) fine values at the output points."""
    return _difference(fine, every, _FIRST) * fine_rate_hz


def second_derivative(fine: FloatArray, every: int, fine_rate_hz: float) -> FloatArray:
    """Return the second time derivative of (…, m) fine values at the output points."""
    return _difference(fine, every, _SECOND) * fine_rate_hz**2


def _difference(fine: FloatArray, every: int, weights: FloatArray) -> FloatArray:
    windows = np.lib.stride_tricks.sliding_window_view(fine, len(weights), axis=-1)[..., ::every, :]
    return np.asarray(windows @ weights, dtype=np.float64)


def turn_vector(axis: int, angle_rad: FloatArray, vector: FloatArray) -> FloatArray:
    """Return the (3, m) vectors turned about a coordinate axis, right-handed."""
    cos, sin = np.cos(angle_rad), np.sin(angle_rad)
    b, c = (axis + 1) % 3, (axis + 2) % 3
    turned = np.empty((3, np.broadcast(angle_rad, vector[0]).size))
    turned[axis] = vector[axis]
    turned[b] = cos * vector[b] - sin * vector[c]
    turned[c] = sin * vector[b] + cos * vector[c]
    return turned


def to_earth(turns: Sequence[Turn], vector_body: FloatArray) -> FloatArray:
    """Return (3, m) body vectors in earth axes."""
    for axis, angle in reversed(turns):
        vector_body = turn_vector(axis, angle, vector_body)
    return vector_body


def to_body(turns: Sequence[Turn], vector_earth: FloatArray) -> FloatArray:
    """Return (3, m) earth vectors in body axes."""
    for axis, angle in turns:
        vector_earth = turn_vector(axis, -angle, vector_earth)
    return vector_earth


def body_rate(turns: Sequence[Turn], every: int, fine_rate_hz: float) -> FloatArray:
    """Return the (3, k) angular rate in body axes at the output points, rad/s, from fine turns."""
    rate = np.zeros((3, 1))
    for axis, angle in turns:
        rate = turn_vector(axis, -sample(angle, every), rate)
        rate[axis] += first_derivative(angle, every, fine_rate_hz)
    return rate


def quaternion(turns: Sequence[Turn]) -> FloatArray:
    """Return the (m, 4) ``earth_from_body`` quaternions w x y z of a chain of turns."""
    product = np.array([[1.0], [0.0], [0.0], [0.0]])
    for axis, angle in turns:
        w, v = product[0], product[1:]
        cos, sin = np.cos(angle / 2.0), np.sin(angle / 2.0)
        b, c = (axis + 1) % 3, (axis + 2) % 3
        turned = np.empty((4, angle.size))
        turned[0] = w * cos - v[axis] * sin
        turned[1 + axis] = v[axis] * cos + w * sin
        turned[1 + b] = v[b] * cos + v[c] * sin
        turned[1 + c] = v[c] * cos - v[b] * sin
        product = turned
    return np.ascontiguousarray(product.T)


def matrix(quaternion_wxyz: Sequence[float]) -> FloatArray:
    """Return the 3 x 3 rotation matrix of one quaternion w x y z, normalised first."""
    w, x, y, z = np.asarray(quaternion_wxyz, dtype=np.float64) / np.linalg.norm(quaternion_wxyz)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )
