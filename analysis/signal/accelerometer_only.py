"""The reduced method for sensors without a gyroscope: the vertical from stride-mean acceleration."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from analysis.signal.config import OrientationConfig
from analysis.signal.records import EvenStream
from sensor.samples import FloatArray


def stride_mean_up(stream: EvenStream, config: OrientationConfig) -> FloatArray:
    """Return (3, n) the direction of specific force in sensor axes, averaged over about two strides.

    The trunk turns and tilts while it is shaken, and the average in its own axes keeps part of that: on real
    runners it reads two to three degrees too much. Good for changes within one run at a steady speed.

    Parameters
    ----------
    stream
        Even stream.
    config
        Smoothing.
    """
    sigma = config.accelerometer_smoothing_s * stream.rate_hz
    weight = gaussian_filter1d(np.maximum(stream.present.astype(np.float64), 1e-6), sigma)
    kept = stream.acc_sensor_mps2.T * np.maximum(stream.present, 1e-6)
    mean = gaussian_filter1d(kept, sigma, axis=1) / weight
    return np.asarray(mean / np.maximum(np.sqrt((mean**2).sum(axis=0)), 1e-9))
