"""Distance and speed of each stride as it comes: what a device tells, else the model of cadence."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

import numpy as np

from analysis.config import AnalysisConfig
from analysis.judging.distance import TYPED, at_typed_speed, fitted_model, model_speed, travel
from analysis.live.config import LiveConfig
from analysis.personal import FittedStep
from analysis.records import StrideTable
from analysis.signal.speed import typed_value
from analysis.words import CADENCE_MODEL
from sensor.samples import FloatArray, Gap, LiveReading

_KEPT = 600
"""Readings that are kept of each quantity: ten minutes of a device that tells one a second."""


class ToldBeside:
    """The newest readings of the devices beside the sensors, by quantity."""

    def __init__(self) -> None:
        self._told: dict[str, deque[LiveReading]] = {}

    def add(self, reading: LiveReading) -> None:
        """Take in one reading; what is no number, or out of order, is left out."""
        own = self._told.setdefault(reading.quantity, deque(maxlen=_KEPT))
        is_later = not own or reading.time_s > own[-1].time_s
        if is_later and np.isfinite(reading.value) and np.isfinite(reading.time_s):
            own.append(reading)

    def at(self, quantity: str, time_s: float, most_age_s: float) -> LiveReading | None:
        """Return the last reading before a time, if it is not too old."""
        own = self._told.get(quantity, ())
        last = next((one for one in reversed(own) if one.time_s <= time_s), None)
        return last if last is not None and time_s - last.time_s <= most_age_s else None


class Way:
    """Adds up the distance of the strides in order.

    Parameters
    ----------
    context
        ``typed_speed_mps`` and ``stature_m`` are read.
    step
        The runner's own step length, in place of the model's.
    config, live
        All numbers.

    Attributes
    ----------
    total_m
        At the end of the last stride.
    source
        Whence the last stride's speed came; empty before the first.
    """

    def __init__(
        self, context: Mapping[str, Any], step: FittedStep | None, *, config: AnalysisConfig, live: LiveConfig
    ) -> None:
        self.total_m = 0.0
        self.source = ""
        self._stature_m = typed_value(context, "stature_m")
        self._typed_mps = typed_value(context, "typed_speed_mps")
        self._step = step
        self._config = config.distance
        self._live = live
        self._last: StrideTable | None = None
        self._last_mps: FloatArray = np.zeros(0)

    def add(
        self, table: StrideTable, told: ToldBeside, gaps: tuple[Gap, ...]
    ) -> tuple[FloatArray, FloatArray]:
        """Take in the next strides; return (s,) their distance at the end, m, and (s,) their speed, m/s.

        Parameters
        ----------
        table
            One or more strides.
        told
            Speeds told by a device.
        gaps
            Recent losses.
        """
        speed_mps = self._speed(table, told)
        whole, all_mps = table, speed_mps
        if self._last is not None:
            whole = StrideTable(
                {name: np.append(self._last[name], table[name]) for name in ("start_s", "end_s", "activity")}
            )
            all_mps = np.append(self._last_mps, speed_mps)
        _, way_m = travel(whole, all_mps, gaps=gaps, config=self._config)
        ends_m = way_m[1::2]
        since_m = ends_m[len(ends_m) - len(table) :] - (0.0 if self._last is None else ends_m[0])
        distance_m = self.total_m + since_m
        self.total_m = float(distance_m[-1])
        self._last = StrideTable({name: table[name][-1:] for name in ("start_s", "end_s", "activity")})
        self._last_mps = speed_mps[-1:]
        return distance_m, speed_mps

    def _speed(self, table: StrideTable, told: ToldBeside) -> FloatArray:
        model_mps = model_speed(table, self._config, self._stature_m, step=self._step)
        self.source = CADENCE_MODEL if self._step is None else fitted_model(self._step)
        if self._typed_mps is not None:
            model_mps = at_typed_speed(table, self._typed_mps, model_mps)
            self.source = TYPED
        readings = [told.at("speed_mps", float(end_s), self._live.told_age_s) for end_s in table["end_s"]]
        if readings[-1] is not None:
            self.source = readings[-1].source
        return np.array(
            [
                model if one is None else one.value
                for model, one in zip(model_mps.tolist(), readings, strict=True)
            ]
        )
