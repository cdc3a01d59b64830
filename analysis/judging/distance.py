"""Distance, speed and grade of every stride, from the best source there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.judging.config import DistanceConfig
from analysis.records import StrideTable
from analysis.signal.speed import best_track, smoothed_speed, track_speed, typed_value
from analysis.words import Activity
from sensor.samples import FloatArray, Gap, Track, freeze_arrays
from sensor.units import KMH_PER_MPS

CADENCE_MODEL = "cadence model"
TYPED, SHARED_OUT = "typed", "typed distance, shared out by cadence"
WATCH_TOTAL, WATCH_SHARED_OUT = (
    "total of the watch's file",
    "total of the watch's file, shared out by cadence",
)
"""Sources that measured no speed; a watch's total is measured, how it was run is not."""


@dataclass(frozen=True, slots=True, eq=False)
class DistanceResult:
    """Where and how fast each stride was run, and how that is known.

    Parameters
    ----------
    distance_m, speed_mps, grade_pct
        (strides,) at the stride's start; NaN where unknown.
    total_m
        Distance at the end of the last stride; NaN where unknown.
    distance_source, speed_source
        ``watch file``, ``foot pod`` … (the source of the track), ``typed``, or ``cadence model``.
    grade_known
        Whether the grade of any stride is known.
    knot_time_s, knot_distance_m
        (k,) the course of the distance, for anything between strides.
    edge_s
        How far beyond the knots the distance still holds.
    """

    distance_m: FloatArray
    speed_mps: FloatArray
    grade_pct: FloatArray
    total_m: float
    distance_source: str
    speed_source: str
    grade_known: bool
    knot_time_s: FloatArray
    knot_distance_m: FloatArray
    edge_s: float

    def __post_init__(self) -> None:
        freeze_arrays(self)

    @property
    def speed_is_measured(self) -> bool:
        """Whether something outside told the speed: only then may it keep a stride from being judged."""
        return self.speed_source not in (TYPED, SHARED_OUT, WATCH_SHARED_OUT, CADENCE_MODEL)

    def distance_at(self, time_s: npt.ArrayLike) -> FloatArray:
        """Return the distance (m) at any times (s from the start of the session), in the shape given."""
        return _held(time_s, (self.knot_time_s, self.knot_distance_m), edge_s=self.edge_s)


def distance_of(
    table: StrideTable,
    tracks: Sequence[Track],
    *,
    context: Mapping[str, Any],
    config: DistanceConfig,
    gaps: Sequence[Gap] = (),
) -> DistanceResult:
    """Give every stride its distance, speed and grade.

    An outside track wins over a watch's total, that over a typed distance, that over a typed speed, and all
    over the cadence model. Time without strides counts as moving, at the mean speed of its neighbours, where
    samples are missing in it or where it is too short for a stop.

    Parameters
    ----------
    table
        ``start_s``, ``end_s`` and ``activity`` filled.
    tracks
        ``distance_m``, ``speed_mps``, ``altitude_m`` and ``grade_pct`` are read.
    context
        ``watch_distance_m``, ``typed_distance_m``, ``typed_speed_mps`` and ``stature_m`` are read.
    config
        Step-length model and tolerances.
    gaps
        Stretches without samples.
    """
    outside = _from_tracks(table, tracks, config)
    if outside is None:
        knots, speed_mps, source, speed_source = _from_strides(table, context, config=config, gaps=gaps)
        edge_s = np.inf
    else:
        knots, speed_mps, source = outside
        speed_source, edge_s = source, config.track_edge_s
    distance_m = _held(table["start_s"], knots, edge_s=edge_s)
    grade_pct = _grade(table["start_s"], distance_m, tracks=tracks, knots=knots, config=config)
    return DistanceResult(
        distance_m=distance_m,
        speed_mps=speed_mps,
        grade_pct=grade_pct,
        total_m=float(_held(table["end_s"][-1], knots, edge_s=edge_s)) if len(table) else float("nan"),
        distance_source=source,
        speed_source=speed_source,
        grade_known=bool(np.isfinite(grade_pct).any()),
        knot_time_s=knots[0],
        knot_distance_m=knots[1],
        edge_s=edge_s,
    )


def model_speed(table: StrideTable, config: DistanceConfig, stature_m: float | None = None) -> FloatArray:
    """Return the speed (strides,) in m/s that cadence and stature alone suggest.

    Step length is linear in cadence, one line for running and one for walking (`DistanceConfig`), and
    proportional to stature.
    """
    cadence_spm = 120.0 / (table["end_s"] - table["start_s"])
    run_m = config.run_step_m + config.run_slope_m_per_spm * (cadence_spm - config.run_cadence_spm)
    walk_m = config.walk_step_m + config.walk_slope_m_per_spm * (cadence_spm - config.walk_cadence_spm)
    step_m = np.where(table["activity"] == Activity.RUN, run_m, walk_m)
    scale = (stature_m or config.model_stature_m) / config.model_stature_m
    speed_mps: FloatArray = cadence_spm / 60.0 * np.maximum(step_m, 0.0) * scale
    return speed_mps


