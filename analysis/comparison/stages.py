"""A run, or a part of it, in equal stages of distance: medians that two runs are paired by."""

from __future__ import annotations

import numpy as np

from analysis.comparison.summing_up import speed_is_measured
from analysis.judging.baseline import usable_running
from analysis.judging.config import ComparisonConfig
from analysis.records import Axis
from analysis.run_report import RunReport
from sensor.samples import BoolArray, FloatArray


def comparable_strides(report: RunReport) -> BoolArray:
    """Return (strides,) true for those that may be held against another run's.

    Judged ones, since at another effort than the fresh window's a lean is no posture; none from the first
    strap step on, which moves the zero. Without a fresh window all usable running.
    """
    strides = report.strides
    kept = usable_running(strides)
    if report.evidence.baseline is not None:
        kept = kept & strides["judged"]
    return np.asarray(kept & (strides["distance_m"] < _first_strap_step_m(report)), dtype=bool)


def _first_strap_step_m(report: RunReport) -> float:
    """Return where the angle first steps, infinite where it never does."""
    steps = report.evidence.mounting_shifts
    return min((s.at_m for s in steps if s.axis is Axis.FORWARD and np.isfinite(s.at_m)), default=np.inf)


def stage_edges(to_m: float, config: ComparisonConfig) -> FloatArray:
    """Return (k + 1,) edges of equal stages from the start to ``to_m``, the last part included."""
    count = int(np.clip(np.round(to_m / config.stage_m), 1, config.max_stages))
    return np.linspace(0.0, to_m, count + 1)


def stage_medians(
    distance_m: FloatArray, value_deg: FloatArray, edges_m: FloatArray, *, min_strides: int
) -> FloatArray:
    """Return (k,) medians of a quantity over stages; NaN where a stage has fewer strides than that.

    Parameters
    ----------
    distance_m, value_deg
        (n,) where each stride begins, and its finite value.
    edges_m
        (k + 1,) from `stage_edges`.
    min_strides
        Fewest strides of a stage.
    """
    count = len(edges_m) - 1
    stage = np.searchsorted(edges_m, distance_m, side="right") - 1
    stage = np.where(distance_m == edges_m[-1], count - 1, stage)
    inside = (stage >= 0) & (stage < count)
    stage, value_deg = stage[inside], value_deg[inside]
    order = np.lexsort((value_deg, stage))
    sizes = np.bincount(stage, minlength=count)
    starts = np.cumsum(sizes) - sizes
    known = np.flatnonzero(sizes >= max(min_strides, 1))
    ranked = value_deg[order]
    middle = starts[known] + sizes[known] // 2
    below = starts[known] + (sizes[known] - 1) // 2
    medians = np.full(count, np.nan)
    medians[known] = (ranked[middle] + ranked[below]) / 2
    return medians


def shared_band(
    reports: tuple[RunReport, RunReport], kept: tuple[BoolArray, BoolArray], config: ComparisonConfig
) -> tuple[tuple[float, float], tuple[BoolArray, BoolArray]]:
    """Return the band of speeds two runs share, and the strides of each within it and within shared slopes.

    Where a speed was not measured, or a slope is not known, it leaves no stride out, and the band is NaN.

    Parameters
    ----------
    reports
        The two runs.
    kept
        (strides,) of each: those that may be compared at all.
    config
        Tails that are left out of a run's range, and margins.
    """
    band = (np.nan, np.nan)
    if all(speed_is_measured(report) for report in reports):
        low, high = _overlap(reports, kept, "speed_mps", config)
        band = (low * (1 - config.speed_margin), high * (1 + config.speed_margin))
        kept = _within(reports, kept, "speed_mps", band)
    if all(report.provenance.grade_known for report in reports):
        low, high = _overlap(reports, kept, "grade_pct", config)
        kept = _within(
            reports, kept, "grade_pct", (low - config.grade_margin_pct, high + config.grade_margin_pct)
        )
    return band, kept


def _overlap(
    reports: tuple[RunReport, RunReport],
    kept: tuple[BoolArray, BoolArray],
    column: str,
    config: ComparisonConfig,
) -> tuple[float, float]:
    ranges = []
    for report, rows in zip(reports, kept, strict=True):
        value = report.strides[column][rows]
        known = value[np.isfinite(value)]
        ranges.append(np.quantile(known, [config.tail, 1 - config.tail]) if len(known) else (np.nan, np.nan))
    return max(float(r[0]) for r in ranges), min(float(r[1]) for r in ranges)


def _within(
    reports: tuple[RunReport, RunReport],
    kept: tuple[BoolArray, BoolArray],
    column: str,
    band: tuple[float, float],
) -> tuple[BoolArray, BoolArray]:
    """Leave out what is known to lie outside the band."""
    first, second = (
        rows & ~((report.strides[column] < band[0]) | (report.strides[column] > band[1]))
        for report, rows in zip(reports, kept, strict=True)
    )
    return first, second
