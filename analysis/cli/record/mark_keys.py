"""What keys were pressed, read from the terminal while it is ours, which is then as it was before."""

from __future__ import annotations

import os
import select
import signal
import termios
from collections.abc import Callable
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Any, Self

from analysis.cli.record.foreground import may_read

_READ_BYTES = 1024
_LOCAL_FLAGS, _CHARACTERS = 3, 6
"""Places in what `termios.tcgetattr` returns."""

_LEAVING = (signal.SIGTSTP, signal.SIGQUIT)
"""Keys of the terminal that take the program away from it at once: Ctrl-Z and Ctrl-\\."""


class MarkKeys:
    """Reads single keys, unseen, without waiting; to be asked several times a second.

    Whether the terminal may be read is looked at each time: the runner can put the program into the
    background and fetch it back. Signals are ours from entering to leaving, in the main thread.

    Parameters
    ----------
    terminal
        Descriptor of the terminal.
    """

    def __init__(self, terminal: int) -> None:
        self._terminal = terminal
        self._before: list[Any] | None = None
        self._handlers: dict[int, Callable[[int, FrameType | None], Any] | int | None] = {}

    def __enter__(self) -> Self:
        """Begin to listen."""
        for number in _LEAVING:
            # Who started us without job control ignores them, and goes on doing so.
            if signal.getsignal(number) is signal.SIG_DFL:
                self._handlers[number] = signal.signal(number, self._leave_and_go_on)
        # Between the look and the reading the terminal can be taken away: an error then, no standstill.
        self._handlers[signal.SIGTTIN] = signal.signal(signal.SIGTTIN, signal.SIG_IGN)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the terminal as it was."""
        self._give_back()
        for number, handler in self._handlers.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)

    def pressed(self) -> bytes:
        """Return what was pressed since this was last asked, a byte a letter."""
        # Beside what reading may say: the terminal was closed, or is no longer ours.
        with suppress(OSError, termios.error):
            if may_read(self._terminal):
                self._take()
                return self._typed()
        return b""

    def _typed(self) -> bytes:
        is_there = select.select([self._terminal], [], [], 0.0)[0]
        return os.read(self._terminal, _READ_BYTES) if is_there else b""

    def _take(self) -> None:
        """Have each key at once and unseen, again where a shell has set the terminal anew."""
        found = termios.tcgetattr(self._terminal)
        if not found[_LOCAL_FLAGS] & (termios.ICANON | termios.ECHO):
            return
        self._before = self._before or found
        ours = [*found]
        ours[_LOCAL_FLAGS] &= ~(termios.ICANON | termios.ECHO)
        ours[_CHARACTERS] = [*found[_CHARACTERS]]
        ours[_CHARACTERS][termios.VMIN], ours[_CHARACTERS][termios.VTIME] = 1, 0
        termios.tcsetattr(self._terminal, termios.TCSANOW, ours)

    def _give_back(self) -> None:
        """Set the terminal as it was, unless it is somebody else's by now."""
        before, self._before = self._before, None
        with suppress(OSError, termios.error):
            if before is not None and may_read(self._terminal):
                # Keys pressed late are no answer to what is asked next.
                termios.tcflush(self._terminal, termios.TCIFLUSH)
                termios.tcsetattr(self._terminal, termios.TCSANOW, before)

    def _leave_and_go_on(self, number: int, frame: FrameType | None) -> None:
        """Let the system do what it does with a signal, the terminal as it was; after a halt go on."""
        self._give_back()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        signal.signal(number, self._leave_and_go_on)
