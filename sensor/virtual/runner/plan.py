"""What a virtual runner is asked to do: legs of a run, posture over distance, sensors worn.

Everything here is a plain frozen value, so that a plan can be compared, stored and varied with
`dataclasses.replace`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from sensor.errors import PlanError
from sensor.samples import PLACEMENTS
from sensor.virtual.runner.gait import SEVERE, GaitStyle
from sensor.virtual.runner.imu_errors import CONSUMER, ImuErrors

Activity = Literal["stand", "run", "walk"]


@dataclass(frozen=True, slots=True)
class Leg:
    """A stretch of the run with one intention.

    Parameters
    ----------
    activity
        ``stand``, ``run`` or ``walk``.
    duration_s
        Seconds.
    speed_mps
        Intended speed over ground (or over the belt); 0 while standing.
    turn_deg
        Change of heading over the leg, left positive, at an even rate.
    grade_pct
        Rise over run, uphill positive.
    bow_deg
        Forward bow held through the middle half of a standing leg.
    """

    activity: Activity
    duration_s: float
    speed_mps: float = 0.0
    turn_deg: float = 0.0
    grade_pct: float = 0.0
    bow_deg: float = 0.0


@dataclass(frozen=True, slots=True)
class PosturePoint:
    """Intended mean posture at a distance; between points it changes linearly.

    Parameters
    ----------
    km
        Distance from the start.
    trunk_flexion_deg
        Stride-mean trunk flexion while running.
    head_pitch_deg
        Stride-mean head pitch, face-down positive.
    sacrum_pitch_deg
        Stride-mean pitch of the sacrum, anterior positive.
    """

    km: float
    trunk_flexion_deg: float
    head_pitch_deg: float = 8.0
    sacrum_pitch_deg: float = 4.0


@dataclass(frozen=True, slots=True)
class StrapSlip:
    """The sensor tips forward on the body by ``angle_deg`` about the sideways axis at ``km``."""

    km: float
    angle_deg: float
    placement: str = "sternum"


@dataclass(frozen=True, slots=True)
class Worn:
    """A sensor on the body.

    Parameters
    ----------
    placement
        One of `sensor.samples.PLACEMENTS`.
    sensor_from_trunk_wxyz
        Unit quaternion that takes a vector from the axes of the body part to those of the sensor.
    """

    placement: str
    sensor_from_trunk_wxyz: tuple[float, float, float, float] = (1.0, 0.0, 0.0, 0.0)


UPRIGHT_STERNUM = Worn("sternum", (0.5, -0.5, -0.5, -0.5))
"""A chest sensor with its z axis out of the chest and its x axis towards the runner's left."""


@dataclass(frozen=True, slots=True)
class RunPlan:
    """Everything that decides a virtual run, except chance.

    Parameters
    ----------
    legs
        In order; the run should begin and end with standing.
    posture
        Points of increasing distance; before the first and after the last the posture stays.
    style
        How the runner moves.
    wear
        The sensors worn, one per placement.
    errors
        How far the sensors are from ideal.
    rate_hz
        Output rate of every sensor, 20 to 1000 Hz.
    treadmill
        The runner stays in place in the room; speed and distance are those of the belt.
    slips
        Steps of the strap.
    speed_variation
        Relative standard deviation of the slow wander of speed.
    winding_degps
        Standard deviation of the slow wander of heading.
    posture_wander_deg
        Standard deviation of the slow wander of trunk flexion around the intended posture.
    lean_share
        How much of the turn and of the speeding-up the runner answers by leaning: 0 none, 1 all.
    lean_deg_per_pct, lean_deg_per_mps
        How much further forward the runner leans for each per cent uphill, and for each m/s above 3 m/s.
    """

    legs: tuple[Leg, ...]
    posture: tuple[PosturePoint, ...] = (PosturePoint(0.0, 8.0),)
    style: GaitStyle = SEVERE
    wear: tuple[Worn, ...] = (UPRIGHT_STERNUM,)
    errors: ImuErrors = CONSUMER
    rate_hz: float = 104.0
    treadmill: bool = False
    slips: tuple[StrapSlip, ...] = ()
    speed_variation: float = 0.02
    winding_degps: float = 1.5
    posture_wander_deg: float = 0.4
    lean_share: float = 0.4
    lean_deg_per_pct: float = 0.0
    lean_deg_per_mps: float = 0.0

    def __post_init__(self) -> None:
        if not 20.0 <= self.rate_hz <= 1000.0:
            raise PlanError(f"rate_hz = {self.rate_hz}: give a rate between 20 and 1000 Hz")
        if not self.legs:
            raise PlanError("a plan without legs: give at least one leg")
        for index, leg in enumerate(self.legs):
            if not (math.isfinite(leg.duration_s) and leg.duration_s > 0.0):
                raise PlanError(f"leg {index}: duration_s = {leg.duration_s}: give seconds above 0")
            if not 0.0 <= leg.speed_mps <= 12.0:
                raise PlanError(f"leg {index}: speed_mps = {leg.speed_mps}: give 0 to 12 m/s")
        placements = [worn.placement for worn in self.wear]
        if len(set(placements)) != len(placements) or not set(placements) <= set(PLACEMENTS):
            raise PlanError(f"wear = {placements}: give each of {', '.join(PLACEMENTS)} at most once")
        kms = [point.km for point in self.posture]
        if not kms or kms != sorted(kms):
            raise PlanError(f"posture at km {kms}: give at least one point, in order of distance")

    @property
    def duration_s(self) -> float:
        """Seconds from the start of the first leg to the end of the last."""
        return sum(leg.duration_s for leg in self.legs)


def stand(duration_s: float) -> Leg:
    """Stand tall."""
    return Leg("stand", duration_s)


def bow(bow_deg: float, duration_s: float = 6.0) -> Leg:
    """Bow forward from standing and come up again."""
    return Leg("stand", duration_s, bow_deg=bow_deg)


def run(duration_s: float, speed_mps: float, grade_pct: float = 0.0) -> Leg:
    """Run along a road."""
    return Leg("run", duration_s, speed_mps, grade_pct=grade_pct)


def walk(duration_s: float, speed_mps: float = 1.5) -> Leg:
    """Walk along a road."""
    return Leg("walk", duration_s, speed_mps)


def corner(turn_deg: float, duration_s: float, speed_mps: float) -> Leg:
    """Run round a street corner, left positive."""
    return Leg("run", duration_s, speed_mps, turn_deg=turn_deg)


def laps(count: int, speed_mps: float, lap_m: float = 400.0) -> tuple[Leg, ...]:
    """Run laps of a track: two straights and two left bends, each a quarter of the lap."""
    quarter_s = lap_m / 4.0 / speed_mps
    half = (Leg("run", quarter_s, speed_mps), Leg("run", quarter_s, speed_mps, turn_deg=180.0))
    return half * (2 * count)
