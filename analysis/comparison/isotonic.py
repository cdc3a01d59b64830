"""The monotone course nearest to a series: what is left over is wander, whatever the shape of the change."""

from __future__ import annotations

import numpy as np

from sensor.samples import FloatArray


def rising(value: FloatArray) -> FloatArray:
    """Return the never falling series nearest to a series by least squares (isotonic regression).

    By the max-min formula (Barlow et al. 1972), which needs no loop and (n, n) numbers.

    Parameters
    ----------
    value
        (n,) finite values, n ≥ 1.
    """
    count = len(value)
    total = np.concatenate([[0.0], np.cumsum(value)])
    first, last = np.arange(count)[:, None], np.arange(count)[None, :]
    ahead = last >= first
    means = np.where(ahead, (total[1:] - total[:-1, None]) / np.maximum(last - first + 1, 1), np.inf)
    lowest_ahead = np.minimum.accumulate(means[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(np.where(ahead, lowest_ahead, -np.inf).max(axis=0))


def monotone(value: FloatArray) -> FloatArray:
    """Return the nearest of the rising and the falling series."""
    up, down = rising(value), -rising(-value)
    return up if np.sum((value - up) ** 2) <= np.sum((value - down) ** 2) else down
