"""Way along the positions of a phone or a watch that tells no distance of its own.

Summed as they are, positions make way of their errors: a single one far off adds it twice, and those of a
standing runner wander for as long as the light is red.
"""

from __future__ import annotations

import numpy as np

from sensor.geodesy import FASTEST_MPS, great_circle_m
from sensor.samples import BoolArray, FloatArray

STILL_M, STILL_S = 3.0, 5.0
"""Who is no further than this from where they were so long before, and will be so long after, stands: the
slowest walk is faster, and a runner who turns round is further away on both sides."""


def way_along(time_s: FloatArray, latitude_deg: FloatArray, longitude_deg: FloatArray) -> FloatArray:
    """Return (n,) metres along the positions, by great circles; NaN where there is none, or one is no place.

    Points without a position are passed over, and so is a single one that lies apart from both of its
    neighbours while these do not from each other.

    Parameters
    ----------
    time_s
        (n,) strictly rising.
    latitude_deg, longitude_deg
        (n,) WGS 84, NaN where there is no position.
    """
    way_m = np.full(len(time_s), np.nan)
    rows = np.flatnonzero(np.isfinite(latitude_deg) & np.isfinite(longitude_deg))
    if len(rows) < 2:
        return way_m
    at_s, place = time_s[rows], np.radians(np.stack([latitude_deg[rows], longitude_deg[rows]]))
    good = ~_spikes(at_s, place)
    rows, at_s, place = rows[good], at_s[good], place[:, good]
    steps_m = great_circle_m(place[:, :-1], place[:, 1:])
    still = _still(at_s, place)
    steps_m[still[:-1] & still[1:]] = 0.0
    way_m[rows] = np.concatenate([[0.0], np.cumsum(steps_m)])
    return way_m


def _spikes(time_s: FloatArray, place: FloatArray) -> BoolArray:
    """Return (n,) true for single positions that no runner can have reached from both neighbours."""
    spikes = np.zeros(len(time_s), dtype=bool)
    fast = great_circle_m(place[:, :-1], place[:, 1:]) > FASTEST_MPS * np.diff(time_s)
    together = great_circle_m(place[:, :-2], place[:, 2:]) <= FASTEST_MPS * (time_s[2:] - time_s[:-2])
    spikes[1:-1] = fast[:-1] & fast[1:] & together
    return spikes


def _still(time_s: FloatArray, place: FloatArray) -> BoolArray:
    """Return (n,) true where the runner stands, as far as positions tell."""
    # Across the date line a straight line between two longitudes goes round the Earth: nobody stands there.
    around = [
        np.stack([np.interp(time_s + shift_s, time_s, row) for row in place])
        for shift_s in (-STILL_S, STILL_S)
    ]
    return np.asarray(np.maximum(*(great_circle_m(place, other) for other in around)) <= STILL_M)
