"""A step of the angle that comes within a few strides and stays: posture or strap, one sensor cannot tell."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from analysis.judging.baseline import usable_running
from analysis.judging.config import BaselineConfig, StrapStepConfig
from analysis.judging.episodes import known_median
from analysis.records import StrapStep, StrideTable
from sensor.samples import FloatArray, IntArray

_MAD_TO_SD = 1.4826
"""Median absolute deviation of a normal distribution to its standard deviation."""


def strap_steps(table: StrideTable, config: StrapStepConfig, effort: BaselineConfig) -> tuple[StrapStep, ...]:
    """Find sudden, lasting changes of flexion or list.

    A step must exceed `StrapStepConfig.sd_factor` standard deviations of the strides around it twice over:
    between the few strides directly before and after it (so that a slouch over a hundred metres is none), and
    between the many strides before and after (so that neither noise nor a bend of the track is one). It must
    also stand out from the changes that this runner makes over so few strides anyway. A change of speed or
    grade at the same moment explains it, and it is not reported.

    Parameters
    ----------
    table
        Complete stride table.
    config
        Widths and thresholds.
    effort
        What counts as a change of speed or grade.
    """
    rows = np.flatnonzero(usable_running(table))
    found: dict[int, float] = {}
    for column in ("trunk_flexion_deg", "trunk_lateral_deg"):
        angle_deg = table[column][rows]
        if np.isfinite(angle_deg).all():
            for at, step_deg in _steps(angle_deg, config):
                if not _effort_changed(table, rows, at, config, effort):
                    found[at] = max(found.get(at, 0.0), step_deg, key=abs)
    return tuple(
        StrapStep(float(table["start_s"][rows[at]]), float(table["distance_m"][rows[at]]), found[at])
        for at in _apart(found, config.stays_strides)
    )


def _steps(angle_deg: FloatArray, config: StrapStepConfig) -> list[tuple[int, float]]:
    """Return position of the first stride after each step, and its size."""
    sharp_deg = _median_change(angle_deg, config.edge_strides, config.within_strides)
    stays, skip = config.stays_strides, config.within_strides
    candidates = np.flatnonzero(np.abs(sharp_deg) > config.min_step_deg)
    candidates = candidates[(candidates >= stays) & (candidates + skip + stays <= len(angle_deg))]
    if not len(candidates):
        return []
    around = np.lib.stride_tricks.sliding_window_view(angle_deg, stays)
    before_deg, after_deg = around[candidates - stays], around[candidates + skip]
    lasting_deg = np.median(after_deg, axis=1) - np.median(before_deg, axis=1)
    sd_deg = np.sqrt((before_deg.var(axis=1, ddof=1) + after_deg.var(axis=1, ddof=1)) / 2)
    limit_deg = np.maximum(config.sd_factor * sd_deg, config.min_step_deg)
    same_way = np.sign(lasting_deg) == np.sign(sharp_deg[candidates])
    usual_deg = _MAD_TO_SD * float(np.median(np.abs(sharp_deg)))
    sudden = np.abs(sharp_deg[candidates]) > np.maximum(limit_deg, config.sudden_factor * usual_deg)
    kept = np.flatnonzero(same_way & sudden & (np.abs(lasting_deg) > limit_deg))
    steps = []
    for group in np.split(kept, np.flatnonzero(np.diff(candidates[kept]) > stays) + 1):
        if len(group):
            sharpest = group[np.argmax(np.abs(sharp_deg[candidates[group]]))]
            at = _best_split(angle_deg, int(candidates[sharpest]), 2 * config.edge_strides)
            steps.append((at, float(lasting_deg[sharpest])))
    return steps


def _best_split(angle_deg: FloatArray, near: int, reach: int) -> int:
    """Return the first stride of the new level: where two levels leave the least squared error."""
    part = angle_deg[near - reach : near + reach]
    count = np.arange(1, len(part))
    excess = np.cumsum(part - part.mean())[:-1]
    return near - reach + 1 + int(np.argmax(excess**2 / (count * (len(part) - count))))


def _median_change(angle_deg: FloatArray, width: int, skip: int) -> FloatArray:
    """Return (n,) median of ``width`` strides from ``i + skip`` on, minus that of those before ``i``."""
    change_deg = np.zeros(len(angle_deg))
    if len(angle_deg) < 2 * width + skip:
        return change_deg
    medians = np.median(np.lib.stride_tricks.sliding_window_view(angle_deg, width), axis=1)
    first = np.arange(width, len(angle_deg) - skip - width + 1)
    change_deg[first] = medians[first + skip] - medians[first - width]
    return change_deg


def _effort_changed(
    table: StrideTable, rows: IntArray, at: int, config: StrapStepConfig, effort: BaselineConfig
) -> bool:
    """Tell whether speed, cadence or grade, where known, changed along with the angle."""
    before, after = rows[max(at - config.stays_strides, 0) : at], rows[at : at + config.stays_strides]
    speed_mps = [known_median(table["speed_mps"][part]) for part in (before, after)]
    grade_pct = [known_median(table["grade_pct"][part]) for part in (before, after)]
    cadence_spm = [known_median(table["cadence_spm"][part]) for part in (before, after)]
    faster = abs(speed_mps[1] - speed_mps[0]) > effort.max_speed_change * speed_mps[0]
    quicker = abs(cadence_spm[1] - cadence_spm[0]) > config.max_cadence_change * cadence_spm[0]
    return bool(faster or quicker or abs(grade_pct[1] - grade_pct[0]) > effort.max_grade_pct)


def _apart(found: Mapping[int, float], at_least: int) -> list[int]:
    """Keep the larger of steps that flexion and list show at nearly the same stride."""
    kept: list[int] = []
    for at in sorted(found):
        if kept and at - kept[-1] < at_least:
            kept[-1] = max(kept[-1], at, key=lambda one: abs(found[one]))
        else:
            kept.append(at)
    return kept
