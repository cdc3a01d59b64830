"""Offset and drift of a watch's clock against the trunk sensor's, from the steps that both of them counted.

No clock is believed: watches are hours off, in another zone, or were never set. Both tell the same course of
cadence, though, and no two minutes of a run are alike in it. A coarse search holds every lag against every
other; the best are fitted, together with how long the watch averages, which delays what it tells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.signal.gait_clock import ClockEstimate
from analysis.signal.sync_config import WatchClockConfig
from analysis.signal.watch_fit import WatchFit, bounded, fitted, spread_of
from analysis.signal.watch_series import Detrending, RunningCount, ToldSeries, present_on
from analysis.words import WatchMatch
from sensor.samples import BoolArray, FloatArray


@dataclass(frozen=True, slots=True)
class WatchClock:
    """How a watch's clock lies on the session's.

    Parameters
    ----------
    match
        Whether it is to be believed.
    clock
        Told by the watch, in seconds since its first point, against session time. Its ``steps`` are the
        points that were compared.
    """

    match: WatchMatch
    clock: ClockEstimate

    @property
    def start_s(self) -> float:
        """Session time of the watch's first point; NaN where it is not known."""
        return float(self.clock.reference_s(np.zeros(1))[0])


def told_clock(start_s: float) -> WatchClock:
    """Return the clock of a watch whose first point was at a session time that the runner told."""
    clock = ClockEstimate(
        at_s=start_s, offset_s=-start_s, drift=0.0, within_s=float("nan"), steps=0, likeness=float("nan")
    )
    return WatchClock(WatchMatch.TOLD, clock)


def clock_from_watch(
    count: RunningCount, told: ToldSeries | None, *, expected_start_s: float | None, config: WatchClockConfig
) -> WatchClock:
    """Hold what a watch told against what the trunk sensor counted.

    Parameters
    ----------
    count
        Of the trunk sensor, session time.
    told
        By the watch, seconds since its first point; None where it told nothing to compare.
    expected_start_s
        Session time of the watch's first point if both clocks were right; None where the watch knows no date.
    config
        How alike both must be.

    Returns
    -------
    WatchClock
        With a doubt where it is not sure.
    """
    if told is None:
        return unplaced("it told neither cadence nor speed for long enough")
    fits: list[WatchFit] = []
    window_s = config.coarse_window_s
    for start_s in _candidates(count, told, expected_start_s=expected_start_s, config=config):
        if not fits:
            window_s = _averaging(count, told, start_s=start_s, config=config)
        fit = fitted(count, told, start_s=start_s, window_s=window_s, config=config)
        fits += [] if fit is None else [fit]
    if not fits:
        return unplaced("too little of it lies within the session")
    best = _best(fits, expected_start_s, config)
    if best is not fits[0]:
        window_s = _averaging(count, told, start_s=best.start_s, config=config)
        best = fitted(count, told, start_s=best.start_s, window_s=window_s, config=config) or best
    rivals = [
        fit
        for fit in fits
        if abs(fit.start_s - best.start_s) > config.apart_s and fit.strength >= config.least_strength_nearby
    ]
    lead = min((best.lead_over(rival) for rival in rivals), default=np.inf)
    nearby = _is_nearby(best, expected_start_s, config)
    match, doubt = _judged(
        best, told, is_telling=_is_telling(count, told, config), lead=lead, is_nearby=nearby, config=config
    )
    clock = ClockEstimate(
        at_s=best.start_s + best.middle_s,
        offset_s=-best.start_s,
        drift=-best.drift / (1.0 + best.drift),
        within_s=best.within_s,
        steps=best.points,
        likeness=best.likeness,
        doubt=doubt,
    )
    return WatchClock(match, clock)


def _is_nearby(fit: WatchFit, expected_start_s: float | None, config: WatchClockConfig) -> bool:
    return expected_start_s is not None and abs(fit.start_s - expected_start_s) <= config.nearby_s


