"""What bounds a recording: why a connection ends, and how much one sensor may send and cause."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import StrEnum

NOTIFICATIONS_PER_S, NOTIFICATIONS_AT_ONCE = 500.0, 5_000.0
"""A Movesense whose packets are cut into 18 bytes sends 143 a second. At once: what a stall of half a minute
held back."""

BYTES_PER_S, BYTES_AT_ONCE = 32e3, 1e6
"""The fastest stream of any supported sensor has 11 kB/s."""

FLOOD_PATIENCE_S = 10.0
"""A connection that floods for longer is ended: it takes the air from the other sensors."""

_FLOOD_OVER_S = 10.0
"""Without a refusal for this long, a flood is over, whatever connections it lasted for: so there is little to
tell, and all of it can be told."""


class EndReason(StrEnum):
    """Why a connection ended. The words stand in session files, with the gap that follows."""

    LINK_LOST = "link lost"
    STREAM_SILENT = "stream silent"
    """The link holds, but nothing comes and asking again did not help."""
    RESTARTED = "sensor restarted"
    """The sensor was made to restart, because it could not go on otherwise."""
    ANOTHER_SENSOR = "another sensor of the same name"
    FLOOD = "flood"
    """It sent more than any sensor means to for longer than `FLOOD_PATIENCE_S`."""
    STOPPED = "stopped"
    """The end that was asked for."""


class ConnectionEnd:
    """The end of a connection: not yet there, or there with a reason. The first reason counts."""

    def __init__(self) -> None:
        self.reason: EndReason | None = None
        self.is_link_lost = False
        self._has_come = asyncio.Event()

    @property
    def has_come(self) -> bool:
        """Whether the connection is to end; then there is a reason."""
        return self._has_come.is_set()

    def because(self, reason: EndReason) -> None:
        """End the connection."""
        self.reason = self.reason or reason
        self._has_come.set()

    def link_lost(self) -> None:
        """Take note that there is no link any more."""
        self.is_link_lost = True
        self.because(EndReason.LINK_LOST)

    async def comes_within(self, timeout_s: float) -> EndReason | None:
        """Wait for it and return its reason; None when ``timeout_s`` passed without it."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._has_come.wait()
        except TimeoutError:
            return None
        return self.reason


class TokenBucket:
    """A store that fills up steadily and is drawn from. Reads no clock itself.

    Parameters
    ----------
    per_s
        What is added each second, in units of what is drawn (notifications, bytes, events, restarts).
    at_once
        What it holds at most, and holds at the beginning, in the same units.
    """

    def __init__(self, per_s: float, at_once: float) -> None:
        self._per_s = per_s
        self._at_once = at_once
        self._left = at_once
        self._at_s = 0.0

    def take(self, now_s: float, amount: float = 1.0) -> bool:
        """Draw ``amount`` and return true, or draw nothing where there is less left."""
        self._left = min(self._at_once, self._left + self._per_s * max(0.0, now_s - self._at_s))
        self._at_s = now_s
        if amount > self._left:
            return False
        self._left -= amount
        return True


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What one flood had too much: how many notifications and bytes, from when to when (s)."""

    notifications: int
    size: int
    since_s: float
    until_s: float


class RateLimiter:
    """Decides, notification by notification, what is kept. Reads no clock itself."""

    def __init__(self) -> None:
        self._notifications = TokenBucket(NOTIFICATIONS_PER_S, NOTIFICATIONS_AT_ONCE)
        self._bytes = TokenBucket(BYTES_PER_S, BYTES_AT_ONCE)
        self._flood: LeftOut | None = None

    def admits(self, now_s: float, size: int) -> bool:
        """Tell whether a notification of ``size`` bytes is kept; one that is not is counted."""
        if self._notifications.take(now_s) and self._bytes.take(now_s, size):
            return True
        flood = self._flood or LeftOut(0, 0, now_s, now_s)
        self._flood = LeftOut(flood.notifications + 1, flood.size + size, flood.since_s, now_s)
        return False

    @property
    def has_just_begun(self) -> bool:
        """Whether the last notification refused was the first one of a flood."""
        return self._flood is not None and self._flood.notifications == 1

    @property
    def is_endless(self) -> bool:
        """Whether the present flood has lasted beyond patience."""
        return self._flood is not None and self._flood.until_s - self._flood.since_s > FLOOD_PATIENCE_S

    def finished(self, now_s: float) -> LeftOut | None:
        """Return what was left out by a flood that is over, once."""
        if self._flood is None or now_s - self._flood.until_s < _FLOOD_OVER_S:
            return None
        return self.finish()

    def finish(self) -> LeftOut | None:
        """Return what was left out by the flood that is over now, whatever comes next."""
        flood, self._flood = self._flood, None
        return flood


@dataclass(frozen=True, slots=True)
class SensorLimits:
    """What one sensor may cause in a session, however often it connects.

    Parameters
    ----------
    restarts
        How often it may be restarted.
    gate
        How much of what it sends is kept.
    """

    restarts: TokenBucket
    gate: RateLimiter = field(default_factory=RateLimiter)
