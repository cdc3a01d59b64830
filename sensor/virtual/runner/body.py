"""The body that carries the sensors: where each body part is and how it is turned, at any moment.

The hip centre follows the path and swings about it within each stride. The trunk turns about the hip
centre, the head about the base of the neck; a sensor sits at the end of a lever.
"""

from __future__ import annotations

import numpy as np

from sensor.samples import FloatArray
from sensor.units import STANDARD_GRAVITY_MPS2
from sensor.virtual.runner import kinematics as kin
from sensor.virtual.runner.course import Course, raise_rate
from sensor.virtual.runner.gait import TRANSLATIONS, evaluate, running_coefficients, walking_coefficients
from sensor.virtual.runner.plan import RunPlan

LEVERS_M = {
    "sternum": (0.08, 0.0, 0.35),
    "upper-back": (-0.09, 0.0, 0.36),
    "sacrum": (-0.10, 0.0, 0.04),
    "waist": (-0.10, 0.0, 0.10),
    "head": (0.09, 0.0, 0.16),
}
"""Forward, left, up: trunk and pelvis sensors from the hip centre, head from the base of the neck."""

READING_ROWS = {
    "acc": slice(0, 3),
    "gyr": slice(3, 6),
    "up": slice(6, 9),
    "velocity": slice(9, 12),
    "q": slice(12, 16),
}
"""Rows of `Body.readings`."""

_COUNTER_LEVER_M = 0.25
"""Height above the hips of the point about which the trunk swings within strides: in flight nothing can push
the trunk, so the hips give way to most of what the chest does. What is left, +0.1 to +0.2 g forwards in
flight, is what chest sensors show on real joggers (0.2 to 0.4 g in FallAllD)."""

_NECK_BASE_M = (0.0, 0.0, 0.50)
_SLOW_ROWS = (
    "heading",
    "phase",
    "speed",
    "grade",
    "walking",
    "stride_rate",
    "flexion",
    "list",
    "head",
    "sacrum",
)
_BANDWIDTH = 0.45
_FASTEST_STRIDES_HZ = 1.7
_HIGHEST_HARMONIC = 24


