"""Scale and bias of an accelerometer from the size of gravity in six positions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sensor.samples import FloatArray, freeze_arrays
from sensor.units import STANDARD_GRAVITY_MPS2

POSE_SD_MPS2 = 0.01
"""Standard deviation of the size of gravity in one pose: noise averages to less; axes that are not quite
square to each other (1 %) on a face that is not quite level with them (5 degrees) add about this."""

LOCAL_GRAVITY_PCT = 0.3
"""Gravity at sea level differs by up to this from 9.80665 m/s2 (9.780 at the equator, 9.832 at the poles)."""

_QUANTILE = 1.96
_STEPS = 20


@dataclass(frozen=True, slots=True, eq=False)
class SixPositionFit:
    """What the axes of an accelerometer read, each with half its 95 % interval.

    Parameters
    ----------
    bias_mps2, bias_half_width_mps2
        (3,) what is read of no force, m/s2.
    scale, scale_half_width
        (3,) what is read of each m/s2 more.
    """

    bias_mps2: FloatArray
    bias_half_width_mps2: FloatArray
    scale: FloatArray
    scale_half_width: FloatArray

    def __post_init__(self) -> None:
        freeze_arrays(self)

    def corrected(self, read_mps2: FloatArray) -> FloatArray:
        """Return the (n, 3) specific force behind (n, 3) readings."""
        return (read_mps2 - self.bias_mps2) / self.scale


def fit_six_positions(read_mps2: FloatArray) -> SixPositionFit:
    """Return scale and bias of each axis that make gravity 1 g in every pose, by least squares.

    Only the size of gravity is used (Lötters et al. 1998; Tedaldi et al. 2014, section III), never its
    direction: the faces of a box need be neither square to each other nor parallel to the sensor's axes, and
    the table need not be level. Unknown are bias b and scale s of three axes in |(read − b) / s| = g; six
    poses, one near each end of each axis as in IEEE 1293, decide them.

    Parameters
    ----------
    read_mps2
        (p, 3) mean readings in p ≥ 6 poses, all six faces among them.
    """
    bias, scale = np.zeros(3), np.ones(3)
    for _ in range(_STEPS):
        force = (read_mps2 - bias) / scale
        size = np.linalg.norm(force, axis=1)
        up = force / size[:, None]
        slopes = np.hstack((-up / scale, -up * force / scale))
        step = np.linalg.lstsq(slopes, STANDARD_GRAVITY_MPS2 - size, rcond=None)[0]
        bias, scale = bias + step[:3], scale + step[3:]
    half_width = _QUANTILE * POSE_SD_MPS2 * np.sqrt(np.diag(np.linalg.pinv(slopes.T @ slopes)))
    return SixPositionFit(bias, half_width[:3], scale, half_width[3:])
