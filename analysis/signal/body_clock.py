"""The clock of a second sensor tied to the trunk sensor's: by knocks, by steps, or not at all.

Sensors that one program recorded share its clock up to the delays of their radios; there the steps only
check. Files that were imported may have been set by hand, or run at a rate that nobody measured: there the
steps lay one clock over the other, knocks make it finer, and where neither is sure the two stay apart.
Times as they were recorded stay in the file; only this analysis moves them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.config import AnalysisConfig
from analysis.signal.clock_alignment import Lag, on_trunk_clock, with_lags_taken_off
from analysis.signal.gait_clock import ClockEstimate, clock_from_gait
from analysis.signal.motion import Felt, gait_of
from analysis.signal.records import EvenStream, Gait
from analysis.signal.step_fingerprint import step_bouts
from analysis.signal.sync_config import GaitClockConfig
from analysis.signal.tap_lag import SharedEvent
from sensor.samples import SensorRecording


@dataclass(frozen=True, slots=True, eq=False)
class TiedClock:
    """A sensor on the trunk sensor's time line, and how it came there.

    Parameters
    ----------
    sensor
        Its samples, moved where something sure told by how much.
    events
        The knocks that both felt, believed or not.
    steps
        What the steps told, believed or not.
    moved_by_steps
        Whether that was taken off the times.
    doubt
        Why nothing may be said of the two sensors together; empty where it may.
    felt
        Its even stream and gait, where its samples were not moved; else None.
    """

    sensor: SensorRecording
    events: tuple[SharedEvent, ...]
    steps: ClockEstimate
    moved_by_steps: bool
    doubt: str
    felt: Felt | None = None


def tied_clock(
    trunk: SensorRecording,
    stepping: tuple[EvenStream, Gait],
    *,
    other: SensorRecording,
    config: AnalysisConfig,
) -> TiedClock:
    """Tie a sensor's clock to the trunk sensor's.

    Parameters
    ----------
    trunk, other
        Samples on the session's time line, each by its own clock.
    stepping
        The trunk sensor's even stream and its gait.
    config
        What a knock is, how steps are compared, and what is sure.

    Raises
    ------
    SignalError
        For a signal nothing can be drawn from.
    """
    felt = gait_of(other, config)
    stream, _, gait = felt
    steps = clock_from_gait(
        step_bouts(*stepping, config.gait_clock),
        step_bouts(stream, gait, config.gait_clock),
        config.gait_clock,
    )
    apart_s = _largest_lag_s(steps, trunk)
    if None not in (trunk.nominal_rate_hz, other.nominal_rate_hz):
        sensor, events = on_trunk_clock(trunk, other, config.knocks)
        wrong = not steps.doubt and apart_s > config.gait_clock.most_recorded_s
        return TiedClock(
            sensor=sensor,
            events=events,
            steps=steps,
            moved_by_steps=False,
            doubt=_apart(steps) if wrong else "",
            felt=felt if sensor is other else None,
        )
    if not steps.doubt and apart_s > config.gait_clock.told_apart_s:
        sensor, events = on_trunk_clock(trunk, _moved(other, steps), config.knocks)
        return TiedClock(sensor=sensor, events=events, steps=steps, moved_by_steps=True, doubt="")
    sensor, events = on_trunk_clock(trunk, other, config.knocks)
    return TiedClock(
        sensor=sensor,
        events=events,
        steps=steps,
        moved_by_steps=False,
        doubt="" if _knocked_at_both_ends(trunk, events, config.gait_clock) else steps.doubt,
        felt=felt if sensor is other else None,
    )


def _largest_lag_s(steps: ClockEstimate, trunk: SensorRecording) -> float:
    return float(np.abs(steps.lag_s(trunk.time_s[[0, -1]])).max())


def _apart(steps: ClockEstimate) -> str:
    return f"its steps come {steps.offset_s:+.2f} s after the trunk's, more than a radio explains"


def _moved(other: SensorRecording, steps: ClockEstimate) -> SensorRecording:
    """Lay a sensor's times on the reference's clock."""
    ends_s = other.time_s[[0, -1]]
    lag_s = ends_s - steps.reference_s(ends_s)
    lag = Lag(tuple(ends_s.tolist()), tuple(lag_s.tolist()))
    return with_lags_taken_off(other, [lag] * len(other.segment_start))


def _knocked_at_both_ends(
    trunk: SensorRecording, events: tuple[SharedEvent, ...], config: GaitClockConfig
) -> bool:
    """Tell whether knocks tie the clocks so far apart that no drift can hide between them."""
    at_s = [event.at_s for event in events if not event.doubt]
    recorded_s = float(trunk.time_s[-1] - trunk.time_s[0])
    return len(at_s) > 1 and max(at_s) - min(at_s) >= config.knocks_span * recorded_s
