"""Knocks that two sensors felt together: by how much their time lines tell them apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from analysis.signal.sync_config import SyncTapConfig
from analysis.signal.sync_taps import Knock, Series
from sensor.samples import FloatArray, SensorRecording

_GRID_S = 0.001
"""The parabola through the peak of the correlation finds a hundredth of this."""

_FEWEST_SAMPLES = 4
"""What a cubic goes through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedEvent:
    """A series of knocks that two sensors felt.

    Parameters
    ----------
    at_s
        Session time of its middle, by the first sensor.
    lag_s
        How much later the second sensor's time line tells it.
    within_s
        How far the lag of the two clocks may be from that; of jumps the further, since a landing reaches one
        sensor before the other.
    knocks
        How many were felt by both.
    is_jump
        Whether they were jumps.
    doubt
        Why the lag is not to be believed; empty where it is.
    """

    at_s: float
    lag_s: float
    within_s: float
    knocks: int
    is_jump: bool
    doubt: str = ""


def shared_events(
    first: SensorRecording,
    second: SensorRecording,
    *,
    found: tuple[Sequence[Series], Sequence[Series]],
    config: SyncTapConfig,
) -> tuple[SharedEvent, ...]:
    """Hold the knocks of two sensors against each other.

    The lag of a knock is where the magnitudes of the two specific forces correlate best; that of a series is
    the median of its knocks.

    Parameters
    ----------
    first, second
        Samples on the session's time line.
    found
        The series of knocks of each.
    config
        How far apart, how like and how consistent knocks must be.

    Returns
    -------
    tuple of SharedEvent
        In order of time; none where fewer than ``config.fewest`` knocks of a series were felt by both.
    """
    own, others = found
    pairs = ((a, _nearest(a, others)) for a in own)
    events = (_event(first, second, own=a, other=b, config=config) for a, b in pairs if b)
    return tuple(event for event in events if event is not None)


def _nearest(series: Series, others: Sequence[Series]) -> Series:
    """Return the other sensor's series with the first knock nearest to that of this one, empty without."""
    return min(others, key=lambda other: abs(other[0].at_s - series[0].at_s), default=())


def _event(
    first: SensorRecording, second: SensorRecording, *, own: Series, other: Series, config: SyncTapConfig
) -> SharedEvent | None:
    """Compare two series knock by knock; None where they have too little in common."""
    both = [a for a in own if any(abs(a.at_s - b.at_s) <= config.search_s for b in other)]
    lags_s = np.array([_lag_s(first, second, knock=knock, config=config) for knock in both])
    known = np.isfinite(lags_s)
    count = int(known.sum())
    # More than half of the longer series: knocks of two different series may meet by chance, but not most.
    if count < config.fewest or 2 * count <= max(len(own), len(other)):
        return None
    lag_s = float(np.median(lags_s[known]))
    spread_s = float(np.abs(lags_s[known] - lag_s).max())
    is_jump = any(knock.is_jump for knock in (*own, *other))
    sampling_s = config.sampling_share * max(_period_s(first), _period_s(second))
    within_s = spread_s + sampling_s + (config.body_path_s if is_jump else 0.0)
    at_s = (own[0].at_s + own[-1].at_s) / 2.0
    return SharedEvent(
        at_s=at_s,
        lag_s=lag_s,
        within_s=within_s,
        knocks=count,
        is_jump=is_jump,
        doubt=_doubt(lag_s, spread_s, config),
    )


def _doubt(lag_s: float, spread_s: float, config: SyncTapConfig) -> str:
    if spread_s > config.agreement_s:
        return f"the knocks differ by {1e3 * spread_s:.0f} ms among themselves"
    if abs(lag_s) > config.most_lag_s:
        return f"{1e3 * abs(lag_s):.0f} ms apart, more than a radio explains"
    return ""


def _lag_s(first: SensorRecording, second: SensorRecording, *, knock: Knock, config: SyncTapConfig) -> float:
    """Return how much later the second sensor tells a knock; NaN where it is not clearly the same one."""
    reach = round(config.search_s / _GRID_S)
    half_s = config.window_s
    wide_s = half_s + reach * _GRID_S
    a = _force_magnitude(first, knock.at_s, half_s=half_s, config=config)
    b = _force_magnitude(second, knock.at_s, half_s=wide_s, config=config)
    if a is None or b is None:
        return float("nan")
    sigma = config.smoothing_samples * max(a.period_s, b.period_s) / _GRID_S
    smooth_a, smooth_b = (gaussian_filter1d(c.force_mps2, sigma) for c in (a, b))
    shifted = np.lib.stride_tricks.sliding_window_view(smooth_b, len(smooth_a))
    correlation = _correlation(smooth_a, shifted)
    best = int(np.argmax(correlation))
    if correlation[best] < config.likeness or best in (0, len(correlation) - 1):
        return float("nan")
    before, peak, after = correlation[best - 1 : best + 2]
    # The vertex of the parabola through three values a step apart, in steps from the middle one.
    part = 0.5 * (before - after) / (before - 2.0 * peak + after)
    return float((best - reach + part) * _GRID_S)


def _correlation(magnitude: FloatArray, shifted: FloatArray) -> FloatArray:
    """Return (l,) the normalised cross-correlation of a magnitude (m,) with each row of (l, m)."""
    # Centring one side is enough: Σ(x - x̄)(y - ȳ) = Σ(x - x̄)y, since Σ(x - x̄) is nought.
    magnitude = magnitude - magnitude.mean()
    power = np.sqrt((magnitude @ magnitude) * shifted.shape[1]) * shifted.std(axis=1)
    return np.asarray(shifted @ magnitude / np.maximum(power, 1e-9))


@dataclass(frozen=True, slots=True, eq=False)
class _ForceMagnitude:
    """Size of the specific force around a moment, every `_GRID_S`, and the sensor's sampling period."""

    force_mps2: FloatArray
    period_s: float


def _force_magnitude(
    sensor: SensorRecording, at_s: float, *, half_s: float, config: SyncTapConfig
) -> _ForceMagnitude | None:
    """Interpolate around a moment; None where a loss, a new connection or what is no number lies near it."""
    low, high = np.searchsorted(sensor.time_s, (at_s - half_s, at_s + half_s)).tolist()
    low, high = low - 2, high + 2
    if low < 0 or high > len(sensor.time_s) or high - low < _FEWEST_SAMPLES:
        return None
    time_s, values = sensor.time_s[low:high], sensor.acc_sensor_mps2[low:high]
    steps_s = np.diff(time_s)
    period_s = float(np.median(steps_s))
    is_even = bool((steps_s > 0.0).all()) and steps_s.max() <= config.even_periods * period_s
    joins = ((sensor.segment_start > low) & (sensor.segment_start < high)).any()
    if joins or not is_even or not np.isfinite(values).all():
        return None
    grid_s = at_s - half_s + _GRID_S * np.arange(round(2.0 * half_s / _GRID_S) + 1)
    # Here, because only a tap on two sensors needs it, and it is slow to be imported.
    from scipy.interpolate import CubicSpline

    # Axes are smooth where the magnitude has a kink, as in free fall near nought: interpolated first.
    acc = CubicSpline(time_s, values)(grid_s)
    return _ForceMagnitude(np.sqrt(np.einsum("ij,ij->i", acc, acc)), period_s)


def _period_s(sensor: SensorRecording) -> float:
    return float(np.median(np.diff(sensor.time_s)))
