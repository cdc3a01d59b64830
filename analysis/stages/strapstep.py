"""A step of the angle that comes within a few strides and stays: posture or strap, one sensor cannot tell."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from analysis.config import BaselineConfig, StrapStepConfig
from analysis.records import StrapStep, StrideTable
from analysis.stages.baseline import usable_running
from analysis.stages.episodes import known_median
from sensor.samples import FloatArray, IntArray


def strap_steps(table: StrideTable, config: StrapStepConfig, effort: BaselineConfig) -> tuple[StrapStep, ...]:
    """Find sudden, lasting changes of flexion or list.

    A step must exceed `StrapStepConfig.sd_factor` standard deviations of the strides around it twice over:
    between the few strides directly before and after it (so that a slouch over a hundred metres is none), and
    between the many strides before and after (so that neither noise nor a bend of the track is one). A change
    of speed or grade at the same moment explains it, and it is not reported.

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
    apart = _apart(found, config.stays_strides)
    return tuple(
        StrapStep(float(table["start_s"][rows[at]]), float(table["distance_m"][rows[at]]), found[at])
        for at in apart
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
    sudden = np.abs(sharp_deg[candidates]) > limit_deg
    kept = np.flatnonzero(same_way & sudden & (np.abs(lasting_deg) > limit_deg))
    steps = []
    for group in np.split(kept, np.flatnonzero(np.diff(candidates[kept]) > stays) + 1):
        if len(group):
            sharpest = group[np.argmax(np.abs(sharp_deg[candidates[group]]))]
            steps.append((int(candidates[sharpest]) + skip // 2, float(lasting_deg[sharpest])))
    return steps


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
    """Tell whether speed or grade, where known, changed along with the angle."""
    before, after = rows[max(at - config.stays_strides, 0) : at], rows[at : at + config.stays_strides]
    speed_mps = [known_median(table["speed_mps"][part]) for part in (before, after)]
    grade_pct = [known_median(table["grade_pct"][part]) for part in (before, after)]
    faster = abs(speed_mps[1] - speed_mps[0]) > effort.max_speed_change * speed_mps[0]
    return bool(faster or abs(grade_pct[1] - grade_pct[0]) > effort.max_grade_pct)


def _apart(positions: Iterable[int], at_least: int) -> list[int]:
    """Keep the first of steps that flexion and list show at nearly the same stride."""
    kept: list[int] = []
    for at in sorted(positions):
        if not kept or at - kept[-1] >= at_least:
            kept.append(at)
    return kept
