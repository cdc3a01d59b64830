"""Runs of true values, and boxes of rows: the one way stretches are found and rows thinned in every stage."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sensor.samples import BoolArray, FloatArray, IntArray

CHUNK_ROWS = 1 << 17
"""Rows worked on at a time: some megabytes, twenty minutes at 104 Hz."""


def runs_of(flag: BoolArray) -> tuple[IntArray, IntArray]:
    """Return the first index and one past the last index of every run of true values.

    Parameters
    ----------
    flag
        (n,) booleans.

    Returns
    -------
    first, last
        (r,) each; ``flag[first[i]:last[i]]`` is all true.
    """
    padded = np.zeros(len(flag) + 2, dtype=np.bool_)
    padded[1:-1] = flag
    # Each edge is a change of the flag, and they take turns: one begins a run, the next ends it.
    edge = np.flatnonzero(padded[1:] != padded[:-1])
    return edge[::2], edge[1::2]


def inside(row: FloatArray | IntArray, first: IntArray, last: IntArray) -> BoolArray:
    """Return (n,) whether each of (n,) rows lies in one of (r,) sorted stretches, ``last`` exclusive."""
    begun = np.searchsorted(first, row, side="right")
    return np.asarray(begun > np.searchsorted(last, row, side="right"), dtype=np.bool_)


def without_short(flag: BoolArray, shortest: int, *, of: bool = True) -> BoolArray:
    """Return (n,) ``flag`` with runs of ``of`` shorter than ``shortest`` rows turned into the other value."""
    result = np.array(flag, dtype=bool)
    first, last = runs_of(result if of else ~result)
    for a, b in zip(first, last, strict=True):
        if b - a < shortest:
            result[a:b] = not of
    return result


def chunks(count: int, size: int = CHUNK_ROWS) -> Iterator[slice]:
    """Yield slices that cover ``count`` rows, so that the temporaries of a long record stay small."""
    for first in range(0, count, size):
        yield slice(first, min(first + size, count))


def box_decimate(values: FloatArray, every: int) -> FloatArray:
    """Average every ``every`` rows of (n, …) values into one; a tail that does not fill a box is left out."""
    used = len(values) // every * every
    return np.asarray(values[:used].reshape(-1, every, *values.shape[1:]).mean(axis=1))
