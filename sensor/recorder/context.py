"""What every part that deals with one sensor shares for the whole session, however often it connects."""

from __future__ import annotations

from dataclasses import dataclass

from sensor.recorder.clock import SessionClock
from sensor.recorder.limits import SensorLimits
from sensor.recorder.policy import RecorderPolicy
from sensor.recorder.sensor_log import SensorLog


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorContext:
    """One sensor's share of a session.

    Parameters
    ----------
    log
        Where everything goes.
    clock
        The session's time line.
    policy
        Intervals and deadlines.
    limits
        What the sensor may send and cause.
    """

    log: SensorLog
    clock: SessionClock
    policy: RecorderPolicy
    limits: SensorLimits
