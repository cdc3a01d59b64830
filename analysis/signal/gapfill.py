"""Fill short losses from the same phase of the neighbouring strides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis.maths.intervals import inside, runs_of
from analysis.signal.config import SignalConfig
from analysis.signal.records import EvenStream, Gait
from sensor.samples import BoolArray, FloatArray, IntArray


def fill_gaps(stream: EvenStream, gait: Gait, config: SignalConfig) -> EvenStream:
    """Fill lost rows inside bouts by what the neighbouring strides did at the same phase.

    A straight line is added that meets the received samples on both sides. Longer losses, and those outside
    bouts, keep their interpolation; ``present`` stays as it was.

    Parameters
    ----------
    stream
        Even stream.
    gait
        Its bouts and step phase; a stride is two steps.
    config
        Longest gap that is filled, in strides, and which neighbours fill it.

    Returns
    -------
    EvenStream
        With filled values.
    """
    first, last = fillable(stream, gait, config)
    if len(first) == 0:
        return stream
    values = stream.acc_sensor_mps2
    if stream.gyr_sensor_radps is not None:
        values = np.hstack((values, stream.gyr_sensor_radps))
    # Noise can turn the demodulated phase back for a row or two; a phase is looked up only where it rises.
    filled = _filled(
        values,
        stream.present,
        phase=np.maximum.accumulate(gait.step_phase) / 2.0,
        first=first,
        last=last,
        config=config,
    )
    return replace(
        stream,
        acc_sensor_mps2=filled[:, :3],
        gyr_sensor_radps=None if stream.gyr_sensor_radps is None else filled[:, 3:],
    )


def fillable(stream: EvenStream, gait: Gait, config: SignalConfig) -> tuple[IntArray, IntArray]:
    """Return (l,) first and one past the last rows of the losses short enough to fill, inside one bout."""
    first, last = runs_of(~stream.present)
    before, after = first - 1, np.minimum(last, len(stream) - 1)
    bridged = (before >= 0) & (last < len(stream))
    bridged &= inside(before, gait.first, gait.last) & inside(after, gait.first, gait.last)
    strides = (gait.step_phase[after] - gait.step_phase[before]) / 2.0
    keep = bridged & (strides <= config.max_fill_strides)
    return first[keep], last[keep]


def _filled(
    values: FloatArray,
    present: BoolArray,
    *,
    phase: FloatArray,
    first: IntArray,
    last: IntArray,
    config: SignalConfig,
) -> FloatArray:
    """Return a copy of (n, c) values in which the gaps hold the neighbours' template plus a line."""
    length = last - first
    owner = np.repeat(np.arange(len(first)), length)
    row = first[owner] + np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
    middle, sure = _template(values, present, phase=phase, row=row, config=config)
    at_left, sure_left = _template(values, present, phase=phase, row=first - 1, config=config)
    at_right, sure_right = _template(values, present, phase=phase, row=last, config=config)
    # No two strides have the same offset, and what a template of rates lies beside this stride would be
    # integrated into a tilt that stays. Two edges determine a straight line and nothing more.
    left, right = values[first - 1] - at_left, values[last] - at_right
    along = ((row - first[owner] + 1) / (length[owner] + 1))[:, None]
    result = np.array(values)
    good = sure & (sure_left & sure_right)[owner]
    result[row[good]] = (middle + left[owner] * (1 - along) + right[owner] * along)[good]
    return result


def _template(
    values: FloatArray, present: BoolArray, *, phase: FloatArray, row: IntArray, config: SignalConfig
) -> tuple[FloatArray, BoolArray]:
    """Return (r, c) what neighbouring strides did at the phase of (r,) rows; (r,) false where too few did.

    By phase and not by time, since the duration of strides varies: impacts of neighbours that are laid over
    each other by time are smeared.
    """
    total = np.zeros((len(row), values.shape[1]))
    weight = np.zeros(len(row))
    for neighbour in config.fill_neighbours:
        wanted = phase[row] + neighbour
        position = np.interp(wanted, phase, np.arange(len(phase)), left=-1.0, right=-1.0)
        base = np.clip(position.astype(np.int64), 0, len(phase) - 2)
        part = (position - base)[:, None]
        there = present[base] & present[base + 1] & (position >= 0)
        each = there / abs(neighbour)
        total += each[:, None] * (values[base] * (1 - part) + values[base + 1] * part)
        weight += each
    return total / np.maximum(weight, 1e-9)[:, None], weight > config.fill_least_weight
