"""The one host time line of a session."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from sensor.units import NS_PER_S

_SHORTEST_SLEEP_S = 0.5
"""Less than this between the two clocks that tell a sleep is how unevenly they are read."""


def asleep_s() -> float:
    """Return for how long this computer has slept since it was started, s.

    A constant where the monotonic clock goes on counting during sleep (Windows), or nothing tells.
    """
    # The clock that counts sleep is read first: a pause between the readings then hides sleep, which the next
    # reading shows, and never makes any up.
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)
    if hasattr(time, "CLOCK_UPTIME_RAW"):
        # On macOS it is this clock that stands still, and the one called monotonic that does not.
        return time.clock_gettime(time.CLOCK_MONOTONIC) - time.clock_gettime(time.CLOCK_UPTIME_RAW)
    return 0.0


class SessionClock:
    """Time since the start of a session, from a monotonic source.

    The wall clock is read once, at second 0, and carried on by the monotonic one: a wall clock that jumps
    during the run changes nothing. What the computer sleeps is part of the session.

    Parameters
    ----------
    started_utc
        Wall-clock time of second 0, with a time zone.
    monotonic_s
        A clock that never jumps: the event loop's ``time``.
    slept_s
        For how long the computer has slept, as far as ``monotonic_s`` does not count it.
    """

    def __init__(
        self,
        started_utc: datetime,
        monotonic_s: Callable[[], float],
        *,
        slept_s: Callable[[], float] = asleep_s,
    ) -> None:
        self._started_us = round(started_utc.timestamp() * 1e6)
        self._monotonic_s = monotonic_s
        self._slept_s = slept_s
        self._origin_s = monotonic_s()
        self._slept_before_s = slept_s()
        self._asleep_s = 0.0

    def now_s(self) -> float:
        """Return the seconds since the start of the session."""
        asleep_s = self._slept_s() - self._slept_before_s
        if asleep_s - self._asleep_s > _SHORTEST_SLEEP_S:
            self._asleep_s = asleep_s
        return self._monotonic_s() - self._origin_s + self._asleep_s

    def now_ns(self) -> int:
        """Return the nanoseconds since the start of the session."""
        return round(self.now_s() * NS_PER_S)

    def utc_us(self) -> int:
        """Return the wall-clock time, microseconds since 1970."""
        return self._started_us + round(self.now_s() * 1e6)
