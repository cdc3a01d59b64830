"""Capture2Go's own recordings: started and stopped, listed as files, read by ranges of bytes.

A file is the sequence of packages the sensor would have sent. Source as for its `frames`.
"""

from __future__ import annotations

import struct
from typing import Any, NamedTuple

from sensor.errors import PacketError
from sensor.protocol.capture2go.frames import KEY, Package
from sensor.protocol.memory import LogEntry, Piece, Span

SET_RECORDING, RECORDING_SET = 0x0140, 0x0142
START_RECORDING, RECORDING_STARTED = 0x0154, 0x0155
STOP_RECORDING, RECORDING_STOPPED = 0x0156, 0x0157
LIST_FILES, FILE_COUNT, FILE = 0x0500, 0x0501, 0x0502
GET_BYTES, BYTES = 0x0503, 0x0504
STOP_BYTES, BYTES_STOPPED = 0x0505, 0x0506

MOST_PIECE_BYTES = 232
WHOLE: Span = (0, 0)
"""Asks for a file from its first byte to its last."""

_NAME_BYTES = 65
_RECORDING = struct.Struct(f"<q?{_NAME_BYTES}s")
_COUNT = struct.Struct("<H")
_FILE = struct.Struct(f"<H{_NAME_BYTES}sI")
_RANGE = struct.Struct(f"<{_NAME_BYTES}s2I")


class ByteRange(NamedTuple):
    """A file, and which of its bytes are wanted."""

    name: str
    span: Span


def encode_recording(name: str) -> Package:
    """Encode the request to record into a file until told to stop.

    Raises
    ------
    ValueError
        When the name is empty or longer than 64 bytes.
    """
    return Package(SET_RECORDING, _RECORDING.pack(0, False, _name_bytes(name)))


def parse_recording(payload: bytes) -> str:
    """Parse what a recording is set to: the name of its file.

    Raises
    ------
    PacketError
        When it has another length, or no name.
    """
    _, _, name = _unpack(_RECORDING, "a recording's configuration", payload)
    return _name(name, payload)


def parse_count(payload: bytes) -> int:
    """Parse how many files there are.

    Raises
    ------
    PacketError
        When it has another length.
    """
    count: int = _unpack(_COUNT, "a count of files", payload)[0]
    return count


def encode_count(count: int) -> Package:
    """Encode how many files there are."""
    return Package(FILE_COUNT, _COUNT.pack(count))


def parse_file(payload: bytes) -> LogEntry:
    """Parse an entry of the list of files.

    Raises
    ------
    PacketError
        When it has another length, or no name.
    """
    index, name, size_bytes = _unpack(_FILE, "a file in the list", payload)
    return LogEntry(index, 0, size_bytes, _name(name, payload))


def encode_file(entry: LogEntry) -> Package:
    """Encode an entry of the list of files."""
    return Package(FILE, _FILE.pack(entry.log_id, _name_bytes(entry.name), entry.size_bytes))


def parse_range(payload: bytes) -> ByteRange:
    """Parse the request for bytes of a file.

    Raises
    ------
    PacketError
        When it has another length, or no name.
    """
    name, start, end = _unpack(_RANGE, "a range of bytes", payload)
    return ByteRange(_name(name, payload), (start, end))


def encode_range(wanted: ByteRange) -> Package:
    """Encode the request for bytes of a file."""
    return Package(GET_BYTES, _RANGE.pack(_name_bytes(wanted.name), *wanted.span))


def parse_bytes(payload: bytes) -> Piece:
    """Parse bytes of a file.

    Raises
    ------
    PacketError
        When there is no offset, or nothing behind it.
    """
    if len(payload) <= 4:
        raise PacketError(KEY, "bytes of a file come with an offset of four bytes", payload)
    return Piece(int.from_bytes(payload[:4], "little"), payload[4:])


def encode_bytes(piece: Piece) -> Package:
    """Encode bytes of a file."""
    return Package(BYTES, struct.pack("<I", piece.offset) + piece.data)


def _unpack(layout: struct.Struct, what: str, payload: bytes) -> tuple[Any, ...]:
    if len(payload) != layout.size:
        raise PacketError(KEY, f"{what} has {layout.size} bytes", payload)
    return layout.unpack(payload)


def _name(field: bytes, payload: bytes) -> str:
    """Return a name such that encoding it gives the same bytes, whatever they are."""
    name = field.split(b"\0")[0].decode(errors="surrogateescape")
    if not name:
        raise PacketError(KEY, "a file has no name", payload)
    return name


def _name_bytes(name: str) -> bytes:
    encoded = name.encode(errors="surrogateescape")
    if not 0 < len(encoded) < _NAME_BYTES:
        raise ValueError(f"capture2go: a file's name has 1 to {_NAME_BYTES - 1} bytes, {name!r} does not")
    return encoded
