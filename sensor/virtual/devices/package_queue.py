"""Packages that leave a sensor of software as one stream of bytes, cut anywhere, at the pace of the radio."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

BYTES_PER_S = 20_000.0
"""Of one link at an ordinary connection interval; above what any stream here needs."""


class PackageQueue:
    """What waits to be sent.

    Parameters
    ----------
    room
        Returns how many bytes the next notification carries; 0 while nobody listens.
    send
        Sends that many.
    most_bytes
        What the sensor's memory for it holds.
    """

    def __init__(self, room: Callable[[], int], send: Callable[[bytes], None], most_bytes: int) -> None:
        self._room = room
        self._send = send
        self._most_bytes = most_bytes
        self._packages: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._sent_of_first = 0
        self._timer: asyncio.TimerHandle | None = None

    def put(self, package: bytes) -> bool:
        """Let a package wait for its turn; return False, and forget it, where there is no room."""
        fits = self._waiting_bytes + len(package) <= self._most_bytes
        if fits:
            self._packages.append(package)
            self._waiting_bytes += len(package)
        if self._timer is None:
            self._pump()
        return fits

    def clear(self) -> None:
        """Forget what waits, except the rest of a package that is partly sent."""
        rest = [self._packages[0]] if self._sent_of_first else []
        self._packages = deque(rest)
        self._waiting_bytes = sum(map(len, rest)) - self._sent_of_first

    def forget(self) -> None:
        """Forget everything: a restart."""
        self._sent_of_first = 0
        self.clear()

    def _pump(self) -> None:
        """Send one notification now and the next when the radio is ready for it."""
        self._timer = None
        room = self._room()
        if room and self._packages:
            part = self._take(room)
            self._timer = asyncio.get_running_loop().call_later(len(part) / BYTES_PER_S, self._pump)
            self._send(part)

    def _take(self, room: int) -> bytes:
        part = b""
        while self._packages and len(part) < room:
            rest = self._packages[0][self._sent_of_first :]
            taken = rest[: room - len(part)]
            part += taken
            self._sent_of_first += len(taken)
            if len(taken) == len(rest):
                self._packages.popleft()
                self._sent_of_first = 0
        self._waiting_bytes -= len(part)
        return part
