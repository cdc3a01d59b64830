"""Time for sensors without a clock: samples are counted, arrivals tell how fast they come.

What arrives is late by the radio's delay, never early. So the earliest arrivals of every two seconds lie
along the sensor's true pace. Where they rise by most of a packet and stay there, samples were lost: those
after it have smaller numbers than they should. Where the radio only stalled, they come back in two seconds.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sensor.clock.fit import fit_pace
from sensor.samples import BoolArray, FloatArray, IntArray

WINDOW_S = 2.0
"""A rise that does not return within this is a loss."""

PACE_SPAN_S = 30.0
"""The pace is measured between windows this far apart, which evens out the radio's jitter."""

LARGEST_PACE_ERROR = 0.03
"""How far a sensor's rate can be from its nominal one."""

LOOK_BACK_S = 0.5
LEAST_LOOK_BACK_PACKETS = 8
"""What a rise is measured from: short, so that losses in quick succession are told apart."""

LEAST_STEP_PACKETS = 0.65
"""A rise of more than this much of a packet is a loss. More than half: where a packet is two connection
intervals long, slow drift alone makes steps of one interval."""

LEAST_GOING_ON_S = 0.15
LEAST_PACE_SHARE = 0.5
"""Near the end of a connection a rise is a loss where packets go on arriving for so long and no faster than
twice the sensor's pace: what a stall held back comes much faster."""

LONG_RISE_S = 0.5
"""After a rise like this two packets at the pace are enough: so much held back would come all at once.
Also what the numbers of packets cannot have told: they go round, and start anew with the stream."""

NEIGHBOURS = 4
"""Windows before and after, by which a window is seen to be late."""

MOST_LATENESS_S = 0.03
"""The earliest arrivals of two windows differ by a connection interval or two; more was held back."""

SILENCE_S = 0.5
"""A stream silent for longer may have died: across it nothing tells the pace before losses are known."""

_MICROSECONDS = 1e6


class CountedTimes(NamedTuple):
    """(n,) numbers of the samples, lost ones counted; (n,) their host times; the mean samples per second."""

    number: IntArray
    time_s: FloatArray
    rate_hz: float


def fit_counted(
    first: IntArray, count: IntArray, *, arrival_s: FloatArray, nominal_rate_hz: float, least_loss_s: float
) -> CountedTimes:
    """Date the samples of one connection of a sensor that has no clock.

    Parameters
    ----------
    first
        (p,) number of each packet's first sample, rising; packets that overlap are moved apart.
    count
        (p,) samples in each packet.
    arrival_s
        (p,) host time of each packet's arrival.
    nominal_rate_hz
        The rate that was asked for; the true one is found within 3 % of it.
    least_loss_s
        The shortest loss to be found from arrivals: 0 where the packets do not number themselves, else
        `LONG_RISE_S`.

    Returns
    -------
    CountedTimes
        Of all samples.
    """
    # The host's clock may be set back by a step of the network time; a packet cannot come before the one
    # before it.
    arrival_s = np.maximum.accumulate(arrival_s)
    in_order = np.cumsum(count) - count
    # A packet's number less the samples before it is what its numbers say was lost: that never shrinks.
    last = np.maximum.accumulate(first - in_order) + in_order + count - 1
    # Losses make the pace look slow, a slow pace hides losses: each is found with the last word of the other.
    pace_s = _pace(last, arrival_s, nominal_rate_hz=nominal_rate_hz, stretch=_stretches(arrival_s))
    lost = _lost_before(last, count, arrival_s=arrival_s, pace_s=pace_s, least_loss_s=least_loss_s)
    pace_s = _pace(last + lost, arrival_s, nominal_rate_hz=nominal_rate_hz)
    lost = _lost_before(last, count, arrival_s=arrival_s, pace_s=pace_s, least_loss_s=least_loss_s)
    pace_s = _pace(last + lost, arrival_s, nominal_rate_hz=nominal_rate_hz)
    ends = last + lost
    row_end = np.cumsum(count)
    number = np.arange(row_end[-1]) + np.repeat(ends + 1 - row_end, count)
    earliest = _earliest(arrival_s - pace_s * ends, arrival_s, MOST_LATENESS_S)
    # Arrivals play the part of a device's time stamps.
    # Whole microseconds, since `fit_pace` takes a counter: finer than any arrival is known.
    time_us = np.rint((arrival_s[earliest] - arrival_s[0]) * _MICROSECONDS).astype(np.int64)
    fitted_us = fit_pace(
        ends[earliest], time_us, index=number, ticks_per_sample=pace_s * _MICROSECONDS, tick_hz=_MICROSECONDS
    )
    return CountedTimes(number, arrival_s[0] + fitted_us / _MICROSECONDS, 1 / pace_s)


