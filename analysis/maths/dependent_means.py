"""The difference of two means where neighbouring values are not independent."""

from __future__ import annotations

import math

import numpy as np

from analysis.maths.quantiles import student_t_quantile
from sensor.samples import FloatArray

_MEDIAN_OF_NORMAL = 0.6745
"""Median size of a normal variable, in its standard deviations."""

_LEAST_FREEDOM = 2.0


def mean_change(first: FloatArray, last: FloatArray, *, lag1: float, level: float) -> tuple[float, float]:
    """Return the mean of ``last`` minus that of ``first``, and the half width of its interval.

    The values scatter alike in both, as an autoregression of the first order. Their variance is read from the
    median size of second differences, whose variance is 6 - 8 r + 2 r^2 times as large for a lag-1
    correlation r: neither a drift nor a bend of the course counts as scatter. The variance of a mean is
    inflated by (1 + r) / (1 - r), and the degrees of freedom fall by as much.

    Parameters
    ----------
    first, last
        (n,), (m,) finite values in order, at least three each.
    lag1
        The correlation r, 0 or more and below 1. It is taken for granted, because it cannot be told from a
        drift where values are few; too large a one makes the interval too wide.
    level
        Coverage, for example 0.95.
    """
    bends = np.abs(np.concatenate([np.diff(first, 2), np.diff(last, 2)]))
    spread = float(np.median(bends)) / _MEDIAN_OF_NORMAL
    inflation = (1 + lag1) / (1 - lag1)
    each = spread**2 / (6 - 8 * lag1 + 2 * lag1**2)
    variance = each * inflation * (1 / len(first) + 1 / len(last))
    freedom = max((len(first) + len(last) - 4) / inflation, _LEAST_FREEDOM)
    half = student_t_quantile((1 + level) / 2, freedom) * math.sqrt(variance)
    return float(last.mean() - first.mean()), half
