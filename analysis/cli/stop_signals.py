"""What asks a running command to end: Ctrl-C, the system's request, a terminal that closes."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable


def on_signals(interrupt: Callable[[], None], stop: Callable[[], None]) -> None:
    """Have the running event loop call ``interrupt`` at Ctrl-C and ``stop`` when the process is to end."""
    _handle(signal.SIGINT, interrupt)
    _handle(signal.SIGTERM, stop)
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        # The terminal is being closed; under nohup it may.
        _handle(signal.SIGHUP, stop)


def _handle(number: signal.Signals, action: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    try:
        loop.add_signal_handler(number, action)
    except NotImplementedError:
        # Event loops of Windows have no signals of their own.
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(action))
