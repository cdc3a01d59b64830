"""A runner with exactly known truth: pose first, then what worn sensors read of it.

Pure: the same plan and seed give the same run, bit for bit, and how sensors are mounted or how bad they are
never changes how the runner moves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sensor.samples import (
    PLACEMENTS,
    TRUNK_PLACEMENTS,
    BoolArray,
    FloatArray,
    ImuSignal,
    freeze_arrays,
)
from sensor.virtual.runner import kinematics as kin
from sensor.virtual.runner.body import READING_ROWS, Body
from sensor.virtual.runner.course import Course, lay_course
from sensor.virtual.runner.imu_errors import apply_errors
from sensor.virtual.runner.plan import RunPlan, Worn

GPS_NOISE_MPS = 0.12
"""Standard deviation of a watch's speed, once a second."""

_FINE_HZ = 400.0
_COARSE_HZ = 26.0
_CHUNK = 4096


@dataclass(frozen=True, slots=True, eq=False)
class WornSensor:
    """What one sensor reads, and how it sits on the body.

    Parameters
    ----------
    placement
        Where it is worn.
    clean, measured
        Ideal readings, and those of a sensor with the plan's errors; both sampled at ``VirtualRun.time_s``.
    sensor_from_trunk_wxyz
        (4,) mounting: from the axes of the body part that carries it to those of the sensor.
    pitch_deg, lateral_deg
        (n,) angles of the body part by the formulas of the definitions, from the pose alone: forward and
        right lean positive. For a trunk sensor these are trunk flexion and lateral lean.
    velocity_earth_mps
        (n, 3) of the sensor over the ground (in the room, on a treadmill); earth x along heading 0.
    earth_from_seat_wxyz
        (n, 4) orientation of the sensor's seat: the axes of the body part, turned by any slip of the strap.
    gyr_late_s
        How much later the gyroscope is sampled than the accelerometer.
    """

    placement: str
    clean: ImuSignal
    measured: ImuSignal
    sensor_from_trunk_wxyz: FloatArray
    pitch_deg: FloatArray
    lateral_deg: FloatArray
    velocity_earth_mps: FloatArray
    earth_from_seat_wxyz: FloatArray
    gyr_late_s: float

    def __post_init__(self) -> None:
        freeze_arrays(self)


@dataclass(frozen=True, slots=True, eq=False)
class VirtualRun:
    """One simulated run: sensors and truth on one time line.

    Parameters
    ----------
    rate_hz
        Samples per second of every sensor and truth array.
    sensors
        In the plan's order.
    true_flexion_deg, true_lateral_deg
        (n,) of the trunk.
    speed_mps, distance_m, heading_rad, grade_pct
        (n,) of the path (or belt); heading left positive.
    running, walking, accelerating
        (n,) masks; accelerating: corners, bursts, starts and stops.
    stride_start_s, right_contact_s
        Left and right contacts while running or walking.
    gps_time_s, gps_speed_mps
        (m,) what a watch would log once a second; empty on a treadmill.
    """

    rate_hz: float
    sensors: tuple[WornSensor, ...]
    true_flexion_deg: FloatArray
    true_lateral_deg: FloatArray
    speed_mps: FloatArray
    distance_m: FloatArray
    heading_rad: FloatArray
    grade_pct: FloatArray
    running: BoolArray
    walking: BoolArray
    accelerating: BoolArray
    stride_start_s: FloatArray
    right_contact_s: FloatArray
    gps_time_s: FloatArray
    gps_speed_mps: FloatArray

    def __post_init__(self) -> None:
        freeze_arrays(self)

    @property
    def time_s(self) -> FloatArray:
        """(n,) seconds from the start."""
        return np.arange(len(self.speed_mps)) / self.rate_hz

    def sensor(self, placement: str) -> WornSensor:
        """Return the sensor worn at ``placement``; KeyError where there is none."""
        for worn in self.sensors:
            if worn.placement == placement:
                return worn
        raise KeyError(f"no sensor at {placement}: worn are {[worn.placement for worn in self.sensors]}")


