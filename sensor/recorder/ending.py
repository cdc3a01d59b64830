"""Why a connection ends, for whoever waits for it."""

from __future__ import annotations

import asyncio

LINK_LOST = "link lost"


class ConnectionEnd:
    """The end of a connection: not yet there, or there with a reason. The first reason counts."""

    def __init__(self) -> None:
        self.reason = ""
        self.is_link_lost = False
        self._has_come = asyncio.Event()

    @property
    def has_come(self) -> bool:
        """Whether the connection is to end."""
        return self._has_come.is_set()

    def because(self, reason: str) -> None:
        """End the connection."""
        self.reason = self.reason or reason
        self._has_come.set()

    def link_lost(self) -> None:
        """Take note that there is no link any more."""
        self.is_link_lost = True
        self.because(LINK_LOST)

    async def comes_within(self, seconds: float) -> bool:
        """Wait for it; return false when ``seconds`` passed without it."""
        try:
            async with asyncio.timeout(seconds):
                await self._has_come.wait()
        except TimeoutError:
            return False
        return True
