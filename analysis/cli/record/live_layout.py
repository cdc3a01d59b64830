"""What is shown live, as the lines of a terminal of any size; colour is left to whoever draws them."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from analysis.cli.text import shortened
from analysis.live.view import LiveView
from analysis.words import Zone

BLOCK, ASCII_BLOCK = "█", "#"
_EIGHTHS = " ▁▂▃▄▅▆▇█"

_GLYPHS = {
    "0": ("###", "# #", "# #", "# #", "###"),
    "1": ("## ", " # ", " # ", " # ", "###"),
    "2": ("###", "  #", "###", "#  ", "###"),
    "3": ("###", "  #", " ##", "  #", "###"),
    "4": ("# #", "# #", "###", "  #", "  #"),
    "5": ("###", "#  ", "###", "  #", "###"),
    "6": ("###", "#  ", "###", "# #", "###"),
    "7": ("###", "  #", "  #", " # ", " # "),
    "8": ("###", "# #", "###", "# #", "###"),
    "9": ("###", "# #", "###", "  #", "###"),
    "+": ("   ", " # ", "###", " # ", "   "),
    "-": ("   ", "   ", "###", "   ", "   "),
    ".": (" ", " ", " ", " ", "#"),
    "°": ("##", "##", "  ", "  ", "  "),
}
"""Five dots high; a dot is two columns of a terminal, whose letters are twice as high as wide."""

_TREND_ROWS = 3
_TREND_DEG = (-2.0, 6.0)
"""From the foot to the top of the trend: always the same, so that its height means something."""


class Tone(StrEnum):
    """What a line is, for whoever can show it by a colour; its words say the same."""

    PLAIN = "plain"
    QUIET = "quiet"
    GOOD = "good"
    CAREFUL = "careful"
    BAD = "bad"


ZONE_TONES = {
    Zone.TALLER: Tone.GOOD,
    Zone.USUAL: Tone.GOOD,
    Zone.WATCH: Tone.CAREFUL,
    Zone.LEANING: Tone.CAREFUL,
    Zone.SLOUCHED: Tone.BAD,
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the screen."""

    text: str
    tone: Tone = Tone.PLAIN


def laid_out(view: LiveView, width: int, height: int, *, is_ascii: bool = False) -> tuple[Line, ...]:
    """Return at most ``height`` lines of at most ``width`` columns; what matters least goes first.

    Parameters
    ----------
    view
        What is to be shown.
    width, height
        Columns and lines there are.
    is_ascii
        Whether the terminal has no letters but those of ASCII to draw with.
    """
    tone = Tone.QUIET if view.zone is None else ZONE_TONES[view.zone]
    posture = [Line(view.word.upper(), tone)]
    digits = [Line(row, tone) for row in big(view.number, ASCII_BLOCK if is_ascii else BLOCK)]
    alarm = [Line(text, Tone.BAD) for text in _wrapped(filter(None, [view.message]), width)]
    parts = {
        "hint": [Line(text) for text in _wrapped(filter(None, [view.hint]), width)],
        "digits": digits if all(len(line.text) <= width for line in digits) else [Line(view.number, tone)],
        "posture": posture,
        "usual": [Line(text, Tone.QUIET) for text in _wrapped(filter(None, [view.usual]), width)],
        "trend": [] if is_ascii else _trend(view, width),
        "facts": [Line(text) for text in _flowing((view.clock, *view.facts), width)],
        "links": _links(view, width),
        "alarm": alarm,
    }
    kept = _fitting(parts, height)
    lines = [line for name in parts if name in kept for line in (*parts[name], *kept[name])]
    return tuple(Line(shortened(line.text, width), line.tone) for line in lines[:height])


def big(number: str, block: str = BLOCK) -> tuple[str, ...]:
    """Return a number such as ``+3.2°`` in large digits, five lines; none for an empty one."""
    dots = {"#": 2 * block, " ": "  "}
    rows = [
        " ".join("".join(dots[dot] for dot in _GLYPHS[letter][row]) for letter in number) for row in range(5)
    ]
    return tuple(row.rstrip() for row in rows) if number else ()


_LEAST_IMPORTANT = ("usual", "trend", "links", "facts", "hint", "digits", "alarm")
"""Left out in this order where a terminal is low; the word stays."""

_SPACED = ("digits", "usual", "trend", "facts")
"""Followed by an empty line where there is room."""


def _fitting(parts: dict[str, list[Line]], height: int) -> dict[str, list[Line]]:
    """Return which parts stay and, for each, the empty line behind it or none."""
    kept = [name for name in parts if parts[name]]
    for name in _LEAST_IMPORTANT:
        if sum(len(parts[kept_name]) for kept_name in kept) > height and name in kept:
            kept.remove(name)
    used = sum(len(parts[name]) for name in kept)
    spaced = [name for name in kept[:-1] if name in _SPACED and (name, len(parts[name])) != ("digits", 1)]
    has_room = used + len(spaced) <= height
    return {name: [Line("")] if has_room and name in spaced else [] for name in kept}


def _trend(view: LiveView, width: int) -> list[Line]:
    """Return the trend in rows of blocks under its name; none while nothing of it is known."""
    if not any(map(math.isfinite, view.trend_deg)):
        return []
    wide = 2 if 2 * len(view.trend_deg) <= width else 1
    heights = [_eighths(change_deg) for change_deg in view.trend_deg]
    rows = [
        "".join(wide * _EIGHTHS[min(8, max(0, height - 8 * row))] for height in heights).rstrip()
        for row in reversed(range(_TREND_ROWS))
    ]
    foot_deg, top_deg = _TREND_DEG
    name = f"{view.trend_name}, {foot_deg:+.0f}° to {top_deg:+.0f}° against your usual"
    return [Line(name, Tone.QUIET), *map(Line, rows)]


def _eighths(change_deg: float) -> int:
    """Return how high a change stands, in eighths of a row: 0 for an unknown one, else at least 1."""
    if not math.isfinite(change_deg):
        return 0
    foot_deg, top_deg = _TREND_DEG
    share = (change_deg - foot_deg) / (top_deg - foot_deg)
    return min(8 * _TREND_ROWS, max(1, round(8 * _TREND_ROWS * share)))


def _links(view: LiveView, width: int) -> list[Line]:
    """Return how the sensors are doing, those that are not well first and loud."""
    ill = [text for text, is_well in view.sensors if not is_well]
    well = [text for text, is_well in view.sensors if is_well]
    return [
        *(Line(text, Tone.CAREFUL) for text in _flowing(ill, width)),
        *(Line(text, Tone.QUIET) for text in _flowing(well, width)),
    ]


def _flowing(words: Sequence[str], width: int) -> Iterator[str]:
    """Return words side by side in as many lines as they need."""
    line = ""
    for word in words:
        longer = f"{line}   {word}" if line else word
        if len(longer) > width and line:
            yield line
            longer = word
        line = longer
    if line:
        yield line


def _wrapped(texts: Iterable[str], width: int) -> list[str]:
    return [line for text in texts for line in textwrap.wrap(text, width)]
