"""One line that shows how a recording is doing, and what is said above it."""

from __future__ import annotations

import math
import sys
from contextlib import AbstractContextManager, suppress
from types import TracebackType
from typing import Protocol, Self

import click

from analysis.cli.text import clock_text
from sensor.recorder import RecorderStatus, SensorStatus

PLAIN_INTERVAL_S = 10.0
"""How often a line is printed where it cannot be redrawn in place."""


class LiveLine(Protocol):
    """Talks to the runner on stderr. ``hint`` is shown at the end of the line until it is changed."""

    hint: str

    def __enter__(self) -> Self:
        """Begin to draw."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the terminal as it was."""
        ...

    def show(self, status: RecorderStatus) -> None:
        """Show the newest status."""
        ...

    def say(self, text: str) -> None:
        """Print a sentence above the line."""
        ...


def live_line(plain_interval_s: float = PLAIN_INTERVAL_S) -> LiveLine:
    """Return a line that is redrawn in place on a terminal, and one line every so often anywhere else."""
    return TerminalLine() if sys.stderr.isatty() else PlainLine(plain_interval_s)


class PlainLine:
    """Prints the status now and then, for logs and pipes.

    Parameters
    ----------
    interval_s
        How often.
    """

    def __init__(self, interval_s: float = PLAIN_INTERVAL_S) -> None:
        self.hint = ""
        self._interval_s = interval_s
        self._next_s = 0.0

    def __enter__(self) -> Self:
        """Begin: nothing to prepare."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End: nothing to restore."""

    def show(self, status: RecorderStatus) -> None:
        """Print the status if the last one is old enough."""
        if status.time_s >= self._next_s:
            self._next_s = self._interval_s * (1 + math.floor(status.time_s / self._interval_s))
            self.say(status_text(status, self.hint))

    def say(self, text: str) -> None:
        """Print a sentence."""
        with nobody_may_listen():
            click.echo(text, err=True)


class TerminalLine:
    """Redraws one line in place; a sentence rings the bell, because the runner may look elsewhere."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live

        self.hint = ""
        self._console = Console(stderr=True)
        self._live = Live(console=self._console, auto_refresh=False, transient=True)

    def __enter__(self) -> Self:
        """Begin to draw."""
        with nobody_may_listen():
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the line."""
        with nobody_may_listen():
            self._live.stop()

    def show(self, status: RecorderStatus) -> None:
        """Redraw the line."""
        from rich.text import Text

        line = Text(status_text(status, self.hint), no_wrap=True, overflow="ellipsis")
        with nobody_may_listen():
            self._live.update(line, refresh=True)

    def say(self, text: str) -> None:
        """Print a sentence above the line and ring."""
        with nobody_may_listen():
            self._console.print(text, markup=False, highlight=False)
            self._console.bell()


def nobody_may_listen() -> AbstractContextManager[None]:
    """Let a closed pipe or terminal pass: a recording goes on when nobody watches it."""
    return suppress(OSError)


def status_text(status: RecorderStatus, hint: str = "") -> str:
    """Return the line: time, what to do, then each sensor's link, samples, rate, gaps and battery.

    What matters most comes first: a narrow terminal cuts the end off.
    """
    parts = [clock_text(status.time_s), hint, status.message, *map(_sensor_text, status.sensors)]
    return "  |  ".join(part for part in parts if part)


def _sensor_text(sensor: SensorStatus) -> str:
    gaps = {0: "no gap", 1: "1 gap"}.get(sensor.gaps, f"{sensor.gaps} gaps")
    words = [sensor.placement, sensor.link, f"{sensor.samples} samples", f"{sensor.rate_hz:.0f}/s", gaps]
    if sensor.battery_pct is not None:
        words.append(f"battery {sensor.battery_pct} %")
    return ", ".join(words).replace(", ", " ", 1)
