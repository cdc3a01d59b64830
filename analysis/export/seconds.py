"""The run second by second, as watches and their programs keep it; in lost stretches nothing is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from analysis.errors import ExportError
from analysis.export.at_times import at_each, means_at
from analysis.export.posture import posture_at
from analysis.run_report import RunReport
from analysis.signal.speed import best_track
from sensor.fit.developer import Quantity
from sensor.samples import BoolArray, FloatArray, Track, freeze_arrays

STEPS_PER_STRIDE = 2.0
"""Other programs count the strides of one leg."""

_LONGEST_SILENCE_S = 2.0
"""So long after a stride without another one the runner stands: no speed, no cadence."""


@dataclass(frozen=True, slots=True, eq=False)
class Seconds:
    """What was known at each moment; NaN where nothing.

    Parameters
    ----------
    time_s
        (n,) seconds from the start of the session.
    distance_m, speed_mps, strides_per_min, heart_rate_bpm, altitude_m
        (n,) each.
    posture
        The angles with a zero, (n,) each.
    """

    time_s: FloatArray
    distance_m: FloatArray
    speed_mps: FloatArray
    strides_per_min: FloatArray
    heart_rate_bpm: FloatArray
    altitude_m: FloatArray
    posture: tuple[Quantity, ...]

    def __post_init__(self) -> None:
        freeze_arrays(self)


def started_s(report: RunReport) -> float:
    """Return when second 0 of the session was, seconds since 1970.

    Raises
    ------
    ExportError
        Where the session does not tell.
    """
    if not report.session.started_utc:
        raise ExportError(
            f"{report.session.name}: does not tell when it began; import its files again, with --started"
        )
    return datetime.fromisoformat(report.session.started_utc).timestamp()


def seconds_of(report: RunReport, *, tracks: Sequence[Track] = (), first_s: float = 0.0) -> Seconds:
    """Return a run second by second, from the start of the session to its last stride.

    Parameters
    ----------
    report
        Of the run.
    tracks
        Of the session: the height is taken from there.
    first_s
        The first moment, below 1 s: later than 0 where the seconds of a clock are wanted.

    Raises
    ------
    ExportError
        Where the report has no angle that means anything, or no strides.
    """
    strides = report.strides
    if not len(strides):
        raise ExportError(f"{report.session.name}: no strides in it; there is nothing to write")
    time_s = np.arange(first_s, strides["end_s"][-1] + 1.0)
    every = np.ones(len(strides), dtype=bool)
    lost = _lost(report, time_s)
    moving = _moving(strides["start_s"], strides["end_s"], time_s)

    def of_strides(column: str) -> FloatArray:
        value = means_at(strides, column, time_s, counted=every)
        return np.where(lost, np.nan, value)

    def of_steps(column: str) -> FloatArray:
        return np.where(moving | lost, of_strides(column), 0.0)

    return Seconds(
        time_s=time_s,
        distance_m=np.where(lost, np.nan, _distance(report, time_s)),
        speed_mps=of_steps("speed_mps"),
        strides_per_min=of_steps("cadence_spm") / STEPS_PER_STRIDE,
        heart_rate_bpm=of_strides("heart_rate_bpm"),
        altitude_m=_altitude(tracks, time_s),
        posture=tuple(posture_at(report, time_s)),
    )


def _distance(report: RunReport, time_s: FloatArray) -> FloatArray:
    """Return the distance so far: nought before the first stride, and never falling."""
    strides = report.strides
    along = at_each(strides["start_s"], strides["distance_m"], time_s)
    before, after = time_s < strides["start_s"][0], time_s > strides["start_s"][-1]
    if not np.isfinite(along).any():
        return along
    total_m = report.totals.distance_m
    return np.where(before, 0.0, np.where(after, total_m if np.isfinite(total_m) else np.nan, along))


def _moving(start_s: FloatArray, end_s: FloatArray, time_s: FloatArray) -> BoolArray:
    """Return true where a stride is under way or has just ended."""
    last = np.searchsorted(start_s, time_s, side="right") - 1
    return np.asarray((last >= 0) & (time_s - end_s[last] < _LONGEST_SILENCE_S))


def _lost(report: RunReport, time_s: FloatArray) -> BoolArray:
    """Return true where samples are missing."""
    gaps = report.evidence.gaps
    if not gaps:
        return np.zeros(len(time_s), dtype=bool)
    from_s, to_s = np.array([[gap.from_s, gap.to_s] for gap in gaps]).T
    last = np.searchsorted(from_s, time_s, side="right") - 1
    return np.asarray((last >= 0) & (time_s < to_s[last]))


def _altitude(tracks: Sequence[Track], time_s: FloatArray) -> FloatArray:
    track = best_track(tracks, "altitude_m")
    return np.full(len(time_s), np.nan) if track is None else at_each(track.time_s, track.value, time_s)
