"""Flags that need a second sensor: a rounded back (sacrum), a head carried low or forward (head)."""

from __future__ import annotations

import numpy as np

from analysis.config import AnalysisConfig
from analysis.judging.baseline import in_window
from analysis.judging.episodes import find_episodes, known_median
from analysis.judging.hysteresis import running_median
from analysis.records import Baseline, Episode, StrideTable
from analysis.words import Flag
from sensor.samples import BoolArray, FloatArray


def rounded_flags(
    table: StrideTable, baseline: Baseline, config: AnalysisConfig
) -> tuple[StrideTable, tuple[Episode, ...]]:
    """Fill ``flag_rounded``: the back bends while the sacrum stays, which is flexed spine and no lean."""
    rules = config.findings
    bend_deg = _above_window(table, "upper_trunk_minus_sacrum_deg", baseline)
    sacrum_deg = _above_window(table, "sacrum_pitch_deg", baseline)
    judged = table["judged"] & np.isfinite(bend_deg) & np.isfinite(sacrum_deg)
    bend_deg, sacrum_deg = _smooth(bend_deg, judged, config), _smooth(sacrum_deg, judged, config)
    leaning_along = ~(np.abs(sacrum_deg) < rules.rounded_sacrum_deg)
    quantity_deg = np.where(leaning_along, -np.inf, bend_deg)
    episodes, flagged = find_episodes(
        table,
        Flag.ROUNDED,
        quantity_deg=quantity_deg,
        threshold_deg=rules.rounded_deg,
        judged=judged,
        config=rules,
        depth_deg=bend_deg,
    )
    measured = np.isfinite(table["upper_trunk_minus_sacrum_deg"])
    return table.with_columns(flag_rounded=_maybe(flagged, measured)), episodes


def head_flags(
    table: StrideTable, baseline: Baseline, config: AnalysisConfig
) -> tuple[StrideTable, tuple[Episode, ...]]:
    """Fill ``flag_head``: the face turned down, or the neck bent further than at the start of the run."""
    rules = config.findings
    measured = np.isfinite(table["head_pitch_deg"])
    judged = table["judged"] & measured
    pitch_deg = _smooth(table["head_pitch_deg"], judged, config)
    neck_deg = _smooth(_above_window(table, "neck_flexion_deg", baseline), judged, config)
    beyond_deg = np.fmax(pitch_deg - rules.head_pitch_deg, neck_deg - rules.neck_change_deg)
    by_neck = neck_deg - rules.neck_change_deg >= pitch_deg - rules.head_pitch_deg
    episodes, flagged = find_episodes(
        table,
        Flag.HEAD,
        quantity_deg=beyond_deg,
        threshold_deg=0.0,
        judged=judged,
        config=rules,
        depth_deg=np.where(by_neck, neck_deg, pitch_deg),
    )
    return table.with_columns(flag_head=_maybe(flagged, measured)), episodes


def _above_window(table: StrideTable, column: str, baseline: Baseline) -> FloatArray:
    fresh_deg = known_median(table[column][in_window(table, baseline)])
    return np.asarray(table[column] - fresh_deg)


def _smooth(value: FloatArray, kept: BoolArray, config: AnalysisConfig) -> FloatArray:
    smooth = np.full(len(value), np.nan)
    if np.isfinite(value[kept]).all():
        smooth[kept] = running_median(value[kept], config.findings.smoothing_strides)
    return smooth


def _maybe(flagged: BoolArray, measured: BoolArray) -> np.ndarray[tuple[int, ...], np.dtype[np.object_]]:
    """Return true, false, or None where the quantity is not measured."""
    value = flagged.astype(object)
    value[~measured] = None
    return value
