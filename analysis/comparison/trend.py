"""The trend of a figure over days, where some values are only known to be at least so much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.judging.personal_config import HistoryConfig
from analysis.maths.quantiles import normal_quantile
from sensor.samples import BoolArray, FloatArray


@dataclass(frozen=True, slots=True)
class Trend:
    """A straight line through runs.

    Parameters
    ----------
    per_day, low, high
        Slope, and the ends of its 95 % interval.
    middle_day, middle
        A point of the line, about which its slope is unsure.
    run_count, least_count
        Runs it was read from, and how many of these are only known to reach at least so far.
    """

    per_day: float
    low: float
    high: float
    middle_day: float
    middle: float
    run_count: int
    least_count: int


def trend_of(
    day: FloatArray, value: FloatArray, *, is_least: BoolArray, config: HistoryConfig
) -> Trend | None:
    """Return the Theil-Sen line of a figure, with censored values in their place.

    The slope is the one at which Kendall's tau between days and what the line leaves is nought; a pair counts
    only as far as its order is known (Akritas, Murphy & LaValley 1995). The interval holds the slopes at
    which tau is no further from nought than chance makes it. Where no value is censored this is the Theil-Sen
    slope with Sen's interval.

    Parameters
    ----------
    day
        (n,) when.
    value
        (n,) finite figures.
    is_least
        (n,) true where the figure is at least the value.
    config
        How many runs are needed, and the level.

    Returns
    -------
    Trend or None
        None with too few runs or days, or too few uncensored ones to bound the slope.
    """
    if len(day) < config.least_runs or np.ptp(day) < config.least_days:
        return None
    slope, drop, highest = _ordered_pairs(day, value, is_least)
    tau = highest - np.concatenate([[0.0], np.cumsum(drop)])
    zero = _crossing(slope, tau, 0.0)
    if not np.isfinite(zero):
        return None
    reach = normal_quantile((1 + config.level) / 2) * _tau_sd(day, value - zero * day, is_least)
    low, high = _crossing(slope, tau, reach), _crossing(slope, tau, -reach)
    if not np.isfinite(low) or not np.isfinite(high):
        return None
    middle_day = float(np.median(day))
    middle = _median(value - zero * (day - middle_day), is_least)
    return Trend(zero, low, high, middle_day, middle, len(day), int(is_least.sum()))


def _ordered_pairs(
    day: FloatArray, value: FloatArray, is_least: BoolArray
) -> tuple[FloatArray, FloatArray, float]:
    """Return the slopes of all pairs, sorted, by how much tau falls at each, and tau before the first.

    A pair adds 1 while its later run lies above the line through its earlier one, and takes 1 once it lies
    below. Where the later is "at least", above is all that can be known; where the earlier is, below.
    """
    first, second = np.triu_indices(len(day), 1)
    order = np.sign(day[second] - day[first])
    first, second = np.where(order < 0, second, first), np.where(order < 0, first, second)
    known = (order != 0) & ~(is_least[first] & is_least[second])
    first, second = first[known], second[known]
    slope = (value[second] - value[first]) / (day[second] - day[first])
    rank = np.argsort(slope, kind="stable")
    censored = is_least[first] | is_least[second]
    return slope[rank], np.where(censored, 1.0, 2.0)[rank], float((~is_least[first]).sum())


def _crossing(slope: FloatArray, tau: FloatArray, level: float) -> float:
    """Return the slope at which tau, which only falls, passes a level; infinite where it never does."""
    above, below = np.flatnonzero(tau > level), np.flatnonzero(tau < level)
    if not len(above):
        return -np.inf
    if not len(below):
        return np.inf
    return float((slope[above[-1]] + slope[below[0] - 1]) / 2)


def _tau_sd(day: FloatArray, left: FloatArray, is_least: BoolArray) -> float:
    """Return the standard deviation of tau where order is mere chance (Daniels 1944)."""
    of_days = np.sign(day[None, :] - day[:, None])
    above = (left[None, :] > left[:, None]) & ~is_least[:, None]
    below = (left[None, :] < left[:, None]) & ~is_least[None, :]
    of_values = above.astype(np.float64) - below
    count = len(day)
    sums, squares = ([(m.sum(axis=1) ** 2).sum(), (m**2).sum()] for m in (of_days, of_values))
    variance = 4.0 * (sums[0] - sums[1]) * (squares[0] - squares[1]) / (count * (count - 1) * (count - 2))
    variance += 2.0 * sums[1] * squares[1] / (count * (count - 1))
    return float(np.sqrt(variance)) / 2.0


def _median(value: FloatArray, is_least: BoolArray) -> float:
    """Return the median, those that are "at least" counting as Kaplan & Meier (1958) have them."""
    if not is_least.any():
        return float(np.median(value))
    rank = np.lexsort((is_least, value))
    at_risk = len(value) - np.arange(len(value))
    left = np.cumprod(np.where(is_least[rank], 1.0, 1.0 - 1.0 / at_risk))
    below = np.flatnonzero(left <= 0.5)
    return float(value[rank][below[0]]) if len(below) else float(value.max())
