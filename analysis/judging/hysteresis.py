"""The rule that opens and closes an episode over distance, and the running median it looks at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.judging.config import FindingsConfig
from sensor.samples import BoolArray, FloatArray, IntArray

_ROUNDING_M = 1e-6
"""Slack for sums of stride lengths: exactly 300 m is 300 m."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Strides ``first`` to ``stop`` (exclusive) of the judged ones; whether a recovery ended it."""

    first: int
    stop: int
    recovered: bool


def running_median(value: FloatArray, width: int) -> FloatArray:
    """Return the centred running median over ``width`` (odd) values; the window shrinks at both ends.

    Parameters
    ----------
    value
        (n,) finite values.
    width
        Number of values in the window.
    """
    half = width // 2
    smooth = np.array([np.median(value[max(0, i - half) : i + half + 1]) for i in _edges(len(value), half)])
    if len(value) <= 2 * half:
        return smooth
    inner = np.median(np.lib.stride_tricks.sliding_window_view(value, 2 * half + 1), axis=-1)
    return np.concatenate([smooth[:half], inner, smooth[half:]])


def _edges(count: int, half: int) -> list[int]:
    return [*range(min(half, count)), *range(max(count - half, half), count)]


def stretches_above(
    x: FloatArray, length_m: FloatArray, *, threshold: float, config: FindingsConfig
) -> tuple[Stretch, ...]:
    """Find the stretches in which ``x`` stands at or above a threshold.

    A stretch opens where ``x`` stays at or above the threshold for `FindingsConfig.open_after_m`, counted
    from where it crossed, and stops where ``x`` falls below the threshold by more than
    `FindingsConfig.close_below_deg` and stays there for `FindingsConfig.close_after_m`.

    Parameters
    ----------
    x
        (n,) the judged quantity; only strides that count are handed in, so that walks and unusable strides
        neither count nor close.
    length_m
        (n,) metres each of these strides covers.
    threshold
        In the unit of ``x``.
    config
        Distances and hysteresis.
    """
    covered_m = np.concatenate([[0.0], np.cumsum(length_m)])
    opens = _lasting(x >= threshold, covered_m, config.open_after_m)
    closes = _lasting(x < threshold - config.close_below_deg, covered_m, config.close_after_m)
    found: list[Stretch] = []
    stop = 0
    for first, _ in opens:
        if found and first < stop:
            continue
        after = closes[closes[:, 0] > first]
        stop = int(after[0, 0]) if len(after) else len(x)
        found.append(Stretch(int(first), stop, recovered=bool(len(after))))
    return tuple(found)


def _lasting(true: BoolArray, covered_m: FloatArray, at_least_m: float) -> IntArray:
    """Return (k, 2) first and stop index of the unbroken runs of ``true`` that cover enough distance."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], true, [False]]).astype(np.int8)))
    runs = edges.reshape(-1, 2)
    lasting = covered_m[runs[:, 1]] - covered_m[runs[:, 0]] >= at_least_m - _ROUNDING_M
    return np.asarray(runs[lasting], dtype=np.int64)
