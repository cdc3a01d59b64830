"""What the strides tell at the moments of another device's records."""

from __future__ import annotations

import numpy as np

from analysis.records import StrideTable
from sensor.samples import BoolArray, FloatArray

LONGEST_INTERVAL_S = 10.0
"""Beside a pause a record stands for no more than this: devices that save points leave up to 7 s between."""

NEAREST_S = 2.0
"""Where no stride lies in a record's own interval, as far as this from it they still stand for it."""


def means_at(strides: StrideTable, column: str, time_s: FloatArray, *, counted: BoolArray) -> FloatArray:
    """Return (n,) the mean of a column over the strides in each record's sampling interval.

    The interval reaches halfway to the records before and after. Where no stride lies in it, the median of
    those within `NEAREST_S` is told; where there is none either, NaN.

    Parameters
    ----------
    strides
        In order of time.
    column
        Of numbers.
    time_s
        (n,) seconds from the start of the session; NaN where a record has no time.
    counted
        (strides,) which of them count.
    """
    known = counted & np.isfinite(strides[column])
    middle_s = 0.5 * (strides["start_s"] + strides["end_s"])[known]
    value = strides[column][known]
    low_s, high_s = _intervals(time_s)
    first, last = np.searchsorted(middle_s, [low_s, high_s])
    count = np.where(np.isfinite(low_s) & np.isfinite(high_s), last - first, 0)
    sums = np.concatenate([[0.0], np.cumsum(value)])
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(count > 0, (sums[last] - sums[first]) / count, np.nan)
    empty = (count <= 0) & np.isfinite(time_s)
    mean[empty] = _nearest(middle_s, value, time_s[empty])
    return np.asarray(mean, dtype=np.float64)


def _intervals(time_s: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return (n,) from when to when each record stands for the run."""
    half_s = 0.5 * np.minimum(np.diff(time_s), LONGEST_INTERVAL_S)
    ends_s = half_s if len(half_s) else np.full(1, 0.5)
    before_s, after_s = np.concatenate([ends_s[:1], half_s]), np.concatenate([half_s, ends_s[-1:]])
    return time_s - before_s[: len(time_s)], time_s + after_s[: len(time_s)]


def _nearest(middle_s: FloatArray, value: FloatArray, time_s: FloatArray) -> FloatArray:
    """Return (n,) the median of the strides that are not far; NaN where all are."""
    first, last = np.searchsorted(middle_s, [time_s - NEAREST_S, time_s + NEAREST_S])
    near = np.full(len(time_s), np.nan)
    has = last > first
    if has.any():
        index = first[has, None] + np.arange(int(np.max(last - first)))
        inside = index < last[has, None]
        near[has] = np.nanmedian(np.where(inside, value[np.where(inside, index, 0)], np.nan), axis=1)
    return near


def at_each(time_s: FloatArray, value: FloatArray, at_s: FloatArray) -> FloatArray:
    """Return a quantity that is known from point to point, between them evenly; NaN beyond both ends."""
    known = np.isfinite(value)
    if not known.any():
        return np.full(len(at_s), np.nan)
    return np.interp(at_s, time_s[known], value[known], left=np.nan, right=np.nan)
