"""Turns at connecting: adapters and BlueZ dislike two attempts at once, whoever makes them."""

from __future__ import annotations

import asyncio

_TURNS: dict[asyncio.AbstractEventLoop, asyncio.Lock] = {}


def connecting_turn() -> asyncio.Lock:
    """Return the lock to hold while connecting: one for everything that runs in this event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _TURNS:
        for ended in [other for other in _TURNS if other.is_closed()]:
            del _TURNS[ended]
        _TURNS[loop] = asyncio.Lock()
    return _TURNS[loop]
