"""What a session keeps of an activity: its run, by the watch's own clock from its first point on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sensor.importers.source import read_source
from sensor.importers.watch.activity import PER_POINT, WatchActivity
from sensor.importers.watch.reading import activity_in
from sensor.samples import FloatArray, Track, WatchRecord
from sensor.session.schema import WATCH_CLOCK_SOURCE
from sensor.text import printable


@dataclass(frozen=True, slots=True)
class WatchFile:
    """A file of a watch, read.

    Parameters
    ----------
    record
        What a session keeps of it.
    began_s
        What its clock told at its first point: seconds since 1970, or since it was switched on.
    distance_m
        Its whole distance; 0 where it knows none.
    moved_s
        From the first to the last moment at which the distance grew.
    notices
        What was left out or mended, in sentences that begin with the file.
    """

    record: WatchRecord
    began_s: float
    distance_m: float
    moved_s: float
    notices: tuple[str, ...]


def read_watch_file(file: Path, told_start_s: float | None = None) -> WatchFile:
    """Read the file of a watch or a phone for a session.

    Parameters
    ----------
    file
        FIT, GPX or TCX, packed or not.
    told_start_s
        When, by the session's clock, its first point was, if the runner said so.

    Raises
    ------
    ImportFileError
        For a file that cannot be read.
    """
    return watch_file_in(read_source(file), file, told_start_s=told_start_s)


def watch_file_in(content: bytes, file: Path, *, told_start_s: float | None = None) -> WatchFile:
    """Read the content of a file as `read_watch_file` does; the name is kept, and stands in messages."""
    activity = activity_in(content, file)
    known_m = activity.distance_m[np.isfinite(activity.distance_m)]
    zone = () if activity.has_date else ("its clock does not tell the date; that does not matter.",)
    return WatchFile(
        record=_record(activity, file, content=content, told_start_s=told_start_s),
        began_s=float(activity.time_s[0]),
        distance_m=float(known_m[-1] - known_m[0]) if len(known_m) else 0.0,
        moved_s=_moved_s(activity),
        notices=tuple(printable(f"{file}: {notice}") for notice in (*activity.notices, *zone)),
    )


def _record(
    activity: WatchActivity, file: Path, *, content: bytes, told_start_s: float | None
) -> WatchRecord:
    began_s = float(activity.time_s[0])
    tracks = (_track(activity, quantity, began_s) for quantity in PER_POINT)
    laps_s = np.array([lap.start_s for lap in activity.laps], dtype=np.float64) - began_s
    return WatchRecord(
        file=printable(file.name),
        device=printable(activity.device),
        sha256=hashlib.sha256(content).hexdigest(),
        began_s=began_s if activity.has_date else None,
        tracks=tuple(track for track in tracks if len(track.time_s)),
        lap_s=np.unique(laps_s),
        pauses_s=np.array(activity.pauses_s, dtype=np.float64).reshape(-1, 2) - began_s,
        told_start_s=told_start_s,
    )


def _track(activity: WatchActivity, quantity: str, began_s: float) -> Track:
    value: FloatArray = getattr(activity, quantity)
    known = np.isfinite(value)
    return Track(quantity, WATCH_CLOCK_SOURCE, activity.time_s[known] - began_s, value[known])


def _moved_s(activity: WatchActivity) -> float:
    known = np.isfinite(activity.distance_m)
    time_s, distance_m = activity.time_s[known], activity.distance_m[known]
    grew = np.flatnonzero(np.diff(distance_m) > 0)
    return float(time_s[grew[-1] + 1] - time_s[grew[0]]) if len(grew) else 0.0
