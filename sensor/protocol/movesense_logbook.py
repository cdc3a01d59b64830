"""A Movesense's logbook: recordings in its memory, listed and fetched piece by piece.

FETCH_LOG has no place to start from: every fetch sends a recording from its first byte to its last, each
piece with its offset, and an empty one at the end. Nothing is sent again by itself, so whoever fetches keeps
count of what came. Source: Movesense, "GATT SensorData protocol" (GD-77), and what open tools found on
hardware.
"""

from __future__ import annotations

import struct
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from enum import IntEnum

from sensor.errors import PacketError
from sensor.protocol.movesense import KEY, measurement_path
from sensor.protocol.movesense_gsp import encode_path
from sensor.protocol.movesense_objects import TIME_PATH

ENTRIES_PATH = "/Mem/Logbook/entries"
STATE_PATH = "/Mem/DataLogger/State"

MORE_ENTRIES = 100
"""Status of a list that was cut; the rest is found by asking for higher and higher numbers until 404."""

NO_SUCH_LOG = 404
IN_CONFLICT = 409

MEMORY_BYTES = 128 * 2**20
"""Of the Flash model; no offset lies beyond."""

Span = tuple[int, int]
"""First byte and the one after the last."""


class LoggerState(IntEnum):
    """Argument of PUT_DATALOGGER_STATE and answer to `STATE_PATH`."""

    UNKNOWN = 1
    READY = 2
    LOGGING = 3


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of a recording and where they belong; no bytes at its end."""

    offset: int
    data: bytes


def parse_piece(body: bytes) -> Piece:
    """Parse what follows the header of a data notification that answers FETCH_LOG.

    Raises
    ------
    PacketError
        When there is no offset, or it lies beyond the sensor's memory.
    """
    if len(body) < 4:
        raise PacketError(KEY, "a piece of a recording has an offset of four bytes", body)
    (offset,) = struct.unpack_from("<I", body)
    if offset + len(body) - 4 > MEMORY_BYTES:
        raise PacketError(KEY, f"offset {offset} lies beyond the sensor's memory", body)
    return Piece(offset, bytes(body[4:]))


def encode_piece(piece: Piece) -> bytes:
    """Encode what follows the header."""
    return struct.pack("<I", piece.offset) + piece.data


def encode_fetch(log_id: int) -> bytes:
    """Encode the argument of FETCH_LOG."""
    return struct.pack("<I", log_id)


def encode_config(rate_hz: float) -> bytes:
    """Encode the argument of PUT_DATALOGGER_CONFIG that logs IMU6 and both clocks.

    Raises
    ------
    ValueError
        When the sensor has no such rate.
    """
    return encode_path(measurement_path("IMU6", rate_hz)) + encode_path(TIME_PATH)


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
