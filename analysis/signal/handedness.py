"""Is the sensor's triad mirrored? Gyroscope and accelerometer then contradict each other."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import gaussian_filter1d

from analysis.maths import quaternion
from analysis.maths.intervals import inside, runs_of
from analysis.signal.config import HandednessConfig
from analysis.signal.records import EvenStream, Gait
from analysis.signal.strapdown import increments, long_losses
from analysis.words import CheckOutcome
from sensor.samples import FloatArray

RIGHT_FROM_LEFT = np.array([1.0, -1.0, 1.0])
"""What makes a left-handed triad right-handed: its second axis turned round."""


@dataclass(frozen=True, slots=True)
class Handedness:
    """Whether a triad is right-handed, and where that could not be judged, because of what."""

    outcome: CheckOutcome
    because: str = ""


def handedness_of(stream: EvenStream, gait: Gait, config: HandednessConfig) -> Handedness:
    """Tell whether the triad is right-handed; that of some chips is not.

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
    if stream.gyr_sensor_radps is None:
        return _not_judged("there is no gyroscope")
    if stream.rate_hz < config.min_rate_hz:
        return _not_judged(f"{stream.rate_hz:.0f} samples per second are too few")
    part = _part(stream, gait, config)
    acc, gyr = stream.acc_sensor_mps2[part], stream.gyr_sensor_radps[part]
    if len(acc) < config.least_s * stream.rate_hz:
        return _not_judged(f"no {config.least_s:.0f} s without a break were received")
    if stream.present[part].mean() < config.min_present:
        return _not_judged("too many samples were lost")
    if stream.clipped[part].mean() > config.max_clipped:
        return _not_judged("the range of the sensor was exceeded")
    straight = _direction_drift_rad(acc, gyr, rate_hz=stream.rate_hz, config=config)
    reverse = _direction_drift_rad(acc, -gyr, rate_hz=stream.rate_hz, config=config)
    if straight > config.ratio * reverse:
        return Handedness(CheckOutcome.WRONG)
    if straight > config.right_ratio * reverse:
        return _not_judged("the sensor turned too little to tell")
    return Handedness(CheckOutcome.RIGHT)


def _not_judged(because: str) -> Handedness:
    return Handedness(CheckOutcome.NOT_JUDGED, because)


def is_mirrored(stream: EvenStream, gait: Gait, config: HandednessConfig) -> bool:
    """Tell whether the triad is surely left-handed."""
    return handedness_of(stream, gait, config).outcome == CheckOutcome.WRONG


def to_right_handed(stream: EvenStream) -> EvenStream:
    """Return the stream with its second axis turned round, which makes a left-handed triad right-handed."""
    gyr = stream.gyr_sensor_radps
    return replace(
        stream,
        acc_sensor_mps2=stream.acc_sensor_mps2 * RIGHT_FROM_LEFT,
        gyr_sensor_radps=None if gyr is None else gyr * RIGHT_FROM_LEFT,
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
    # Four values per standard deviation tell all that is left of a signal so smoothed (to exp(-79)).
    every = max(int(config.stride_s * rate_hz / 4.0), 1)
    fast = gaussian_filter1d(force, config.stride_s * rate_hz, axis=1)[:, ::every]
    slow = gaussian_filter1d(fast, config.course_s * rate_hz / every, axis=1)
    apart = _direction(fast) - _direction(slow)
    return float(np.sqrt((apart**2).sum(axis=0).mean()))


def _direction(force: FloatArray) -> FloatArray:
    """Return (3, n) unit vectors; nought where there is no force."""
    return np.asarray(force / np.maximum(np.linalg.norm(force, axis=0), 1e-9))
