"""The run lap by lap, and the work and rest of intervals apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analysis.judging.baseline import usable_running
from analysis.judging.config import FindingsConfig, SegmentConfig
from analysis.judging.curve import above_window
from analysis.judging.episodes import known_median
from analysis.judging.segments import course, summed_up
from analysis.judging.zones import flag_of
from analysis.records import Baseline, Effort, Segment, StrideTable
from analysis.words import Activity, Flag, LapKind
from sensor.samples import BoolArray, FloatArray, IntArray


def laps_of(
    table: StrideTable,
    total_m: float,
    *,
    lap_s: FloatArray,
    config: SegmentConfig,
    findings: FindingsConfig,
    baseline: Baseline | None = None,
) -> tuple[Segment, ...]:
    """Sum up each lap as `segments_of` does a kilometre, and call it work or rest.

    The first lap begins with the first stride, the last one ends with the last. A lap is a rest where less
    than half of it was run, or where it was clearly slower than both laps beside it; the first and the last
    one, warming up and cooling down, only where they were not run. A lap with fewer judged strides than a
    flag looks at shows no change.

    Parameters
    ----------
    table, total_m, findings, baseline
        As of `segments_of`.
    lap_s
        (l,) when laps began or ended, seconds from the start of the session, in order.
    config
        The least last part, and what is a rest.

    Returns
    -------
    tuple of Segment
        Empty where no lap ends within the run, or the distance is unknown.
    """
    known = np.isfinite(table["distance_m"])
    if not known.any() or not total_m > 0:
        return ()
    distance_m, time_s = course(table, total_m)
    inner_s = np.unique(lap_s[(lap_s > time_s[0]) & (lap_s < time_s[-1])])
    inner_m = np.interp(inner_s, time_s, distance_m)
    kept = (inner_m - distance_m[0] >= config.min_part_m) & (total_m - inner_m >= config.min_part_m)
    if not kept.any():
        return ()
    edges_s = np.concatenate([time_s[:1], inner_s[kept], time_s[-1:]])
    which = np.where(known, np.searchsorted(edges_s[1:-1], table["start_s"], side="right"), -1)
    laps = summed_up(
        table,
        which,
        edges_m=np.interp(edges_s, time_s, distance_m),
        edges_s=edges_s,
        findings=findings,
        baseline=baseline,
    )
    laps = _doubtful_left_out(laps, which[table["judged"]], findings)
    rest = _is_rest(laps, _run_s(table, which), config)
    return tuple(
        replace(lap, lap=number, lap_kind=LapKind.REST if is_rest else LapKind.WORK)
        for number, (lap, is_rest) in enumerate(zip(laps, rest, strict=True), start=1)
    )


def efforts_of(
    table: StrideTable,
    laps: Sequence[Segment],
    *,
    findings: FindingsConfig,
    baseline: Baseline | None = None,
) -> tuple[Effort, ...]:
    """Sum up work and rest of intervals, each over all its laps; empty where no lap was a rest."""
    if not any(lap.lap_kind == LapKind.REST for lap in laps):
        return ()
    ends_s = np.cumsum([lap.duration_s for lap in laps])[:-1] + _first_s(table)
    lap_of_stride = np.searchsorted(ends_s, table["start_s"], side="right")
    bend_deg = above_window(table, "upper_trunk_minus_sacrum_deg", baseline)
    return tuple(
        _effort(
            table,
            kind,
            laps=[lap for lap in laps if lap.lap_kind == kind],
            inside=np.array([lap.lap_kind == kind for lap in laps])[lap_of_stride],
            bend_deg=bend_deg,
            findings=findings,
        )
        for kind in (LapKind.WORK, LapKind.REST)
        if any(lap.lap_kind == kind for lap in laps)
    )


def _doubtful_left_out(
    laps: Sequence[Segment], judged_in: IntArray, findings: FindingsConfig
) -> tuple[Segment, ...]:
    """Leave out the change of laps with fewer judged strides than a flag looks at.

    Of an interval run far from the fresh window's pace only the strides that lead up to it are judged.
    """
    counts = [int((judged_in == k).sum()) for k in range(len(laps))]
    unknown = float("nan")
    return tuple(
        lap
        if count >= findings.smoothing_strides
        else replace(lap, adj_deg=unknown, bend_change_deg=unknown, flag=Flag.NONE)
        for lap, count in zip(laps, counts, strict=True)
    )


def _first_s(table: StrideTable) -> float:
    return float(table["start_s"][np.isfinite(table["distance_m"])][0])


def _run_s(table: StrideTable, which: IntArray) -> FloatArray:
    """Return how long each lap was run, as far as the last that was."""
    run = (table["activity"] == Activity.RUN) & (which >= 0)
    return np.bincount(which[run], weights=(table["end_s"] - table["start_s"])[run]).astype(np.float64)


def _is_rest(laps: Sequence[Segment], run_s: FloatArray, config: SegmentConfig) -> BoolArray:
    lasted_s = np.array([lap.duration_s for lap in laps])
    run_s = np.pad(run_s, (0, len(laps) - len(run_s)))
    speed_mps = np.array([lap.to_m - lap.from_m for lap in laps]) / lasted_s
    not_run = run_s < config.rest_run_share * lasted_s
    slower = np.zeros(len(laps), dtype=bool)
    beside_mps = np.minimum(speed_mps[:-2], speed_mps[2:])
    slower[1:-1] = speed_mps[1:-1] < config.rest_speed_ratio * beside_mps
    return np.asarray(not_run | slower)


def _effort(
    table: StrideTable,
    kind: LapKind,
    *,
    laps: Sequence[Segment],
    inside: BoolArray,
    bend_deg: FloatArray,
    findings: FindingsConfig,
) -> Effort:
    usable = inside & usable_running(table)
    judged = inside & table["judged"]
    if judged.sum() < findings.smoothing_strides:
        judged = np.zeros_like(judged)
    adj_deg = known_median(table["trunk_flexion_adj_deg"][judged])
    return Effort(
        kind=kind,
        lap_count=len(laps),
        distance_m=sum(lap.to_m - lap.from_m for lap in laps),
        duration_s=sum(lap.duration_s for lap in laps),
        flexion_deg=known_median(table["trunk_flexion_deg"][usable]),
        adj_deg=adj_deg,
        cadence_spm=known_median(table["cadence_spm"][usable]),
        flag=flag_of(adj_deg, findings, bend_change_deg=known_median(bend_deg[judged])),
    )
