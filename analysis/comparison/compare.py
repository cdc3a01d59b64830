"""Compare the reports of two or more runs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.comparison.comparability import NO, comparability, trunk_placement
from analysis.comparison.records import (
    CHANGE,
    FORWARD_LEAN,
    Comparability,
    Comparison,
    Difference,
    KilometreDifference,
    PairComparison,
    RunSummary,
)
from analysis.comparison.run_facts import covered_m
from analysis.comparison.stretches import difference_interval, stretch_mean
from analysis.errors import UsageError
from analysis.judging.baseline import usable_running
from analysis.judging.config import ComparisonConfig
from analysis.records import Segment
from analysis.run_report import RunReport
from analysis.words import Flag, StandingRole, ZeroSource
from sensor.samples import FloatArray

_STANDING_ROLES = (StandingRole.ZERO, StandingRole.RECALIBRATION, StandingRole.END)
_REFIT_SDS = 1.96 * 2**0.5
"""A minimal detectable change is this many standard deviations of a single fitting (Weir 2005)."""


def compare(reports: Sequence[RunReport], config: ComparisonConfig | None = None) -> Comparison:
    """Compare runs with the first of them.

    Parameters
    ----------
    reports
        At least two.
    config
        Numbers of the comparison; the defaults without it.

    Raises
    ------
    UsageError
        For fewer than two reports.
    """
    if len(reports) < 2:
        raise UsageError(f"compare: {len(reports)} run given, two or more are needed")
    config = config or ComparisonConfig()
    reference = reports[0]
    pairs = tuple(_pair(reference, other, config) for other in reports[1:])
    return Comparison(tuple(_summary(report) for report in reports), pairs, config.refit_deg, config.level)


def _summary(report: RunReport) -> RunSummary:
    return RunSummary(
        name=report.session.name,
        path=report.session.path,
        started_utc=report.session.started_utc,
        placement=trunk_placement(report),
        distance_m=report.totals.distance_m,
        running_s=report.totals.running_s,
        speed_mps=report.totals.speed_mps,
        cadence_spm=report.totals.cadence_spm,
        flexion_deg=report.totals.flexion_deg,
        slouched_m=covered_m(report, Flag.SLOUCHED, Flag.ROUNDED),
        leaning_m=covered_m(report, Flag.LEANING),
        verdict=report.outcome.verdict,
        confidence=report.outcome.confidence,
        zero_source=report.provenance.zero_source,
    )


def _pair(reference: RunReport, other: RunReport, config: ComparisonConfig) -> PairComparison:
    lines = comparability(reference, other)
    difference, because = _difference(reference, other, lines=lines, config=config)
    blocked = any(line.status == NO for line in lines)
    kilometres = tuple(
        _kilometre(a, b, _both_standing(reference, other))
        for a, b in zip(reference.evidence.segments, other.evidence.segments, strict=False)
        if (a.from_m, a.to_m) == (b.from_m, b.to_m) and not blocked
    )
    return PairComparison(
        reference=_summary(reference),
        other=_summary(other),
        comparability=lines,
        difference=difference,
        no_difference_because=because,
        kilometres=kilometres,
    )


def _both_standing(reference: RunReport, other: RunReport) -> bool:
    return reference.provenance.zero_source is other.provenance.zero_source == ZeroSource.STANDING


def _kilometre(reference: Segment, other: Segment, same_zero: bool) -> KilometreDifference:
    flexion_deg = other.flexion_deg - reference.flexion_deg if same_zero else float("nan")
    return KilometreDifference(
        from_m=reference.from_m,
        to_m=reference.to_m,
        reference_flexion_deg=reference.flexion_deg,
        other_flexion_deg=other.flexion_deg,
        flexion_difference_deg=flexion_deg,
        reference_adj_deg=reference.adj_deg,
        other_adj_deg=other.adj_deg,
        adj_difference_deg=other.adj_deg - reference.adj_deg,
    )


def _difference(
    reference: RunReport, other: RunReport, *, lines: Sequence[Comparability], config: ComparisonConfig
) -> tuple[Difference | None, str]:
    """Return the difference at matched speed, or None and why there is none."""
    blocked = [f"{line.what}: {line.because}" for line in lines if line.status == NO]
    if blocked:
        return None, "; ".join(blocked)
    standing = _both_standing(reference, other)
    if not standing and (reference.evidence.baseline is None or other.evidence.baseline is None):
        return None, "neither a standing before both runs nor a fresh window in both"
    band_mps = _shared_speeds(reference, other, config)
    if band_mps is None:
        return None, "the runs share no speed"
    angles_deg = [_angles_deg(report, band_mps, standing) for report in (reference, other)]
    few = min(len(angle_deg) for angle_deg in angles_deg)
    if few < config.min_matched_strides:
        return None, f"only {few} usable strides at a shared speed, {config.min_matched_strides} are needed"
    return _matched(
        angles_deg,
        band_mps,
        standing_sd_deg=_joint_standing_sd(reference, other, config),
        standing=standing,
        config=config,
    ), ""


def _matched(
    angles_deg: Sequence[FloatArray],
    band_mps: tuple[float, float],
    *,
    standing_sd_deg: float,
    standing: bool,
    config: ComparisonConfig,
) -> Difference:
    means = [stretch_mean(angle_deg, config) for angle_deg in angles_deg]
    standing_sd_deg = standing_sd_deg if standing else 0.0
    value_deg, low_deg, high_deg = difference_interval(
        means[0], means[1], standing_sd=standing_sd_deg, level=config.level
    )
    return Difference(
        quantity=FORWARD_LEAN if standing else CHANGE,
        value_deg=value_deg,
        low_deg=low_deg,
        high_deg=high_deg,
        from_mps=band_mps[0],
        to_mps=band_mps[1],
        reference_strides=len(angles_deg[0]),
        other_strides=len(angles_deg[1]),
        standing_sd_deg=standing_sd_deg,
        independent=all(mean.independent for mean in means),
        within_refitting=standing and abs(value_deg) < config.refit_deg,
    )


def _shared_speeds(
    reference: RunReport, other: RunReport, config: ComparisonConfig
) -> tuple[float, float] | None:
    """Return the band of speeds both runs hold, (nan, nan) where one has no speeds, None without overlap."""
    ranges = [_speed_range(report, config.speed_tail) for report in (reference, other)]
    low_mps = max(r[0] for r in ranges) * (1 - config.speed_margin)
    high_mps = min(r[1] for r in ranges) * (1 + config.speed_margin)
    if np.isnan([r[0] for r in ranges]).any():
        return float("nan"), float("nan")
    return (float(low_mps), float(high_mps)) if low_mps <= high_mps else None


def _speed_range(report: RunReport, tail: float) -> FloatArray:
    speed_mps = report.strides["speed_mps"][usable_running(report.strides)]
    known = speed_mps[np.isfinite(speed_mps)]
    return np.quantile(known, [tail, 1 - tail]) if len(known) else np.full(2, np.nan)


def _angles_deg(report: RunReport, band_mps: tuple[float, float], standing: bool) -> FloatArray:
    """Return the lean of the usable running strides in the band, or its change past the fresh window."""
    strides = report.strides
    kept = usable_running(strides)
    if not np.isnan(band_mps[0]):
        kept = kept & (strides["speed_mps"] >= band_mps[0]) & (strides["speed_mps"] <= band_mps[1])
    if standing or report.evidence.baseline is None:
        return np.asarray(strides["trunk_flexion_deg"][kept])
    kept = kept & (strides["distance_m"] >= report.evidence.baseline.to_m)
    return np.asarray(strides["trunk_flexion_adj_deg"][kept])


def _joint_standing_sd(reference: RunReport, other: RunReport, config: ComparisonConfig) -> float:
    return float(np.hypot(_standing_sd(reference, config), _standing_sd(other, config)))


def _standing_sd(report: RunReport, config: ComparisonConfig) -> float:
    """Return the standard deviation (degrees) of one standing of this run; from re-fitting, if only one."""
    tilts_deg = [s.flexion_deg for s in report.evidence.standings if s.role in _STANDING_ROLES]
    if len(tilts_deg) < 2:
        return config.refit_deg / _REFIT_SDS
    return float(np.std(tilts_deg, ddof=1))
