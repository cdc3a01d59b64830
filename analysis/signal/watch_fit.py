"""One lag of a watch's clock, fitted: where its first point lies in the session, and how well that fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from analysis.signal.sync_config import WatchClockConfig
from analysis.signal.watch_series import RunningCount, ToldSeries
from sensor.samples import BoolArray, FloatArray, freeze_arrays


@dataclass(frozen=True, slots=True, eq=False)
class WatchFit:
    """A line from the watch's time to the session's, and how well the watch is predicted by it.

    Parameters
    ----------
    start_s
        Session time of the watch's first point.
    drift, middle_s
        Session time grows by 1 + ``drift`` per second of the watch, about ``middle_s`` of the watch.
    window_s
        Over how long the watch is taken to average.
    within_s
        Half width of the 95 % interval of ``start_s`` + ``middle_s``.
    points
        How many points were compared.
    misfit
        Root mean square of what the prediction leaves over, weighted, in the unit of what was told.
    level_off
        By how much the watch told more than predicted, all along.
    likeness, strength
        Correlation of told and predicted, slow changes left out; the same in its standard errors.
    stray_s
        How far the lag of most stretches lies from the line.
    agreement
        (b,) correlation of told and predicted in blocks of the watch's time, NaN where too little is known.
    """

    start_s: float
    drift: float
    middle_s: float
    window_s: float
    within_s: float
    points: int
    misfit: float
    level_off: float
    likeness: float
    strength: float
    stray_s: float
    agreement: FloatArray

    def __post_init__(self) -> None:
        freeze_arrays(self)

    def lead_over(self, other: WatchFit) -> float:
        """Return by how many standard errors the watch agrees better here, on what both lags compare."""
        return _in_errors(self.agreement - other.agreement)


class _Held(NamedTuple):
    """What was told and predicted at (k,) points, slow changes left out, and the slope by the lag."""

    told: FloatArray
    predicted: FloatArray
    slope: FloatArray
    known: BoolArray
    level: FloatArray


def fitted(
    count: RunningCount, told: ToldSeries, *, start_s: float, window_s: float, config: WatchClockConfig
) -> WatchFit | None:
    """Fit lag, drift and gain, from a lag on that is right within a second or two.

    Gauss-Newton steps with Huber's weights: a watch hides stops and loses satellites.

    Parameters
    ----------
    count
        Of the trunk sensor.
    told
        By the watch.
    start_s
        Session time of the watch's first point, about.
    window_s
        Over how long the watch is taken to average.
    config
        Weights and bounds.

    Returns
    -------
    WatchFit or None
        None where too little lies within the session.
    """
    middle_s = float(np.median(told.time_s))
    drift = 0.0
    at_s = told.time_s - middle_s
    for _ in range(config.rounds):
        session_s = start_s + told.time_s + drift * at_s
        held = _held(count, told, session_s=session_s, window_s=window_s, config=config)
        if held is None:
            return None
        weight, gain, residual = _weights(held, told, config)
        move_s, turn = _step(
            held, at_s, drift=drift, weight=weight, gain=gain, residual=residual, config=config
        )
        start_s, drift = start_s + move_s, drift + turn
        if abs(move_s) < config.settled_s:
            break
    session_s = start_s + told.time_s + drift * at_s
    held = _held(count, told, session_s=session_s, window_s=window_s, config=config)
    if held is None:
        return None
    return _summed_up(
        held, told, start_s=start_s, drift=drift, middle_s=middle_s, window_s=window_s, config=config
    )


def _held(
    count: RunningCount,
    told: ToldSeries,
    *,
    session_s: FloatArray,
    window_s: float,
    config: WatchClockConfig,
) -> _Held | None:
    predicted, slope = told.predicted(count, session_s, window_s)
    known = np.isfinite(predicted) & np.isfinite(told.value)
    if not known.any() or np.ptp(told.time_s[known]) < config.least_common_s:
        return None
    flat = told.trend.without((told.value, predicted, slope), known)
    return _Held(flat[0], flat[1], flat[2], known, np.where(known, told.value - predicted, 0.0))


def _weights(held: _Held, told: ToldSeries, config: WatchClockConfig) -> tuple[FloatArray, float, float]:
    """Return (k,) Huber weights, the gain of the prediction and the spread of what it leaves over."""
    # A start or a stop has the leverage of a minute of running, and both sides tell its first steps late. Of
    # speed there is little else to go by.
    far = np.maximum(np.abs(held.predicted), 1e-9)
    most = config.most_spreads * spread_of(held.predicted[held.known], config) if told.is_cadence else np.inf
    leverage = np.minimum(1.0, most / far) ** 2
    weight: FloatArray = held.known * leverage
    gain, residual = 0.0, 1.0
    for _ in range(config.weight_rounds):
        gain = float((weight * held.told * held.predicted).sum())
        gain /= max(float((weight * held.predicted**2).sum()), 1e-9)
        left = held.told - gain * held.predicted
        residual = max(spread_of(left[held.known], config), 1e-9)
        far = np.maximum(np.abs(left), 1e-9)
        weight = held.known * leverage * np.minimum(1.0, config.huber * residual / far)
    return weight, gain, residual


def _step(
    held: _Held,
    at_s: FloatArray,
    *,
    drift: float,
    weight: FloatArray,
    gain: float,
    residual: float,
    config: WatchClockConfig,
) -> tuple[float, float]:
    """Return by how much lag and drift have to move: weighted least squares, the drift held near nought."""
    left = held.told - gain * held.predicted
    columns = gain * np.stack([held.slope, held.slope * at_s])
    normal = (columns * weight) @ columns.T
    right = (columns * weight) @ left
    prior = (residual / config.drift_spread) ** 2
    normal[1, 1] += prior
    right[1] -= prior * drift
    normal[0, 0] = max(normal[0, 0], 1e-9)
    move_s, turn = np.linalg.solve(normal, right)
    return float(np.clip(move_s, -config.longest_step_s, config.longest_step_s)), float(turn)


def _summed_up(
    held: _Held,
    told: ToldSeries,
    *,
    start_s: float,
    drift: float,
    middle_s: float,
    window_s: float,
    config: WatchClockConfig,
) -> WatchFit:
    weight, gain, residual = _weights(held, told, config)
    known, time_s = held.known, told.time_s
    mine, theirs = bounded(held.predicted, known, config), bounded(held.told, known, config)
    power = np.sqrt(float((mine**2).sum()) * float((theirs**2).sum()))
    agreement = _blocks(time_s, mine, theirs, known=known, config=config)
    lag_s, error_s = _lags_of_parts(held, time_s, weight=weight, gain=gain, residual=residual, config=config)
    own_error_s = residual / max(abs(gain) * float(np.sqrt((weight * held.slope**2).sum())), 1e-9)
    beyond_s = np.abs(lag_s) - config.two_sided * error_s
    return WatchFit(
        start_s=start_s,
        drift=drift,
        middle_s=middle_s,
        window_s=window_s,
        within_s=config.two_sided * max(own_error_s, _mean_error(lag_s, error_s))
        + _delay_error_s(told, window_s, config),
        points=int(known.sum()),
        misfit=float(np.sqrt((weight * (held.told - gain * held.predicted) ** 2).sum() / weight.sum())),
        level_off=float(np.median(held.level[known])),
        likeness=float((mine * theirs).sum() / max(power, 1e-9)),
        strength=_in_errors(agreement),
        stray_s=float(np.quantile(beyond_s, config.stray_quantile)) if len(beyond_s) else 0.0,
        agreement=agreement,
    )


def _delay_error_s(told: ToldSeries, window_s: float, config: WatchClockConfig) -> float:
    """Return how far the delay of a watch may be from half of its averaging, s.

    Steps show the averaging well, how satellites are smoothed shows less.
    """
    part = config.delay_part_of_cadence if told.is_cadence else config.delay_part_of_speed
    return part * (window_s + config.grid_s)


def _lags_of_parts(
    held: _Held,
    time_s: FloatArray,
    *,
    weight: FloatArray,
    gain: float,
    residual: float,
    config: WatchClockConfig,
) -> tuple[FloatArray, FloatArray]:
    """Return by how much each stretch alone would move the lag, and its standard error, s."""
    number = ((time_s - time_s[0]) / config.parts_s).astype(np.int64)
    slope = gain * held.slope
    left = held.told - gain * held.predicted
    push = np.bincount(number, weights=weight * slope * left)
    hold = np.bincount(number, weights=weight * slope**2)
    telling = hold > 0.0
    return push[telling] / hold[telling], residual / np.sqrt(hold[telling])


def _mean_error(lag_s: FloatArray, error_s: FloatArray) -> float:
    """Return the standard error of the weighted mean of lags by their own scatter; 0 for fewer than three."""
    if len(lag_s) < 3:
        return 0.0
    weight = 1.0 / error_s**2
    mean_s = float((weight * lag_s).sum() / weight.sum())
    return float(np.sqrt((weight * (lag_s - mean_s) ** 2).sum() / weight.sum() / (len(lag_s) - 1)))


def _blocks(
    time_s: FloatArray, mine: FloatArray, theirs: FloatArray, *, known: BoolArray, config: WatchClockConfig
) -> FloatArray:
    """Return (b,) correlations over blocks of time, NaN where less than half of the usual number is known.

    Each block counts alike, however much happens in it: a single stop is no proof.
    """
    block_s = max(config.block_s, config.block_points * float(np.median(np.diff(time_s))))
    number = ((time_s - time_s[0]) / block_s).astype(np.int64)
    count, product, mine_power, their_power = (
        np.bincount(number, weights=weight)
        for weight in (known.astype(np.float64), mine * theirs, mine**2, theirs**2)
    )
    usual = float(np.median(count[count > 0]))
    power = np.sqrt(mine_power * their_power)
    known_there = (count >= config.least_of_block * usual) & (power > 0.0)
    return np.asarray(np.where(known_there, product / np.maximum(power, 1e-9), np.nan))


def _in_errors(value: FloatArray) -> float:
    """Return a mean in its standard errors, as of a normal distribution; NaN values are left out.

    Few blocks have heavy tails. Wallace, "Bounds on normal approximations to Student's and the chi-square
    distributions", 1959.
    """
    value = value[np.isfinite(value)]
    free = len(value) - 1
    if free < 2 or not value.std() > 0.0:
        return 0.0
    t = float(value.mean() / (value.std(ddof=1) / np.sqrt(len(value))))
    size = (8 * free + 1) / (8 * free + 3) * np.sqrt(free * np.log1p(t * t / free))
    return float(np.copysign(size, t))


def bounded(value: FloatArray, known: BoolArray, config: WatchClockConfig) -> FloatArray:
    """Return values in units of their spread, no larger than `WatchClockConfig.most_spreads`."""
    spread = spread_of(value[known], config)
    return np.clip(value / max(spread, 1e-9), -config.most_spreads, config.most_spreads)


def spread_of(value: FloatArray, config: WatchClockConfig) -> float:
    """Return a standard deviation that a few stops do not move; of mostly constant values the plain one."""
    if not len(value):
        return 0.0
    return float(config.spread_per_median * np.median(np.abs(value))) or float(value.std())
