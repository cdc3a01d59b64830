"""The timing of a link between simulated radios: connection events, silence, hiding."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

_SAME_INSTANT_S = 1e-6
"""Timers may fire a rounding error early; a packet due then is due."""


@dataclass(frozen=True, slots=True)
class LinkTiming:
    """How fast links are, and how long they live without a sign of life.

    Parameters
    ----------
    connection_interval_s
        Time between two connection events of a link, s: a packet arrives 0 to this much after it was sent.
    latency_s
        Constant time between a connection event and the host's notice of it, s.
    supervision_timeout_s
        Silence after which a link counts as lost, s.
    """

    connection_interval_s: float
    latency_s: float
    supervision_timeout_s: float


class Reach:
    """Whether a peripheral can be heard.

    Parameters
    ----------
    supervision_timeout_s
        Silence after which its link is lost, s.
    lose_link
        Called then.
    """

    def __init__(self, supervision_timeout_s: float, lose_link: Callable[[], None]) -> None:
        self._supervision_timeout_s = supervision_timeout_s
        self._lose_link = lose_link
        self._silent_since_s = 0.0
        self.silent_until_s = 0.0
        self._hidden_until_s = 0.0

    @property
    def is_heard(self) -> bool:
        """Whether its advertisements arrive."""
        return max(self.silent_until_s, self._hidden_until_s) <= _now_s()

    def silence(self, duration_s: float) -> None:
        """Let nothing pass for ``duration_s``: interference, or out of range."""
        now_s = _now_s()
        if self.silent_until_s <= now_s:
            self._silent_since_s = self.silent_until_s = now_s
        self.silent_until_s = max(self.silent_until_s, now_s + duration_s)
        since_s = self._silent_since_s
        check_s = since_s + self._supervision_timeout_s
        asyncio.get_running_loop().call_at(check_s, self._supervise, since_s)

    def hide(self, duration_s: float) -> None:
        """Let nobody hear it advertise for ``duration_s``; an open link stays."""
        self._hidden_until_s = max(_now_s() + duration_s, self._hidden_until_s)

    def show(self) -> None:
        """Let it be heard again at once, however long it was to be hidden."""
        self._hidden_until_s = 0.0

    def _supervise(self, since_s: float) -> None:
        if self._silent_since_s == since_s and self.silent_until_s > _now_s() + _SAME_INSTANT_S:
            self._lose_link()


class ConnectionEvents:
    """What waits for the next connection event of one link, in both directions.

    Parameters
    ----------
    timing
        Of the link.
    reach
        Of its peripheral: a silence holds everything back and delivers it in one burst.
    phase
        Of the connection events, 0 to 1 of an interval from now.
    """

    def __init__(self, timing: LinkTiming, reach: Reach, *, phase: float) -> None:
        self._timing = timing
        self._reach = reach
        self._anchor_s = _now_s() + phase * timing.connection_interval_s
        self._waiting: deque[tuple[float, Callable[[], None]]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    def queue(self, hand_over: Callable[[], None]) -> None:
        """Have ``hand_over`` called at the next connection event, behind what waits already."""
        interval_s = self._timing.connection_interval_s
        events_past = math.floor((_now_s() - self._anchor_s + _SAME_INSTANT_S) / interval_s)
        due_s = self._anchor_s + (events_past + 1) * interval_s + self._timing.latency_s
        self._waiting.append((due_s, hand_over))
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_at(due_s, self._deliver)

    def close(self) -> None:
        """Forget what waits."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._waiting.clear()

    def _deliver(self) -> None:
        """Hand over what is due and wait for the rest; during a silence, for its end."""
        now_s = _now_s()
        silent_until_s = self._reach.silent_until_s
        if silent_until_s <= now_s + _SAME_INSTANT_S:
            while self._waiting and self._waiting[0][0] <= now_s + _SAME_INSTANT_S:
                self._waiting.popleft()[1]()
        self._timer = None
        if self._waiting:
            next_s = max(self._waiting[0][0], silent_until_s)
            self._timer = asyncio.get_running_loop().call_at(next_s, self._deliver)


def _now_s() -> float:
    return asyncio.get_running_loop().time()
