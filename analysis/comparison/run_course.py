"""One run made ready to be compared: its stages, its wander, and where things begin in it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analysis.comparison.course import course_change
from analysis.comparison.onset import OnsetEvidence, onset_evidence
from analysis.comparison.records import OnsetKind, RunSummary, StagePoint
from analysis.comparison.stages import comparable_strides, stage_edges, stage_medians
from analysis.comparison.summing_up import NOT_TALL, covered_m, facts_of
from analysis.comparison.wander import Wander, wander_of
from analysis.judging.config import ComparisonConfig
from analysis.records import Baseline
from analysis.run_report import RunReport
from analysis.words import EpisodeEnd, Flag, Method
from sensor.samples import BoolArray, FloatArray

FLAGS: Mapping[OnsetKind, tuple[Flag, ...]] = {
    OnsetKind.TALL: NOT_TALL,
    OnsetKind.WATCH: (Flag.WATCH,),
    OnsetKind.SLOUCHED: (Flag.SLOUCHED, Flag.ROUNDED),
}
"""Which flags make each beginning."""


@dataclass(frozen=True, slots=True, eq=False)
class RunCourse:
    """A run made ready to be compared.

    Parameters
    ----------
    report
        The run.
    kept
        (strides,) those that may be held against another run's.
    to_m
        Where the last of them begins; 0 without any.
    wander
        Scatter of its stages; None where it has too few.
    window_variance_deg2
        Of the median of the fresh window, by that wander; NaN without one.
    onsets
        Where things begin; empty without a fresh window or a wander.
    summary
        What is told of the run.
    """

    report: RunReport
    kept: BoolArray
    to_m: float
    wander: Wander | None
    window_variance_deg2: float
    onsets: Mapping[OnsetKind, OnsetEvidence]
    summary: RunSummary


def run_course(report: RunReport, config: ComparisonConfig) -> RunCourse:
    """Return a run made ready to be compared."""
    kept = comparable_strides(report)
    distance_m = report.strides["distance_m"][kept]
    to_m = float(distance_m.max()) if len(distance_m) else 0.0
    edges_m = stage_edges(to_m, config)
    stage_deg = stages_of(report, kept, edges_m, config)
    known = np.isfinite(stage_deg)
    stage_m = float(edges_m[1] - edges_m[0])
    wander = wander_of(stage_deg[known], stage_m, config) if known.sum() >= config.min_stages else None
    window = _window_variance_deg2(report.evidence.baseline, wander)
    onsets = {} if wander is None else _onsets(report, kept, wander, window, to_m, config)
    summary = _summary(report, stage_deg, edges_m, onsets, config)
    return RunCourse(report, kept, to_m, wander, window, onsets, summary)


def stages_of(
    report: RunReport, kept: BoolArray, edges_m: FloatArray, config: ComparisonConfig
) -> FloatArray:
    """Return (k,) medians of the stages: adjusted flexion, or flexion where there is no fresh window."""
    column = "trunk_flexion_deg" if report.evidence.baseline is None else "trunk_flexion_adj_deg"
    value_deg, distance_m = report.strides[column][kept], report.strides["distance_m"][kept]
    return stage_medians(distance_m, value_deg, edges_m, min_strides=config.min_stage_strides)


def _window_variance_deg2(baseline: Baseline | None, wander: Wander | None) -> float:
    if baseline is None or wander is None:
        return math.nan
    return wander.of_mean(max(1, round((baseline.to_m - baseline.from_m) / wander.stage_m)))


def _onsets(
    report: RunReport,
    kept: BoolArray,
    wander: Wander,
    window_variance_deg2: float,
    to_m: float,
    config: ComparisonConfig,
) -> dict[OnsetKind, OnsetEvidence]:
    """Return the evidence of every beginning; each looks no further than the first stretch of its kind."""
    if math.isnan(window_variance_deg2):
        return {}
    rules = report.provenance.config.findings
    found = {}
    for kind, flags in FLAGS.items():
        stretches = [e for e in report.evidence.episodes if e.flag in flags and e.from_m <= to_m]
        first = min(stretches, key=lambda e: e.from_m, default=None)
        ended = first is not None and first.ended_by == EpisodeEnd.RECOVERED
        edges_m = stage_edges(min(first.to_m, to_m) if first and ended else to_m, config)
        found[kind] = onset_evidence(
            kind,
            at_m=first.from_m if first else math.nan,
            within_m=to_m,
            stage_deg=stages_of(report, kept, edges_m, config),
            edges_m=edges_m,
            threshold_deg=rules.slouched_deg if kind is OnsetKind.SLOUCHED else rules.watch_deg,
            wander=wander,
            window_sd_deg=window_variance_deg2**0.5,
            config=config,
        )
    return found


def _summary(
    report: RunReport,
    stage_deg: FloatArray,
    edges_m: FloatArray,
    onsets: Mapping[OnsetKind, OnsetEvidence],
    config: ComparisonConfig,
) -> RunSummary:
    facts, change = facts_of(report), course_change(stage_deg, edges_m, config, sensors=1)
    points = (
        StagePoint(float(a), float(b), float(value))
        for a, b, value in zip(edges_m[:-1], edges_m[1:], stage_deg, strict=True)
        if math.isfinite(value) and report.evidence.baseline is not None
    )
    return RunSummary(
        name=facts.name,
        path=report.session.path,
        started_utc=facts.started_utc,
        simulated=facts.simulated,
        runner=facts.runner,
        placement=facts.placement,
        distance_m=facts.distance_m,
        running_s=facts.running_s,
        speed_mps=facts.speed_mps,
        cadence_spm=facts.cadence_spm,
        flexion_deg=report.totals.flexion_deg,
        level_deg=facts.level_deg,
        slouched_m=facts.slouched_m,
        leaning_m=covered_m(report, Flag.LEANING),
        verdict=facts.verdict,
        confidence=facts.confidence,
        zero_source=facts.zero_source,
        drift_deg_per_km=change.drift_deg_per_km if change else None,
        late_minus_early_deg=change.late_minus_early_deg if change else None,
        onsets={kind: evidence.onset for kind, evidence in onsets.items()},
        course=tuple(points),
        average_stride=report.evidence.average_stride,
        no_average_stride_because=_no_average_stride_because(report),
        context=facts.context,
    )


def _no_average_stride_because(report: RunReport) -> str:
    if report.evidence.average_stride is not None:
        return ""
    if report.provenance.method is Method.ACCELEROMETER_ONLY:
        return "its sensor has no gyroscope, and an angle without one has no course within the stride"
    if report.evidence.baseline is None:
        return "it has no fresh part to be held against"
    return "too few of its fresh strides are judged, or its report was written by an older version"
