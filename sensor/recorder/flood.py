"""Notice a sensor that sends more than any sensor can mean, and keep only what there is room for."""

from __future__ import annotations

from dataclasses import dataclass, field

from sensor.recorder.allowance import TokenBucket

NOTIFICATIONS_PER_S, NOTIFICATIONS_AT_ONCE = 500.0, 5_000.0
"""A Movesense whose packets are cut into 18 bytes sends 143 a second. At once: what a stall of half a minute
held back."""

BYTES_PER_S, BYTES_AT_ONCE = 32e3, 1e6
"""The fastest stream of any supported sensor has 11 kB/s."""

PATIENCE_S = 10.0
"""A connection that floods for longer is ended: it takes the air from the other sensors."""

_PEACE_S = 10.0
"""Without a refusal for this long, a flood is over, whatever connections it lasted for: so there is little to
tell, and all of it can be told."""


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
        return self._flood is not None and self._flood.until_s - self._flood.since_s > PATIENCE_S

    def finished(self, now_s: float) -> LeftOut | None:
        """Return what was left out by a flood that is over, once."""
        if self._flood is None or now_s - self._flood.until_s < _PEACE_S:
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
