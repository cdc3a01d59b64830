"""Somebody at a desk: sits tall, leans forward once, then sinks until the next break, again and again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sensor.samples import FloatArray, ImuSignal
from sensor.units import STANDARD_GRAVITY_MPS2
from sensor.virtual.runner.kinematics import matrix

_TRUNK_FROM_SENSOR_WXYZ = (1.0, 0.03, 0.05, -0.02)
"""The sensor sits on its strap a few degrees crooked."""

_LEAN_DEG = 40.0
_SWAY_DEG, _SWAY_HZ = 0.5, 0.05
"""Breath and small shifts."""

_WALK_MPS2, _WALK_HZ = 3.0, 1.9
"""Vertical acceleration of a trunk in walking."""


@dataclass(frozen=True, slots=True)
class DeskPlan:
    """What somebody does at a desk.

    Parameters
    ----------
    tall_s, lean_s
        How long they sit tall at the start, and how long the lean forward takes then.
    slouch_deg
        Flexion after getting down to work, and just before the next break: it grows in a line.
    sit_s, break_s
        Length of a stretch of sitting, and of walking about after it.
    stretches
        How many.
    """

    tall_s: float = 14.0
    lean_s: float = 5.0
    slouch_deg: tuple[float, float] = (6.0, 18.0)
    sit_s: float = 1500.0
    break_s: float = 90.0
    stretches: int = 4


def at_desk(plan: DeskPlan, rate_hz: float) -> ImuSignal:
    """Return what an ideal sensor at the sternum reads of a stay at a desk.

    Parameters
    ----------
    plan
        What is done.
    rate_hz
        Samples per second.
    """
    flexion_deg, walks = _course(plan, rate_hz)
    time_s = np.arange(len(flexion_deg)) / rate_hz
    flexion_rad = np.radians(flexion_deg + _SWAY_DEG * np.sin(2.0 * np.pi * _SWAY_HZ * time_s))
    size_mps2 = STANDARD_GRAVITY_MPS2 + walks * _WALK_MPS2 * np.sin(2.0 * np.pi * _WALK_HZ * time_s)
    up_trunk = np.stack((-np.sin(flexion_rad), np.zeros_like(time_s), np.cos(flexion_rad)), axis=1)
    rate_trunk = np.zeros_like(up_trunk)
    rate_trunk[:, 1] = np.gradient(flexion_rad) * rate_hz
    trunk_from_sensor = matrix(_TRUNK_FROM_SENSOR_WXYZ)
    return ImuSignal(
        rate_hz, (up_trunk * size_mps2[:, None]) @ trunk_from_sensor, rate_trunk @ trunk_from_sensor
    )


def _course(plan: DeskPlan, rate_hz: float) -> tuple[FloatArray, FloatArray]:
    """Return (n,) flexion, degrees, and (n,) 1 where somebody walks about."""

    def rows(duration_s: float) -> int:
        return round(duration_s * rate_hz)

    lean = _LEAN_DEG * (0.5 - 0.5 * np.cos(np.linspace(0.0, 2.0 * np.pi, rows(plan.lean_s))))
    start = np.concatenate((np.zeros(rows(plan.tall_s)), lean))
    work = np.linspace(*plan.slouch_deg, rows(plan.sit_s))
    stretch = np.concatenate((work, np.zeros(rows(plan.break_s))))
    walks = np.concatenate((np.zeros(len(work)), np.ones(rows(plan.break_s))))
    flexion_deg = np.concatenate((start, np.tile(stretch, plan.stretches)))
    return flexion_deg, np.concatenate((np.zeros(len(start)), np.tile(walks, plan.stretches)))
