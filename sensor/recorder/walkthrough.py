"""Judge, while it happens, whether the runner stands still and whether they have bowed.

Only for talking to the runner: an analysis finds its standing in the recorded signal by itself. No clock and
no output here; whoever talks to the runner feeds in what the sensor reads and asks how things stand.
"""

from __future__ import annotations

import math
from collections import deque
from enum import StrEnum

import numpy as np

from sensor.samples import FloatArray
from sensor.units import STANDARD_GRAVITY_MPS2

STILL_WINDOW_S = 1.0
STILL_SPREAD_MPS2 = 0.35
"""Root of the summed variances of the axes over the window: sway and breath stay below 0.2, steps above 1."""

MOST_GRAVITY_ERROR = 0.03
"""A sensor at rest that reads gravity further off than this tells angles that are off, too; the check-up of a
sensor (`runtall doctor`) draws the same line."""

BOW_DEG = 20.0
"""A bow tilts the chest by 30 degrees and more; swaying and looking about by less than 10."""

UPRIGHT_DEG = 10.0
"""Within this of the standing direction the runner is back up."""


TAP_MPS2 = 8.0
"""A finger's tap on the sensor is felt as more than this; sway and breath as a fiftieth of it."""

TAPS_APART_S = (0.1, 0.7)
"""The second tap comes within this of the first. Knocks that tie clocks are a second apart."""

_TAP_RINGS_S = 0.08


class GuideStep(StrEnum):
    """What the runner is asked for."""

    STAND = "stand"
    BOW = "bow"
    RUN = "run"
    STAND_AGAIN = "stand again"


class LastSecond:
    """What a sensor read over the last second."""

    def __init__(self) -> None:
        self._blocks: deque[tuple[float, FloatArray]] = deque()

    def add(self, now_s: float, acc_sensor_mps2: FloatArray) -> None:
        """Take in the newest (n, 3) specific force, m/s2, sensor axes."""
        self._blocks.append((now_s, acc_sensor_mps2))
        while self._blocks[0][0] <= now_s - STILL_WINDOW_S:
            self._blocks.popleft()

    def mean_mps2(self) -> FloatArray:
        """Return the (3,) mean specific force; add something first."""
        mean: FloatArray = self._rows().mean(axis=0)
        return mean

    def is_still(self) -> bool:
        """Tell whether it hardly changed, neither in size nor in direction."""
        return bool(math.sqrt(self._rows().var(axis=0).sum()) < STILL_SPREAD_MPS2)

    def _rows(self) -> FloatArray:
        return np.concatenate([rows for _, rows in self._blocks])


class StandStill:
    """Waits until the runner has stood still long enough; a movement starts it anew.

    Parameters
    ----------
    needed_s
        How long to stand.
    now_s
        When it was asked for.
    """

    def __init__(self, needed_s: float, now_s: float) -> None:
        self.is_still = False
        self.restarts = 0
        self.since_s = now_s
        self.upright_mps2 = np.zeros(3)
        self._needed_s = needed_s
        self._now_s = now_s
        self._last = LastSecond()

    @property
    def left_s(self) -> float:
        """Seconds left to stand."""
        return max(0.0, self._needed_s - (self._now_s - self.since_s))

    @property
    def is_done(self) -> bool:
        """Whether the runner has stood long enough."""
        return self.is_still and self.left_s <= 0.0

    @property
    def reads_gravity(self) -> bool:
        """Whether the size of what was read last while still is that of gravity; true before."""
        size_mps2 = float(np.linalg.norm(self.upright_mps2))
        return not size_mps2 or abs(size_mps2 / STANDARD_GRAVITY_MPS2 - 1.0) <= MOST_GRAVITY_ERROR

    def add(self, now_s: float, acc_sensor_mps2: FloatArray) -> None:
        """Take in the newest (n, 3) specific force, m/s2, sensor axes."""
        has_paused = now_s - self._now_s > STILL_WINDOW_S
        self._now_s = now_s
        self._last.add(now_s, acc_sensor_mps2)
        was_still, self.is_still = self.is_still, self._last.is_still()
        if self.is_still:
            self.upright_mps2 = self._last.mean_mps2()
        if not (self.is_still and was_still) or has_paused:
            self.since_s = now_s
        self.restarts += was_still and not self.is_still


