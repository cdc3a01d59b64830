"""Taps and jumps put into a signal, as a function of true time: several sensors then feel the same ones."""

from __future__ import annotations

import numpy as np

from sensor.samples import FloatArray, ImuSignal
from sensor.units import STANDARD_GRAVITY_MPS2

TAP_PEAK_MPS2 = 5.0 * STANDARD_GRAVITY_MPS2
TAP_SIGMA_S = 0.006
"""A knock of 14 ms as a sensor's own filter shows it."""

JUMP_S = (0.0, 0.25, 0.5, 0.85, 0.97)
"""Begin of the dip, the push, the flight and the landing, and its end."""


def three_from(first_s: float, apart_s: float = 1.0) -> FloatArray:
    """Return the times of three knocks, not quite evenly spaced, as a person gives them."""
    return first_s + apart_s * np.array([0.0, 1.07, 1.98])


def tap_mps2(time_s: FloatArray, taps_s: FloatArray) -> FloatArray:
    """Return (n,) the push of taps at true times."""
    away = (time_s[:, None] - np.asarray(taps_s)[None, :]) / TAP_SIGMA_S
    return np.asarray(TAP_PEAK_MPS2 * np.exp(-0.5 * away**2).sum(axis=1))


def jump_share(time_s: FloatArray, jumps_s: FloatArray) -> FloatArray:
    """Return (n,) specific force as a share of 1 g in jumps that begin at true times; 1 in between."""
    dip_s, push_s, flight_s, landing_s, end_s = JUMP_S
    share = np.ones(len(time_s))
    for begin_s in jumps_s:
        t = time_s - begin_s
        dip, push = (t >= dip_s) & (t < push_s), (t >= push_s) & (t < flight_s)
        flight, landing = (t >= flight_s) & (t < landing_s), (t >= landing_s) & (t < end_s)
        share[dip] -= 0.6 * np.sin(np.pi * (t[dip] - dip_s) / (push_s - dip_s))
        share[push] += 1.4 * np.sin(np.pi * (t[push] - push_s) / (flight_s - push_s))
        share[flight] = 0.05
        share[landing] += 3.5 * np.sin(np.pi * (t[landing] - landing_s) / (end_s - landing_s)) ** 2
    return share


def with_taps(
    signal: ImuSignal, taps_s: FloatArray, *, direction: tuple[float, float, float] = (0.6, 0.0, 0.8)
) -> ImuSignal:
    """Return a signal that begins at second 0 with taps added along a direction in sensor axes."""
    time_s = np.arange(len(signal.acc_sensor_mps2)) / signal.rate_hz
    push = tap_mps2(time_s, taps_s)[:, None] * np.array(direction)
    return ImuSignal(signal.rate_hz, signal.acc_sensor_mps2 + push, signal.gyr_sensor_radps)


def with_jumps(signal: ImuSignal, jumps_s: FloatArray) -> ImuSignal:
    """Return a signal that begins at second 0 with jumps in place of standing."""
    time_s = np.arange(len(signal.acc_sensor_mps2)) / signal.rate_hz
    acc = signal.acc_sensor_mps2 * jump_share(time_s, jumps_s)[:, None]
    return ImuSignal(signal.rate_hz, acc, signal.gyr_sensor_radps)
