"""Hands the newest view to any number of browsers; whoever is slow misses those between."""

from __future__ import annotations

import asyncio
import json
import math
import threading
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from analysis.live.view import LiveView

BEAT = ":\n\n"
"""A comment, which no browser shows."""


class Feed:
    """One view, the newest. `publish` and `close` never wait and may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._text = ""
        self._number = 0
        self._is_closed = False
        self._listeners: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}

    @property
    def listeners(self) -> int:
        """How many streams there are."""
        with self._lock:
            return len(self._listeners)

    def publish(self, view: LiveView) -> None:
        """Put a view in the place of the one before; one that shows nothing else is no news."""
        text = event_text(view)
        with self._lock:
            if text == self._text:
                return
            self._text = text
            self._number += 1
        self._wake()

    def close(self) -> None:
        """End every stream."""
        with self._lock:
            self._is_closed = True
        self._wake()

    async def views(self, beat_s: float) -> AsyncGenerator[str, None]:
        """Return the newest view at once, then each newer one when the one before has been taken.

        Parameters
        ----------
        beat_s
            After so long without news a comment is sent, by which both ends notice a broken line.
        """
        news, seen = asyncio.Event(), 0
        with self._lock:
            self._listeners[news] = asyncio.get_running_loop()
        try:
            while not self._is_closed:
                news.clear()
                with self._lock:
                    text, number = self._text, self._number
                if number > seen:
                    seen = number
                    yield text
                elif not await _told_within(news, beat_s):
                    yield BEAT
        finally:
            with self._lock:
                del self._listeners[news]

    def _wake(self) -> None:
        with self._lock:
            listeners = list(self._listeners.items())
        for news, loop in listeners:
            with suppress(RuntimeError):  # a loop that has just ended has nobody to wake
                loop.call_soon_threadsafe(news.set)


async def _told_within(news: asyncio.Event, patience_s: float) -> bool:
    try:
        await asyncio.wait_for(news.wait(), patience_s)
    except TimeoutError:
        return False
    return True


def event_text(view: LiveView) -> str:
    """Return a view as one server-sent event (WHATWG HTML, section 9.2): JSON without line breaks."""
    shown: dict[str, Any] = asdict(view)
    shown["trend_deg"] = [round(deg, 2) if math.isfinite(deg) else None for deg in view.trend_deg]
    return f"data: {json.dumps(shown, ensure_ascii=False, allow_nan=False)}\n\n"