def typed_doubts(table: StrideTable, context: Mapping[str, Any], config: DistanceConfig) -> tuple[str, ...]:
    """Say where what the runner typed contradicts the cadence by more than people differ.

    Parameters
    ----------
    table
        ``start_s``, ``end_s`` and ``activity`` filled.
    context
        ``typed_distance_m``, ``typed_speed_mps`` and ``stature_m`` are read.
    config
        Step-length model, and the disagreement that is let pass.
    """
    running = table["activity"] == Activity.RUN
    model_mps = model_speed(table, config, typed_value(context, "stature_m"))
    watch_m, typed_m = _given_m(context)
    typed_mps = typed_value(context, "typed_speed_mps")
    doubts = []
    if watch_m is not None and typed_m is not None and _apart(watch_m, typed_m) > config.sources_apart:
        doubts.append(
            f"The watch's file says {watch_m / 1000:.2f} km, you typed {typed_m / 1000:.2f} km; "
            "the watch's counts."
        )
    if typed_mps is not None and running.any():
        likely_mps = float(np.median(model_mps[running]))
        if _disagree(typed_mps, likely_mps, config):
            doubts.append(
                f"The typed speed of {KMH_PER_MPS * typed_mps:.1f} km/h does not fit your steps, "
                f"which suggest about {KMH_PER_MPS * likely_mps:.0f} km/h."
            )
    given_m, what = (typed_m, "typed distance") if watch_m is None else (watch_m, "watch's distance")
    if given_m is not None and len(table):
        likely_m = float(((table["end_s"] - table["start_s"]) * model_mps).sum())
        if _disagree(given_m, likely_m, config):
            doubts.append(
                f"The {what} of {given_m / 1000:.1f} km does not fit your steps, "
                f"which suggest about {likely_m / 1000:.1f} km."
            )
    return tuple(doubts)


def _apart(one: float, other: float) -> float:
    """Return by what share of the smaller one two distances differ."""
    return abs(one - other) / min(one, other)


def _disagree(typed: float, likely: float, config: DistanceConfig) -> bool:
    most = 1.0 + config.typed_disagreement
    return typed > most * likely or likely > most * typed


def _held(time_s: npt.ArrayLike, knots: tuple[FloatArray, FloatArray], *, edge_s: float) -> FloatArray:
    """Interpolate between knots (times, values), hold the ends for ``edge_s``, and know nothing beyond."""
    at_s = np.asarray(time_s, dtype=float)
    knot_s, value = knots
    if not len(knot_s):
        return np.full(at_s.shape, np.nan)
    known = (at_s >= knot_s[0] - edge_s) & (at_s <= knot_s[-1] + edge_s)
    return np.asarray(np.where(known, np.interp(at_s, knot_s, value), np.nan))


def _from_tracks(
    table: StrideTable, tracks: Sequence[Track], config: DistanceConfig
) -> tuple[tuple[FloatArray, FloatArray], FloatArray, str] | None:
    speed = track_speed(tracks, config)
    if speed is None:
        return None
    smooth = smoothed_speed(speed, config)
    speed_mps = _held(table["start_s"], (smooth.time_s, smooth.value), edge_s=config.track_edge_s)
    distance = best_track(tracks, "distance_m")
    if distance is not None:
        way_m = np.maximum.accumulate(distance.value) - distance.value[0]
        return (distance.time_s, way_m), speed_mps, distance.source
    steps_m = np.diff(speed.time_s) * (speed.value[1:] + speed.value[:-1]) / 2
    return (speed.time_s, np.concatenate([[0.0], np.cumsum(steps_m)])), speed_mps, speed.source


