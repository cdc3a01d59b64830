"""Distance and speed of every stride, from the best source there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.judging.config import DistanceConfig
from analysis.judging.known_laps import LAP_LENGTH_KEY, by_known_laps
from analysis.judging.way import Knots, held, with_leaps_shared_out, without_creep
from analysis.personal import FittedStep
from analysis.records import StrideTable
from analysis.signal.speed import best_track, smoothed_speed, track_speed, typed_value
from analysis.signal.watch_tracks import DISTANCE_KEY
from analysis.words import CADENCE_MODEL, Activity
from sensor.samples import FloatArray, Gap, Track, freeze_arrays

UNKNOWN = "unknown"
TYPED, SHARED_OUT = "typed", "typed distance, shared out by cadence"
WATCH_TOTAL, WATCH_SHARED_OUT = (
    "total of the watch's file",
    "total of the watch's file, shared out by cadence",
)
LAPS, LAPS_SHARED_OUT = "laps", "laps, shared out by cadence"
"""Sources that measured no speed; a watch's total is measured, how it was run is not."""

UNMEASURED = frozenset(
    {CADENCE_MODEL, TYPED, SHARED_OUT, WATCH_TOTAL, WATCH_SHARED_OUT, LAPS, LAPS_SHARED_OUT, UNKNOWN}
)
"""What ``speed_source`` is where nothing outside told the speed of the moment (`is_measured`)."""


@dataclass(frozen=True, slots=True, eq=False)
class DistanceResult:
    """Where and how fast each stride was run, and how that is known.

    Parameters
    ----------
    distance_m, speed_mps
        (strides,) at the stride's start; NaN where unknown.
    total_m
        Distance at the end of the last stride; NaN where unknown.
    distance_source, speed_source
        ``watch file``, ``foot pod`` … (the source of the track), ``typed``, or ``cadence model``.
    knot_time_s, knot_distance_m
        (k,) the course of the distance, for anything between strides.
    edge_s
        How far beyond the knots the distance still holds.
    speed_is_measured
        Whether something outside told the speed of the moment: only then may it keep a stride from being
        judged. What was typed is given: it counts for the distance and excludes nothing.
    """

    distance_m: FloatArray
    speed_mps: FloatArray
    total_m: float
    distance_source: str
    speed_source: str
    knot_time_s: FloatArray
    knot_distance_m: FloatArray
    edge_s: float
    speed_is_measured: bool

    def __post_init__(self) -> None:
        freeze_arrays(self)

    def distance_at(self, time_s: npt.ArrayLike) -> FloatArray:
        """Return the distance (m) at any times (s from the start of the session), in the shape given."""
        return held(time_s, (self.knot_time_s, self.knot_distance_m), edge_s=self.edge_s)


def distance_of(
    table: StrideTable,
    tracks: Sequence[Track],
    *,
    context: Mapping[str, Any],
    config: DistanceConfig,
    gaps: Sequence[Gap] = (),
    lap_s: FloatArray | None = None,
    step: FittedStep | None = None,
) -> DistanceResult:
    """Give every stride its distance and speed.

    An outside track wins over a watch's total, that over laps of known length, those over a typed distance,
    that over a typed speed, and all over the cadence model. In a stop an outside distance that creeps does
    not count.

    Parameters
    ----------
    table
        ``start_s``, ``end_s`` and ``activity`` filled.
    tracks
        ``distance_m`` and ``speed_mps`` are read.
    context
        ``watch_distance_m``, ``lap_length_m``, ``typed_distance_m``, ``typed_speed_mps`` and ``stature_m``
        are read.
    config
        Step-length model and tolerances.
    gaps
        Stretches without samples.
    lap_s
        (l,) when laps were marked, in order; None for no laps.
    step
        The runner's own step length, in place of the model's.
    """
    outside = _from_tracks(table, tracks, config=config, gaps=gaps)
    if outside is None:
        knots, speed_mps, source, speed_source = _from_strides(
            table,
            context,
            config=config,
            gaps=gaps,
            lap_s=np.empty(0) if lap_s is None else lap_s,
            step=step,
        )
        edge_s = np.inf
    else:
        knots, speed_mps, source, speed_source = outside
        edge_s = config.track_edge_s
    distance_m = held(table["start_s"], knots, edge_s=edge_s)
    return DistanceResult(
        distance_m=distance_m,
        speed_mps=speed_mps,
        total_m=float(held(table["end_s"][-1], knots, edge_s=edge_s)) if len(table) else float("nan"),
        distance_source=source,
        speed_source=speed_source,
        knot_time_s=knots[0],
        knot_distance_m=knots[1],
        edge_s=edge_s,
        speed_is_measured=outside is not None,
    )


def model_speed(
    table: StrideTable,
    config: DistanceConfig,
    stature_m: float | None = None,
    *,
    step: FittedStep | None = None,
) -> FloatArray:
    """Return the speed (strides,) in m/s that cadence and stature alone suggest.

    Step length is linear in cadence, one line for running and one for walking (`DistanceConfig`), and
    proportional to stature; a line of the runner's own needs no stature.
    """
    cadence_spm = 120.0 / (table["end_s"] - table["start_s"])
    scale = (stature_m or config.model_stature_m) / config.model_stature_m
    run_m = scale * (config.run_step_m + config.run_slope_m_per_spm * (cadence_spm - config.run_cadence_spm))
    if step is not None:
        run_m = step.step_m + step.slope_m_per_spm * (cadence_spm - step.cadence_spm)
    walk_m = scale * (
        config.walk_step_m + config.walk_slope_m_per_spm * (cadence_spm - config.walk_cadence_spm)
    )
    step_m = np.where(table["activity"] == Activity.RUN, run_m, walk_m)
    speed_mps: FloatArray = cadence_spm / 60.0 * np.maximum(step_m, 0.0)
    return speed_mps


