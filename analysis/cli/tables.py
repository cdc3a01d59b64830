"""Plain text tables, and text from strangers made safe to print."""

from __future__ import annotations

from collections.abc import Sequence


def text_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return rows under a header, in columns as wide as their widest cell, without trailing spaces."""
    lines = [header, *[[printable(cell) for cell in row] for row in rows]]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def printable(text: str) -> str:
    """Return text with everything a terminal could obey replaced: names come from sensors and files."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)