def _from_strides(
    table: StrideTable, context: Mapping[str, Any], *, config: DistanceConfig, gaps: Sequence[Gap]
) -> tuple[tuple[FloatArray, FloatArray], FloatArray, str, str]:
    speed_mps = model_speed(table, config, typed_value(context, "stature_m"))
    watch_m, typed_m = _given_m(context)
    typed_mps = typed_value(context, "typed_speed_mps")
    given_m = typed_m if watch_m is None else watch_m
    if given_m is None and typed_mps is not None:
        speed_mps = np.where(table["activity"] == Activity.RUN, typed_mps, np.minimum(speed_mps, typed_mps))
        return _travel(table, speed_mps, gaps=gaps, config=config), speed_mps, TYPED, TYPED
    time_s, way_m = _travel(table, speed_mps, gaps=gaps, config=config)
    if given_m is None or not len(way_m) or way_m[-1] <= 0:
        return (time_s, way_m), speed_mps, CADENCE_MODEL, CADENCE_MODEL
    scale = given_m / way_m[-1]
    sources = (TYPED, SHARED_OUT) if watch_m is None else (WATCH_TOTAL, WATCH_SHARED_OUT)
    return (time_s, way_m * scale), speed_mps * scale, *sources


def _given_m(context: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """Return the distance of a watch's file and the typed one, None where not given."""
    return typed_value(context, "watch_distance_m"), typed_value(context, "typed_distance_m")


def _travel(
    table: StrideTable, speed_mps: FloatArray, *, gaps: Sequence[Gap], config: DistanceConfig
) -> tuple[FloatArray, FloatArray]:
    """Integrate the strides' speeds: times (2 strides,) of their starts and ends, and the distance there."""
    if not len(table):
        return np.empty(0), np.empty(0)
    start_s = table["start_s"]
    end_s = np.append(np.minimum(table["end_s"][:-1], start_s[1:]), table["end_s"][-1])
    hole_s = start_s[1:] - end_s[:-1]
    seen_s = hole_s - _missing_time(end_s[:-1], start_s[1:], gaps)
    hole_mps = np.where(seen_s <= config.joined_within_s, (speed_mps[1:] + speed_mps[:-1]) / 2, 0.0)
    steps_m = np.column_stack([(end_s - start_s) * speed_mps, np.append(hole_s * hole_mps, 0.0)]).ravel()
    return np.column_stack([start_s, end_s]).ravel(), np.concatenate([[0.0], np.cumsum(steps_m)[:-1]])


def lost_running_share(table: StrideTable, gaps: Sequence[Gap], config: DistanceConfig) -> float:
    """Return the share (0 to 1) of the running lost in gaps between two running strides.

    Parameters
    ----------
    table
        ``start_s``, ``end_s`` and ``activity`` filled.
    gaps
        Stretches without samples.
    config
        How long a pause without a loss parts two stretches of running.
    """
    run = table["activity"] == Activity.RUN
    ended_s, began_s = table["end_s"][:-1], table["start_s"][1:]
    missing_s = _missing_time(ended_s, began_s, gaps)
    hole_s = np.maximum(began_s - ended_s, 0.0)
    lost = run[:-1] & run[1:] & (missing_s > 0.0) & (hole_s - missing_s <= config.joined_within_s)
    lost_s, seen_s = float(hole_s[lost].sum()), float((table["end_s"] - table["start_s"])[run].sum())
    return lost_s / max(lost_s + seen_s, 1e-9)


def _missing_time(from_s: FloatArray, to_s: FloatArray, gaps: Sequence[Gap]) -> FloatArray:
    """Return how many seconds of each interval lie in gaps."""
    if not gaps:
        return np.zeros(len(from_s))
    edges_s = np.array(sorted((gap.start_s, gap.end_s) for gap in gaps)).ravel()
    edges_s = np.maximum.accumulate(edges_s)
    in_gap_s = np.cumsum(np.diff(edges_s, prepend=edges_s[0]) * (np.arange(len(edges_s)) % 2))
    return np.interp(to_s, edges_s, in_gap_s) - np.interp(from_s, edges_s, in_gap_s)


def _grade(
    start_s: FloatArray,
    distance_m: FloatArray,
    *,
    tracks: Sequence[Track],
    knots: tuple[FloatArray, FloatArray],
    config: DistanceConfig,
) -> FloatArray:
    grade = best_track(tracks, "grade_pct")
    if grade is not None:
        return _held(start_s, (grade.time_s, grade.value), edge_s=config.track_edge_s)
    altitude = best_track(tracks, "altitude_m")
    if altitude is None or not len(knots[0]):
        return np.full(len(start_s), np.nan)
    way_m = np.interp(altitude.time_s, *knots)
    low_m = np.maximum(distance_m - config.grade_window_m / 2, way_m[0])
    high_m = np.minimum(distance_m + config.grade_window_m / 2, way_m[-1])
    rise_m = np.interp(high_m, way_m, altitude.value) - np.interp(low_m, way_m, altitude.value)
    span_m = high_m - low_m
    known = span_m >= config.grade_window_m / 2
    return np.asarray(np.where(known, 100.0 * rise_m / np.where(known, span_m, 1.0), np.nan))
