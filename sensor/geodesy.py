"""Places on the earth: how far they lie apart, and how fast a runner gets from one to another."""

from __future__ import annotations

import numpy as np

from sensor.samples import FloatArray

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius (IUGG); a path of some kilometres is within 0.6 % of one on the ellipsoid."""

FASTEST_MPS = 12.0
"""Nobody runs faster: what lies between two such places is an error of one of them."""


def great_circle_m(one: FloatArray, other: FloatArray) -> FloatArray:
    """Return (n,) distances along great circles.

    Parameters
    ----------
    one, other
        (2, n) latitudes and longitudes in radians; (2, 1) for a single place.
    """
    # The haversine keeps its digits for neighbouring points, where the law of cosines loses them.
    north, east = np.sin((other - one) / 2.0) ** 2
    half = north + np.cos(one[0]) * np.cos(other[0]) * east
    return np.asarray(2.0 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))))
