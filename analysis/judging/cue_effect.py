"""Did the cue help? What follows a cue against what follows the same posture without one.

Whoever is reminded at the worst moment is better a little later, reminded or not: extremes regress to the
mean. So before against after says nothing; only the same moments without a cue do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analysis.cues.log import Cue
from analysis.cues.records import (
    CueComparison,
    CueEffect,
    CueFindings,
    CueMoment,
    CuePairs,
    Pairs,
    UncuedMoment,
)
from analysis.judging.baseline import usable_running
from analysis.judging.config import CueConfig
from analysis.maths.quantiles import student_t_quantile
from analysis.records import StrideTable
from sensor.samples import BoolArray, FloatArray


def cue_findings(table: StrideTable, cues: Sequence[Cue], config: CueConfig) -> CueFindings | None:
    """Return what became of the cues of a run; None for a run without.

    Parameters
    ----------
    table
        With the adjusted flexion.
    cues
        In order of time.
    config
        Windows and limits.
    """
    if not cues:
        return None
    means = _Means(table, config)
    at_s = np.array([cue.time_s for cue in cues])
    before_deg, after_deg = means.about(at_s)
    place = np.interp(at_s, table["end_s"], table["distance_m"])
    moments = tuple(
        CueMoment(
            time_s=cue.time_s,
            distance_m=float(place[i]),
            fate=cue.fate,
            size=cue.size,
            threshold_deg=cue.threshold_deg,
            before_deg=float(before_deg[i]),
            after_deg=float(after_deg[i]),
        )
        for i, cue in enumerate(cues)
    )
    uncued = _uncued(means, at_s, cues[0].threshold_deg, config)
    alone = CueFindings(moments=moments, uncued=uncued, effect=pooled_effect([], config))
    return replace(alone, effect=pooled_effect([alone.pairs], config))


def pooled_effect(runs: Sequence[CuePairs], config: CueConfig) -> CueEffect:
    """Return what cues do, of all runs together.

    Against withheld cues where there are enough of them: each was drawn by chance at its own moment, so that
    nothing but the cue tells the two apart (a micro-randomized trial). Else against moments as deep. Both are
    compared at the same flexion before, by least squares, with an interval that asks neither for equal
    scatter nor for many (HC3: MacKinnon & White 1985, J Econometrics 29:305-325).

    Parameters
    ----------
    runs
        The pairs of each.
    config
        Limits.
    """
    given, withheld = _joined([run.given for run in runs]), _joined([run.withheld for run in runs])
    other, by = withheld, CueComparison.WITHHELD
    if len(withheld) < config.min_moments:
        uncued = _as_deep(_joined([run.uncued for run in runs]), given, config)
        if len(uncued) >= config.min_uncued:
            other, by = uncued, CueComparison.UNCUED
    run_count = sum(bool(run.given or run.withheld) for run in runs)
    if min(len(given), len(other)) < config.min_moments:
        return CueEffect(
            compared_with=CueComparison.NOTHING,
            given_count=len(given),
            other_count=len(withheld),
            run_count=run_count,
            because=f"at least {config.min_moments} given and {config.min_moments} withheld are needed",
        )
    effect_deg, half_deg = _adjusted_difference(given, other, config.level)
    return CueEffect(
        compared_with=by,
        given_count=len(given),
        other_count=len(other),
        run_count=run_count,
        effect_deg=effect_deg,
        lo_deg=effect_deg - half_deg,
        hi_deg=effect_deg + half_deg,
    )


def _joined(pairs: Sequence[Pairs]) -> FloatArray:
    """Return (k, 2) flexion before and after, of all runs."""
    return np.array([pair for of_run in pairs for pair in of_run], dtype=np.float64).reshape(-1, 2)


class _Means:
    """Means of the flexion about any moment, by sums along the run.

    Parameters
    ----------
    table
        The strides.
    config
        Windows.
    """

    def __init__(self, table: StrideTable, config: CueConfig) -> None:
        adjusted_deg = table["trunk_flexion_adj_deg"]
        known_deg = adjusted_deg if np.isfinite(adjusted_deg).any() else table["trunk_flexion_deg"]
        counted: BoolArray = usable_running(table) & np.isfinite(known_deg)
        self._config = config
        self._middle_s = ((table["start_s"] + table["end_s"]) / 2)[counted]
        self._sums_deg = np.concatenate([[0.0], np.cumsum(known_deg[counted])])
        self._sums_s = np.concatenate([[0.0], np.cumsum((table["end_s"] - table["start_s"])[counted])])

    @property
    def span_s(self) -> tuple[float, float]:
        """When the running begins and ends; nothing where there is none."""
        return (float(self._middle_s[0]), float(self._middle_s[-1])) if len(self._middle_s) else (0.0, 0.0)

    def about(self, at_s: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return (k,) means before and after each of (k,) moments, NaN where too little is known."""
        window_s, settle_s = self._config.window_s, self._config.settle_s
        return self._between(at_s - window_s, at_s), self._between(
            at_s + settle_s, at_s + settle_s + window_s
        )

    def _between(self, from_s: FloatArray, to_s: FloatArray) -> FloatArray:
        low, high = (np.searchsorted(self._middle_s, edge) for edge in (from_s, to_s))
        covered = self._sums_s[high] - self._sums_s[low] >= self._config.min_cover * self._config.window_s
        with np.errstate(invalid="ignore", divide="ignore"):
            mean_deg = (self._sums_deg[high] - self._sums_deg[low]) / (high - low)
        return np.where(covered, mean_deg, np.nan)


