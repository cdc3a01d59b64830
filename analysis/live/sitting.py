"""Sitting, minute by minute: how far the trunk leans against sitting tall, and when somebody last got up.

Only the specific force is used. Somebody who sits hardly accelerates, so its mean over a minute is gravity
to a few thousandths of g; what a chair's turning or a reach adds has no mean.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from sensor.recorder.live_lean import LeanFrame
from sensor.recorder.stillness import Stillness
from sensor.recorder.walkthrough import STILL_WINDOW_S
from sensor.samples import FloatArray

MINUTE_S = 60.0

LEAST_RECEIVED = 0.5
"""A minute of which less came is not known: neither how somebody sat nor whether they sat."""

SILENCE_S = 10.0
"""While nothing comes for so long, nothing is said of how long somebody has sat."""

LONGEST_PAUSE_S = MINUTE_S
"""After a longer silence of the sensor its wearer may have been anywhere: sitting begins anew."""


@dataclass(frozen=True, slots=True)
class SittingMinute:
    """One minute at the desk.

    Parameters
    ----------
    start_s
        Seconds since the sitting began.
    flexion_deg
        Mean trunk flexion against sitting tall, forward positive; how far from it, without a sign, where
        nobody leaned forward at the start; NaN where too little came or nobody sat tall.
    is_break
        Whether they moved for `sensor.recorder.stillness.MOVING_S` within a minute, as in getting up.
    received
        Share of the minute that came.
    """

    start_s: float
    flexion_deg: float
    is_break: bool
    received: float

    @property
    def is_sat(self) -> bool:
        """Whether enough came to tell, and nobody got up."""
        return self.received >= LEAST_RECEIVED and not self.is_break


@dataclass(frozen=True, slots=True)
class Sitting:
    """One stay at the desk.

    Parameters
    ----------
    begun_utc
        When it began, ISO 8601 with its zone.
    runner
        Whose it is; empty for the default runner of a home.
    simulated
        Whether the sensor was made of software.
    minutes
        In order.
    """

    begun_utc: str
    runner: str
    simulated: bool
    minutes: tuple[SittingMinute, ...]

    @property
    def sat(self) -> tuple[SittingMinute, ...]:
        """The minutes in which somebody sat without getting up."""
        return tuple(minute for minute in self.minutes if minute.is_sat)

    @property
    def hours_sat(self) -> float:
        """How long they sat, hours."""
        return len(self.sat) * MINUTE_S / 3600.0

    @property
    def flexion_deg(self) -> float:
        """Mean flexion against sitting tall over the minutes sat; NaN where it is known of none."""
        return mean_flexion_deg(self.sat)

    @property
    def bouts(self) -> tuple[int, ...]:
        """Lengths of the stretches without getting up, minutes."""
        runs = groupby(self.minutes, key=lambda minute: minute.is_sat)
        return tuple(len(list(run)) for is_sat, run in runs if is_sat)


def mean_flexion_deg(minutes: tuple[SittingMinute, ...]) -> float:
    """Return the mean flexion of minutes; NaN where it is known of none."""
    known = [minute.flexion_deg for minute in minutes if math.isfinite(minute.flexion_deg)]
    return sum(known) / len(known) if known else math.nan


class SittingLog:
    """Puts a sitting together from what the sensor reads.

    Parameters
    ----------
    frame
        How the sensor sits: upright is sitting tall, the bow the lean forward. None where nobody sat tall:
        then only sitting and breaks are told.

    Attributes
    ----------
    minutes
        Those that are over.
    """

    def __init__(self, frame: LeanFrame | None) -> None:
        self.minutes: list[SittingMinute] = []
        self._frame = frame
        self._stillness = Stillness()
        self._begun_s = self._now_s = math.nan
        self._minute = _Minute()

    def add(self, now_s: float, acc_sensor_mps2: FloatArray) -> None:
        """Take in the newest (n, 3) specific force, m/s2, sensor axes, received at ``now_s``."""
        if math.isnan(self._begun_s):
            self._begun_s = self._now_s = now_s
        passed_s = now_s - self._now_s
        if passed_s > LONGEST_PAUSE_S:
            self._stillness = Stillness()
        self.tell(now_s)
        self._now_s = now_s
        self._stillness.add("", now_s, acc_sensor_mps2)
        self._minute.add(acc_sensor_mps2, min(passed_s, STILL_WINDOW_S))

    def tell(self, now_s: float) -> None:
        """Close every minute that is over at ``now_s``, whether or not anything came in it."""
        while now_s >= self._next_s:
            self.minutes.append(self._closed(self._next_s))
            self._minute = _Minute()

    def without_break_s(self, now_s: float) -> float:
        """Return for how long nobody has got up; 0 before the first reading and while nothing comes."""
        is_heard = now_s - self._now_s <= SILENCE_S
        return self._stillness.lasts_s(now_s) if is_heard else 0.0

    def lean_deg(self) -> float | None:
        """Return the flexion of the minute that runs, degrees; None where nothing is known of it yet."""
        if self._frame is None or not self._minute.count:
            return None
        return self._frame.lean_deg(self._minute.mean_mps2)

    @property
    def _next_s(self) -> float:
        """When the running minute ends; NaN before the first reading, which nothing is later than."""
        return self._begun_s + MINUTE_S * (len(self.minutes) + 1)

    def _closed(self, end_s: float) -> SittingMinute:
        minute, frame = self._minute, self._frame
        received = min(minute.received_s / MINUTE_S, 1.0)
        is_known = frame is not None and received >= LEAST_RECEIVED
        flexion_deg = frame.lean_deg(minute.mean_mps2) if frame is not None and is_known else math.nan
        is_break = bool(minute.count) and self._stillness.lasts_s(end_s) < MINUTE_S
        return SittingMinute(end_s - MINUTE_S - self._begun_s, flexion_deg, is_break, received)


class _Minute:
    """Sum of what came within one minute."""

    def __init__(self) -> None:
        self.count = 0
        self.received_s = 0.0
        self._total_mps2 = np.zeros(3)

    @property
    def mean_mps2(self) -> FloatArray:
        mean: FloatArray = self._total_mps2 / self.count
        return mean

    def add(self, acc_sensor_mps2: FloatArray, passed_s: float) -> None:
        self.count += len(acc_sensor_mps2)
        self.received_s += passed_s
        self._total_mps2 = self._total_mps2 + acc_sensor_mps2.sum(axis=0)
