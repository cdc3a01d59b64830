"""A report summed up in the few figures that are kept of a run."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from analysis.comparison.comparability import trunk_placement
from analysis.comparison.run_facts import BIN_M, RunBin, RunFacts
from analysis.cues.records import CuePairs
from analysis.judging.baseline import usable_running
from analysis.judging.distance import is_measured
from analysis.run_report import RunReport
from analysis.words import Flag, ZeroSource
from sensor.session.context import RUNNER_KEY

NOT_TALL = (Flag.WATCH, Flag.SLOUCHED, Flag.LEANING, Flag.ROUNDED)
"""A runner runs tall until the first of these."""


def speed_is_measured(report: RunReport) -> bool:
    """Tell whether something outside the strides told the speed of the moment."""
    return is_measured(report.provenance.speed_source)


def facts_of(report: RunReport) -> RunFacts:
    """Return what is kept of a run."""
    strides, baseline = report.strides, report.evidence.baseline
    judged = np.asarray(strides["judged"], dtype=bool)
    stands = report.provenance.zero_source is ZeroSource.STANDING and baseline is not None
    return RunFacts(
        name=report.session.name,
        started_utc=report.session.started_utc,
        simulated=report.session.simulated,
        runner=str(report.session.context.get(RUNNER_KEY, "")),
        placement=trunk_placement(report),
        duration_s=report.session.duration_s,
        running_s=report.totals.running_s,
        distance_m=report.totals.distance_m,
        distance_source=report.provenance.distance_source,
        speed_mps=report.totals.speed_mps,
        speed_is_measured=speed_is_measured(report),
        cadence_spm=report.totals.cadence_spm,
        heart_rate_bpm=report.totals.heart_rate_bpm,
        zero_source=report.provenance.zero_source,
        verdict=report.outcome.verdict,
        confidence=report.outcome.confidence,
        judged_m=float(strides["distance_m"][judged].max()) if judged.any() else math.nan,
        level_deg=baseline.flexion_deg if stands and baseline else math.nan,
        watch_from_m=_first_m(report, Flag.WATCH),
        slouched_from_m=_first_m(report, Flag.SLOUCHED, Flag.ROUNDED),
        tall_until_m=_first_m(report, *NOT_TALL),
        slouched_m=covered_m(report, Flag.SLOUCHED, Flag.ROUNDED),
        file_hash=report.provenance.file_hash,
        config_hash=report.provenance.config_hash,
        bins=_bins(report),
        context=report.session.context,
        level_speed_mps=baseline.speed_mps if baseline and speed_is_measured(report) else math.nan,
        grade_sd_pct=report.provenance.grade_half_width_pct / report.provenance.config.grade.half_width_sds,
        method=report.provenance.method,
        cues=report.evidence.cues.pairs if report.evidence.cues else CuePairs(),
    )


def covered_m(report: RunReport, *flags: Flag) -> float:
    """Return the metres that stretches of any of the flags cover, each metre once."""
    total_m, reached_m = 0.0, -math.inf
    for episode in sorted(report.evidence.episodes, key=lambda e: e.from_m):
        if episode.flag in flags:
            total_m += max(0.0, episode.to_m - max(episode.from_m, reached_m))
            reached_m = max(reached_m, episode.to_m)
    return total_m


def _first_m(report: RunReport, *flags: Flag) -> float:
    return min((e.from_m for e in report.evidence.episodes if e.flag in flags), default=math.nan)


def _bins(report: RunReport) -> tuple[RunBin, ...]:
    import pandas as pd

    names = [
        "distance_m",
        "trunk_flexion_deg",
        "trunk_flexion_adj_deg",
        "speed_mps",
        "grade_pct",
        "cadence_spm",
        "judged",
    ]
    kept = usable_running(report.strides)
    frame = pd.DataFrame({name: report.strides[name][kept] for name in names}).astype(float)
    if not speed_is_measured(report):
        frame["speed_mps"] = math.nan
    grouped = frame.groupby(np.floor(frame.pop("distance_m") / BIN_M))
    counts, medians = grouped.size(), grouped.median()
    flagged = [(e.from_m, e.to_m) for e in report.evidence.episodes if e.flag in NOT_TALL]
    return tuple(
        _bin(float(number) * BIN_M, int(count), row.tolist(), flagged)
        for number, count, row in zip(counts.index, counts, medians.to_numpy(), strict=True)
    )


def _bin(
    from_m: float, stride_count: int, medians: list[float], flagged_m: Sequence[tuple[float, float]]
) -> RunBin:
    flexion_deg, adj_deg, speed_mps, grade_pct, cadence_spm, judged = medians
    return RunBin(
        from_m,
        stride_count,
        flexion_deg,
        adj_deg,
        speed_mps,
        grade_pct,
        cadence_spm,
        is_judged=judged >= 0.5,
        is_flagged=any(from_m < end_m and begin_m < from_m + BIN_M for begin_m, end_m in flagged_m),
    )
