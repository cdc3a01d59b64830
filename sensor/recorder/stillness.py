"""Judge, while it happens, whether sensors are worn by somebody or lie about.

No clock and no output here; whoever records feeds in what the sensors read and asks how things stand.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from sensor.recorder.walkthrough import STILL_WINDOW_S, LastSecond, angle_deg
from sensor.samples import FloatArray

MOVING_S = 5.0
MOVING_WITHIN_S = 60.0
"""Less than `MOVING_S` of movement within this is a bump against the table or a door that slams; a runner who
goes on after a traffic light moves for longer."""

TURNED_DEG = 20.0
"""A resting sensor whose gravity has turned by more was taken in hand, even if it is held still now."""


class Stillness:
    """Tells for how long no sensor has moved since the first reading. One that sends nothing does not move.

    Movement is what the walk-through calls movement (`LastSecond.is_still`), for `MOVING_S` in all within
    `MOVING_WITHIN_S`. Somebody who stands is as still as a table, so only the length tells them apart.
    """

    def __init__(self) -> None:
        self._since_s = 0.0
        self._worn: dict[str, _Movement] = {}

    def add(self, placement: str, now_s: float, acc_sensor_mps2: FloatArray) -> None:
        """Take in the newest (n, 3) specific force of one sensor, m/s2, sensor axes."""
        is_first = not self._worn
        movement = self._worn.setdefault(placement, _Movement(now_s))
        if movement.add(now_s, acc_sensor_mps2) or is_first:
            self._since_s = now_s

    def lasts_s(self, now_s: float) -> float:
        """Return for how long nothing has moved; before the first reading, the whole time."""
        return now_s - self._since_s

    def resting(self) -> Mapping[str, FloatArray]:
        """Return placement to (3,) mean specific force, m/s2, of every sensor that was still at the last."""
        return {
            placement: movement.last.mean_mps2()
            for placement, movement in self._worn.items()
            if movement.last.is_still()
        }


def is_in_use(last: LastSecond, resting_mps2: FloatArray | None) -> bool:
    """Tell whether a sensor moves, or lies otherwise than it was left.

    Parameters
    ----------
    last
        What it reads now.
    resting_mps2
        (3,) what it read when it was left, sensor axes; None where it was not: then it is in use.
    """
    if resting_mps2 is None or not last.is_still():
        return True
    return angle_deg(last.mean_mps2(), resting_mps2) > TURNED_DEG


class _Movement:
    """How much one sensor has moved within the last `MOVING_WITHIN_S`."""

    def __init__(self, now_s: float) -> None:
        self.last = LastSecond()
        self._now_s = now_s
        self._moving: deque[tuple[float, float]] = deque()

    def add(self, now_s: float, acc_sensor_mps2: FloatArray) -> bool:
        """Take in what it reads; return whether that is more than a bump."""
        # A pause in the stream says nothing of movement.
        passed_s = min(now_s - self._now_s, STILL_WINDOW_S)
        self._now_s = now_s
        self.last.add(now_s, acc_sensor_mps2)
        if self.last.is_still():
            return False
        self._moving.append((now_s, passed_s))
        while self._moving[0][0] <= now_s - MOVING_WITHIN_S:
            self._moving.popleft()
        return sum(duration_s for _, duration_s in self._moving) >= MOVING_S
