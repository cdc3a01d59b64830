"""The course of a run, smoothed: what the figures draw and the flags are judged by."""

from __future__ import annotations

import numpy as np

from analysis.judging.baseline import in_window, usable_running
from analysis.judging.config import FindingsConfig
from analysis.judging.episodes import known_median
from analysis.judging.hysteresis import running_median
from analysis.records import Baseline, Curve, StrideTable
from sensor.samples import FloatArray


def curve_of(table: StrideTable, baseline: Baseline | None, config: FindingsConfig) -> Curve:
    """Smooth the course of the run over its usable running strides.

    Parameters
    ----------
    table
        Complete but for the flags.
    baseline
        The fresh window, from which changes of back and sacrum count.
    config
        Width of the running median.
    """
    rows = np.flatnonzero(usable_running(table))
    width = config.smoothing_strides
    flexion_deg = running_median(table["trunk_flexion_deg"][rows], width)
    adj_deg = table["trunk_flexion_adj_deg"][rows]
    known = bool(len(rows)) and bool(np.isfinite(adj_deg).all())
    start_s, end_s = table["start_s"][rows], table["end_s"][rows]
    skipped = np.diff(rows, prepend=-1) > 1
    paused = np.concatenate(
        [np.zeros(min(len(rows), 1), dtype=bool), start_s[1:] - end_s[:-1] > config.break_s]
    )
    return Curve(
        distance_m=table["distance_m"][rows],
        time_s=start_s,
        flexion_deg=flexion_deg,
        adj_deg=running_median(adj_deg, width) if known else np.full(len(rows), np.nan),
        after_break=skipped | paused,
        bend_change_deg=_if_worn(above_window(table, "upper_trunk_minus_sacrum_deg", baseline)[rows], width),
        sacrum_change_deg=_if_worn(above_window(table, "sacrum_pitch_deg", baseline)[rows], width),
        head_pitch_deg=_if_worn(table["head_pitch_deg"][rows], width),
        neck_flexion_deg=_if_worn(table["neck_flexion_deg"][rows], width),
    )


def _if_worn(value_deg: FloatArray, width: int) -> FloatArray:
    """Return (k,) the running median over the known values, NaN elsewhere; (0,) where none is known."""
    known = np.isfinite(value_deg)
    if not known.any():
        return np.zeros(0)
    smooth = np.full(len(value_deg), np.nan)
    smooth[known] = running_median(value_deg[known], width)
    return smooth


def over_strides(table: StrideTable, smooth_deg: FloatArray) -> FloatArray:
    """Return (strides,) one quantity of the curve, NaN where the curve has no stride or was not measured."""
    whole_deg = np.full(len(table), np.nan)
    if len(smooth_deg):
        whole_deg[usable_running(table)] = smooth_deg
    return whole_deg


def above_window(table: StrideTable, column: str, baseline: Baseline | None) -> FloatArray:
    """Return (strides,) a column less its median in the fresh window; NaN where either is unknown."""
    if baseline is None:
        return np.full(len(table), np.nan)
    return np.asarray(table[column] - known_median(table[column][in_window(table, baseline)]))
