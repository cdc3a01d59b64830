"""Laps of a known length: where a runner pressed a lap, the way is known to a lap."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.judging.config import DistanceConfig
from sensor.samples import FloatArray, Mark

LAP_MARK = "lap"
"""Kind of the marks at which a lap ends and the next begins."""

LAP_LENGTH_KEY = "lap_length_m"
"""What the runner told of every lap's length, `data/FORMAT.md`."""


def lap_times(marks: Sequence[Mark], config: DistanceConfig) -> FloatArray:
    """Return (l,) when laps were marked, seconds from the start of the session, in order.

    Of marks nearer to each other than any lap lasts only the first counts.
    """
    time_s = np.array(sorted(mark.time_s for mark in marks if mark.kind == LAP_MARK), dtype=np.float64)
    return time_s[np.diff(time_s, prepend=-np.inf) >= config.least_lap_s]


def by_known_laps(
    time_s: FloatArray, way_m: FloatArray, *, lap_s: FloatArray, lap_m: float, config: DistanceConfig
) -> tuple[FloatArray, FloatArray] | None:
    """Stretch an estimated way so that it is a whole number of laps from mark to mark.

    A mark that was forgotten makes a stretch of two laps, one that was pressed twice counts once: the
    estimate is far better than half a lap. Before the first mark and behind the last one the way goes on at
    the mean stretch; it begins on the line where that puts the first mark near a whole lap.

    Parameters
    ----------
    time_s, way_m
        (k,) times and estimated distance there, both in order, the second from 0.
    lap_s
        (l,) times of the marks, in order.
    lap_m
        Length of a lap, m.
    config
        What counts as near a whole lap.

    Returns
    -------
    tuple of FloatArray or None
        (k + l,) times and distance, the marks among them; None where fewer than two marks lie on the way.
    """
    mark_s = lap_s[(lap_s >= time_s[0]) & (lap_s <= time_s[-1])] if len(time_s) else lap_s[:0]
    marked_m = np.interp(mark_s, time_s, way_m) if len(mark_s) else mark_s
    lengths_m = np.diff(marked_m)
    if not (lengths_m > 0.0).any():
        return None
    # The lower of two middle ones: a forgotten mark is likelier than one pressed in mid-lap.
    usual_m = np.quantile(lengths_m[lengths_m > 0.0], 0.5, method="lower")
    stretch = lap_m / float(usual_m)
    laps = np.rint(stretch * lengths_m / lap_m)
    known = np.concatenate([[True], laps > 0])
    lead = _lead_laps(stretch * marked_m[0] / lap_m, config)
    at_lap = lead + np.concatenate([[0.0], np.cumsum(laps)])
    from_m = np.concatenate([[0.0], marked_m[known], way_m[-1:]])
    to_m = lap_m * np.concatenate([[0.0], at_lap[known], at_lap[-1:]])
    to_m[-1] += stretch * (way_m[-1] - marked_m[known][-1])
    knot_s = np.union1d(time_s, mark_s)
    return knot_s, np.interp(np.interp(knot_s, time_s, way_m), from_m, to_m)


def _lead_laps(laps: float, config: DistanceConfig) -> float:
    """Return how many laps lie before the first mark: whole ones where nearly so."""
    whole = np.rint(laps)
    return float(whole) if abs(laps - whole) <= config.lap_lead_tolerance else laps
