"""Stage 8b: forward, left and up of the trunk in sensor axes, for any mounting.

Sideways is the part of the horizontal acceleration that changes sign from step to step. Which of its two
perpendiculars is forward is put to the vote.
"""

from __future__ import annotations

import itertools

import numpy as np

from analysis.config import AxesConfig
from analysis.signals import EvenStream, Strapdown, Strides, TrunkAxes
from analysis.stages import forward
from analysis.stages.template import even_odd, folded, stride_phase
from analysis.stages.zero import Zero
from sensor.samples import FloatArray, IntArray
from sensor.units import STANDARD_GRAVITY_MPS2


def find_axes(
    stream: EvenStream,
    strapdown: Strapdown,
    up_sensor: FloatArray,
    strides: Strides,
    zero: Zero,
    config: AxesConfig,
) -> TrunkAxes:
    """Find the trunk's axes in the sensor's.

    Parameters
    ----------
    stream, strapdown, strides, zero
        From the earlier stages.
    up_sensor
        (3, n) unaided vertical in sensor axes.
    config
        Bins and votes.

    Returns
    -------
    TrunkAxes
        ``trunk_from_sensor`` maps sensor to trunk vectors. Without running it is the zero pose with an
        arbitrary heading.
    """
    upright = _upright_from_sensor(zero.up_sensor)
    up = upright @ up_sensor
    if int(strides.running.sum()) < config.min_strides:
        return TrunkAxes(upright, zero.source, 0.0, ())
    row, phase = stride_phase(strides, strides.running, len(stream))
    horizontal = _horizontal_acceleration(upright @ stream.acc_sensor_mps2[row].T, up[:, row])
    angle, strength = _sideways(horizontal, row, phase, strides, config)
    trunk_from_upright = _turn(angle - np.pi / 2)
    votes = forward.votes(
        stream, strapdown, trunk_from_upright @ up, trunk_from_upright @ upright, strides, config
    )
    if forward.decide(votes) < 0:
        trunk_from_upright = _turn(np.pi) @ trunk_from_upright
        votes = tuple((name, -vote) for name, vote in votes)
    return TrunkAxes(trunk_from_upright @ upright, zero.source, strength, votes)


def _upright_from_sensor(up_sensor: FloatArray) -> FloatArray:
    """Return a rotation matrix whose third row is ``up_sensor``; the heading is arbitrary."""
    helper = np.eye(3)[int(np.argmin(np.abs(up_sensor)))]
    x = helper - up_sensor * float(helper @ up_sensor)
    x /= np.linalg.norm(x)
    return np.stack((x, np.cross(up_sensor, x), up_sensor))


def _turn(angle_rad: float) -> FloatArray:
    """Return the matrix of new axes turned by ``angle_rad`` about z against the old ones."""
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    return np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])


def _horizontal_acceleration(force: FloatArray, up: FloatArray) -> FloatArray:
    """Return the (2, m) acceleration across the vertical, along the body's own horizontal x and y."""
    acceleration = force - STANDARD_GRAVITY_MPS2 * up
    across = acceleration - up * (acceleration * up).sum(axis=0)
    x = np.stack((1.0 - up[0] ** 2, -up[0] * up[1], -up[0] * up[2]))
    x /= np.maximum(np.sqrt((x**2).sum(axis=0)), 1e-6)
    y = np.cross(up, x, axis=0)
    return np.stack(((across * x).sum(axis=0), (across * y).sum(axis=0)))


def _sideways(
    horizontal: FloatArray, row: IntArray, phase: FloatArray, strides: Strides, config: AxesConfig
) -> tuple[float, float]:
    """Return the direction (rad) of the odd part's largest spread, and the share that lies along it.

    Bouts are folded one by one, since which foot opens a stride may differ between them.
    """
    spread = np.zeros((2, 2))
    first_of_bout = np.flatnonzero(np.diff(strides.bout, prepend=-1))
    edges = np.searchsorted(row, np.append(strides.start_row[first_of_bout], np.inf))
    for a, b in itertools.pairwise(edges):
        if b > a:
            _, odd = even_odd(folded(horizontal[:, a:b], phase[a:b], config.phase_bins))
            spread += (b - a) * (odd @ odd.T)
    size, direction = np.linalg.eigh(spread)
    main = direction[:, 1]
    return float(np.arctan2(main[1], main[0])), float(size[1] / max(size.sum(), 1e-12))
