"""Flags that need a second sensor: a rounded back (sacrum), a head carried low or forward (head)."""

from __future__ import annotations

import numpy as np

from analysis.judging.baseline import in_window
from analysis.judging.config import FindingsConfig
from analysis.judging.curve import over_strides
from analysis.judging.episodes import find_episodes, known_median
from analysis.records import Baseline, Curve, Episode, StrideTable
from analysis.words import Flag
from sensor.samples import BoolArray


def rounded_flags(
    table: StrideTable, curve: Curve, *, barred: BoolArray, config: FindingsConfig
) -> tuple[StrideTable, tuple[Episode, ...]]:
    """Fill ``flag_rounded``: the back bends while the sacrum stays, which is flexed spine and no lean.

    Parameters
    ----------
    table
        The stride table, ``judged`` filled.
    curve
        The smoothed course of ``table``.
    barred
        (strides,) strides after a strap step: a slipping trunk sensor bends the back no less than a runner.
    config
        Limits of the rule.
    """
    bend_deg = over_strides(table, curve.bend_change_deg)
    sacrum_deg = over_strides(table, curve.sacrum_change_deg)
    leaning_along = ~(np.abs(sacrum_deg) < config.rounded_sacrum_deg)
    episodes, flagged = find_episodes(
        table,
        Flag.ROUNDED,
        quantity_deg=np.where(leaning_along, -np.inf, bend_deg),
        threshold_deg=config.rounded_deg,
        judged=table["judged"] & np.isfinite(bend_deg) & np.isfinite(sacrum_deg),
        config=config,
        barred=barred,
        depth_deg=bend_deg,
    )
    measured = np.isfinite(table["upper_trunk_minus_sacrum_deg"])
    return table.with_columns(flag_rounded=_maybe(flagged, measured)), episodes


def head_flags(
    table: StrideTable, curve: Curve, *, baseline: Baseline, config: FindingsConfig
) -> tuple[StrideTable, tuple[Episode, ...]]:
    """Fill ``flag_head``: the face turned down, or the neck bent further than at the start of the run.

    Parameters
    ----------
    table
        The stride table, ``judged`` filled.
    curve
        The smoothed course of ``table``.
    baseline
        The fresh window, from which the change of the neck counts.
    config
        Limits of the rule.
    """
    fresh_deg = known_median(table["neck_flexion_deg"][in_window(table, baseline)])
    pitch_deg = over_strides(table, curve.head_pitch_deg)
    neck_deg = over_strides(table, curve.neck_flexion_deg) - fresh_deg
    beyond_deg = np.fmax(pitch_deg - config.head_pitch_deg, neck_deg - config.neck_change_deg)
    by_neck = neck_deg - config.neck_change_deg >= pitch_deg - config.head_pitch_deg
    episodes, flagged = find_episodes(
        table,
        Flag.HEAD,
        quantity_deg=beyond_deg,
        threshold_deg=0.0,
        judged=table["judged"] & np.isfinite(pitch_deg),
        config=config,
        depth_deg=np.where(by_neck, neck_deg, pitch_deg),
    )
    measured = np.isfinite(table["head_pitch_deg"])
    return table.with_columns(flag_head=_maybe(flagged, measured)), episodes


def _maybe(flagged: BoolArray, measured: BoolArray) -> np.ndarray[tuple[int, ...], np.dtype[np.object_]]:
    """Return true, false, or None where the quantity is not measured."""
    value = flagged.astype(object)
    value[~measured] = None
    return value
