"""Where the sources of the distance contradict each other, or the steps, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice
from typing import Any

import numpy as np

from analysis.judging.config import DistanceConfig
from analysis.judging.distance import (
    LAPS,
    TYPED,
    WATCH_TOTAL,
    at_typed_speed,
    model_speed,
    track_way,
    travel,
)
from analysis.judging.known_laps import LAP_LENGTH_KEY, by_known_laps
from analysis.judging.way import Knots
from analysis.lengths import LengthUnit
from analysis.records import StrideTable
from analysis.signal.speed import track_speed, typed_value
from analysis.signal.watch_tracks import DISTANCE_KEY, WATCH_SOURCE
from analysis.words import Activity
from sensor.samples import FloatArray, Gap, Track

_MOST_SOURCES = 6
"""More devices than anyone runs with: a stranger's file may name a thousand, and every pair would be told."""


@dataclass(frozen=True, slots=True, eq=False)
class _Source:
    """What one source says of the distance: as `DistanceResult.distance_source`, and in a sentence.

    ``way`` is its course where it has one of its own clock.
    """

    key: str
    name: str
    says: str
    total_m: float
    way: Knots | None = None


def source_doubts(
    table: StrideTable,
    tracks: Sequence[Track],
    *,
    context: Mapping[str, Any],
    counts: str,
    config: DistanceConfig,
    gaps: Sequence[Gap] = (),
    lap_s: FloatArray | None = None,
    unit: LengthUnit = LengthUnit.KILOMETRE,
) -> tuple[str, ...]:
    """Say of every pair of sources that differ by more than a little how far each says the run went.

    Two tracks are held against each other where both were recorded.

    Parameters
    ----------
    table, tracks, context, config, gaps, lap_s
        As of `distance_of`; all that was given or measured is compared, whatever wins.
    counts
        The source that won (`DistanceResult.distance_source`).
    unit
        In which distances are told.
    """
    marks_s = np.empty(0) if lap_s is None else lap_s
    measured = [*_from_tracks(tracks, config)]
    # The total of a watch whose track is there is the same watch's word again.
    if any(source.key == WATCH_SOURCE for source in measured):
        context = {key: value for key, value in context.items() if key != DISTANCE_KEY}
    sources = [*measured, *_given(table, context, config=config, gaps=gaps, lap_s=marks_s)]
    doubts = [
        _difference(one, other, counts, config=config, unit=unit) for one, other in combinations(sources, 2)
    ]
    unmarked = typed_value(context, LAP_LENGTH_KEY) is not None and len(marks_s) < 2
    told = ["The length of your laps tells nothing: no two laps were marked."] if unmarked else []
    return (*(doubt for doubt in doubts if doubt), *told)


def typed_doubts(
    table: StrideTable,
    context: Mapping[str, Any],
    config: DistanceConfig,
    *,
    unit: LengthUnit = LengthUnit.KILOMETRE,
) -> tuple[str, ...]:
    """Say where what the runner typed contradicts the cadence by more than people differ.

    Parameters
    ----------
    table
        ``start_s``, ``end_s`` and ``activity`` filled.
    context
        ``watch_distance_m``, ``typed_distance_m``, ``typed_speed_mps`` and ``stature_m`` are read.
    config
        Step-length model, and the disagreement that is let pass.
    unit
        In which distances and speeds are told.
    """
    running = table["activity"] == Activity.RUN
    model_mps = model_speed(table, config, typed_value(context, "stature_m"))
    watch_m, typed_m = typed_value(context, DISTANCE_KEY), typed_value(context, "typed_distance_m")
    typed_mps = typed_value(context, "typed_speed_mps")
    doubts = []
    if typed_mps is not None and running.any():
        likely_mps = float(np.median(model_mps[running]))
        if _disagree(typed_mps, likely_mps, config):
            doubts.append(
                f"The typed speed of {unit.speed(typed_mps, 1)} does not fit your steps, "
                f"which suggest about {unit.speed(likely_mps)}."
            )
    given_m, what = (typed_m, "typed distance") if watch_m is None else (watch_m, "watch's distance")
    if given_m is not None and len(table):
        likely_m = float(((table["end_s"] - table["start_s"]) * model_mps).sum())
        if _disagree(given_m, likely_m, config):
            doubts.append(
                f"The {what} of {unit.of(given_m):.1f} {unit} does not fit your steps, "
                f"which suggest about {unit.of(likely_m):.1f} {unit}."
            )
    return tuple(doubts)


def _from_tracks(tracks: Sequence[Track], config: DistanceConfig) -> Iterator[_Source]:
    for source in islice(dict.fromkeys(track.source for track in tracks), _MOST_SOURCES):
        own = [track for track in tracks if track.source == source]
        speed = track_speed(own, config)
        if speed is not None:
            way = track_way(own, speed)
            name = f"the {source}"
            yield _Source(source, name, f"{name} says", float(way.value[-1]), (way.time_s, way.value))


def _given(
    table: StrideTable,
    context: Mapping[str, Any],
    *,
    config: DistanceConfig,
    gaps: Sequence[Gap],
    lap_s: FloatArray,
) -> Iterator[_Source]:
    if not len(table):
        return
    model_mps = model_speed(table, config, typed_value(context, "stature_m"))
    watch_m, lap_m = typed_value(context, DISTANCE_KEY), typed_value(context, LAP_LENGTH_KEY)
    typed_m, typed_mps = typed_value(context, "typed_distance_m"), typed_value(context, "typed_speed_mps")
    if watch_m is not None:
        yield _Source(WATCH_TOTAL, "the watch's file", "the watch's file says", watch_m)
    if lap_m is not None:
        estimated = travel(table, model_mps, gaps=gaps, config=config)
        by_laps = by_known_laps(*estimated, lap_s=lap_s, lap_m=lap_m, config=config)
        if by_laps is not None:
            yield _Source(LAPS, "what your laps make", "your laps make", float(by_laps[1][-1]))
    if typed_m is not None:
        yield _Source(TYPED, "what you typed", "you typed", typed_m)
    elif typed_mps is not None:
        typed_way = travel(table, at_typed_speed(table, typed_mps, model_mps), gaps=gaps, config=config)
        yield _Source(TYPED, "what you typed", "your typed speed makes", float(typed_way[1][-1]))


def _difference(
    one: _Source, other: _Source, counts: str, *, config: DistanceConfig, unit: LengthUnit
) -> str:
    """Return a sentence about two sources, empty where they agree or share no time."""
    one_m, other_m = one.total_m, other.total_m
    if one.way is not None and other.way is not None:
        one_m, other_m = _in_common(one.way, other.way)
    if abs(one_m - other_m) <= config.sources_apart * min(one_m, other_m):
        return ""
    said = f"{one.says} {unit.of(one_m):.2f} {unit}, {other.says} {unit.of(other_m):.2f} {unit}"
    which = next((f"; {source.name} counts" for source in (one, other) if source.key == counts), "")
    return f"{said[0].upper()}{said[1:]}{which}."


def _in_common(one: Knots, other: Knots) -> tuple[float, float]:
    """Return how far two ways lead while both were recorded; 0 where never."""
    begin_s, end_s = max(one[0][0], other[0][0]), min(one[0][-1], other[0][-1])
    if end_s <= begin_s:
        return 0.0, 0.0
    between = [begin_s, end_s]
    return float(np.diff(np.interp(between, *one))[0]), float(np.diff(np.interp(between, *other))[0])


def _disagree(typed: float, likely: float, config: DistanceConfig) -> bool:
    most = 1.0 + config.typed_disagreement
    return typed > most * likely or likely > most * typed