def _uncued(
    means: _Means, cue_s: FloatArray, threshold_deg: float, config: CueConfig
) -> tuple[UncuedMoment, ...]:
    """Return moments beyond the threshold, evenly spaced, of whose windows no cue lies in or just before."""
    first_s, last_s = means.span_s
    at_s = np.arange(first_s + config.window_s, last_s, config.uncued_step_s)
    before_deg, after_deg = means.about(at_s)
    reach_s = config.settle_s + config.window_s
    since_s = at_s - cue_s[np.maximum(np.searchsorted(cue_s, at_s) - 1, 0)]
    until_s = cue_s[np.minimum(np.searchsorted(cue_s, at_s), len(cue_s) - 1)] - at_s
    is_far = ((since_s < 0) | (since_s >= config.aftermath_s)) & ((until_s < 0) | (until_s >= reach_s))
    kept = is_far & np.isfinite(after_deg) & (before_deg > threshold_deg)
    return tuple(
        UncuedMoment(time_s=float(t), before_deg=float(b), after_deg=float(a))
        for t, b, a in zip(at_s[kept], before_deg[kept], after_deg[kept], strict=True)
    )


def _as_deep(uncued: FloatArray, given: FloatArray, config: CueConfig) -> FloatArray:
    """Return the uncued moments within the depths of those with a cue."""
    if not len(given):
        return uncued[:0]
    low, high = given[:, 0].min() - config.same_depth_deg, given[:, 0].max() + config.same_depth_deg
    return np.asarray(uncued[(uncued[:, 0] >= low) & (uncued[:, 0] <= high)])


def _adjusted_difference(given: FloatArray, other: FloatArray, level: float) -> tuple[float, float]:
    """Return by how much more follows the given ones at the same flexion before, and half its interval."""
    pairs = np.concatenate([given, other])
    is_given = np.concatenate([np.ones(len(given)), np.zeros(len(other))])
    depth_deg = pairs[:, 0] - pairs[:, 0].mean()
    design = np.column_stack([np.ones(len(pairs)), is_given, depth_deg])
    inverse = np.linalg.pinv(design.T @ design)
    change_deg = pairs[:, 1] - pairs[:, 0]
    beta = inverse @ design.T @ change_deg
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
    scaled = (change_deg - design @ beta) / np.maximum(1.0 - leverage, 1e-9)
    spread = inverse @ (design.T * scaled**2) @ design @ inverse
    freedom = min(len(given), len(other)) - 1
    half = student_t_quantile((1.0 + level) / 2.0, freedom) * float(np.sqrt(spread[1, 1]))
    return float(beta[1]), half