def _best(fits: list[WatchFit], expected_start_s: float | None, config: WatchClockConfig) -> WatchFit:
    """Return the strongest fit, but one where both clocks agree before another that chance may have made."""
    best = max(fits, key=lambda fit: fit.strength)
    if best.strength >= config.least_strength:
        return best
    nearby = [fit for fit in fits if _is_nearby(fit, expected_start_s, config)]
    return max(nearby, key=lambda fit: fit.strength, default=best)


def unplaced(doubt: str) -> WatchClock:
    """Return the clock of a watch of which nothing can be told, and why."""
    unknown = float("nan")
    return WatchClock(WatchMatch.UNDECIDED, ClockEstimate(0.0, unknown, unknown, unknown, 0, unknown, doubt))


def _averaging(count: RunningCount, told: ToldSeries, *, start_s: float, config: WatchClockConfig) -> float:
    """Return over how long the watch averages: the length with which it is predicted best.

    A length too short misfits sooner than one too long, so that a parabola tells the least only from near.
    """

    def misfit(window_s: float) -> float:
        fit = fitted(count, told, start_s=start_s, window_s=window_s, config=config)
        return np.inf if fit is None else fit.misfit**2

    best_s = min(config.windows_s, key=misfit)
    step_s = config.window_step_s
    for _ in range(config.window_steps):
        around_s = np.maximum(best_s + step_s * np.array([-1.0, 0.0, 1.0]), step_s)
        off = np.array([misfit(window_s) for window_s in around_s])
        if off.argmin() == 1:
            break
        best_s = float(around_s[off.argmin()])
    bend = off[0] - 2.0 * off[1] + off[2]
    if off.argmin() != 1 or not 0.0 < bend < np.inf:
        return best_s
    return float(best_s + 0.5 * step_s * (off[0] - off[2]) / bend)


def _is_telling(count: RunningCount, told: ToldSeries, config: WatchClockConfig) -> bool:
    """Tell whether a watch of this run would be bound to agree somewhere: long, and not too even."""
    both_s = min(count.end_s - count.start_s, float(np.ptp(told.time_s)))
    time_s = np.arange(np.ceil(count.start_s), count.end_s, config.grid_s)
    cadence_spm, _ = count.cadence_spm(time_s, config.coarse_window_s)
    known = np.isfinite(cadence_spm)
    (flat,) = Detrending.of(time_s, config.trend_s).without((cadence_spm,), known)
    uneven = spread_of(flat[known], config) >= config.telling_spread_spm
    return told.is_cadence and both_s >= config.telling_s and uneven


def _judged(
    best: WatchFit,
    told: ToldSeries,
    *,
    is_telling: bool,
    lead: float,
    is_nearby: bool,
    config: WatchClockConfig,
) -> tuple[WatchMatch, str]:
    """Say whether the best lag is to be believed, and why not."""
    enough = config.least_strength_nearby if is_nearby else config.least_strength
    counts_steps = told.is_cadence
    if best.strength < enough:
        if is_telling:
            return WatchMatch.ANOTHER_RUN, "its cadence nowhere follows the steps that the sensor felt"
        return WatchMatch.UNDECIDED, "it is too even to tell where it belongs"
    if counts_steps and abs(best.level_off) > config.most_cadence_off_spm:
        return (
            WatchMatch.ANOTHER_RUN if is_telling else WatchMatch.UNDECIDED,
            f"its cadence is {abs(best.level_off):.0f} steps a minute "
            f"{'higher' if best.level_off > 0 else 'lower'} than the sensor felt",
        )
    if lead < config.least_lead:
        return WatchMatch.UNDECIDED, "it fits the session at more than one place"
    if best.within_s > config.most_within_s:
        return WatchMatch.UNDECIDED, f"it fits only to within {best.within_s:.0f} s"
    if best.stray_s > config.most_stray_s:
        return (
            WatchMatch.UNDECIDED,
            f"its times stray by {best.stray_s:.0f} s from any steady rate, as where pauses are cut out",
        )
    return WatchMatch.SURE, ""


