"""Angular rates that were sampled at moments of their own, brought to those of the accelerations."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sensor.clock.pairing import find_neighbours
from sensor.samples import BoolArray, FloatArray


class PairedRates(NamedTuple):
    """(n, 3) values of the other stream at each moment, and (n,) where its neighbours are close enough."""

    values: FloatArray
    is_known: BoolArray


def rates_at(moments_s: FloatArray, time_s: FloatArray, values: FloatArray) -> PairedRates:
    """Interpolate the values of a stream linearly to the moments of another, never across lost samples.

    Parameters
    ----------
    moments_s
        (n,) seconds.
    time_s, values
        (m,) seconds on the same clock, rising, at least two, and the (m, 3) values there.
    """
    near = find_neighbours(moments_s, time_s, period=float(np.median(np.diff(time_s))))
    return PairedRates(near.interpolate(values), near.is_known)
