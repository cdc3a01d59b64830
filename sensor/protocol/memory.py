"""What recordings in the memories of all makers have in common: entries, pieces, and which of them came."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

Span = tuple[int, int]
"""First byte and the one after the last."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A recording in a sensor's memory.

    Parameters
    ----------
    log_id
        Number to fetch it by.
    modified_s
        Last change, s since 1970 by the sensor's clock; 0 where it does not tell.
    size_bytes
        Size; 0 where it does not tell.
    name
        What the sensor calls it, where it calls it anything.
    """

    log_id: int
    modified_s: int
    size_bytes: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of a recording and where they belong; no bytes at its end."""

    offset: int
    data: bytes


class Coverage:
    """Which bytes of a recording have come, in whatever order and however often.

    Parameters
    ----------
    spans
        What had come before.
    """

    def __init__(self, spans: tuple[Span, ...] = ()) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._size = 0
        for start, end in spans:
            self.add(start, end)

    @property
    def spans(self) -> tuple[Span, ...]:
        """What has come: in order, apart from each other."""
        return tuple(zip(self._starts, self._ends, strict=True))

    @property
    def end(self) -> int:
        """The byte after the last one that came."""
        return self._ends[-1] if self._ends else 0

    @property
    def size(self) -> int:
        """How many different bytes have come."""
        return self._size

    @property
    def pieces(self) -> int:
        """Into how many spans that do not touch they fall."""
        return len(self._starts)

    def add(self, start: int, end: int) -> None:
        """Take note of the bytes from ``start`` up to, not with, ``end``."""
        if start >= end:
            return
        first, after = bisect_left(self._ends, start), bisect_right(self._starts, end)
        if first < after:
            start, end = min(start, self._starts[first]), max(end, self._ends[after - 1])
        self._size += end - start - sum(self._ends[first:after]) + sum(self._starts[first:after])
        self._starts[first:after] = [start]
        self._ends[first:after] = [end]

    def is_whole(self, size: int) -> bool:
        """Tell whether nothing is missing of the first ``size`` bytes."""
        return size == 0 or (self.pieces > 0 and self._starts[0] == 0 and self._ends[0] >= size)

    def holes(self, size: int) -> tuple[Span, ...]:
        """Return what is missing of the first ``size`` bytes."""
        starts = [0, *self._ends]
        ends = [*self._starts, size]
        pairs = zip(starts, ends, strict=True)
        return tuple((start, min(end, size)) for start, end in pairs if start < min(end, size))
