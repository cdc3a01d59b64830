"""A second sensor's time line laid on the trunk sensor's, by the knocks that both felt.

Each connection has a radio delay of its own that only ever adds, so two fitted clocks differ by up to a
connection interval. A shared knock measures the difference for the connections it was felt in, two of them
in the same pair of connections that of the rates as well. Of a connection without a knock only the lasting
part of the difference is known (filters, what a sensor needs to send): the mean of all that was measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from analysis.signal.sync_config import SyncTapConfig
from analysis.signal.sync_taps import find_sync_taps
from analysis.signal.tap_lag import SharedEvent, shared_events
from sensor.samples import FloatArray, Gap, SensorRecording


def on_trunk_clock(
    trunk: SensorRecording, other: SensorRecording, config: SyncTapConfig
) -> tuple[SensorRecording, tuple[SharedEvent, ...]]:
    """Move a sensor's samples to the trunk sensor's time line, as far as shared knocks tell.

    Parameters
    ----------
    trunk, other
        Samples on the session's time line, each by its own fitted clock.
    config
        What a knock is, and how well it tells.

    Returns
    -------
    SensorRecording
        The other sensor; the very same one where no shared knock can be believed.
    tuple of SharedEvent
        What both felt, believed or not.
    """
    events = shared_events(
        trunk, other, found=(find_sync_taps(trunk, config), find_sync_taps(other, config)), config=config
    )
    believed = [event for event in events if not event.doubt]
    return (with_lags_taken_off(other, _lags(trunk, other, believed)) if believed else other), events


@dataclass(frozen=True, slots=True)
class Lag:
    """The lag of one connection: known at some moments, linear between them, constant beyond."""

    at_s: tuple[float, ...]
    lag_s: tuple[float, ...]

    def taken_off(self, time_s: FloatArray) -> FloatArray:
        """Return (n,) times without the lag."""
        # ``at_s`` is told by the trunk's clock and ``time_s`` by the other one. With lags below 50 ms that
        # change by parts per million, this shifts the result by microseconds at most.
        return time_s - np.interp(time_s, self.at_s, self.lag_s)


def _lags(trunk: SensorRecording, other: SensorRecording, events: Sequence[SharedEvent]) -> list[Lag]:
    """Return the lag of each of the other sensor's connections."""
    felt_in = [_connection(other, event.at_s) for event in events]
    lags = []
    for number in range(len(other.segment_start)):
        felt = [event for event, connection in zip(events, felt_in, strict=True) if connection == number]
        lags.append(_between(trunk, felt) if felt else _mean(events))
    return lags


def _between(trunk: SensorRecording, events: Sequence[SharedEvent]) -> Lag:
    """Return the lag of one connection through all of its events.

    Where the trunk sensor's link broke in between, its delay changed too, and the difference is no rate.
    """
    if _connection(trunk, events[0].at_s) != _connection(trunk, events[-1].at_s):
        return _mean(events)
    return Lag(tuple(event.at_s for event in events), tuple(event.lag_s for event in events))


def _mean(events: Sequence[SharedEvent]) -> Lag:
    return Lag((events[0].at_s,), (float(np.mean([event.lag_s for event in events])),))


def _connection(sensor: SensorRecording, at_s: float) -> int:
    """Return the number of the connection in which a moment lies."""
    starts_s = sensor.time_s[sensor.segment_start]
    return max(int(np.searchsorted(starts_s, at_s, side="right")) - 1, 0)


def with_lags_taken_off(sensor: SensorRecording, lags: Sequence[Lag]) -> SensorRecording:
    """Take each connection's lag off its times; where two then overlap, the later one gives way."""
    edges = [*sensor.segment_start.tolist(), len(sensor.time_s)]
    parts = [lag.taken_off(sensor.time_s[a:b]) for (a, b), lag in zip(pairwise(edges), lags, strict=True)]
    time_s = np.concatenate(parts)
    # Within a connection time keeps rising, for its lag changes by parts per million; but the lag of the next
    # one can be larger, and its first samples then fall before the last of this one.
    latest_s = np.maximum.accumulate(time_s)
    kept = np.concatenate(([True], time_s[1:] > latest_s[:-1]))
    starts = np.unique(np.concatenate(([0], np.cumsum(kept)))[sensor.segment_start])
    gyr = sensor.gyr_sensor_radps
    return replace(
        sensor,
        time_s=time_s[kept],
        acc_sensor_mps2=sensor.acc_sensor_mps2[kept],
        gyr_sensor_radps=None if gyr is None else gyr[kept],
        clipped=sensor.clipped[kept],
        gaps=_moved_gaps(sensor.gaps, sensor.time_s, time_s),
        segment_start=starts[starts < kept.sum()],
    )


def _moved_gaps(gaps: Sequence[Gap], from_s: FloatArray, to_s: FloatArray) -> tuple[Gap, ...]:
    """Move the edges of gaps as the samples at them; one that closes is none."""
    edges_s = np.interp([(gap.start_s, gap.end_s) for gap in gaps], from_s, to_s).tolist()
    moved = (Gap(start_s, end_s, gap.reason) for (start_s, end_s), gap in zip(edges_s, gaps, strict=True))
    return tuple(gap for gap in moved if gap.end_s > gap.start_s)
