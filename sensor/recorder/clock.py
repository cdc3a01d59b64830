"""The one host time line of a session."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sensor.units import NS_PER_S


class SessionClock:
    """Time since the start of a session, from a monotonic source.

    The wall clock is read once, at second 0, and carried on by the monotonic one: a wall clock that jumps
    during the run changes nothing.

    Parameters
    ----------
    started_utc
        Wall-clock time of second 0, with a time zone.
    monotonic_s
        A clock that never jumps: the event loop's ``time``.
    """

    def __init__(self, started_utc: datetime, monotonic_s: Callable[[], float]) -> None:
        self._started_us = round(started_utc.timestamp() * 1e6)
        self._monotonic_s = monotonic_s
        self._origin_s = monotonic_s()

    def now_s(self) -> float:
        """Return the seconds since the start of the session."""
        return self._monotonic_s() - self._origin_s

    def now_ns(self) -> int:
        """Return the nanoseconds since the start of the session."""
        return round(self.now_s() * NS_PER_S)

    def utc_us(self) -> int:
        """Return the wall-clock time, microseconds since 1970."""
        return self._started_us + round(self.now_s() * 1e6)
