"""The difference of two means where neighbouring values are not independent."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from sensor.samples import FloatArray

_CEILING = 0.9
"""Lag-1 correlation from which the variance is inflated no further (19 times), so that it stays finite."""

_LEAST_FREEDOM = 2.0


def mean_change(
    first: FloatArray, last: FloatArray, *, straightened: bool, level: float
) -> tuple[float, float]:
    """Return the mean of ``last`` minus that of ``first``, and the half width of its interval.

    The values scatter alike in both. The variance of a mean is inflated by (1 + r) / (1 - r) for their lag-1
    correlation r, and the degrees of freedom fall by as much. r is corrected for its small-sample bias,
    -(1 + 4 r) / n about a mean (Kendall 1954), -(2 + 6 r) / n about a line.

    Parameters
    ----------
    first, last
        (n,), (m,) finite values in order, at least three each.
    straightened
        Scatter is counted about a line through each of the two rather than about its mean, so that a steady
        change within them counts as none. From few values a line cannot be told from a wander.
    level
        Coverage, for example 0.95.
    """
    off = [_off(values, straightened=straightened) for values in (first, last)]
    spread = sum(float(o @ o) for o in off)
    each, count = (len(first) + len(last)) / 2, len(first) + len(last)
    lag1 = sum(float(o[1:] @ o[:-1]) for o in off) / spread if spread > 0 else 0.0
    lag1 += (2 + 6 * lag1) / each if straightened else (1 + 4 * lag1) / each
    lag1 = min(max(lag1, 0.0), _CEILING)
    inflation, freedom = (1 + lag1) / (1 - lag1), count - (4 if straightened else 2)
    variance = spread / freedom * inflation * (1 / len(first) + 1 / len(last))
    t = float(stats.t.ppf((1 + level) / 2, max(freedom / inflation, _LEAST_FREEDOM)))
    return float(last.mean() - first.mean()), t * math.sqrt(variance)


def _off(values: FloatArray, *, straightened: bool) -> FloatArray:
    """Return (n,) what is left of (n,) values beside their mean, or beside a line through them."""
    off = values - values.mean()
    if straightened:
        along = np.arange(len(values)) - (len(values) - 1) / 2
        off = off - along * (along @ off) / (along @ along)
    return np.asarray(off)
