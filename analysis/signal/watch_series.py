"""What a watch told of a run second by second, and what it would have told by the sensor's own steps.

A watch counts steps, or distance, over its last few seconds. So the sensor's steps are kept as a running
count: the difference of two of its values is what any watch with any averaging tells, at any moment.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.signal.records import EvenStream, Gait
from analysis.signal.sync_config import WatchClockConfig
from sensor.samples import BoolArray, FloatArray, WatchRecord, freeze_arrays
from sensor.units import STANDARD_GRAVITY_MPS2

_COUNT_HZ = 10.0
"""Rate of the running counts; a step takes a third of a second."""

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
    unknown_s
        (n,) seconds so far of which nothing was received.
    """

    start_s: float
    rate_hz: float
    steps: FloatArray
    effort: FloatArray
    unknown_s: FloatArray

    def __post_init__(self) -> None:
        freeze_arrays(self)

    @property
    def end_s(self) -> float:
        """Session time of the last value."""
        return self.start_s + (len(self.steps) - 1) / self.rate_hz

    def over(self, count: FloatArray, time_s: FloatArray, window_s: float) -> FloatArray:
        """Return (k,) by how much a count grew per second in the window that ends at each time.

        NaN where that window is not wholly known.
        """
        row = (time_s - self.start_s) * self.rate_hz
        before = row - window_s * self.rate_hz
        grid = np.arange(len(count), dtype=np.float64)
        lost_s = np.interp(row, grid, self.unknown_s) - np.interp(before, grid, self.unknown_s)
        value = (np.interp(row, grid, count) - np.interp(before, grid, count)) / window_s
        known = (before >= 0.0) & (row <= len(count) - 1) & (lost_s < 0.5 / self.rate_hz)
        return np.asarray(np.where(known, value, np.nan))


def running_count(stream: EvenStream, gait: Gait) -> RunningCount:
    """Count the steps and the effort of a trunk sensor.

    Parameters
    ----------
    stream
        Even stream as received.
    gait
        Its bouts and step phase.
    """
    inside = np.zeros(len(stream), dtype=bool)
    for first, last in zip(gait.first.tolist(), gait.last.tolist(), strict=True):
        inside[first:last] = True
    # Phase begins anew in each bout: what it grows between two rows of one bout is a count.
    grown = np.where(inside[1:] & inside[:-1], np.diff(gait.step_phase), 0.0)
    steps = np.concatenate([[0.0], np.cumsum(np.clip(grown, 0.0, 1.0))])
    force_g = np.sqrt(np.einsum("ij,ij->i", stream.acc_sensor_mps2, stream.acc_sensor_mps2))
    force_g /= STANDARD_GRAVITY_MPS2
    row = np.arange(0.0, len(stream) - 1.0, stream.rate_hz / _COUNT_HZ)
    rows = np.arange(len(stream), dtype=np.float64)

    def at(values: FloatArray) -> FloatArray:
        return np.asarray(np.interp(row, rows, values))

    return RunningCount(
        start_s=stream.start_s,
        rate_hz=_COUNT_HZ,
        steps=at(steps),
        effort=at(np.cumsum(np.abs(force_g - 1.0)) / stream.rate_hz),
        unknown_s=at(np.cumsum(~stream.present) / stream.rate_hz),
    )


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
    """

    time_s: FloatArray
    value: FloatArray
    is_cadence: bool

    def __post_init__(self) -> None:
        freeze_arrays(self)

    def predicted(self, count: RunningCount, time_s: FloatArray, window_s: float) -> FloatArray:
        """Return what the watch would tell at session times if it averaged over its last ``window_s``.

        Steps per minute for cadence; for speed what grows with it, of no unit.
        """
        if self.is_cadence:
            return _SECONDS_PER_MINUTE * count.over(count.steps, time_s, window_s)
        return count.over(count.effort, time_s, window_s)


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
        told = ToldSeries(time_s, value, quantity == "cadence_spm")
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


def without_trend(time_s: FloatArray, value: FloatArray, known: BoolArray, window_s: float) -> FloatArray:
    """Return (k,) values less their mean over the window around each, nought where not ``known``.

    Parameters
    ----------
    time_s
        (k,) rising.
    value
        (k,) anything where not known.
    known
        (k,) what counts.
    window_s
        Width, centred.
    """
    weight = np.concatenate([[0.0], np.cumsum(known)])
    total = np.concatenate([[0.0], np.cumsum(np.where(known, value, 0.0))])
    low = np.searchsorted(time_s, time_s - window_s / 2.0)
    high = np.searchsorted(time_s, time_s + window_s / 2.0, side="right")
    mean = (total[high] - total[low]) / np.maximum(weight[high] - weight[low], 1.0)
    return np.where(known, value - mean, 0.0)


def present_on(told: ToldSeries, grid_s: FloatArray, config: WatchClockConfig) -> FloatArray:
    """Return what a watch told at even times, NaN in its holes and beyond its ends."""
    value = np.interp(grid_s, told.time_s, told.value, left=np.nan, right=np.nan)
    after = np.clip(np.searchsorted(told.time_s, grid_s), 1, len(told.time_s) - 1)
    value[told.time_s[after] - told.time_s[after - 1] > config.longest_hole_s] = np.nan
    return value
