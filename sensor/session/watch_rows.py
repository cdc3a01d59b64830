"""The file of a watch as rows of a session: tracks by a clock of their own, and what is known of the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sensor.samples import FloatArray, Track, WatchRecord
from sensor.session.rows import SessionRows
from sensor.session.schema import WATCH_CLOCK_SOURCE
from sensor.units import NS_PER_S

FILE_KEY, DEVICE_KEY, SHA256_KEY = "watch_file", "watch_device", "watch_sha256"
DISTANCE_KEY, BEGAN_KEY, START_KEY = "watch_distance_m", "watch_began_s", "watch_start_s"
WATCH_KEYS = (FILE_KEY, DEVICE_KEY, SHA256_KEY, DISTANCE_KEY, BEGAN_KEY, START_KEY)
"""What a session keeps of a watch's file beside its tracks, `data/FORMAT.md`."""

_LAP, _RUNS = "lap", "timer"
"""Tracks that are no measured quantity: the number of a lap where it begins; 0 where the watch stops, 1 where
it starts again."""

LONGEST_WATCH_S = 14 * 86_400.0
"""An activity that lasts longer has a damaged time in it."""


def put_watch(rows: SessionRows, record: WatchRecord, distance_m: float) -> None:
    """Write the file of a watch into a session; one that was there has to be forgotten first.

    Parameters
    ----------
    rows
        Of the session.
    record
        What the file holds.
    distance_m
        Its whole distance.
    """
    known = {
        FILE_KEY: record.file,
        DEVICE_KEY: record.device,
        SHA256_KEY: record.sha256,
        DISTANCE_KEY: round(distance_m, 2),
        BEGAN_KEY: record.began_s,
        START_KEY: record.told_start_s,
    }
    for key, value in known.items():
        if value is not None:
            rows.set_context(key, value)
    laps = Track(_LAP, WATCH_CLOCK_SOURCE, record.lap_s, np.arange(1.0, len(record.lap_s) + 1.0))
    stops = Track(
        _RUNS, WATCH_CLOCK_SOURCE, record.pauses_s.ravel(), np.tile([0.0, 1.0], len(record.pauses_s))
    )
    for track in (*record.tracks, laps, stops):
        if len(track.time_s):
            time_ns = np.rint(track.time_s * NS_PER_S).astype(np.int64).tolist()
            rows.track_points(
                rows.add_track(track.quantity, WATCH_CLOCK_SOURCE),
                zip(time_ns, track.value.tolist(), strict=True),
            )


def forget_watch(rows: SessionRows) -> None:
    """Take the file of a watch out of a session."""
    rows.remove_tracks(WATCH_CLOCK_SOURCE)
    for key in WATCH_KEYS:
        rows.forget_context(key)


def watch_of(tracks: Sequence[Track], context: Mapping[str, Any]) -> WatchRecord | None:
    """Return the file of a watch that a session was given, None without one.

    Parameters
    ----------
    tracks
        Of any source.
    context
        What was told about the session.
    """
    own = [_sound(track) for track in tracks if track.source == WATCH_CLOCK_SOURCE]
    if not own:
        return None
    laps, stops = (next((t for t in own if t.quantity == name), None) for name in (_LAP, _RUNS))
    return WatchRecord(
        file=str(context.get(FILE_KEY, "")),
        device=str(context.get(DEVICE_KEY, "")),
        sha256=str(context.get(SHA256_KEY, "")),
        began_s=_number(context.get(BEGAN_KEY)),
        tracks=tuple(track for track in own if track.quantity not in (_LAP, _RUNS)),
        lap_s=np.empty(0) if laps is None else laps.time_s,
        pauses_s=np.empty((0, 2)) if stops is None else _pauses(stops),
        told_start_s=_number(context.get(START_KEY)),
    )


def _sound(track: Track) -> Track:
    """Return a track whose times rise and lie within what a watch records; the file may be a stranger's."""
    possible = (track.time_s >= 0.0) & (track.time_s <= LONGEST_WATCH_S)
    time_s, first = np.unique(track.time_s[possible], return_index=True)
    return Track(track.quantity, track.source, time_s, track.value[possible][first])


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _pauses(stops: Track) -> FloatArray:
    """Return (p, 2) each stop with the start that follows it."""
    stopped = stops.value < 0.5
    ends = np.flatnonzero(stopped[:-1] & ~stopped[1:])
    return np.column_stack([stops.time_s[ends], stops.time_s[ends + 1]])
