"""A counter unwrapped, a smooth pace through time stamps, a line below arrivals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sensor.samples import BoolArray, FloatArray, IntArray

QUANTISATION_TICKS = 1.5
"""Most that rounding to whole ticks can put between two time stamps and the truth."""

OSCILLATOR_BLOCK_S = 30.0
"""The oscillator's pace is a line over this long, joined to the next: it follows temperature, not noise."""

MOST_BLOCKS = 1000
"""Beyond eight hours blocks grow longer instead of more."""

OUTLIER_SCALES = 5.0
"""Time stamps this many robust standard deviations off the smooth line are left out of its second fit."""

PACE_LIMIT = 0.5
"""A pace further than this share from the connection's mean is a broken counter: the mean is taken."""

CLOCK_RATE_LIMIT = 200e-6
"""Largest credible difference between two crystal clocks."""

SHORTEST_RATE_FIT_S = 10.0
"""Below this the envelope is too ragged to tell the clocks' rates apart; they are taken as equal."""

_BISECTIONS = 40

_ROWS_AT_A_TIME = 1 << 16
"""A day has nine million samples: what is in between is not kept of all of them."""


@dataclass(frozen=True, slots=True)
class HostLine:
    """Host time = device time + offset_s + slope * (device time - centre_s).

    Parameters
    ----------
    slope
        Seconds by which the device's clock falls behind the host's in one second.
    offset_s
        Host time less device time at ``centre_s``, including the smallest radio delay.
    centre_s
        Device time in the middle of what was fitted.
    """

    slope: float
    offset_s: float
    centre_s: float

    def host_s(self, device_s: FloatArray) -> FloatArray:
        """Return the (n,) host times of (n,) device times, both in s."""
        host_s = np.empty(len(device_s))
        for rows in _parts(len(device_s)):
            part_s = device_s[rows]
            host_s[rows] = part_s + self.offset_s + self.slope * (part_s - self.centre_s)
        return host_s


def unwrap(ticks: IntArray, bits: int | None) -> IntArray:
    """Undo the wrapping of a counter, taking every step as the shorter way round.

    Parameters
    ----------
    ticks
        (p,) raw counter.
    bits
        Its width; None leaves it as it is.

    Returns
    -------
    IntArray
        (p,) counter that goes on rising; a device that started again shows as a step back.
    """
    if bits is None or len(ticks) == 0:
        return ticks
    # The shorter way round: a counter that has wrapped, and one that went a little back, differ in nothing
    # else. A real restart goes back to about nought and shows as a step back, for the caller to see.
    half = 1 << (bits - 1)
    steps = (np.diff(ticks) + half) % (2 * half) - half
    risen: IntArray = ticks[0] + np.concatenate([[0], np.cumsum(steps)])
    return risen


def fit_pace(
    reference: IntArray, ticks: IntArray, *, index: IntArray, ticks_per_sample: float, tick_hz: float
) -> FloatArray:
    """Date every sample of an unbroken stretch on the device's clock, free of the counter's quantisation.

    Joined lines over blocks of `OSCILLATOR_BLOCK_S`, fitted by least squares twice: without outliers the
    second time. A stretch shorter than a block takes the connection's mean pace, through what is no outlier.

    Parameters
    ----------
    reference, ticks
        (p,) number of each packet's dated sample, and its ticks.
    index
        (n,) numbers of the samples to date, lost ones not among them; rising.
    ticks_per_sample
        Mean pace over the connection.
    tick_hz
        Ticks per second.

    Returns
    -------
    FloatArray
        (n,) ticks, rising.
    """
    # What is fitted is the small departure from the mean pace: fitted to the ticks themselves, the sums of
    # squares of a long run would eat the digits that the departure lives in.
    residual = ticks - ticks[0] - ticks_per_sample * (reference - reference[0])
    span_s = (reference[-1] - reference[0]) * ticks_per_sample / tick_hz
    blocks = min(int(span_s / OSCILLATOR_BLOCK_S), MOST_BLOCKS)
    # Too short to tell the oscillator's drift from the rounding of single time stamps.
    if blocks < 1:
        usual = float(residual[_is_near(residual - np.median(residual))].mean())
        return _steady(reference, ticks, index=index, ticks_per_sample=ticks_per_sample) + usual
    place = (reference - index[0]) / (index[-1] - index[0]) * blocks
    knots = _joined_lines(place, residual, blocks)
    # One time stamp that is off by seconds pulls a least-squares line over its whole block; so the first line
    # only finds such stamps, and the second is drawn without them.
    near = _is_near(residual - np.interp(place, np.arange(blocks + 1), knots))
    knots = _joined_lines(place[near], residual[near], blocks)
    knot_ticks = ticks_per_sample * (index[-1] - index[0]) / blocks
    # A knot further from the next than half a block's ticks would let time run at less than half its pace, or
    # backwards: no oscillator does, a damaged counter may.
    if np.abs(np.diff(knots)).max() > PACE_LIMIT * knot_ticks:
        knots = np.full(blocks + 1, np.median(residual))
    dated = np.empty(len(index))
    for rows in _parts(len(index)):
        part = index[rows]
        # Part by part: for a day of samples the places alone are 70 MB.
        place = (part - index[0]) / (index[-1] - index[0]) * blocks
        departure = np.interp(place, np.arange(blocks + 1), knots)
        dated[rows] = _steady(reference, ticks, index=part, ticks_per_sample=ticks_per_sample) + departure
    return dated


