"""The average stride: the course of the trunk within the stride, when fresh and late in the run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.judging.baseline import in_window
from analysis.judging.config import ThirdsConfig
from analysis.judging.thirds import in_last_third
from analysis.maths.angles import flexion_deg
from analysis.maths.between_rows import value_at
from analysis.records import AverageStride, Axis, Baseline, MountingShift, StrideEnsemble, StrideTable
from analysis.signal.motion import Motion
from analysis.signal.stride_ensemble import rows_at_phase
from sensor.samples import BoolArray, FloatArray, IntArray

_STRIDES_AT_A_TIME = 1024


def average_stride_of(
    trunk: Motion,
    table: StrideTable,
    baseline: Baseline | None,
    *,
    shifts: Sequence[MountingShift],
    config: ThirdsConfig,
) -> AverageStride | None:
    """Average the course of the trunk over the judged strides of the fresh window and of the last third.

    Each stride stands at its own adjusted flexion, so that speed, slope and a moved zero are accounted for
    as in the table; from the first strap step on nothing counts. Where most strides open with the left foot
    those of which the foot is not known are left out.

    Parameters
    ----------
    trunk
        Motion of the trunk sensor.
    table
        Its strides, judged.
    baseline
        The fresh window.
    shifts
        Sudden steps whose cause nobody knows.
    config
        Points of the average, and fewest strides of one.

    Returns
    -------
    AverageStride or None
        None without a gyroscope, whose angle has no course within the stride, without a fresh window, or
        with too few judged strides in it.
    """
    if trunk.path is None or baseline is None:
        return None
    stepped_s = min((s.at_s for s in shifts if s.axis is Axis.FORWARD), default=np.inf)
    counted = np.asarray(table["judged"], dtype=bool) & (table["start_s"] < stepped_s)
    opens_left = np.asarray(table["side_first"] == "left", dtype=bool)
    is_sided = bool(2 * (counted & opens_left).sum() > counted.sum())
    if is_sided:
        counted &= opens_left
    fresh, late = (
        _ensemble(trunk, table["trunk_flexion_adj_deg"], keep=counted & part, config=config)
        for part in (in_window(table, baseline), in_last_third(table))
    )
    return None if fresh is None else AverageStride(fresh=fresh, late=late, opens_left=is_sided)


def _ensemble(
    trunk: Motion, adj_deg: FloatArray, *, keep: BoolArray, config: ThirdsConfig
) -> StrideEnsemble | None:
    """Return mean and standard deviation over the kept strides, a few of them in memory at a time."""
    kept = np.flatnonzero(keep)
    count = len(kept)
    if count < config.min_averaged_strides:
        return None
    total, squares = np.zeros(config.stride_points), np.zeros(config.stride_points)
    for first in range(0, count, _STRIDES_AT_A_TIME):
        some = kept[first : first + _STRIDES_AT_A_TIME]
        course_deg = _courses(trunk, some, points=config.stride_points) + adj_deg[some][:, None]
        total += course_deg.sum(axis=0)
        squares += (course_deg**2).sum(axis=0)
    mean = total / count
    variance = np.maximum(squares - count * mean**2, 0.0) / (count - 1)
    return StrideEnsemble(
        stride_count=count, mean_deg=tuple(mean.tolist()), sd_deg=tuple(np.sqrt(variance).tolist())
    )


def _courses(trunk: Motion, some: IntArray, *, points: int) -> FloatArray:
    """Return (k, points) the flexion of strides over their cycle, each about its own mean."""
    row = rows_at_phase(trunk.strides, some, np.linspace(0.0, 1.0, points))
    forward, along = trunk.axes.trunk_from_sensor[[0, 2]] @ value_at(trunk.up_sensor, row.ravel())
    course_deg = flexion_deg(forward, along).reshape(row.shape)
    return np.asarray(course_deg - course_deg[:, :-1].mean(axis=1, keepdims=True))
