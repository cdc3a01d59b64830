"""What a watch told of a run second by second, and what it would have told by the sensor's own steps.

A watch counts steps, or distance, over its last few seconds. So the sensor's steps are kept as a running
count: the difference of two of its values is what any watch with any averaging tells, at any moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from analysis.maths.intervals import inside
from analysis.signal.records import EvenStream, Gait
from analysis.signal.sync_config import WatchClockConfig
from sensor.samples import BoolArray, FloatArray, IntArray, WatchRecord, freeze_arrays
from sensor.units import STANDARD_GRAVITY_MPS2

_SECONDS_PER_MINUTE = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class RunningCount:
    """What a sensor has counted since it began, on an even grid.

    Parameters
    ----------
    start_s, rate_hz
        Session time of the first value, and values per second.
    steps
        (n,) steps so far, a real number; it stands still while the runner does.
    effort
        (n,) integral of the deviation of specific force from 1 g, in g·s: it grows with speed.
    lost_s
        (n,) seconds so far of which nothing was received.
    uncounted_s
        (n,) the same, and seconds in which steps cannot be counted: starts and stops.
    """

    start_s: float
    rate_hz: float
    steps: FloatArray
    effort: FloatArray
    lost_s: FloatArray
    uncounted_s: FloatArray

    def __post_init__(self) -> None:
        freeze_arrays(self)

    @property
    def end_s(self) -> float:
        """Session time of the last value."""
        return self.start_s + (len(self.steps) - 1) / self.rate_hz

    def cadence_spm(self, time_s: FloatArray, window_s: float) -> tuple[FloatArray, FloatArray]:
        """Return the steps per minute over the window that ends at each time, and their slope per second.

        Both (k,); NaN where that window is not wholly known.
        """
        grown, slope = self._over(self.steps, self.uncounted_s, time_s=time_s, window_s=window_s)
        return _SECONDS_PER_MINUTE * grown, _SECONDS_PER_MINUTE * slope

    def effort_g(self, time_s: FloatArray, window_s: float) -> tuple[FloatArray, FloatArray]:
        """Return the mean deviation from 1 g over the window that ends at each time, and its slope."""
        return self._over(self.effort, self.lost_s, time_s=time_s, window_s=window_s)

    def _over(
        self, count: FloatArray, unknown_s: FloatArray, *, time_s: FloatArray, window_s: float
    ) -> tuple[FloatArray, FloatArray]:
        row = (time_s - self.start_s) * self.rate_hz
        before = row - window_s * self.rate_hz
        known = (before >= 1.0) & (row <= len(count) - 3)
        now, then = (_Between.of(rows, known, self.rate_hz) for rows in (row, before))
        known &= now.value(unknown_s) - then.value(unknown_s) < 0.5 / self.rate_hz
        grown = (now.value(count) - then.value(count)) / window_s
        slope = (now.slope(count) - then.slope(count)) / window_s
        return np.where(known, grown, np.nan), np.where(known, slope, np.nan)


class _Between(NamedTuple):
    """Places on an even grid: rows below them, how far they lie beyond, and points a second."""

    row: IntArray
    beyond: FloatArray
    rate_hz: float

    @classmethod
    def of(cls, rows: FloatArray, known: BoolArray, rate_hz: float) -> _Between:
        inside = np.where(known, rows, 1.0)
        row = inside.astype(np.int64)
        return cls(row, inside - row, rate_hz)

    def value(self, values: FloatArray) -> FloatArray:
        low = values[self.row]
        return np.asarray(low + self.beyond * (values[self.row + 1] - low))

    def slope(self, values: FloatArray) -> FloatArray:
        """Return the slope per second over the three grid steps around each place."""
        return np.asarray((values[self.row + 2] - values[self.row - 1]) * (self.rate_hz / 3.0))


def running_count(stream: EvenStream, gait: Gait, config: WatchClockConfig) -> RunningCount:
    """Count the steps and the effort of a trunk sensor.

    Parameters
    ----------
    stream
        Even stream as received.
    gait
        Its bouts and step phase.
    config
        How long a start or a stop takes.
    """
    rows = np.arange(len(stream), dtype=np.float64)
    moving = inside(rows, gait.first, gait.last)
    # Sensor and watch each take a while to notice a start, and not the same one.
    edges, reach = np.sort(np.concatenate([gait.first, gait.last])), round(config.start_s * stream.rate_hz)
    starting = inside(rows, edges - reach, edges + reach)
    # Phase begins anew in each bout: what it grows between two rows of one bout is a count.
    grown = np.where(moving[1:] & moving[:-1], np.diff(gait.step_phase), 0.0)
    steps = np.concatenate([[0.0], np.cumsum(np.clip(grown, 0.0, 1.0))])
    force_g = np.sqrt(np.einsum("ij,ij->i", stream.acc_sensor_mps2, stream.acc_sensor_mps2))
    force_g /= STANDARD_GRAVITY_MPS2
    row = np.arange(0.0, len(stream) - 1.0, stream.rate_hz / config.count_hz)

    def at(values: FloatArray) -> FloatArray:
        return np.asarray(np.interp(row, rows, values))

    return RunningCount(
        start_s=stream.start_s,
        rate_hz=config.count_hz,
        steps=at(steps),
        effort=at(np.cumsum(np.abs(force_g - 1.0)) / stream.rate_hz),
        lost_s=at(np.cumsum(~stream.present) / stream.rate_hz),
        uncounted_s=at(np.cumsum(~stream.present | starting) / stream.rate_hz),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Detrending:
    """Takes off what changes slowly: the mean over the window around each time.

    Parameters
    ----------
    low, high
        (k,) the first point of each window, and the one after its last.
    """

    low: IntArray
    high: IntArray

    @classmethod
    def of(cls, time_s: FloatArray, window_s: float) -> Detrending:
        """Return that of (k,) rising times with windows of a width, centred."""
        low = np.searchsorted(time_s, time_s - window_s / 2.0)
        return cls(low, np.searchsorted(time_s, time_s + window_s / 2.0, side="right"))

    def without(self, values: Sequence[FloatArray], known: BoolArray) -> list[FloatArray]:
        """Return several (k,) courses without their trend, nought where not ``known``."""
        weight = np.concatenate([[0.0], np.cumsum(known)])
        points = np.maximum(weight[self.high] - weight[self.low], 1.0)
        return [self._without(value, known, points) for value in values]

    def _without(self, value: FloatArray, known: BoolArray, points: FloatArray) -> FloatArray:
        total = np.concatenate([[0.0], np.cumsum(np.where(known, value, 0.0))])
        return np.where(known, value - (total[self.high] - total[self.low]) / points, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class ToldSeries:
    """What a watch told, and the count of the sensor that it speaks of.

    Parameters
    ----------
    time_s
        (k,) seconds since its first point, rising.
    value
        (k,) cadence in steps per minute, or speed in m/s.
    is_cadence
        Which of the two.
    trend
        What takes slow changes off at these times.
    """

    time_s: FloatArray
    value: FloatArray
    is_cadence: bool
    trend: Detrending

    def __post_init__(self) -> None:
        freeze_arrays(self)

    def predicted(
        self, count: RunningCount, time_s: FloatArray, window_s: float
    ) -> tuple[FloatArray, FloatArray]:
        """Return what the watch would tell at session times if it averaged over its last ``window_s``.

        Steps per minute for cadence; for speed what grows with it, of no unit. Beside it the slope a second.
        """
        return (count.cadence_spm if self.is_cadence else count.effort_g)(time_s, window_s)


def told_series(watch: WatchRecord, config: WatchClockConfig) -> ToldSeries | None:
    """Return what a watch told that can be held against steps: cadence before speed; None with neither.

    Parameters
    ----------
    watch
        The file of the watch.
    config
        How much must be there.
    """
    for quantity in ("cadence_spm", "speed_mps", "distance_m"):
        track = watch.track(quantity)
        if track is None or len(track.time_s) < 2:
            continue
        time_s, value = track.time_s, track.value
        if quantity == "distance_m":
            time_s, value = _slope(time_s, value, config)
        trend = Detrending.of(time_s, config.trend_s)
        told = ToldSeries(time_s, value, is_cadence=quantity == "cadence_spm", trend=trend)
        if _is_telling(told, config):
            return told
    return None


def _slope(
    time_s: FloatArray, distance_m: FloatArray, config: WatchClockConfig
) -> tuple[FloatArray, FloatArray]:
    """Return the speed over each step of a distance, dated at its end as what a watch averaged."""
    step_s = np.diff(time_s)
    near = step_s <= config.longest_hole_s
    return time_s[1:][near], (np.diff(distance_m) / step_s)[near]


def _is_telling(told: ToldSeries, config: WatchClockConfig) -> bool:
    """Tell whether a series is long enough, and more than one value all along."""
    long_enough = len(told.time_s) > 1 and np.ptp(told.time_s) >= config.least_common_s
    return bool(long_enough and np.ptp(told.value) > 0.0 and np.count_nonzero(told.value) > 2)


def present_on(told: ToldSeries, grid_s: FloatArray, config: WatchClockConfig) -> FloatArray:
    """Return what a watch told at even times, NaN in its holes and beyond its ends."""
    value = np.interp(grid_s, told.time_s, told.value, left=np.nan, right=np.nan)
    after = np.clip(np.searchsorted(told.time_s, grid_s), 1, len(told.time_s) - 1)
    value[told.time_s[after] - told.time_s[after - 1] > config.longest_hole_s] = np.nan
    return value
