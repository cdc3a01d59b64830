"""A Movesense's logbook: recordings in its memory, listed and fetched piece by piece.

FETCH_LOG has no place to start from: every fetch sends a recording from its first byte to its last, each
piece with its offset, and an empty one at the end. Nothing is sent again by itself, so whoever fetches keeps
count of what came. Source: Movesense, "GATT SensorData protocol" (GD-77), and what open tools found on
hardware.
"""

from __future__ import annotations

import struct
from enum import IntEnum

from sensor.errors import PacketError
from sensor.protocol.memory import Piece
from sensor.protocol.movesense.control import encode_path
from sensor.protocol.movesense.frames import KEY, measurement_path
from sensor.protocol.movesense.objects import TIME_PATH

ENTRIES_PATH = "/Mem/Logbook/entries"
STATE_PATH = "/Mem/DataLogger/State"

MORE_ENTRIES = 100
"""Status of a list that was cut; the rest is found by asking for higher and higher numbers until 404."""

NO_SUCH_LOG = 404
IN_CONFLICT = 409

MEMORY_BYTES = 128 * 2**20
"""Of the Flash model; no offset lies beyond."""


class LoggerState(IntEnum):
    """Argument of PUT_DATALOGGER_STATE and answer to `STATE_PATH`."""

    UNKNOWN = 1
    READY = 2
    LOGGING = 3


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
