"""Means of runs compared by stretches, because neighbouring strides are not independent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from analysis.judging.config import ComparisonConfig
from sensor.samples import FloatArray

_NO_SPREAD = 1e-9
"""A series that varies by less (in degrees) is constant but for rounding."""


@dataclass(frozen=True, slots=True)
class StretchMean:
    """Mean of a series, the variance of that mean from equal stretches, and its degrees of freedom."""

    mean: float
    variance: float
    freedom: int
    independent: bool


def stretch_mean(value: FloatArray, config: ComparisonConfig) -> StretchMean:
    """Return the mean of a series and an honest variance of that mean.

    The series is cut into ten equal stretches; the variance of their means is inflated by (1 + r) / (1 - r)
    for their lag-1 correlation r, r being corrected for its small-sample bias, -(1 + 4 r) / n (Kendall 1954).

    Parameters
    ----------
    value
        (n,) finite values in order, at least as many as there are stretches. A remainder that does not fill
        the stretches is left out at the end.
    config
        Number of stretches, and what makes them too dependent.
    """
    count = config.stretches
    length = len(value) // count
    means = value[: length * count].reshape(count, length).mean(axis=1)
    off = means - means.mean()
    spread = float(off @ off)
    lag1 = float(off[1:] @ off[:-1]) / spread if spread > 0 else 0.0
    lag1 = min(max(lag1 + (1 + 4 * lag1) / count, 0.0), config.lag1_ceiling)
    variance = spread / (count - 1) / count * (1 + lag1) / (1 - lag1)
    long_enough = length >= config.min_strides_per_correlation * correlation_length(value, config)
    return StretchMean(float(means.mean()), variance, count - 1, long_enough and lag1 <= config.max_lag1)


def correlation_length(value: FloatArray, config: ComparisonConfig) -> float:
    """Return the number of strides over which a series forgets itself (0 for white noise).

    Half the integrated autocorrelation time, summed over a self-consistent window (Sokal 1997): for an
    exponential autocorrelation, its decay length.
    """
    count = len(value)
    if not np.ptp(value) > _NO_SPREAD:
        return 0.0
    power = np.abs(np.fft.rfft(value - value.mean(), 2 * count)) ** 2
    correlation = np.fft.irfft(power)[:count]
    lengths = np.cumsum(correlation / correlation[0]) - 1.0
    wide_enough = np.arange(count) >= config.correlation_window * np.maximum(lengths, 1.0)
    last = int(np.argmax(wide_enough)) if wide_enough.any() else count - 1
    return float(max(lengths[last], 0.0))


def difference_interval(
    reference: StretchMean, other: StretchMean, *, standing_sd: float, level: float
) -> tuple[float, float, float]:
    """Return other minus reference, and the ends of its interval.

    Welch's t over the stretches; the spread of the standing poses is added in quadrature.

    Parameters
    ----------
    reference, other
        From `stretch_mean`.
    standing_sd
        Standard deviation that the standing poses add to the difference, in the same unit.
    level
        Coverage, for example 0.95.
    """
    difference = other.mean - reference.mean
    variance = reference.variance + other.variance
    half = 0.0
    if variance > 0:
        freedom = variance**2 / sum(s.variance**2 / s.freedom for s in (reference, other))
        half = float(stats.t.ppf((1 + level) / 2, freedom)) * variance**0.5
    half = float(np.hypot(half, stats.norm.ppf((1 + level) / 2) * standing_sd))
    return difference, difference - half, difference + half
