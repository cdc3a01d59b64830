"""Stretches in which a sensor lies still, and the face on which the box that carries it lies in each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sensor.samples import FloatArray, IntArray, freeze_arrays

WINDOW_S = 0.25
STILL_MPS2 = 0.15
"""Root of the summed variances of the axes in a window. A box on a table: the sensor's noise, below 0.1; a
hand: 0.2 and more."""

SAME_POSE_MPS2 = 0.2
"""From window to window and all through a pose gravity moves by less, which is a turn by one degree."""

MOST_OFF_FACE_DEG = 30.0
"""A case may sit crooked on its box, and a bias turns gravity by a few degrees; an edge is 45 degrees off."""

FACES = ("x up", "x down", "y up", "y down", "z up", "z down")
"""By the sensor's axis that points up or down, in the order of their numbers."""


@dataclass(frozen=True, slots=True, eq=False)
class StillPoses:
    """Stretches of stillness, in order.

    Parameters
    ----------
    first, last
        (p,) rows of the signal, ``last`` exclusive, the edges left out.
    acc_sensor_mps2
        (p, 3) mean specific force as it was read, m/s2, sensor axes.
    """

    first: IntArray
    last: IntArray
    acc_sensor_mps2: FloatArray

    def __post_init__(self) -> None:
        freeze_arrays(self)

    @property
    def face(self) -> IntArray:
        """(p,) number of the face in `FACES`; -1 where the box stood on an edge."""
        return faces_of(self.acc_sensor_mps2)


def still_poses(acc_sensor_mps2: FloatArray, rate_hz: float, *, shortest_s: float) -> StillPoses:
    """Return the poses in which a sensor was still for at least ``shortest_s``.

    Parameters
    ----------
    acc_sensor_mps2
        (n, 3) specific force, m/s2, sensor axes.
    rate_hz
        Samples per second.
    shortest_s
        Shorter ones are passed over.
    """
    rows = max(round(WINDOW_S * rate_hz), 4)
    count = len(acc_sensor_mps2) // rows
    windows = acc_sensor_mps2[: count * rows].reshape(count, rows, 3)
    mean = windows.mean(axis=1)
    still = np.sqrt(windows.var(axis=1).sum(axis=1)) < STILL_MPS2
    moved = np.linalg.norm(np.diff(mean, axis=0, prepend=mean[:1]), axis=1) > SAME_POSE_MPS2
    _, first, length = np.unique(np.cumsum(~still | moved)[still], return_index=True, return_counts=True)
    long = length * rows >= shortest_s * rate_hz
    first = np.flatnonzero(still)[first[long]]
    last = first + length[long]
    steady = np.array([_is_steady(mean[a:b]) for a, b in zip(first, last, strict=True)], dtype=np.bool_)
    # The windows at both ends may hold the beginning and the end of a movement.
    first, last = (first[steady] + 1) * rows, (last[steady] - 1) * rows
    force = [acc_sensor_mps2[a:b].mean(axis=0) for a, b in zip(first, last, strict=True)]
    return StillPoses(first, last, np.array(force).reshape(-1, 3))


def _is_steady(means_mps2: FloatArray) -> bool:
    """Tell a pose from a slow turn, by the (w, 3) means of its windows."""
    return len(means_mps2) > 2 and bool(np.linalg.norm(np.ptp(means_mps2, axis=0)) < 2.0 * SAME_POSE_MPS2)


def faces_of(acc_sensor_mps2: FloatArray) -> IntArray:
    """Return for (p, 3) mean specific forces the (p,) number of the face in `FACES`, -1 on an edge."""
    axis = np.argmax(np.abs(acc_sensor_mps2), axis=1)
    along = np.take_along_axis(acc_sensor_mps2, axis[:, None], axis=1)[:, 0]
    size = np.linalg.norm(acc_sensor_mps2, axis=1)
    is_face = np.abs(along) > np.cos(np.radians(MOST_OFF_FACE_DEG)) * size
    return np.where(is_face, 2 * axis + (along < 0.0), -1)


def missing_faces(face: IntArray) -> tuple[str, ...]:
    """Return the names of the faces that are not among these numbers."""
    return tuple(name for number, name in enumerate(FACES) if number not in face)


def angles_deg(forces_mps2: FloatArray, force_mps2: FloatArray) -> FloatArray:
    """Return the (p,) angles, degrees, between each of (p, 3) forces and one of (3,)."""
    across = np.linalg.norm(np.cross(forces_mps2, force_mps2), axis=1)
    return np.asarray(np.degrees(np.arctan2(across, forces_mps2 @ force_mps2)))
