"""Find the stretches in which the sensor was still."""

from __future__ import annotations

import numpy as np

from analysis.maths.intervals import runs_of
from analysis.signal.config import RestConfig
from analysis.signal.records import EvenStream, StaticPeriods
from sensor.samples import BoolArray, FloatArray
from sensor.units import STANDARD_GRAVITY_MPS2


def find_static_periods(stream: EvenStream, config: RestConfig) -> StaticPeriods:
    """Find static periods: the spread of |a| and the rate stay below their limits throughout.

    Without a gyroscope the rate is seen by the direction of gravity, so that a bow ends a rest here too.

    Parameters
    ----------
    stream
        Even stream, SI units, sensor axes.
    config
        Limits and the length of one window.

    Returns
    -------
    Rests
        Joined windows, with means of the raw signals over each but its edges.
    """
    window = max(round(config.window_s * stream.rate_hz), 2)
    count = len(stream) // window
    still = _still_windows(stream, window, count=count, config=config)
    first, last = runs_of(still)
    first, last = first * window, last * window
    # A rest seen in whole windows holds the beginning of the next movement, and the end of the last one.
    edge = round(config.edge_s * stream.rate_hz)
    trim = np.minimum(edge, (last - first) // 4)
    gyr = stream.gyr_sensor_radps
    return StaticPeriods(
        first=first,
        last=last,
        acc_sensor_mps2=_means(stream.acc_sensor_mps2, first + trim, last - trim),
        gyr_sensor_radps=np.zeros((len(first), 3)) if gyr is None else _means(gyr, first + trim, last - trim),
    )


def _still_windows(stream: EvenStream, window: int, *, count: int, config: RestConfig) -> BoolArray:
    """Tell for each window whether the sensor was still in it."""
    used = count * window
    norm = np.sqrt(np.einsum("ij,ij->i", stream.acc_sensor_mps2[:used], stream.acc_sensor_mps2[:used]))
    still: BoolArray = norm.reshape(count, window).std(axis=1) < config.acc_spread_mps2
    still &= stream.present[:used].reshape(count, window).mean(axis=1) > config.min_present
    if stream.gyr_sensor_radps is None:
        # What a sensor that turns all the time at the limit would read: gravity wandering along a line.
        wander_mps2 = STANDARD_GRAVITY_MPS2 * config.rate_radps * config.window_s / np.sqrt(12.0)
        each = stream.acc_sensor_mps2[:used].reshape(count, window, 3).std(axis=1)
        still &= np.sqrt((each**2).sum(axis=1)) < wander_mps2
    else:
        rate = stream.gyr_sensor_radps[:used].reshape(count, window, 3)
        spread = np.sqrt((rate.std(axis=1) ** 2).sum(axis=1))
        mean = np.sqrt((rate.mean(axis=1) ** 2).sum(axis=1))
        still &= (spread < config.rate_radps) & (mean < config.rate_radps)
    return still


def _means(values: FloatArray, first: np.ndarray, last: np.ndarray) -> FloatArray:
    """Return the (r, 3) means of (n, 3) values over each stretch of rows."""
    means = [values[a:b].mean(axis=0) for a, b in zip(first, last, strict=True)]
    return np.array(means).reshape(-1, 3)
