"""Compare the reports of two or more runs."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from analysis.comparison.comparability import NO, comparability
from analysis.comparison.conditions import By, conditions_of
from analysis.comparison.course import CourseChange, course_change
from analysis.comparison.onset import onset_difference
from analysis.comparison.records import (
    Comparison,
    Estimate,
    OnsetDifference,
    PairComparison,
    StageDifference,
)
from analysis.comparison.run_course import RunCourse, run_course, stages_of
from analysis.comparison.stages import shared_band, stage_edges
from analysis.errors import UsageError
from analysis.judging.config import ComparisonConfig
from analysis.maths.quantiles import normal_quantile, student_t_quantile
from analysis.run_report import RunReport
from analysis.words import StandingRole, ZeroSource
from sensor.samples import FloatArray

_STANDING_ROLES = (StandingRole.ZERO, StandingRole.RECALIBRATION, StandingRole.END)
_REFIT_SDS = 1.96 * 2**0.5
"""A minimal detectable change is this many standard deviations of a single fitting (Weir 2005)."""


def compare(
    reports: Sequence[RunReport], config: ComparisonConfig | None = None, *, by: By | None = None
) -> Comparison:
    """Compare runs with the first of them.

    Parameters
    ----------
    reports
        At least two.
    config
        Numbers of the comparison; the defaults without it.
    by
        Also gather the runs by this circumstance.

    Raises
    ------
    UsageError
        For fewer than two reports.
    """
    if len(reports) < 2:
        raise UsageError(f"compare: {len(reports)} run given, two or more are needed")
    config = config or ComparisonConfig()
    courses = [run_course(report, config) for report in reports]
    runs = tuple(course.summary for course in courses)
    return Comparison(
        runs=runs,
        pairs=tuple(_pair(courses[0], other, config) for other in courses[1:]),
        refit_deg=config.refit_deg,
        level=config.level,
        conditions=None if by is None else conditions_of(runs, by, config),
    )


def _pair(reference: RunCourse, other: RunCourse, config: ComparisonConfig) -> PairComparison:
    lines = comparability(reference.report, other.report)
    blocked = tuple(f"{line.what}: {line.because}" for line in lines if line.status == NO)
    if blocked:
        return PairComparison(
            reference=reference.summary, other=other.summary, comparability=lines, missing=blocked
        )
    common_m = min(reference.to_m, other.to_m)
    edges_m = stage_edges(common_m, config)
    band_mps, kept = shared_band((reference.report, other.report), (reference.kept, other.kept), config)
    stages_deg = [
        stages_of(course.report, rows, edges_m, config)
        for course, rows in zip((reference, other), kept, strict=True)
    ]
    apart_deg = stages_deg[1] - stages_deg[0]
    change = course_change(apart_deg, edges_m, config, sensors=2)
    shared_deg = [np.where(np.isfinite(apart_deg), one, np.nan) for one in stages_deg]
    own = [_own_change(one, edges_m, config) for one in shared_deg]
    standing_sd_deg = _joint_standing_sd_deg(reference.report, other.report, config)
    level_deg = _level(reference, other, standing_sd_deg, config)
    return PairComparison(
        reference=reference.summary,
        other=other.summary,
        comparability=lines,
        level_deg=level_deg,
        standing_sd_deg=standing_sd_deg if level_deg else math.nan,
        drift_deg_per_km=change.drift_deg_per_km if change else None,
        late_minus_early_deg=change.late_minus_early_deg if change else None,
        reference_change=own[0],
        other_change=own[1],
        onsets=_onset_differences(reference, other, config),
        common_m=common_m,
        from_mps=band_mps[0],
        to_mps=band_mps[1],
        stages=_stage_rows(stages_deg, edges_m) if reference.summary.course and other.summary.course else (),
        missing=_missing(level_deg, change, reference, other),
    )


def _own_change(stage_deg: FloatArray, edges_m: FloatArray, config: ComparisonConfig) -> tuple[float, float]:
    """Return drift and late minus early of one run over the stages that both have."""
    change = course_change(stage_deg, edges_m, config, sensors=1)
    if change is None:
        return math.nan, math.nan
    return change.drift_deg_per_km.value, change.late_minus_early_deg.value


def _stage_rows(stages_deg: Sequence[FloatArray], edges_m: FloatArray) -> tuple[StageDifference, ...]:
    return tuple(
        StageDifference(float(from_m), float(to_m), float(first), float(second), float(second - first))
        for from_m, to_m, first, second in zip(edges_m[:-1], edges_m[1:], *stages_deg, strict=True)
    )


def _level(
    reference: RunCourse, other: RunCourse, standing_sd_deg: float, config: ComparisonConfig
) -> Estimate | None:
    """Return the difference when fresh; sampling by t, refitting, whose error is known, by the normal."""
    value_deg = other.summary.level_deg - reference.summary.level_deg
    runs = (reference, other)
    if math.isnan(value_deg) or any(run.wander is None for run in runs):
        return None
    quantile = (1 + config.level) / 2
    halves = [
        student_t_quantile(quantile, run.wander.freedom) * run.window_variance_deg2**0.5
        for run in runs
        if run.wander is not None
    ]
    half = float(np.hypot(np.hypot(*halves), normal_quantile(quantile) * standing_sd_deg))
    return Estimate(value_deg, value_deg - half, value_deg + half)


def _joint_standing_sd_deg(reference: RunReport, other: RunReport, config: ComparisonConfig) -> float:
    return float(np.hypot(_standing_sd_deg(reference, config), _standing_sd_deg(other, config)))


def _standing_sd_deg(report: RunReport, config: ComparisonConfig) -> float:
    """Return the standard deviation of a run's zero: that of refitting, or more where its standings differ.

    Standings of one fitting say nothing of the next, however well they agree.
    """
    refit_deg = config.refit_deg / _REFIT_SDS
    tilts_deg = [s.flexion_deg for s in report.evidence.standings if s.role in _STANDING_ROLES]
    return refit_deg if len(tilts_deg) < 2 else max(refit_deg, float(np.std(tilts_deg, ddof=1)))


def _onset_differences(
    reference: RunCourse, other: RunCourse, config: ComparisonConfig
) -> dict[str, OnsetDifference]:
    if not _same_thresholds(reference, other):
        return {}
    shared = [kind for kind in reference.onsets if kind in other.onsets]
    return {kind: onset_difference(reference.onsets[kind], other.onsets[kind], config) for kind in shared}


def _same_thresholds(reference: RunCourse, other: RunCourse) -> bool:
    first, second = (course.report.provenance.config.findings for course in (reference, other))
    return (first.watch_deg, first.slouched_deg) == (second.watch_deg, second.slouched_deg)


def _missing(
    level_deg: Estimate | None, change: CourseChange | None, reference: RunCourse, other: RunCourse
) -> tuple[str, ...]:
    """Return what cannot be told, each with its reason."""
    found = []
    if not (reference.onsets and other.onsets):
        found.append("how far tall: one run is too short, or has no fresh part to be held against")
    elif not _same_thresholds(reference, other):
        found.append("how far tall: the two runs were judged by different thresholds")
    if change is None:
        found.append("how it changed with distance: too few strides at a speed and slope both runs share")
    if level_deg is None:
        standing = all(c.report.provenance.zero_source == ZeroSource.STANDING for c in (reference, other))
        because = "one run is too short" if standing else "one run has no standing before it"
        found.append(f"lean when fresh: {because}")
    return tuple(found)
