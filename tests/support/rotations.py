"""scipy's rotations with the scalar first, as every scipy since 1.11 can make them."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from sensor.samples import FloatArray


def rotation_of(wxyz: Any) -> Rotation:
    """Return the rotations of (..., 4) quaternions, scalar first."""
    return Rotation.from_quat(np.roll(np.asarray(wxyz), -1, axis=-1))


def wxyz_of(rotation: Rotation) -> FloatArray:
    """Return the (..., 4) quaternions of rotations, scalar first."""
    return np.roll(np.asarray(rotation.as_quat(), dtype=np.float64), 1, axis=-1)


def random_rotations(seed: int, count: int) -> Rotation:
    """Return as many rotations, each as likely as any other."""
    # Four normal draws point nowhere in particular (Muller 1959).
    return Rotation.from_quat(np.random.default_rng(seed).normal(size=(count, 4)))


def random_rotation(seed: int) -> Rotation:
    """Return one rotation, as likely as any other."""
    return random_rotations(seed, 1)[0]
