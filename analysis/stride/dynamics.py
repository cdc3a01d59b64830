"""How high the trunk bounces and how long a foot stays on the ground."""

from __future__ import annotations

import numpy as np

from analysis.maths.intervals import chunks
from analysis.signal.records import EvenStream, Strides
from analysis.stride.config import DynamicsConfig
from sensor.samples import FloatArray, RealArray
from sensor.units import STANDARD_GRAVITY_MPS2

_STRIDES_AT_A_TIME = 4096
"""The waveforms of all strides of a day would take a quarter of a gigabyte."""


def dynamics_columns(
    stream: EvenStream, up_sensor: RealArray, *, strides: Strides, config: DynamicsConfig
) -> dict[str, FloatArray]:
    """Return vertical oscillation (cm) and the time on the ground (ms) of every stride.

    Vertical acceleration is laid on a grid over each stride and integrated twice as a Fourier series, which
    needs no knowledge of speed or height and cannot drift. Contact is where the vertical force exceeds a
    small share of body weight; one contact is worth ±110 ms, so publish medians only.

    Parameters
    ----------
    stream
        Specific force, sensor axes.
    up_sensor
        (3, n) upward vertical in sensor axes.
    strides
        Boundaries.
    config
        Grid and threshold.
    """
    vertical = np.einsum("ij,ji->i", stream.acc_sensor_mps2, up_sensor)
    swing_m, contact_s = np.empty(len(strides)), np.empty(len(strides))
    half = config.grid // 2
    for some in chunks(len(strides), _STRIDES_AT_A_TIME):
        start, end = strides.start_row[some], strides.end_row[some]
        waveform = stride_waveforms(vertical, start, end_row=end, grid=config.grid)
        duration_s = (end - start) / stream.rate_hz
        height = _integrated_twice(waveform - waveform.mean(axis=1, keepdims=True), duration_s)
        swing_m[some] = (np.ptp(height[:, :half], axis=1) + np.ptp(height[:, half:], axis=1)) / 2.0
        contact_s[some] = _contact_s(waveform, duration_s, config)
    return {"vertical_oscillation_cm": swing_m * 100.0, "contact_time_ms": contact_s * 1000.0}


def stride_waveforms(
    values: FloatArray, start_row: FloatArray, *, end_row: FloatArray, grid: int
) -> FloatArray:
    """Return (s, grid) values between (s,) fractional rows, by linear interpolation."""
    part = np.arange(grid) / grid
    row = start_row[:, None] + part * (end_row - start_row)[:, None]
    base = np.clip(row.astype(np.int64), 0, len(values) - 2)
    return np.asarray(values[base] + (row - base) * (values[base + 1] - values[base]))


def _integrated_twice(waveform: FloatArray, duration_s: FloatArray) -> FloatArray:
    """Integrate (s, grid) periodic accelerations twice; mean position and velocity are nought."""
    line = np.fft.rfft(waveform, axis=1)
    # Integrating exp(iωt) twice divides it by -ω²; summing row by row would drift by any bias of the mean.
    omega = 2.0 * np.pi * np.arange(line.shape[1]) / duration_s[:, None]
    line[:, 0] = 0.0
    line[:, 1:] /= -(omega[:, 1:] ** 2)
    return np.asarray(np.fft.irfft(line, waveform.shape[1], axis=1))


def _contact_s(waveform: FloatArray, duration_s: FloatArray, config: DynamicsConfig) -> FloatArray:
    """Return (s,) mean time of the two contacts: half the part of the stride with force on the ground."""
    on_ground = (waveform > config.contact_force_g * STANDARD_GRAVITY_MPS2).mean(axis=1)
    return np.asarray(on_ground * duration_s / 2.0)
