"""Cadence read off a record without any step detection: the truth for step counts."""

from __future__ import annotations

import numpy as np
from scipy.signal import butter, sosfiltfilt

from sensor.samples import FloatArray

LOWEST_SPM, HIGHEST_SPM = 100.0, 230.0


def _along_mean(acc_sensor_mps2: FloatArray) -> FloatArray:
    mean = acc_sensor_mps2.mean(axis=0)
    vertical = acc_sensor_mps2 @ (mean / np.linalg.norm(mean))
    return np.asarray(vertical - vertical.mean(), dtype=np.float64)


def step_rate_spm(acc_sensor_mps2: FloatArray, rate_hz: float) -> float:
    """Return the steps per minute of a steady stretch, from the spectrum of the acceleration along its mean.

    The mean points up, and up every step is one beat; its second harmonic, added, makes the sum peak at the
    step and not at its double. The peak is refined by a parabola through the neighbouring bins.

    Parameters
    ----------
    acc_sensor_mps2
        (n, 3) specific force of a sensor on trunk, waist or pocket, some seconds of unbroken gait.
    rate_hz
        Samples per second.
    """
    vertical = _along_mean(acc_sensor_mps2)
    size = 2 ** int(np.ceil(np.log2(len(vertical) * 16)))
    power = np.abs(np.fft.rfft(vertical * np.hanning(len(vertical)), size)) ** 2
    bin_spm = 60.0 * rate_hz / size
    bins = np.arange(int(LOWEST_SPM / bin_spm), int(HIGHEST_SPM / bin_spm))
    doubled = power[np.minimum(2 * bins, len(power) - 1)]
    score = power[bins] + doubled
    top = int(np.clip(np.argmax(score), 1, len(score) - 2))
    left, middle, right = score[top - 1 : top + 2]
    shift = 0.5 * (left - right) / (left - 2.0 * middle + right)
    return float((bins[top] + shift) * bin_spm)


def step_count(acc_sensor_mps2: FloatArray, rate_hz: float) -> float:
    """Return the steps in a stretch: the turns of the phase at the step rate, fractions included.

    Unlike counting peaks this follows a drifting cadence and cannot count an impact twice.
    """
    beat_hz = step_rate_spm(acc_sensor_mps2, rate_hz) / 60.0
    sos = butter(2, [0.7 * beat_hz, 1.3 * beat_hz], btype="bandpass", fs=rate_hz, output="sos")
    band = sosfiltfilt(sos, _along_mean(acc_sensor_mps2))
    spectrum = np.fft.fft(band)
    spectrum[len(band) // 2 + 1 :] = 0.0
    analytic = np.fft.ifft(2.0 * spectrum)
    phase = np.unwrap(np.angle(analytic))
    return float((phase[-1] - phase[0]) / (2.0 * np.pi))