def simulate(plan: RunPlan, *, seed: int) -> VirtualRun:
    """Return the run that ``plan`` and ``seed`` decide.

    Parameters
    ----------
    plan
        Legs, posture, style, sensors and their errors.
    seed
        Every draw derives from it.
    """
    every = int(np.ceil(_FINE_HZ / plan.rate_hz))
    factor = max(1, round(every * plan.rate_hz / _COARSE_HZ))
    course = lay_course(plan, every * plan.rate_hz / factor, _generator(seed, 0))
    body = Body(plan, course, every=every, factor=factor)
    time_s = np.arange(int(plan.duration_s * plan.rate_hz)) / plan.rate_hz
    readings = {worn.placement: _all_readings(body, worn.placement, len(time_s)) for worn in plan.wear}
    trunk = next((readings[p] for p in TRUNK_PLACEMENTS if p in readings), None)
    if trunk is None:
        trunk = _all_readings(body, "sternum", len(time_s))
    flexion, lateral = _angles_deg(trunk[READING_ROWS["up"]])
    speed = _at(course, course.speed_mps, time_s)
    left, right = _contacts(course)
    gps_time, gps_speed = _gps(plan, time_s, speed_mps=speed, rng=_generator(seed, 1))
    return VirtualRun(
        rate_hz=plan.rate_hz,
        sensors=tuple(_wear(plan, worn, readings=readings[worn.placement], seed=seed) for worn in plan.wear),
        true_flexion_deg=flexion,
        true_lateral_deg=lateral,
        speed_mps=speed,
        distance_m=_at(course, course.distance_m, time_s),
        heading_rad=_at(course, course.heading_rad, time_s),
        grade_pct=100.0 * _at(course, course.grade, time_s),
        running=_at(course, course.running, time_s) > 0.5,
        walking=_at(course, course.walking, time_s) > 0.5,
        accelerating=_at(course, course.accelerating.astype(np.float64), time_s) > 0.5,
        stride_start_s=left,
        right_contact_s=right,
        gps_time_s=gps_time,
        gps_speed_mps=gps_speed,
    )


def _all_readings(body: Body, placement: str, n: int) -> FloatArray:
    chunks = [body.readings(placement, first, min(first + _CHUNK, n)) for first in range(0, n, _CHUNK)]
    return np.concatenate(chunks, axis=1)


def _wear(plan: RunPlan, worn: Worn, *, readings: FloatArray, seed: int) -> WornSensor:
    """Return the sensor's readings in its own axes, ideal and with errors of its own draw."""
    sensor_from_seat = kin.matrix(worn.sensor_from_trunk_wxyz)
    clean = ImuSignal(
        plan.rate_hz,
        (sensor_from_seat @ readings[READING_ROWS["acc"]]).T,
        (sensor_from_seat @ readings[READING_ROWS["gyr"]]).T,
    )
    rng = sensor_chance(worn.placement, seed=seed)
    pitch, lateral = _angles_deg(readings[READING_ROWS["up"]])
    return WornSensor(
        placement=worn.placement,
        clean=clean,
        measured=apply_errors(clean, plan.errors, rng),
        sensor_from_trunk_wxyz=np.array(worn.sensor_from_trunk_wxyz),
        pitch_deg=pitch,
        lateral_deg=lateral,
        velocity_earth_mps=readings[READING_ROWS["velocity"]].T,
        earth_from_seat_wxyz=readings[READING_ROWS["q"]].T,
        gyr_late_s=plan.errors.gyr_late_s,
    )


def sensor_chance(placement: str, *, seed: int) -> np.random.Generator:
    """Return what draws the errors of the sensor at a placement: the same in whatever it is moved."""
    return _generator(seed, 2, PLACEMENTS.index(placement))


def _angles_deg(up: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return forward and right lean, degrees, from the (3, n) upward vertical in body axes."""
    return np.degrees(np.arctan2(-up[0], up[2])), np.degrees(np.arctan2(up[1], up[2]))


def _at(course: Course, values: FloatArray, time_s: FloatArray) -> FloatArray:
    return np.interp(time_s, np.arange(len(values)) / course.rate_hz, values)


def _contacts(course: Course) -> tuple[FloatArray, FloatArray]:
    """Return the times of left and right contacts while running or walking."""
    time_s = np.arange(len(course.phase_rad)) / course.rate_hz
    contact_rad = np.pi * np.arange(1, int(course.phase_rad[-1] / np.pi) + 1)
    contact_s = np.interp(contact_rad, course.phase_rad, time_s)
    moving = np.interp(contact_s, time_s, course.running + course.walking) > 0.5
    left = np.arange(1, len(contact_s) + 1) % 2 == 0
    return contact_s[left & moving], contact_s[~left & moving]


def _gps(
    plan: RunPlan, time_s: FloatArray, *, speed_mps: FloatArray, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Return what a watch logs once a second; nothing where the runner stays in the room."""
    if plan.treadmill:
        return np.empty(0), np.empty(0)
    gps_time = np.arange(0.0, time_s[-1], 1.0)
    speed = np.interp(gps_time, time_s, speed_mps) + GPS_NOISE_MPS * rng.standard_normal(len(gps_time))
    return gps_time, np.maximum(speed, 0.0)


def _generator(seed: int, *purpose: int) -> np.random.Generator:
    """Return a stream of its own for each purpose, so that adding a sensor changes no other draw."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=purpose))
