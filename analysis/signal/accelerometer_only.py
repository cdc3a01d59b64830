"""The reduced method for sensors without a gyroscope: the vertical from stride-mean acceleration."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from analysis.maths.intervals import inside
from analysis.signal.config import OrientationConfig
from analysis.signal.records import EvenStream, Gait
from sensor.samples import FloatArray, RealArray


def stride_mean_up(stream: EvenStream, config: OrientationConfig) -> FloatArray:
    """Return (3, n) the direction of specific force in sensor axes, averaged over about two strides.

    The trunk turns and tilts while it is shaken, and the average in its own axes keeps part of that, see
    `without_excess`. Good for changes within one run at a steady speed.

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


def without_excess(
    up_sensor: RealArray, trunk_from_sensor: FloatArray, *, gait: Gait, config: OrientationConfig
) -> RealArray:
    """Return (3, n) the vertical with the mean excess of runners taken from its flexion while running.

    The average is the mean pitch weighted by force: its excess is the covariance of pitch and vertical force
    (and of yaw and sideways force) over g. The trunk is bent furthest while the foot is loaded, so it is
    positive in nearly all; how large it is in one runner an accelerometer does not tell.

    Parameters
    ----------
    up_sensor
        (3, n) from `stride_mean_up`.
    trunk_from_sensor
        (3, 3) rotation.
    gait
        Where the runner runs.
    config
        The excess.
    """
    up = trunk_from_sensor @ up_sensor
    rows = np.arange(up.shape[1])
    run = gait.running & inside(rows, gait.first, gait.last)
    tilt_rad = np.where(run, np.radians(config.accelerometer_excess_deg), 0.0)
    sine, cosine = np.sin(tilt_rad), np.cos(tilt_rad)
    turned = np.stack((cosine * up[0] + sine * up[2], up[1], cosine * up[2] - sine * up[0]))
    return np.asarray(trunk_from_sensor.T @ turned)
