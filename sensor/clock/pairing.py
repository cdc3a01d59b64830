"""Which samples of one stream stand for a moment of another: the rule for two streams of one chip."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sensor.samples import BoolArray, FloatArray, IntArray

AT_ONCE_PERIODS = 0.05
"""Samples this close are one moment of one chip: what lies between is the error of their dates."""

WIDEST_BRIDGE_PERIODS = 2.5
"""Values are interpolated between neighbours, never across lost ones."""


class Neighbours(NamedTuple):
    """Samples of another stream around n moments.

    Parameters
    ----------
    before, after
        (n,) indices of the two samples.
    weight
        (n,) of the later of them, 0 to 1.
    is_known
        (n,) where they are close enough to stand for the moment.
    """

    before: IntArray
    after: IntArray
    weight: FloatArray
    is_known: BoolArray

    def interpolate(self, values: FloatArray) -> FloatArray:
        """Interpolate (m, 3) values of the other stream linearly to the (n,) moments."""
        earlier, later = values.take(self.before, axis=0), values.take(self.after, axis=0)
        weight = self.weight[:, None]
        between = earlier + weight * (later - earlier)
        # Taken as they are: a sum with the other neighbour would be rounded by what that one is.
        taken: FloatArray = np.where(weight == 0.0, earlier, np.where(weight == 1.0, later, between))
        return taken


def find_neighbours(
    moments: FloatArray | IntArray, times: FloatArray | IntArray, *, period: float
) -> Neighbours:
    """Find the samples of another stream around some moments.

    Parameters
    ----------
    moments
        (n,) on any one clock, in any one unit.
    times
        (m,) of the other stream's samples on the same clock, rising; at least one.
    period
        Nominal time between two samples, same unit.
    """
    # Beyond the last sample there is no later neighbour: the last two stand in, and `is_known` says no.
    after = np.minimum(np.searchsorted(times, moments), len(times) - 1)
    before = np.maximum(after - 1, 0)
    width = times[after] - times[before]
    # The divisor is nought only where a stream has one sample alone; its weight is then of no account.
    weight = np.clip((moments - times[before]) / np.maximum(width, 1e-9), 0.0, 1.0)
    is_before = np.abs(moments - times[before]) <= AT_ONCE_PERIODS * period
    is_after = np.abs(times[after] - moments) <= AT_ONCE_PERIODS * period
    # Two streams of one chip share their sampling moments, their dates differ by what each fit rounds:
    # without snapping, every value would be smoothed a little by a neighbour it has nothing to do with.
    weight = np.where(is_after, 1.0, np.where(is_before, 0.0, weight))
    # Wider than two and a half periods means that at least one sample between is lost: a straight line there
    # would be invented.
    is_between = (times[before] <= moments) & (moments <= times[after])
    is_known = is_before | is_after | (is_between & (width <= WIDEST_BRIDGE_PERIODS * period))
    return Neighbours(before, after, weight, is_known)
