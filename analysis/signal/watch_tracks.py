"""The file of a watch on the session's time line: what later stages read as tracks of a ``watch file``."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np

from analysis.signal.records import EvenStream, Gait
from analysis.signal.sync_config import WatchClockConfig
from analysis.signal.watch_clock import WatchClock, clock_from_watch, told_clock
from analysis.signal.watch_series import running_count, told_series
from analysis.words import WatchMatch
from sensor.samples import FloatArray, Recording, Track, WatchRecord

WATCH_SOURCE = "watch file"
"""Source of a watch's tracks once they lie on the session's time line."""

DISTANCE_KEY = "watch_distance_m"
"""Context key of a watch's whole distance, which counts where its times cannot be told."""


def watch_clock_of(
    watch: WatchRecord, started_utc: str, *, stream: EvenStream, gait: Gait, config: WatchClockConfig
) -> WatchClock:
    """Find where the file of a watch lies in the session: as the runner told, else by the steps.

    Parameters
    ----------
    watch
        The file.
    started_utc
        ISO 8601 wall-clock time of second 0 of the session.
    stream, gait
        Of the trunk sensor.
    config
        How alike both must be.
    """
    if watch.told_start_s is not None:
        return told_clock(watch.told_start_s)
    return clock_from_watch(
        running_count(stream, gait, config),
        told_series(watch, config),
        expected_start_s=expected_start_s(watch, started_utc),
        config=config,
    )


def expected_start_s(watch: WatchRecord, started_utc: str) -> float | None:
    """Return the session time of a watch's first point by the time of day, None where one is unknown."""
    if watch.began_s is None:
        return None
    try:
        started = datetime.fromisoformat(started_utc)
    except ValueError:
        return None
    return None if started.tzinfo is None else watch.began_s - started.timestamp()


def on_session_clock(watch: WatchRecord, clock: WatchClock) -> tuple[Track, ...]:
    """Return the tracks of a watch in session time; none where its clock is not sure."""
    if not is_placed(clock):
        return ()
    return tuple(
        replace(track, source=WATCH_SOURCE, time_s=clock.clock.reference_s(track.time_s))
        for track in watch.tracks
    )


def lap_starts_s(watch: WatchRecord, clock: WatchClock) -> FloatArray:
    """Return (k,) session times at which the watch's laps begin; none where its clock is not sure."""
    return clock.clock.reference_s(watch.lap_s) if is_placed(clock) else np.empty(0)


def is_placed(clock: WatchClock) -> bool:
    """Tell whether the times of a watch may be used."""
    return clock.match in (WatchMatch.SURE, WatchMatch.TOLD)


def with_watch(recording: Recording, clock: WatchClock | None) -> Recording:
    """Return the recording with its watch's tracks on the session's time line.

    Of the file of another run not even the distance counts.
    """
    if recording.watch is None or clock is None:
        return recording
    if clock.match == WatchMatch.ANOTHER_RUN:
        context = {key: value for key, value in recording.context.items() if key != DISTANCE_KEY}
        notice = f"{recording.watch.file} is of another run: {clock.clock.doubt}. It is left out."
        return replace(recording, context=context, notices=(*recording.notices, notice))
    tracks = tuple(t.between(*recording.counts_s) for t in on_session_clock(recording.watch, clock))
    return replace(recording, tracks=recording.tracks + tracks)
