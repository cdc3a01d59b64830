"""Tell people what an unattended recorder is doing: on a log, a terminal, and a status LED."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from analysis.cli.record.live_line import LiveLine
from analysis.cli.record.status_led import StatusLed
from analysis.cli.text import clock_text
from sensor.recorder import RecorderStatus
from sensor.recorder.unattended import UnattendedOptions, UnattendedState


class UnattendedStatus:
    """A `StatusSink` that speaks.

    Parameters
    ----------
    led
        Shows the state.
    make_line
        Returns a line to talk on, one for each session.
    say
        Prints a sentence between sessions.
    finished
        Takes the path of each finished session.
    """

    def __init__(
        self,
        led: StatusLed,
        *,
        make_line: Callable[[], LiveLine],
        say: Callable[[str], None],
        finished: Callable[[Path], None],
    ) -> None:
        self._led = led
        self._make_line = make_line
        self._say = say
        self._finished = finished
        self._line: LiveLine | None = None

    def state(self, state: UnattendedState) -> None:
        """Show the state."""
        self._led.show(state)

    def waiting(self, options: UnattendedOptions) -> None:
        """Say what is waited for, and when a session will end."""
        names = ", ".join(f"{request.placement} {request.name}" for request in options.plan.sensors)
        still = clock_text(options.still_s)
        self._say(f"Waiting for {names}; a session ends after {still} without movement.")

    @contextmanager
    def session(self) -> Iterator[None]:
        """Draw a line of its own for one session."""
        with self._make_line() as self._line:
            try:
                yield
            finally:
                self._line = None

    def recording(self, path: Path) -> None:
        """Say where the running session goes."""
        if self._line is not None:
            self._line.say(f"Recording into {path}")

    def progress(self, status: RecorderStatus) -> None:
        """Show the newest status."""
        if self._line is not None:
            self._line.show(status)

    def trouble(self, sentence: str) -> None:
        """Say what keeps it from recording."""
        self._say(f"Trouble: {sentence}")

    def finished(self, path: Path) -> None:
        """Hand on the path of a finished session."""
        self._finished(path)
