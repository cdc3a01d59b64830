"""Notice a stream that has died while its link lives: a stuck sensor, a lost subscription, a host asleep."""

from __future__ import annotations

from enum import Enum

_HOPELESS = 10.0
"""A silence so many times the allowed one was not watched: the computer slept, and no link outlives that."""


class Verdict(Enum):
    """What to do about a stream."""

    FINE = "fine"
    ASK_AGAIN = "ask again"
    RECONNECT = "reconnect"


class Watchdog:
    """Tells from the times of packets whether a stream needs help. Reads no clock itself.

    Parameters
    ----------
    silence_s
        How long a stream may be silent.
    now_s
        When the stream was asked for.
    """

    def __init__(self, silence_s: float, now_s: float) -> None:
        self._silence_s = silence_s
        self._since_s = now_s
        self._first_s: float | None = None
        self._last_s = now_s
        self._has_warned = False

    @property
    def deadline_s(self) -> float:
        """When `check` is next worth calling."""
        return self._since_s + self._silence_s

    @property
    def has_streamed(self) -> bool:
        """Whether any data came."""
        return self._first_s is not None

    @property
    def streamed_s(self) -> float:
        """From the first data to the last, s."""
        return 0.0 if self._first_s is None else self._last_s - self._first_s

    def packet(self, now_s: float) -> None:
        """Note that data came."""
        if self._first_s is None:
            self._first_s = now_s
        self._since_s = self._last_s = now_s
        self._has_warned = False

    def grant(self, now_s: float) -> None:
        """Give the stream the whole patience again, because it was just asked for."""
        self._since_s = now_s

    def check(self, now_s: float) -> Verdict:
        """Judge the silence: the first time ask again, if that does not help reconnect."""
        if now_s < self.deadline_s:
            return Verdict.FINE
        if self._has_warned or now_s - self._since_s >= _HOPELESS * self._silence_s:
            return Verdict.RECONNECT
        self._has_warned = True
        return Verdict.ASK_AGAIN
