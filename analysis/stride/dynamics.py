"""How high the trunk bounces and how long a foot stays on the ground."""

from __future__ import annotations

import numpy as np

from analysis.signal.records import EvenStream, Strides
from analysis.stride.config import DynamicsConfig
from sensor.samples import FloatArray, RealArray
from sensor.units import STANDARD_GRAVITY_MPS2


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
    if len(strides) == 0:
        return {"vertical_oscillation_cm": np.zeros(0), "contact_time_ms": np.zeros(0)}
    vertical = np.einsum("ij,ji->i", stream.acc_sensor_mps2, up_sensor)
    waveform, duration_s = stride_waveforms(vertical, stream.rate_hz, strides=strides, grid=config.grid)
    height = _integrated_twice(waveform - waveform.mean(axis=1, keepdims=True), duration_s)
    half = config.grid // 2
    swing = (np.ptp(height[:, :half], axis=1) + np.ptp(height[:, half:], axis=1)) / 2.0
    return {
        "vertical_oscillation_cm": swing * 100.0,
        "contact_time_ms": _contact_s(waveform, duration_s, config) * 1000.0,
    }


def stride_waveforms(
    values: FloatArray, rate_hz: float, *, strides: Strides, grid: int
) -> tuple[FloatArray, FloatArray]:
    """Return (s, grid) values over each stride, by linear interpolation, and the strides' durations in s."""
    part = np.arange(grid) / grid
    row = strides.start_row[:, None] + part * (strides.end_row - strides.start_row)[:, None]
    base = np.clip(row.astype(np.int64), 0, len(values) - 2)
    waveform = values[base] + (row - base) * (values[base + 1] - values[base])
    return waveform, (strides.end_row - strides.start_row) / rate_hz


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
