"""Text from strangers: names of sensors, files and devices."""

from __future__ import annotations


def printable(text: str) -> str:
    """Return text with everything a terminal could obey replaced by the replacement character."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
