"""A sensor on a box that is laid on each of its faces, leaned by a known angle, and turned about by hand."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sensor.samples import FloatArray, ImuSignal
from sensor.units import STANDARD_GRAVITY_MPS2
from sensor.virtual.runner.kinematics import matrix

HOLD_S, MOVE_S = 6.0, 2.0

_BOX_FROM_SENSOR_WXYZ = (1.0, 0.02, -0.03, 0.01)
"""The sensor sits on its box a few degrees crooked."""

_FACES_DEG = ((0, 0.0), (0, 90.4), (0, 89.7), (0, 90.2), (2, 89.6), (2, 180.3))
"""Axis of the box and angle from face to face: boxes are square to about half a degree."""

_SWAYS_DEG = ((0, 60.0), (1, -60.0), (2, 60.0), (1, 60.0))
_SWAY_S = 3.0


def box_on_faces(lean_deg: float, rate_hz: float) -> ImuSignal:
    """Return what an ideal sensor reads on six faces, in a lean, and turned by hand, one after another.

    Parameters
    ----------
    lean_deg
        By which the box is leaned from the last face.
    rate_hz
        Samples per second.
    """
    axes = matrix(_BOX_FROM_SENSOR_WXYZ).T
    up, forces, rates = axes[:, 2], [], []
    for axis, angle_rad in _turns(lean_deg, rate_hz):
        force = _turned(up, axes[:, axis], -angle_rad)
        forces.append(force)
        rates.append((np.gradient(angle_rad) * rate_hz)[:, None] * axes[:, axis])
        up = force[-1]
    return ImuSignal(rate_hz, STANDARD_GRAVITY_MPS2 * np.concatenate(forces), np.concatenate(rates))


def _turns(lean_deg: float, rate_hz: float) -> Iterator[tuple[int, FloatArray]]:
    """Yield axis of the box and (m,) angle over time, rad, of one turn after the other."""
    move = 0.5 - 0.5 * np.cos(np.linspace(0.0, np.pi, round(MOVE_S * rate_hz)))
    there = np.concatenate((move, np.ones(round(HOLD_S * rate_hz))))
    for axis, angle_deg in (*_FACES_DEG, (2, lean_deg)):
        yield axis, np.radians(angle_deg) * there
    sway = 0.5 - 0.5 * np.cos(np.linspace(0.0, 2.0 * np.pi, round(_SWAY_S * rate_hz)))
    for axis, angle_deg in _SWAYS_DEG:
        yield axis, np.radians(angle_deg) * sway


def _turned(vector: FloatArray, axis: FloatArray, angle_rad: FloatArray) -> FloatArray:
    """Return (m, 3) one vector turned about an axis by (m,) angles (Rodrigues)."""
    cos, sin = np.cos(angle_rad)[:, None], np.sin(angle_rad)[:, None]
    along = axis * (axis @ vector)
    return np.asarray(along + cos * (vector - along) + sin * np.cross(axis, vector))
