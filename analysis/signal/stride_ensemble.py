"""Average strides: signals averaged by the phase of the stride, and their even and odd parts."""

from __future__ import annotations

import numpy as np

from analysis.signal.records import Strides
from sensor.samples import BoolArray, FloatArray, IntArray


def first_running(strides: Strides, max_count: int) -> BoolArray:
    """Return (s,) true for the running strides that axes and sides are read from: the first ``max_count``."""
    return strides.running & (np.cumsum(strides.running) <= max_count)


def stride_phase(strides: Strides, keep: BoolArray, count: int) -> tuple[IntArray, FloatArray]:
    """Return the rows inside the kept strides and their phase in the stride (0 to 1, 0.5 = other foot).

    Parameters
    ----------
    strides
        Boundaries as fractional rows.
    keep
        (s,) which strides to use.
    count
        Rows of the stream.
    """
    start, middle, end = strides.start_row[keep], strides.middle_row[keep], strides.end_row[keep]
    if len(start) == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    row = np.arange(max(int(np.ceil(start[0])), 0), min(int(end[-1]) + 1, count))
    owner = np.clip(np.searchsorted(start, row, side="right") - 1, 0, len(start) - 1)
    inside = (row >= start[owner]) & (row < end[owner])
    row, owner = row[inside], owner[inside]
    first_half = (row - start[owner]) / (middle[owner] - start[owner]) / 2
    second_half = 0.5 + (row - middle[owner]) / (end[owner] - middle[owner]) / 2
    return row, np.where(row < middle[owner], first_half, second_half)


def rows_at_phase(strides: Strides, keep: BoolArray | IntArray, phase: FloatArray) -> FloatArray:
    """Return (k, p) fractional rows at which the k kept strides reach (p,) phases: undoes `stride_phase`."""
    edges = (strides.start_row[keep], strides.middle_row[keep], strides.end_row[keep])
    start, middle, end = (edge[:, None] for edge in edges)
    first_step = start + 2.0 * phase * (middle - start)
    second_step = middle + 2.0 * (phase - 0.5) * (end - middle)
    return np.where(phase < 0.5, first_step, second_step)


def phase_average(values: FloatArray, phase: FloatArray, bins: int) -> FloatArray:
    """Return the (c, bins) ensemble average over the stride of (c, m) values at (m,) phases; bins is even."""
    number = np.minimum((phase * bins).astype(np.int64), bins - 1)
    count = np.maximum(np.bincount(number, minlength=bins), 1)
    return np.stack([np.bincount(number, weights=v, minlength=bins) / count for v in values])


def even_odd(waveform: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Split (c, bins) waveforms into the part both steps share and that which changes sign between them."""
    other = np.roll(waveform, waveform.shape[1] // 2, axis=1)
    return (waveform + other) / 2.0, (waveform - other) / 2.0
