"""Integrate the gyroscope into an almost inertial frame."""

from __future__ import annotations

import numpy as np

from analysis.errors import SignalError
from analysis.maths import quaternion
from analysis.maths.intervals import chunks, runs_of
from analysis.signal.config import RestConfig
from analysis.signal.records import EvenStream, StaticPeriods, Strapdown
from sensor.samples import FloatArray, IntArray


def integrate(
    stream: EvenStream, static_periods: StaticPeriods, *, broken_rows: int, config: RestConfig
) -> Strapdown:
    """Integrate angular rate by a blocked product of rotation increments with the coning term.

    The increment between two rows is the integral of the cubic through four samples (so that samples are
    points in time, not averages), plus Δt²/12 ω₀ × ω₁, the coning term of a rate that is linear between
    them (Bortz 1971; Savage 1998). The bias seen in static periods is removed first, linear between them.

    Parameters
    ----------
    stream
        Even stream with short gaps filled, rad/s.
    static_periods
        Where the gyroscope's bias can be read.
    broken_rows
        A loss longer than this breaks the frame.
    config
        Which static periods are long and still enough to show the bias.

    Returns
    -------
    Strapdown
        ``inertial_from_sensor`` per row.

    Raises
    ------
    SignalError
        Without a gyroscope.
    """
    if stream.gyr_sensor_radps is None:
        raise SignalError("no gyroscope: orientation cannot be integrated; use the accelerometer-only method")
    middle, bias = bias_at_rest(stream, static_periods, config)
    product = np.empty((4, len(stream)), dtype=np.float32)
    last = np.array([[1.0], [0.0], [0.0], [0.0]])
    for part in chunks(len(stream)):
        # One row before and two after, for the cubic through four samples.
        first = max(part.start - 2, 0)
        row = np.arange(first, min(part.stop + 1, len(stream)))
        known = np.stack([np.interp(row, middle, b) for b in bias.T])
        rate = stream.gyr_sensor_radps[first : len(row) + first].T - known
        rotation_vector = increments(rate, 1.0 / stream.rate_hz)[:, max(part.start - 1, 0) - first :]
        steps = quaternion.from_rotation_vector(rotation_vector[:, : part.stop - max(part.start, 1)])
        running = quaternion.running_product(np.concatenate((last, steps), axis=1))
        product[:, part] = running if part.start == 0 else running[:, 1:]
        last = running[:, -1:]
    return Strapdown(product, _sections(stream, broken_rows))


def bias_at_rest(
    stream: EvenStream, static_periods: StaticPeriods, config: RestConfig
) -> tuple[FloatArray, FloatArray]:
    """Return the (k,) middles of the static periods and the (k, 3) bias in rad/s they show; nought without.

    Turning slowly on the spot looks like rest for a second or two; such periods stand out from the others.
    """
    long = static_periods.last - static_periods.first >= config.bias_s * stream.rate_hz
    if not long.any():
        return np.zeros(1), np.zeros((1, 3))
    bias = static_periods.gyr_sensor_radps[long]
    off = np.sqrt(((bias - np.median(bias, axis=0)) ** 2).sum(axis=1))
    agreed = off <= max(config.bias_wander_radps, float(off.min()))
    middle = ((static_periods.first + static_periods.last) / 2.0)[long][agreed]
    return middle, bias[agreed]


def increments(rate: FloatArray, step_s: float) -> FloatArray:
    """Return the (3, n-1) rotation vectors in rad between the rows of (3, n) rates in rad/s."""
    padded = np.concatenate((rate[:, :1], rate, rate[:, -1:]), axis=1)
    here, after = rate[:, :-1], rate[:, 1:]
    # The cubic through f₋₁, f₀, f₁, f₂ has the integral (-f₋₁ + 13 f₀ + 13 f₁ - f₂) / 24 from 0 to 1.
    rotation_vector = (13.0 * (here + after) - padded[:, :-3] - padded[:, 3:]) * (step_s / 24.0)
    coning = step_s**2 / 12.0
    rotation_vector[0] += coning * (here[1] * after[2] - here[2] * after[1])
    rotation_vector[1] += coning * (here[2] * after[0] - here[0] * after[2])
    rotation_vector[2] += coning * (here[0] * after[1] - here[1] * after[0])
    return rotation_vector


def long_losses(stream: EvenStream, broken_rows: int) -> tuple[IntArray, IntArray]:
    """Return (l,) first and one past the last rows of the losses too long to be filled."""
    first, last = runs_of(~stream.present)
    long = last - first > broken_rows
    return first[long], last[long]


def _sections(stream: EvenStream, broken_rows: int) -> IntArray:
    """Return the rows at which a new frame begins: 0, and the end of every long loss."""
    first, last = long_losses(stream, broken_rows)
    inside = (first > 0) & (last < len(stream))
    return np.concatenate(([0], last[inside])).astype(np.int64)
