"""Is the sensor's triad mirrored? Gyroscope and accelerometer then contradict each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.ndimage import gaussian_filter1d

from analysis.maths import quaternion
from analysis.maths.intervals import inside, runs_of
from analysis.signal.config import HandednessConfig
from analysis.signal.records import EvenStream, Gait
from analysis.signal.strapdown import increments, long_losses
from sensor.samples import FloatArray


def is_mirrored(stream: EvenStream, gait: Gait, config: HandednessConfig) -> bool:
    """Tell whether the triad is left-handed, as that of some chips is.

    With the right hand, the direction of averaged force stays put in the gyroscope's inertial frame; with the
    wrong one every rotation is counted twice instead of removed. A mirrored triad agrees with the reversed
    rate instead, since a rate is an axial vector.

    Parameters
    ----------
    stream, gait
        Short losses filled. The longest unbroken stretch of a bout, or of the stream, is looked at.
    config
        Length looked at, smoothings, and how much better the reversed rate must do; slow, clipped or
        much interrupted signals contradict themselves anyway and are not judged.
    """
    if stream.gyr_sensor_radps is None or stream.rate_hz < config.min_rate_hz:
        return False
    part = _part(stream, gait, config)
    acc, gyr = stream.acc_sensor_mps2[part], stream.gyr_sensor_radps[part]
    if len(acc) < config.least_s * stream.rate_hz or stream.present[part].mean() < config.min_present:
        return False
    if stream.clipped[part].mean() > config.max_clipped:
        return False
    straight = _direction_drift_rad(acc, gyr, rate_hz=stream.rate_hz, config=config)
    reverse = _direction_drift_rad(acc, -gyr, rate_hz=stream.rate_hz, config=config)
    return bool(straight > config.ratio * reverse)


def to_right_handed(stream: EvenStream) -> EvenStream:
    """Return the stream with its second axis turned round, which makes a left-handed triad right-handed."""
    flip = np.array([1.0, -1.0, 1.0])
    gyr = stream.gyr_sensor_radps
    return replace(
        stream,
        acc_sensor_mps2=stream.acc_sensor_mps2 * flip,
        gyr_sensor_radps=None if gyr is None else gyr * flip,
    )


def _part(stream: EvenStream, gait: Gait, config: HandednessConfig) -> slice:
    """Return the rows looked at: the middle of the longest stretch of a bout without a loss of a stride."""
    lost_first, lost_last = long_losses(stream, round(config.stride_s * stream.rate_hz))
    row = np.arange(len(stream))
    looked_at = ~inside(row, lost_first, lost_last)
    if len(gait.first):
        looked_at &= inside(row, gait.first, gait.last)
    begin, end = runs_of(looked_at)
    if len(begin) == 0:
        return slice(0, 0)
    longest = int(np.argmax(end - begin))
    first, last = int(begin[longest]), int(end[longest])
    wanted = round(config.length_s * stream.rate_hz)
    spare = max((last - first - wanted) // 2, 0)
    return slice(first + spare, last - spare)


def _direction_drift_rad(
    acc: FloatArray, gyr: FloatArray, *, rate_hz: float, config: HandednessConfig
) -> float:
    """Return by how much (rad, rms) the direction of stride-averaged force departs from its own slow mean."""
    step_rotation = quaternion.from_rotation_vector(increments(np.ascontiguousarray(gyr.T), 1.0 / rate_hz))
    start = np.array([[1.0], [0.0], [0.0], [0.0]])
    force = quaternion.rotate(
        quaternion.running_product(np.concatenate((start, step_rotation), axis=1)), acc.T
    )
    fast = gaussian_filter1d(force, config.stride_s * rate_hz, axis=1)
    slow = gaussian_filter1d(fast, config.course_s * rate_hz, axis=1)
    apart = _direction(fast) - _direction(slow)
    return float(np.sqrt((apart**2).sum(axis=0).mean()))


def _direction(force: FloatArray) -> FloatArray:
    """Return (3, n) unit vectors; nought where there is no force."""
    return np.asarray(force / np.maximum(np.linalg.norm(force, axis=0), 1e-9))