def _from_tracks(
    table: StrideTable, tracks: Sequence[Track], *, config: DistanceConfig, gaps: Sequence[Gap]
) -> tuple[Knots, FloatArray, str, str] | None:
    speed = track_speed(tracks, config)
    if speed is None:
        return None
    smooth = smoothed_speed(speed, config)
    speed_mps = held(table["start_s"], (smooth.time_s, smooth.value), edge_s=config.track_edge_s)
    way = track_way(tracks, speed)
    knots = with_leaps_shared_out((way.time_s, way.value), config)
    knots = without_creep(knots, _stands(table, gaps, config), config)
    return knots, speed_mps, way.source, speed.source


def _stands(table: StrideTable, gaps: Sequence[Gap], config: DistanceConfig) -> tuple[FloatArray, FloatArray]:
    """Return begins and ends of the stretches between strides in which the runner stood."""
    ended_s, began_s = np.maximum.accumulate(table["end_s"])[:-1], table["start_s"][1:]
    missing_s = _missing_time(ended_s, began_s, gaps)
    stands = (began_s - ended_s > config.joined_within_s) & (missing_s == 0.0)
    return ended_s[stands], began_s[stands]


def track_way(tracks: Sequence[Track], speed: Track) -> Track:
    """Return the way from 0 that outside tracks tell, or that their speed adds up to.

    Parameters
    ----------
    tracks
        Everything recorded beside the motion sensor.
    speed
        The best speed among them (`track_speed`).
    """
    distance = best_track(tracks, "distance_m")
    if distance is not None:
        way_m = np.maximum.accumulate(distance.value) - distance.value[0]
        return Track("distance_m", distance.source, distance.time_s, way_m)
    steps_m = np.diff(speed.time_s) * (speed.value[1:] + speed.value[:-1]) / 2
    return Track("distance_m", speed.source, speed.time_s, np.concatenate([[0.0], np.cumsum(steps_m)]))


def _from_strides(
    table: StrideTable,
    context: Mapping[str, Any],
    *,
    config: DistanceConfig,
    gaps: Sequence[Gap],
    lap_s: FloatArray,
    step: FittedStep | None,
) -> tuple[Knots, FloatArray, str, str]:
    speed_mps = model_speed(table, config, typed_value(context, "stature_m"), step=step)
    knots = travel(table, speed_mps, gaps=gaps, config=config)
    watch_m, lap_m = typed_value(context, DISTANCE_KEY), typed_value(context, LAP_LENGTH_KEY)
    typed_m, typed_mps = typed_value(context, "typed_distance_m"), typed_value(context, "typed_speed_mps")
    if watch_m is not None:
        return _scaled(knots, speed_mps, total_m=watch_m, sources=(WATCH_TOTAL, WATCH_SHARED_OUT))
    by_laps = None if lap_m is None else by_known_laps(*knots, lap_s=lap_s, lap_m=lap_m, config=config)
    if by_laps is not None:
        steps_m = np.interp(table["end_s"], *by_laps) - np.interp(table["start_s"], *by_laps)
        return by_laps, steps_m / (table["end_s"] - table["start_s"]), LAPS, LAPS_SHARED_OUT
    if typed_m is not None:
        return _scaled(knots, speed_mps, total_m=typed_m, sources=(TYPED, SHARED_OUT))
    if typed_mps is not None:
        speed_mps = at_typed_speed(table, typed_mps, speed_mps)
        return travel(table, speed_mps, gaps=gaps, config=config), speed_mps, TYPED, TYPED
    source = CADENCE_MODEL if step is None else fitted_model(step)
    return knots, speed_mps, source, source


def fitted_model(step: FittedStep) -> str:
    """Return what a cadence model of the runner's own is called: the model, its runs, its error."""
    return f"{CADENCE_MODEL}, fitted to {step.run_count} runs, ±{step.error_pct:.0f} %"


def is_estimated(source: str) -> bool:
    """Tell whether a distance or speed comes from cadence alone, by whichever step length."""
    return source.startswith(CADENCE_MODEL)


def is_measured(speed_source: str) -> bool:
    """Tell whether something outside the strides told the speed of the moment."""
    return speed_source not in UNMEASURED and not is_estimated(speed_source)


def at_typed_speed(table: StrideTable, typed_mps: float, model_mps: FloatArray) -> FloatArray:
    """Return (strides,) a typed speed where the runner ran; walking, no more than the steps suggest."""
    running = table["activity"] == Activity.RUN
    return np.asarray(np.where(running, typed_mps, np.minimum(model_mps, typed_mps)))


def _scaled(
    knots: Knots, speed_mps: FloatArray, *, total_m: float, sources: tuple[str, str]
) -> tuple[Knots, FloatArray, str, str]:
    """Share a known total out by cadence; an estimate without any way is left as it is."""
    time_s, way_m = knots
    if not len(way_m) or way_m[-1] <= 0:
        return knots, speed_mps, CADENCE_MODEL, CADENCE_MODEL
    scale = total_m / way_m[-1]
    return (time_s, way_m * scale), speed_mps * scale, *sources


def travel(
    table: StrideTable, speed_mps: FloatArray, *, gaps: Sequence[Gap], config: DistanceConfig
) -> Knots:
    """Integrate the strides' speeds (strides,): times of their starts and ends, and the distance there.

    Time without strides counts as moving, at the mean speed of its neighbours, where samples are missing in
    it or where it is too short for a stop.
    """
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
