"""The run kilometre by kilometre, or mile by mile, and medians over distance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analysis.judging.baseline import usable_running
from analysis.judging.config import FindingsConfig, SegmentConfig
from analysis.judging.curve import above_window
from analysis.judging.episodes import known_median
from analysis.judging.zones import flag_of
from analysis.records import Baseline, Segment, StrideTable
from analysis.words import Activity, Flag
from sensor.samples import BoolArray, FloatArray, IntArray

_WORSE = (Flag.SLOUCHED, Flag.LEANING, Flag.ROUNDED)


def segments_of(
    table: StrideTable,
    total_m: float,
    *,
    config: SegmentConfig,
    findings: FindingsConfig,
    baseline: Baseline | None = None,
) -> tuple[Segment, ...]:
    """Sum up each kilometre, or mile …, the last part included; none where the distance is unknown.

    Duration is the time from entering to leaving the segment, stops included; every other figure is a median
    over its usable running strides, a change against the usual one over those that were judged, heart rate
    over all running strides. The flag is the zone of that change, so that a kilometre's word and its number
    never disagree.

    Parameters
    ----------
    table
        Complete stride table.
    total_m
        Distance of the whole session.
    config
        What a segment is; no lap (`laps_of`).
    findings
        Limits of the zones.
    baseline
        The fresh window, from which the bend of the back counts.
    """
    known = np.isfinite(table["distance_m"])
    if not known.any() or not total_m > 0:
        return ()
    edges_m = np.arange(0.0, total_m, config.split.length_m)
    if len(edges_m) > 1 and total_m - edges_m[-1] < config.min_part_m:
        edges_m = edges_m[:-1]
    edges_m = np.append(edges_m, total_m)
    distance_m, time_s = course(table, total_m)
    which = np.clip(np.searchsorted(edges_m, table["distance_m"], side="right") - 1, 0, len(edges_m) - 2)
    return summed_up(
        table,
        np.where(known, which, -1),
        edges_m=edges_m,
        edges_s=np.interp(edges_m, distance_m, time_s),
        findings=findings,
        baseline=baseline,
    )


def held_back(segments: Sequence[Segment], table: StrideTable, barred: BoolArray) -> tuple[Segment, ...]:
    """Return the segments, those that lie mostly after a strap step called nothing worse than ``watch``.

    Parameters
    ----------
    segments
        From `segments_of` or of laps.
    table
        Complete stride table.
    barred
        (strides,) true where a strap may make the change as well as the posture.
    """
    at_m, counted = table["distance_m"], table["judged"]
    return tuple(
        replace(row, flag=Flag.WATCH)
        if row.flag in _WORSE and _mostly(barred, counted & (at_m >= row.from_m) & (at_m < row.to_m))
        else row
        for row in segments
    )


def _mostly(flag: BoolArray, inside: BoolArray) -> bool:
    return 2 * int(np.count_nonzero(flag & inside)) > int(np.count_nonzero(inside))


def course(table: StrideTable, total_m: float) -> tuple[FloatArray, FloatArray]:
    """Return distance (k,) and time of every stride whose distance is known, and of the end."""
    rows = np.flatnonzero(np.isfinite(table["distance_m"]))
    distance_m = np.append(table["distance_m"][rows], total_m)
    return distance_m, np.append(table["start_s"][rows], table["end_s"][rows[-1]])


def summed_up(
    table: StrideTable,
    which: IntArray,
    *,
    edges_m: FloatArray,
    edges_s: FloatArray,
    findings: FindingsConfig,
    baseline: Baseline | None,
) -> tuple[Segment, ...]:
    """Return the segments between edges, as `segments_of` describes them.

    Parameters
    ----------
    table, findings, baseline
        As of `segments_of`.
    which
        (strides,) number of the segment each stride is in; -1 in none.
    edges_m, edges_s
        (k + 1,) ends of the segments in distance and time.
    """
    bend_deg = above_window(table, "upper_trunk_minus_sacrum_deg", baseline)
    return tuple(
        _segment(
            table,
            which == k,
            edge_m=edges_m[k : k + 2],
            edge_s=edges_s[k : k + 2],
            bend_deg=bend_deg,
            findings=findings,
        )
        for k in range(len(edges_m) - 1)
    )


def _segment(
    table: StrideTable,
    inside: BoolArray,
    *,
    edge_m: FloatArray,
    edge_s: FloatArray,
    bend_deg: FloatArray,
    findings: FindingsConfig,
) -> Segment:
    running = inside & (table["activity"] == Activity.RUN)
    usable = inside & usable_running(table)

    judged = inside & table["judged"]
    adj_deg, bend_change_deg = (
        known_median(value[judged]) for value in (table["trunk_flexion_adj_deg"], bend_deg)
    )

    def median(column: str) -> float:
        return known_median(table[column][usable])

    return Segment(
        from_m=float(edge_m[0]),
        to_m=float(edge_m[1]),
        duration_s=float(edge_s[1] - edge_s[0]),
        stride_count=int(running.sum()),
        usable_fraction=float(usable.sum() / running.sum()) if running.any() else float("nan"),
        flexion_deg=median("trunk_flexion_deg"),
        adj_deg=adj_deg,
        lateral_deg=median("trunk_lateral_deg"),
        head_forward_cm=median("head_forward_cm"),
        cadence_spm=median("cadence_spm"),
        speed_mps=median("speed_mps"),
        vertical_oscillation_cm=median("vertical_oscillation_cm"),
        contact_time_ms=median("contact_time_ms"),
        flag=flag_of(adj_deg, findings, bend_change_deg=bend_change_deg),
        lateral_left_deg=median("lateral_left_deg"),
        lateral_right_deg=median("lateral_right_deg"),
        head_forward_lo_cm=median("head_forward_lo_cm"),
        head_forward_hi_cm=median("head_forward_hi_cm"),
        head_pitch_deg=median("head_pitch_deg"),
        neck_flexion_deg=median("neck_flexion_deg"),
        heart_rate_bpm=known_median(table["heart_rate_bpm"][running]),
        sacrum_pitch_deg=median("sacrum_pitch_deg"),
        upper_trunk_minus_sacrum_deg=median("upper_trunk_minus_sacrum_deg"),
        bend_change_deg=bend_change_deg,
    )


def median_over_distance(
    distance_m: FloatArray, value: FloatArray, *, counted: BoolArray, window_m: float
) -> FloatArray:
    """Return (strides,) the median of the surrounding ``window_m`` metres, NaN where nothing counts there.

    The median is taken on a grid of a tenth of the window and each stride gets the nearest one.

    Parameters
    ----------
    distance_m, value
        (strides,) in order of distance; NaN allowed.
    counted
        (strides,) strides whose value enters.
    window_m
        Width, centred on the stride.
    """
    counted = counted & np.isfinite(value) & np.isfinite(distance_m)
    result = np.full(len(value), np.nan)
    at_m, values = distance_m[counted], value[counted]
    if not len(at_m):
        return result
    grid_m = np.arange(at_m[0], at_m[-1] + window_m / 10, window_m / 10)
    low = np.searchsorted(at_m, grid_m - window_m / 2)
    high = np.searchsorted(at_m, grid_m + window_m / 2, side="right")
    medians = np.array([known_median(values[a:b]) for a, b in zip(low, high, strict=True)])
    known = np.isfinite(distance_m)
    nearest = np.rint((distance_m[known] - grid_m[0]) / (window_m / 10)).astype(int)
    result[known] = np.where(
        (nearest >= 0) & (nearest < len(grid_m)), medians[np.clip(nearest, 0, len(grid_m) - 1)], np.nan
    )
    return result
