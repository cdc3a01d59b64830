"""Clocks of two sensors as the signal stages tie them, made from what both felt."""

from __future__ import annotations

from analysis.signal.body_clock import TiedClock
from analysis.signal.gait_clock import ClockEstimate
from analysis.signal.tap_lag import SharedEvent
from sensor.samples import SensorRecording

UNSURE = ClockEstimate(
    at_s=0.0, offset_s=0.0, drift=0.0, within_s=float("nan"), steps=0, likeness=0.0, doubt="too few steps"
)
"""What too few steps tell: nothing."""


def tied(
    sensor: SensorRecording, events: tuple[SharedEvent, ...] = (), steps: ClockEstimate = UNSURE
) -> TiedClock:
    """Return the clock of a sensor as knocks and steps tell it, moved where the steps are sure."""
    return TiedClock(sensor=sensor, events=events, steps=steps, moved_by_steps=not steps.doubt, doubt="")
