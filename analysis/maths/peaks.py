"""Peaks that stand out from what lies around them, by their topographic prominence.

``scipy.signal`` finds the same, and takes most of a second of the processor to be imported.
"""

from __future__ import annotations

import numpy as np

from sensor.samples import FloatArray, IntArray


def prominent_peaks(height: FloatArray, least: float) -> IntArray:
    """Return the rows of the peaks whose prominence is ``least`` or more, the middle of those that are flat.

    Parameters
    ----------
    height
        (n,) finite values. Neither end is a peak.
    least
        By how much one must go down from a peak, to either side, before anything higher or the end comes.

    Returns
    -------
    IntArray
        (p,) rows in order; of an even number of equal rows the earlier of the two in the middle.
    """
    first = np.flatnonzero(np.diff(height, prepend=np.nan) != 0.0)
    level, rises = height[first], np.diff(height[first]) > 0.0
    top = 1 + np.flatnonzero(rises[:-1] & ~rises[1:])
    if not len(top):
        return top
    edges = np.concatenate([[0], top, [len(level)]])
    low = np.minimum.reduceat(level, edges[:-1])
    before, after = low[:-1], low[1:]
    peak = level[top]
    saddle = np.maximum(
        _lowest_since_higher(peak, before), _lowest_since_higher(peak[::-1], after[::-1])[::-1]
    )
    middle = (first[top] + np.append(first, len(height))[top + 1] - 1) // 2
    return np.asarray(middle[peak - saddle >= least])


def _lowest_since_higher(peak: FloatArray, low: FloatArray) -> FloatArray:
    """Return (p,) the lowest on the way to each peak from the last higher one, or from the end.

    ``low`` (p,) is the lowest between each peak and the one before it.
    """
    lowest, peaks = low.tolist(), peak.tolist()
    higher: list[int] = []
    for k, top in enumerate(peaks):
        while higher and peaks[higher[-1]] <= top:
            lowest[k] = min(lowest[k], lowest[higher.pop()])
        higher.append(k)
    return np.array(lowest)
