"""Plain text tables; times and durations as a person types and reads them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate

import click

from sensor.text import printable

_UNITS_S = {"s": 1, "sec": 1, "min": 60, "h": 3600}
_WITH_UNIT = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([a-z]+)")
_MOST_ACCENTED = 4
"""Letters, accents among them, that one column of a terminal may hold."""

_CLOCK = re.compile(r"(?:([0-9]+):)?([0-9]{1,3}):([0-5][0-9])")


def tell(line: str) -> None:
    """Say a line beside what a command hands out."""
    click.echo(printable(line), err=True)


def text_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return rows under a header, in columns as wide as their widest cell, without trailing spaces."""
    lines = [header, *[[printable(cell) for cell in row] for row in rows]]
    widths = [max(display_width(line[column]) for line in lines) for column in range(len(header))]
    return "\n".join(
        "  ".join(
            cell + " " * (width - display_width(cell)) for cell, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in lines
    )


def display_width(text: str) -> int:
    """Return how many columns of a terminal a text takes: two for a wide letter, none for an accent."""
    if text.isascii():  # most of what a list of a thousand rows measures
        return len(text)
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )


def shortened(text: str, width: int) -> str:
    """Return a text that takes at most ``width`` columns, ended by an ellipsis where it was longer."""
    # Accents take no column, and any number of them can stand on one letter.
    letters = text[: _MOST_ACCENTED * width]
    if letters == text and display_width(text) <= width:
        return text
    widths = accumulate(map(display_width, letters))
    kept = "".join(letter for letter, end in zip(letters, widths, strict=True) if end < width)
    return f"{kept.rstrip()}…"


def parse_duration_s(text: str) -> float:
    """Return a typed duration, such as ``30min``, ``1.5h``, ``45:00`` or ``1:20:00``, in seconds.

    Raises
    ------
    click.BadParameter
        Without a unit or colon, with an unknown unit, or for a duration that is not above zero.
    """
    plain = text.strip().lower()
    seconds = 0.0
    if clock := _CLOCK.fullmatch(plain):
        hours, minutes, rest = clock.groups()
        seconds = 3600 * int(hours or 0) + 60 * int(minutes) + int(rest)
    elif typed := _WITH_UNIT.fullmatch(plain):
        seconds = float(typed[1]) * _UNITS_S.get(typed[2], 0)
    if seconds <= 0:
        raise click.BadParameter(f"{text!r} is no duration; write for example 30min, 45:00 or 1:20:00")
    return seconds


def clock_text(duration_s: float) -> str:
    """Return a duration as a stopwatch shows it: ``4:05`` or ``1:04:05``."""
    minutes, seconds = divmod(int(duration_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def tell_aside(text: str) -> None:
    """Print a line beside what a command is for: on stderr, whatever letters a stranger's file has."""
    click.echo(printable(text), err=True)


def local_start(started_utc: str) -> datetime | None:
    """Return when a session began, in local time; None where the session does not tell."""
    return datetime.fromisoformat(started_utc).astimezone() if started_utc else None
