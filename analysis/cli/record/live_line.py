"""One line that shows how a recording is doing, and what is said above it."""

from __future__ import annotations

import math
import sys
from contextlib import AbstractContextManager, suppress
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

import click

from analysis.cli.text import clock_text
from sensor.recorder import LinkState, RecorderStatus, SensorStatus

if TYPE_CHECKING:
    from rich.console import Console

PLAIN_INTERVAL_S = 10.0
"""How often a line is printed where it cannot be redrawn in place."""

LOW_BATTERY_PCT = 20
"""From here on down the line tells the level."""

SEPARATOR = " · "
_WELL = " ok"


class LiveLine(Protocol):
    """Talks to the runner on stderr.

    Attributes
    ----------
    hint
        What to do; shown in the line until it is changed.
    lean_deg
        Present lean of the trunk, degrees, forward positive; shown where it is not None.
    """

    hint: str
    lean_deg: float | None

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


class PlainTalk:
    """Prints now and then, for logs and pipes.

    Parameters
    ----------
    interval_s
        How often.
    """

    def __init__(self, interval_s: float = PLAIN_INTERVAL_S) -> None:
        self._interval_s = interval_s
        self._next_s = 0.0

    def __enter__(self) -> Self:
        """Begin: nothing to prepare."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End: nothing to restore."""

    def say(self, text: str) -> None:
        """Print a sentence."""
        with nobody_may_listen():
            click.echo(text, err=True)

    def _is_due(self, time_s: float, *, is_news: bool) -> bool:
        """Tell whether to print now, because there is news or the last time is long enough ago."""
        if not is_news and time_s < self._next_s:
            return False
        self._next_s = self._interval_s * (1 + math.floor(time_s / self._interval_s))
        return True


class PlainLine(PlainTalk):
    """Prints the status now and then.

    Parameters
    ----------
    interval_s
        How often.
    """

    def __init__(self, interval_s: float = PLAIN_INTERVAL_S) -> None:
        super().__init__(interval_s)
        self.hint = ""
        self.lean_deg: float | None = None
        self._obstacle = ""

    def show(self, status: RecorderStatus) -> None:
        """Print the status if the last one is old enough, or knows nothing of a file that cannot grow."""
        obstacle = "" if status.is_kept else status.message
        is_news, self._obstacle = obstacle != self._obstacle, obstacle
        if self._is_due(status.time_s, is_news=is_news):
            line = status_text(status, self.hint, lean_deg=self.lean_deg)
            self.say(SEPARATOR.join(filter(None, (line, status.message))))


class DrawnTalk:
    """Draws in place; a sentence rings the bell, because the runner may look elsewhere.

    Parameters
    ----------
    console
        Where to draw; None: on stderr.
    """

    def __init__(self, console: Console | None = None) -> None:
        from rich.console import Console
        from rich.live import Live

        self._console = console or Console(stderr=True)
        self._live = Live(console=self._console, auto_refresh=False, transient=True)

    def __enter__(self) -> Self:
        """Begin to draw."""
        with nobody_may_listen():
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove what was drawn."""
        with nobody_may_listen():
            self._live.stop()

    def say(self, text: str) -> None:
        """Print a sentence above what is drawn, and ring."""
        with nobody_may_listen():
            self._console.print(text, markup=False, highlight=False)
            self._console.bell()


class TerminalLine(DrawnTalk):
    """Redraws one line in place.

    Parameters
    ----------
    console
        Where to draw; None: on stderr.
    """

    def __init__(self, console: Console | None = None) -> None:
        super().__init__(console)
        self.hint = ""
        self.lean_deg: float | None = None

    def show(self, status: RecorderStatus) -> None:
        """Redraw the line."""
        from rich.console import Group
        from rich.text import Text

        shown = status_text(status, self.hint, lean_deg=self.lean_deg, width=self._console.width)
        lines = [Text(shown, no_wrap=True, overflow="ellipsis")]
        if status.message:
            lines.append(Text(status.message))
        with nobody_may_listen():
            self._live.update(Group(*lines), refresh=True)


def nobody_may_listen() -> AbstractContextManager[None]:
    """Let a closed pipe or terminal pass: a recording goes on when nobody watches it."""
    return suppress(OSError)


def status_text(
    status: RecorderStatus, hint: str = "", *, lean_deg: float | None = None, width: int | None = None
) -> str:
    """Return the line: time, what to do, how each sensor is doing, lean.

    Where ``width`` has no room for all of it, the sensors with which all is well are only counted.
    """
    lean = "" if lean_deg is None else f"lean about {round(lean_deg)}°"
    sensors = [_sensor_text(sensor) for sensor in status.sensors]
    line = _joined(clock_text(status.time_s), hint, *sensors, lean)
    if width is None or len(line) <= width:
        return line
    others = [text for text in sensors if not text.endswith(_WELL)]
    well = len(sensors) - len(others)
    counted = f"{well} sensor{'s' if well > 1 else ''}{_WELL}" if well else ""
    return _joined(clock_text(status.time_s), hint, *others, counted, lean)


def _joined(*parts: str) -> str:
    return SEPARATOR.join(filter(None, parts))


def _sensor_text(sensor: SensorStatus) -> str:
    text = sensor.placement + (_WELL if sensor.link is LinkState.STREAMING else f" {sensor.link}")
    if sensor.battery_pct is not None and sensor.battery_pct <= LOW_BATTERY_PCT:
        text += f", battery {sensor.battery_pct} %"
    return text