class Body:
    """A runner on a course, asked for the readings of ideal sensors.

    Parameters
    ----------
    plan
        Style, treadmill, rate.
    course
        The slow side.
    every
        Fine points per output sample.
    factor
        Fine points per grid point of the course.
    """

    def __init__(self, plan: RunPlan, course: Course, *, every: int, factor: int) -> None:
        self._treadmill = plan.treadmill
        self._every, self._factor = every, factor
        self._fine_rate_hz = course.rate_hz * factor
        # Nothing may reach the output's Nyquist frequency.
        harmonics = int(_BANDWIDTH * plan.rate_hz / _FASTEST_STRIDES_HZ)
        harmonics = min(max(harmonics, 4), _HIGHEST_HARMONIC)
        self._running = running_coefficients(plan.style, harmonics)
        self._walking = walking_coefficients(min(harmonics, 8))
        slow = (
            course.heading_rad, course.phase_rad, course.speed_mps, course.grade, course.walking,
            course.stride_rate_radps, course.flexion_rad, course.lateral_rad, course.head_pitch_rad,
            course.sacrum_pitch_rad,
        )  # fmt: skip
        self._slips = tuple(course.slip_rad)
        self._slow = np.vstack([*slow, course.running * course.amplitude, *course.slip_rad.values()])

    def readings(self, placement: str, first: int, last: int) -> FloatArray:
        """Return what an ideal sensor reads, and its pose, at output samples ``first`` up to ``last``.

        Parameters
        ----------
        placement
            Key of `LEVERS_M`.
        first, last
            Range of output samples, the last not included.

        Returns
        -------
        (16, last - first), rows as in `READING_ROWS`: specific force (m/s2) and angular rate (rad/s) in the
        axes of the sensor's seat, which a slip of the strap turns on the body; upward vertical in the axes
        of the body part; velocity in earth axes (m/s); quaternion ``earth_from_seat``.
        """
        every, rate = self._every, self._fine_rate_hz
        start, stop = first * every - kin.REACH, (last - 1) * every + kin.REACH + 1
        rows = raise_rate(self._slow, self._factor, start=start, stop=stop)
        slow = dict(zip(_SLOW_ROWS, rows, strict=False))
        gait = self._gait(slow, rows[len(_SLOW_ROWS) :])
        turns, offset = _pose(placement, slow, gait)
        path_velocity = np.zeros((3, stop - start)) if self._treadmill else _path_velocity(slow)
        force = kin.second_derivative(offset, every, rate) + kin.first_derivative(path_velocity, every, rate)
        force[2] += STANDARD_GRAVITY_MPS2
        velocity = kin.first_derivative(offset, every, rate) + kin.sample(path_velocity, every)
        seat = [*turns, (1, self._slip(placement, rows))]
        seat_sampled = [(axis, kin.sample(angle, every)) for axis, angle in seat]
        up = kin.to_body(seat_sampled[:-1], np.array([[0.0], [0.0], [1.0]]))
        acc, gyr = kin.to_body(seat_sampled, force), kin.body_rate(seat, every, rate)
        return np.concatenate([acc, gyr, up, velocity, kin.quaternion(seat_sampled).T])

    def _gait(self, slow: dict[str, FloatArray], amplitude: FloatArray) -> FloatArray:
        """Return the (6, m) movement within strides: metres for the translations, radians for the angles."""
        gait = amplitude[:6] * evaluate(self._running, slow["phase"])
        gait += slow["walking"] * evaluate(self._walking, slow["phase"])
        gait[:TRANSLATIONS] /= slow["stride_rate"] ** 2
        return gait

    def _slip(self, placement: str, rows: FloatArray) -> FloatArray:
        if placement not in self._slips:
            return np.zeros(rows.shape[1])
        slip: FloatArray = rows[len(_SLOW_ROWS) + 6 + self._slips.index(placement)]
        return slip


def _pose(placement: str, slow: dict[str, FloatArray], gait: FloatArray) -> tuple[list[kin.Turn], FloatArray]:
    """Return the turns ``earth_from_body`` of a body part and its sensor's place about the path, earth."""
    vertical, fore_aft, lateral, flexion, lean, axial = gait
    heading = slow["heading"]
    fore_aft = fore_aft - _COUNTER_LEVER_M * flexion
    lateral = lateral + _COUNTER_LEVER_M * lean
    hip = kin.turn_vector(2, heading, np.stack([fore_aft, lateral, vertical]))
    trunk = [(2, heading), (1, slow["flexion"] + flexion), (0, slow["list"] + lean), (2, axial)]
    if placement in ("sternum", "upper-back"):
        return trunk, hip + kin.to_earth(trunk, _column(LEVERS_M[placement]))
    if placement == "head":
        # The head keeps looking where the runner goes, and nods half as much as the trunk.
        head = [(2, heading + 0.1 * axial), (1, slow["head"] + 0.5 * flexion), (0, 0.3 * lean)]
        neck = kin.to_earth(trunk, _column(_NECK_BASE_M))
        return head, hip + neck + kin.to_earth(head, _column(LEVERS_M["head"]))
    # The pelvis turns against the shoulders.
    pelvis = [(2, heading), (1, slow["sacrum"] + 0.6 * flexion), (0, -0.5 * lean), (2, -0.4 * axial)]
    return pelvis, hip + kin.to_earth(pelvis, _column(LEVERS_M[placement]))


def _path_velocity(slow: dict[str, FloatArray]) -> FloatArray:
    slope = np.arctan(slow["grade"])
    level = slow["speed"] * np.cos(slope)
    heading = slow["heading"]
    return np.stack([level * np.cos(heading), level * np.sin(heading), slow["speed"] * np.sin(slope)])


def _column(vector: tuple[float, float, float]) -> FloatArray:
    return np.array(vector)[:, None]
