"""Draw what is shown live: a whole screen on a terminal, a line every so often in a log or a pipe."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from analysis.cli.record.live_layout import Line, Tone, laid_out
from analysis.cli.record.live_line import PLAIN_INTERVAL_S, DrawnTalk, PlainTalk, nobody_may_listen
from analysis.live.view import LiveView, plain_text

if TYPE_CHECKING:
    from rich.console import Console

_STYLES = {
    Tone.PLAIN: "",
    Tone.QUIET: "dim",
    Tone.GOOD: "bold green",
    Tone.CAREFUL: "bold yellow",
    Tone.BAD: "bold red",
}

_POSTER_STYLE = "bright_white on black"
"""Light squares light and dark ones dark, whatever the terminal's own colours."""


class LiveScreen(Protocol):
    """Shows views and says sentences, on stderr."""

    def __enter__(self) -> Self:
        """Begin to draw."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the terminal as it was."""
        ...

    def show(self, time_s: float, view: LiveView, poster: str = "") -> None:
        """Show the view of session time ``time_s``; a poster in its place where there is one."""
        ...

    def say(self, text: str) -> None:
        """Print a sentence."""
        ...


def live_screen(plain_interval_s: float = PLAIN_INTERVAL_S) -> LiveScreen:
    """Return a screen for a terminal that can be drawn on, and lines for anything else."""
    can_be_drawn_on = sys.stderr.isatty() and os.environ.get("TERM", "") not in ("", "dumb", "unknown")
    return DrawnScreen() if can_be_drawn_on or _is_windows_terminal() else PlainScreen(plain_interval_s)


def _is_windows_terminal() -> bool:
    return sys.platform == "win32" and sys.stderr.isatty()


class PlainScreen(PlainTalk):
    """Prints a view now and then.

    Parameters
    ----------
    interval_s
        How often.
    """

    def __init__(self, interval_s: float = PLAIN_INTERVAL_S) -> None:
        super().__init__(interval_s)
        self._message = ""

    def show(self, time_s: float, view: LiveView, poster: str = "") -> None:
        """Print the view if the last one is old enough, or something is wrong that was not before."""
        is_news, self._message = view.message not in ("", self._message), view.message
        if self._is_due(time_s, is_news=is_news):
            self.say(plain_text(view))


class DrawnScreen(DrawnTalk):
    """Redraws a view in place, as large as the terminal is at that moment.

    Parameters
    ----------
    console
        Where to draw; None: on stderr.
    """

    def __init__(self, console: Console | None = None) -> None:
        super().__init__(console)
        self._size = self._console.size
        self._last_said = ""

    def show(self, time_s: float, view: LiveView, poster: str = "") -> None:
        """Redraw the view, or the poster if the terminal has room and letters for it."""
        from rich.text import Text

        with nobody_may_listen():
            self._clear_if_resized()
            drawn = Text(no_wrap=True)
            if poster and self._has_room_for(poster):
                drawn.append(poster, _POSTER_STYLE)
                drawn.append(f"\n{view.clock}   {view.hint}")
            else:
                for line in self._lines(view):
                    drawn.append(f"{line.text}\n", _STYLES[line.tone])
            drawn.rstrip()
            self._live.update(drawn, refresh=True)

    def _lines(self, view: LiveView) -> Sequence[Line]:
        # The last column and line stay free: a terminal that wraps or scrolls there would tear the rest.
        width, height = max(1, self._size.width - 1), max(1, self._size.height - 1)
        return laid_out(view, width, height, is_ascii=self._console.options.ascii_only)

    def _has_room_for(self, poster: str) -> bool:
        rows = poster.splitlines()
        fits = len(rows) + 1 < self._size.height and max(map(len, rows)) < self._size.width
        return fits and not self._console.options.ascii_only

    def say(self, text: str) -> None:
        """Print a sentence above the view, to stand there at any size, and ring."""
        self._last_said = text
        super().say(text)

    def _clear_if_resized(self) -> None:
        """Wipe what a terminal of another size has wrapped anew, but for the last sentence."""
        size = self._console.size
        if size != self._size:
            self._size = size
            self._console.clear()
            if self._last_said:
                self._console.print(self._last_said, markup=False, highlight=False)
