"""When a software sensor samples, what its counter reads, and what it reads of a signal."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sensor.samples import FloatArray, ImuSignal, IntArray

_PPM = 1e-6
_ROUNDING = 1e-6
"""Rounding errors of times, as a part of a tick, a sample or a step: a whole number stays whole."""
_HOLD_S = 1.0


@dataclass(frozen=True, slots=True)
class SensorClock:
    """The counter of a sensor, driven by its own crystal.

    Parameters
    ----------
    started_s
        Loop time at which it read ``start_ticks``.
    tick_hz
        Ticks a second as the sensor means them.
    start_ticks
        What it read then.
    error_ppm
        How much too fast it runs, parts per million.
    """

    started_s: float = 0.0
    tick_hz: float = 1000.0
    start_ticks: int = 0
    error_ppm: float = 0.0

    def read(self, at_s: float) -> int:
        """Return what the counter reads at a loop time: whole ticks, not wrapped."""
        elapsed = self.tick_hz * (at_s - self.started_s) * (1.0 + self.error_ppm * _PPM)
        return self.start_ticks + math.floor(elapsed + _ROUNDING)


@dataclass(frozen=True, slots=True)
class SampleTimes:
    """At which loop times a sensor takes the samples of a signal.

    Parameters
    ----------
    begun_s
        Loop time of sample 0.
    rate_hz
        Samples per second as the sensor means them.
    error_ppm
        How much too fast its sampling oscillator runs, parts per million; independent of its counter.
    """

    begun_s: float
    rate_hz: float
    error_ppm: float = 0.0

    def time_s(self, index: int) -> float:
        """Return the loop time of a sample; negative indices lie before the signal."""
        return self.begun_s + index / self._true_rate_hz()

    def times_s(self, first: int, count: int) -> FloatArray:
        """Return the (count,) loop times of the samples from index ``first`` on."""
        return self.begun_s + np.arange(first, first + count) / self._true_rate_hz()

    def next_index(self, at_s: float) -> int:
        """Return the first sample taken at or after a loop time."""
        return math.ceil((at_s - self.begun_s) * self._true_rate_hz() - _ROUNDING)

    def _true_rate_hz(self) -> float:
        return self.rate_hz * (1.0 + self.error_ppm * _PPM)


class Readings:
    """A signal as a sensor with finite steps and range reads it, standing still before and after.

    Parameters
    ----------
    signal
        What the sensor is exposed to; at least one sample.
    acc_step_mps2, gyr_step_radps
        Size of one step of the converter.
    acc_range_mps2, gyr_range_radps
        Full scale; what exceeds it is clipped.

    Raises
    ------
    ValueError
        When the signal is empty.
    """

    def __init__(
        self,
        signal: ImuSignal,
        *,
        acc_step_mps2: float,
        acc_range_mps2: float,
        gyr_step_radps: float,
        gyr_range_radps: float,
    ) -> None:
        if not len(signal.acc_sensor_mps2):
            raise ValueError("a signal needs at least one sample")
        gyr_radps = signal.gyr_sensor_radps
        hold = max(1, round(signal.rate_hz * _HOLD_S))
        self._acc_mps2 = quantise(_held(signal.acc_sensor_mps2, hold), acc_step_mps2, acc_range_mps2)
        self._gyr_radps = (
            None if gyr_radps is None else quantise(_held(gyr_radps, hold), gyr_step_radps, gyr_range_radps)
        )
        self._rows_of: Callable[[int, int], IntArray] = _in_order

    def follow(self, rows_of: Callable[[int, int], IntArray]) -> None:
        """Read at ``count`` samples from ``first`` on the (count,) rows of the signal ``rows_of`` returns."""
        self._rows_of = rows_of

    @property
    def has_gyroscope(self) -> bool:
        """Whether there are angular rates."""
        return self._gyr_radps is not None

    def take(self, first: int, count: int) -> tuple[FloatArray, FloatArray | None]:
        """Return ``count`` samples from index ``first`` on.

        Returns
        -------
        acc_sensor_mps2, gyr_sensor_radps
            (count, 3) each; the second None without a gyroscope. Outside the signal the mean of its first
            or last second.
        """
        rows = self._rows_of(first, count) + 1
        acc_mps2 = self._acc_mps2.take(rows, axis=0, mode="clip")
        return acc_mps2, None if self._gyr_radps is None else self._gyr_radps.take(rows, axis=0, mode="clip")


def _in_order(first: int, count: int) -> IntArray:
    return np.arange(first, first + count)


def quantise(values: FloatArray, step: float, full_scale: float) -> FloatArray:
    """Round to whole steps and clip to the last whole step within full scale."""
    most = math.floor(full_scale / step + _ROUNDING)
    return np.clip(np.round(values / step), -most, most) * step


def _held(values: FloatArray, hold: int) -> FloatArray:
    """Put the mean of the first ``hold`` samples before a signal and the mean of the last ones behind it."""
    return np.vstack((values[:hold].mean(axis=0), values, values[-hold:].mean(axis=0)))