def _candidates(
    count: RunningCount, told: ToldSeries, *, expected_start_s: float | None, config: WatchClockConfig
) -> list[float]:
    """Return session times at which the watch may have begun, by correlation over all lags, best first.

    The best one near the expected start is among them.
    """
    # The grids are whole steps apart, so that a lag in rows is a lag in seconds.
    mine_s = np.arange(np.ceil(count.start_s), count.end_s, config.grid_s)
    theirs_s = np.arange(np.ceil(told.time_s[0]), told.time_s[-1], config.grid_s)
    if len(mine_s) < 2 or len(theirs_s) < 2:
        return []
    mine = _flattened(mine_s, told.predicted(count, mine_s, config.coarse_window_s)[0], config)
    theirs = _flattened(theirs_s, present_on(told, theirs_s, config), config)
    strength, common = _correlated(mine, theirs)
    shorter_s = config.grid_s * min(np.count_nonzero(mine[1]), np.count_nonzero(theirs[1]))
    least_s = max(config.least_common_s, config.least_common_share * shorter_s)
    strength[common * config.grid_s < least_s] = -np.inf
    start_s = mine_s[0] - theirs_s[0] + (np.arange(len(strength)) - (len(theirs_s) - 1)) * config.grid_s
    found = _peaks(start_s, strength.copy(), config)
    if expected_start_s is not None:
        near = np.where(np.abs(start_s - expected_start_s) <= config.nearby_s, strength, -np.inf)
        found += _peaks(start_s, near, config)[:1]
    return list(dict.fromkeys(found))


def _peaks(start_s: FloatArray, strength: FloatArray, config: WatchClockConfig) -> list[float]:
    """Return the starts of the highest correlations that lie apart from each other; uses up ``strength``."""
    found: list[float] = []
    apart = round(config.apart_s / config.grid_s)
    while len(found) < config.candidates:
        k = int(np.argmax(strength))
        if not np.isfinite(strength[k]):
            break
        found.append(float(start_s[k]))
        strength[max(k - apart, 0) : k + apart + 1] = -np.inf
    return found


def _flattened(
    time_s: FloatArray, value: FloatArray, config: WatchClockConfig
) -> tuple[FloatArray, BoolArray]:
    """Return values of spread one without their trend, bounded, and where they are known."""
    known = np.isfinite(value)
    (flat,) = Detrending.of(time_s, config.trend_s).without((value,), known)
    return bounded(flat, known, config), known


def _correlated(
    mine: tuple[FloatArray, BoolArray], theirs: tuple[FloatArray, BoolArray]
) -> tuple[FloatArray, FloatArray]:
    """Return correlation times the root of its points, and these, for every shift of theirs against mine.

    Padfield, "Masked object registration in the Fourier domain", 2012: what is unknown counts nowhere.
    """
    length = len(mine[0]) + len(theirs[0]) - 1
    size = 1 << int(np.ceil(np.log2(length)))
    spectra = [np.fft.rfft(v, size) for v in (mine[0], mine[0] ** 2, mine[1].astype(np.float64))]
    reversed_ = [
        np.fft.rfft(v[::-1], size) for v in (theirs[0], theirs[0] ** 2, theirs[1].astype(np.float64))
    ]
    product, mine_power, their_power, common = (
        np.fft.irfft(a * b, size)[:length]
        for a, b in (
            (spectra[0], reversed_[0]),
            (spectra[1], reversed_[2]),
            (spectra[2], reversed_[1]),
            (spectra[2], reversed_[2]),
        )
    )
    common = np.round(common)
    power = np.sqrt(np.maximum(mine_power * their_power, 1e-9))
    return product / power * np.sqrt(np.maximum(common, 0.0)), common
