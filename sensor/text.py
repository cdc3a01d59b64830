"""Text from strangers: names of sensors, files and devices."""

from __future__ import annotations


def printable(text: str) -> str:
    """Return text with everything a terminal could obey replaced by the replacement character."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