def _pace(
    ends: IntArray, arrival_s: FloatArray, *, nominal_rate_hz: float, stretch: IntArray | None = None
) -> float:
    """Return seconds per sample: the median over spans of `PACE_SPAN_S`, of which losses spoil only some.

    Given the (p,) ``stretch`` each packet belongs to, no span reaches from one into another, and where all
    are short, spans are half as long as the longest.
    """
    nominal_s = 1 / nominal_rate_hz
    earliest = _earliest(arrival_s - nominal_s * ends, arrival_s, SILENCE_S)
    within = np.zeros(len(earliest), np.int64) if stretch is None else stretch[earliest]
    apart = min(int(PACE_SPAN_S / WINDOW_S), int(np.bincount(within).max(initial=0)) // 2)
    if apart < 1:
        return nominal_s
    unbroken = within[:-apart] == within[apart:]
    before, after = earliest[:-apart][unbroken], earliest[apart:][unbroken]
    paces = (arrival_s[after] - arrival_s[before]) / (ends[after] - ends[before])
    # Clipped, because with many losses the median may be a lossy span's; no oscillator is 3 % off.
    limit = LARGEST_PACE_ERROR * nominal_s
    return float(np.clip(np.median(paces), nominal_s - limit, nominal_s + limit))


def _stretches(arrival_s: FloatArray) -> IntArray:
    """Return (p,) how many silences there were before each packet: much may be lost in one."""
    return np.cumsum(np.diff(arrival_s, prepend=arrival_s[:1]) > SILENCE_S)


def _earliest(delay_s: FloatArray, arrival_s: FloatArray, most_lateness_s: float) -> IntArray:
    """Return the index of the smallest delay in every window of arrivals, leaving out late windows.

    A window is late where all of it was held back: its smallest delay exceeds the median of its neighbours'
    by more than ``most_lateness_s``.
    """
    # A radio that waits empties its queue sooner or later: within two seconds one packet at least came
    # straight through.
    window = ((arrival_s - arrival_s[0]) / WINDOW_S).astype(np.int64)
    order = np.lexsort((delay_s, window))
    begins = np.concatenate([[True], np.diff(window[order]) > 0])
    earliest = np.sort(order[begins])
    smallest_s = delay_s[earliest]
    around = min(NEIGHBOURS, len(earliest) - 1)
    # Mirrored at the ends, where a late window must not be its own neighbour.
    padded_s = np.pad(smallest_s, around, mode="reflect")
    usual_s = np.median(np.lib.stride_tricks.sliding_window_view(padded_s, 2 * around + 1), axis=1)
    kept: IntArray = earliest[smallest_s - usual_s <= most_lateness_s]
    return kept


def _lost_before(
    last: IntArray, count: IntArray, *, arrival_s: FloatArray, pace_s: float, least_loss_s: float
) -> IntArray:
    """Return (p,) how many samples were lost before each packet, all earlier losses included."""
    # With r samples lost, later packets are r * pace_s later than their count says. The radio delays as well,
    # but never less than nothing: only a rise of the smallest delay, which radio cannot keep up, is a loss.
    delay_s = arrival_s - pace_s * last
    packet = np.arange(len(last))
    # The smallest delay within two seconds after a packet against that of the half second before it.
    settled = np.searchsorted(arrival_s, arrival_s + WINDOW_S, side="right")
    known = np.searchsorted(arrival_s, arrival_s - LOOK_BACK_S)
    known = np.maximum(np.minimum(known, packet - LEAST_LOOK_BACK_PACKETS), 0)
    # (p - 1,) from each packet to the one after it.
    rise_s = _range_min(delay_s, packet, settled)[1:] - _range_min(delay_s, known, packet + 1)[:-1]
    is_told = _is_told(rise_s, pace_s * (last[-1] - last[1:]), arrival_s[-1] - arrival_s[1:])
    # Where all packets are of one size, only whole ones can be lost.
    unit = int(count[0]) if (count == count[0]).all() else 1
    least_s = LEAST_STEP_PACKETS * float(np.median(count)) * pace_s
    is_rise = (rise_s > max(least_s, LEAST_STEP_PACKETS * unit * pace_s, least_loss_s)) & is_told
    lost = np.zeros(len(last), np.int64)
    for i in _places(rise_s, is_rise, least_s):
        lost[i + 1] = round(float(rise_s[i]) / (unit * pace_s)) * unit
    return np.cumsum(lost)


def _is_told(rise_s: FloatArray, sampled_s: FloatArray, going_on_s: FloatArray) -> BoolArray:
    """Mark rises (r,) that are known to stay, because of what comes after them up to the connection's end.

    Parameters
    ----------
    rise_s
        (r,) height of each rise.
    sampled_s, going_on_s
        (r,) how long sampling and arriving go on after it.
    """
    keeps_pace = going_on_s >= LEAST_PACE_SHARE * sampled_s
    is_long = (rise_s >= LONG_RISE_S) & (going_on_s > 0)
    # What was held back and comes when all is over takes long to arrive, but was sampled in no time.
    goes_on = np.minimum(going_on_s, sampled_s) >= LEAST_GOING_ON_S
    told: BoolArray = (goes_on & (keeps_pace | (going_on_s >= WINDOW_S))) | (keeps_pace & is_long)
    return told


def _places(rise_s: FloatArray, is_rise: BoolArray, tolerance_s: float) -> list[int]:
    """Return where each run of rises first reaches its full height: a late packet before it rises, too."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_rise, [False]]).astype(np.int8)))
    return [
        start + int(np.argmax(rise_s[start:stop] >= rise_s[start:stop].max() - tolerance_s))
        for start, stop in edges.reshape(-1, 2).tolist()
    ]


def _range_min(values: FloatArray, start: IntArray, stop: IntArray) -> FloatArray:
    """Return the minimum of values[start:stop] for many ranges, none of them empty.

    Two overlapping ranges whose lengths are powers of two cover any other.
    """
    # frexp's exponent less one is the floor of the binary logarithm, exact where log2 of a float is not.
    level = np.frexp((stop - start).astype(np.float64))[1] - 1
    smallest = np.empty(len(start))
    table = values
    for power in range(int(level.max(initial=0)) + 1):
        if power:
            half = 1 << (power - 1)
            table = np.minimum(table[:-half], table[half:])
        here = level == power
        smallest[here] = np.minimum(table[start[here]], table[stop[here] - (1 << power)])
    return smallest