class Bow:
    """Waits for one bow: the chest tilts forward and comes back.

    Parameters
    ----------
    upright_mps2
        (3,) specific force in the standing just before, sensor axes.

    Attributes
    ----------
    is_down, is_done
        Whether the chest has tilted forward, and whether it has come back.
    deepest_mps2
        (3,) specific force at the greatest tilt so far, m/s2, sensor axes.
    """

    def __init__(self, upright_mps2: FloatArray) -> None:
        self.is_down = False
        self.is_done = False
        self.deepest_mps2 = upright_mps2
        self._deepest_deg = 0.0
        self._upright_mps2 = upright_mps2
        self._last = LastSecond()

    def add(self, now_s: float, acc_sensor_mps2: FloatArray) -> None:
        """Take in the newest (n, 3) specific force, m/s2, sensor axes."""
        self._last.add(now_s, acc_sensor_mps2)
        mean_mps2 = self._last.mean_mps2()
        tilt_deg = angle_deg(mean_mps2, self._upright_mps2)
        if tilt_deg > self._deepest_deg:
            self._deepest_deg, self.deepest_mps2 = tilt_deg, mean_mps2
        self.is_done = self.is_done or (self.is_down and tilt_deg < UPRIGHT_DEG)
        self.is_down = self.is_down or tilt_deg > BOW_DEG


class DoubleTap:
    """Notices two taps, no more, on a sensor that was still before: whoever sets off taps on and on."""

    def __init__(self) -> None:
        self._last = LastSecond()
        self._now_s = -math.inf
        self._still_s = -math.inf
        self._rest_mps2 = np.zeros(3)
        self._taps_s: list[float] = []

    def add(self, now_s: float, acc_sensor_mps2: FloatArray) -> bool:
        """Take in (n, 3) specific force, m/s2, sensor axes; tell whether two taps lie just behind."""
        count = len(acc_sensor_mps2)
        since_s = max(self._now_s, now_s - STILL_WINDOW_S)
        time_s = since_s + (now_s - since_s) * np.arange(1, count + 1) / max(count, 1)
        self._now_s = now_s
        off_mps2 = np.linalg.norm(acc_sensor_mps2 - self._rest_mps2, axis=1)
        for at_s in time_s[off_mps2 > TAP_MPS2].tolist():
            self._feel(at_s)
        self._last.add(now_s, acc_sensor_mps2)
        if self._last.is_still():
            self._still_s, self._rest_mps2 = now_s, self._last.mean_mps2()
        return self._are_two(now_s)

    def _feel(self, at_s: float) -> None:
        is_first = not self._taps_s
        if is_first and at_s > self._still_s + STILL_WINDOW_S:
            return
        if is_first or at_s > self._taps_s[-1] + _TAP_RINGS_S:
            # Of a run's steps, which go on for hours, only the last is kept beside the first two.
            self._taps_s = [*self._taps_s[:2], at_s]

    def _are_two(self, now_s: float) -> bool:
        """Tell whether exactly two taps came, and forget them once nothing can follow any more."""
        if not self._taps_s or now_s < self._taps_s[-1] + TAPS_APART_S[1]:
            return False
        taps_s, self._taps_s = self._taps_s, []
        return len(taps_s) == 2 and TAPS_APART_S[0] <= taps_s[1] - taps_s[0] <= TAPS_APART_S[1]


def angle_deg(a: FloatArray, b: FloatArray) -> float:
    """Return the angle between two vectors of (3,), degrees; 0 where one has no length."""
    size = float(np.linalg.norm(a) * np.linalg.norm(b))
    return math.degrees(math.acos(min(1.0, max(-1.0, float(a @ b) / size)))) if size else 0.0