def _is_near(off: FloatArray) -> BoolArray:
    """Mark what is no outlier among departures from a smooth line, ticks."""
    size = np.abs(off)
    near: BoolArray = size <= QUANTISATION_TICKS + OUTLIER_SCALES * 1.4826 * np.median(size)
    return near


def _parts(length: int) -> Iterator[slice]:
    return (slice(start, start + _ROWS_AT_A_TIME) for start in range(0, length, _ROWS_AT_A_TIME))


def _steady(reference: IntArray, ticks: IntArray, *, index: IntArray, ticks_per_sample: float) -> FloatArray:
    """Date samples by the mean pace alone, from the first packet on."""
    steady: FloatArray = ticks[0] + ticks_per_sample * (index - reference[0])
    return steady


def _joined_lines(place: FloatArray, value: FloatArray, blocks: int) -> FloatArray:
    """Least-squares values at the knots 0 .. blocks of a joined-up line through (place, value).

    A faint penalty on kinks carries the line across blocks in which every packet was lost.
    """
    # The last time stamp lies exactly on the last knot and belongs to the block before it.
    left = np.minimum(place.astype(np.int64), blocks - 1)
    share = place - left
    size = blocks + 1
    normal = np.zeros((size, size))
    # The normal equations of hat functions: each time stamp touches only the two knots beside it, so the
    # matrix has three diagonals, and these are all its entries.
    diagonal = np.bincount(left, (1 - share) ** 2, size) + np.bincount(left + 1, share**2, size)
    beside = np.bincount(left, share * (1 - share), size)[:-1]
    knot = np.arange(size)
    normal[knot, knot] = diagonal
    normal[knot[:-1], knot[1:]] = normal[knot[1:], knot[:-1]] = beside
    kinks = np.diff(np.eye(size), n=2, axis=0)
    # Knots in a silence have no time stamp and would leave the matrix singular. The penalty is a millionth of
    # what a full block weighs: it decides only where nothing else does.
    normal += 1e-6 * diagonal.max() * (kinks.T @ kinks)
    right = np.bincount(left, (1 - share) * value, size) + np.bincount(left + 1, share * value, size)
    knots: FloatArray = np.linalg.solve(normal, right)
    return knots


def line_below(device_s: FloatArray, arrival_s: FloatArray) -> HostLine:
    """Find the line below all (device_s, arrival_s) with the smallest summed distance to them.

    That is the edge of their lower convex hull below the centroid. Its height there is a concave function of
    the slope, whose maximum is found by bisection, which also keeps the slope credible.

    Parameters
    ----------
    device_s
        (p,) device time of each packet's last sample, rising: no packet is sent before it.
    arrival_s
        (p,) host time of each packet's arrival.
    """
    # About the centroid the line's height and its slope are independent: whatever the slope, the line that
    # passes below all points is highest there where it has the least summed distance.
    centre_s = float(device_s.mean())
    from_centre_s = device_s - centre_s
    delay_s = arrival_s - device_s
    low, high = -CLOCK_RATE_LIMIT, CLOCK_RATE_LIMIT
    # With equal clocks a slope of nought is at most 2 ms wrong over so short a time, radio delays make it far
    # more.
    if device_s[-1] - device_s[0] < SHORTEST_RATE_FIT_S:
        low = high = 0.0
    # Forty halvings of 400 ppm end far below the rounding of a float; each asks only at which side of the
    # centroid the line of this slope touches the points.
    for _ in range(_BISECTIONS):
        slope = (low + high) / 2
        touching = np.argmin(delay_s - slope * from_centre_s)
        low, high = (low, slope) if from_centre_s[touching] > 0 else (slope, high)
    slope = (low + high) / 2
    return HostLine(slope, float((delay_s - slope * from_centre_s).min()), centre_s)
