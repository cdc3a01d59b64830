"""The course of an outside distance over time: through tunnels, and in stops."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from analysis.judging.config import DistanceConfig
from sensor.samples import FloatArray

Knots = tuple[FloatArray, FloatArray]
"""Times (k,) in s and the distance (k,) in m at them, both rising."""


def held(time_s: npt.ArrayLike, knots: Knots, *, edge_s: float) -> FloatArray:
    """Interpolate between knots (times, values), hold the ends for ``edge_s``, and know nothing beyond."""
    at_s = np.asarray(time_s, dtype=float)
    knot_s, value = knots
    if not len(knot_s):
        return np.full(at_s.shape, np.nan)
    known = (at_s >= knot_s[0] - edge_s) & (at_s <= knot_s[-1] + edge_s)
    return np.asarray(np.where(known, np.interp(at_s, knot_s, value), np.nan))


def with_leaps_shared_out(knots: Knots, config: DistanceConfig) -> Knots:
    """Share out what was told late.

    A watch that sees no satellites may tell the same distance until it sees them again. The leap that follows
    is spread over that time, where it can have been run in it. Any other leap stays: the whole distance is
    that of the watch, as the runner reads it there.

    Parameters
    ----------
    knots
        What a watch or a foot pod told; it never falls.
    config
        How fast a runner is at most.
    """
    time_s, way_m = knots
    # Phones date some points hardly apart: within a second nothing tells how fast it was.
    step_s, step_m = np.maximum(np.diff(time_s), 1.0), np.diff(way_m)
    grew = np.concatenate([[True], step_m > 0.0])
    last_grew = np.maximum.accumulate(np.where(grew, np.arange(len(grew)), 0))[:-1]
    is_leap = step_m > config.fastest_mps * step_s
    is_late = is_leap & (step_m <= config.fastest_mps * (time_s[1:] - time_s[last_grew]))
    # Between the last growth and a late leap the distance is not known: a straight line lies there.
    edges = np.zeros(len(time_s) + 1, dtype=np.int64)
    np.add.at(edges, last_grew[is_late] + 1, 1)
    np.add.at(edges, np.flatnonzero(is_late) + 1, -1)
    kept = np.cumsum(edges)[:-1] == 0
    return time_s[kept], way_m[kept]


def without_creep(knots: Knots, stands_s: tuple[FloatArray, FloatArray], config: DistanceConfig) -> Knots:
    """Keep a distance from growing while the runner stands, as that of satellites does.

    Parameters
    ----------
    knots
        What a watch told.
    stands_s
        Begins and ends (p,) of the stretches without strides, in order and apart from each other. Where the
        distance grows as fast as in a walk nobody stands, whatever the sensor felt.
    config
        How slowly a distance creeps.
    """
    began_s, ended_s = stands_s[0] + config.creep_edge_s, stands_s[1] - config.creep_edge_s
    inside = (ended_s > began_s) & (began_s >= knots[0][0]) & (ended_s <= knots[0][-1])
    began_s, ended_s = began_s[inside], ended_s[inside]
    crept_m = np.interp(ended_s, *knots) - np.interp(began_s, *knots)
    creeps = crept_m < config.creep_mps * (ended_s - began_s)
    began_s, ended_s = began_s[creeps], ended_s[creeps]
    if not len(began_s):
        return knots
    time_s = np.unique(np.concatenate([knots[0], began_s, ended_s]))
    steps_m = np.diff(np.interp(time_s, *knots))
    middle_s = (time_s[1:] + time_s[:-1]) / 2.0
    stand = np.searchsorted(began_s, middle_s, side="right") - 1
    stands = (stand >= 0) & (middle_s < ended_s[np.maximum(stand, 0)])
    return time_s, np.concatenate([[0.0], np.cumsum(np.where(stands, 0.0, steps_m))])
