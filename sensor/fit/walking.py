"""A FIT file taken apart into its raw records, which joined again are the file, byte for byte.

Only what is needed to find the borders is understood: headers, definitions, and the times of records.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from sensor.errors import ImportFileError
from sensor.fit.crc import crc16
from sensor.fit.encoding import HAS_DEVELOPER_FIELDS, IS_DEFINITION, MARK

TIMESTAMP_FIELD = 253
HEAD_SIZES = (12, 14)
"""The longer one has a checksum of its own, which may be 0 for none."""

MOST_BYTES = 50_000_000
MOST_RECORDS = 1_000_000
"""Eleven days at a record a second."""

_CRC_BYTES = 2
_IS_COMPRESSED = 0x80
_LOCAL_TYPE = 0x0F
_DAMAGED = "export the activity from the watch's app again"


@dataclass(frozen=True, slots=True)
class Layout:
    """What a definition says of the data records behind it.

    Parameters
    ----------
    message
        Global number of the message.
    is_big_endian
        Whether its numbers have the high byte first.
    fields
        Number, offset from the record's header and size of each field of the profile.
    developer_count
        How many developer fields it has.
    size
        Bytes of a data record behind its header.
    """

    message: int
    is_big_endian: bool
    fields: tuple[tuple[int, int, int], ...]
    developer_count: int
    size: int


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One record of a file.

    Parameters
    ----------
    raw
        Its bytes, the header included.
    layout
        What it defines, or what defines it.
    is_definition
        Whether it is a definition.
    timestamp
        Seconds since the epoch of FIT, of data records that tell it in full or in short; else None.
    """

    raw: bytes
    layout: Layout
    is_definition: bool
    timestamp: int | None = None

    @property
    def local_type(self) -> int:
        """Which of the sixteen layouts in force it defines or follows."""
        return _local_type(self.raw[0])

    def number(self, field: int) -> int | None:
        """Return an unsigned number in a data record; None where it has no such field."""
        for number, at, size in self.layout.fields:
            if number == field:
                return int.from_bytes(
                    self.raw[1 + at : 1 + at + size], "big" if self.layout.is_big_endian else "little"
                )
        return None

    def octets(self, field: int) -> bytes:
        """Return the bytes of a field of a data record; none where it has no such field."""
        return b"".join(self.raw[1 + at : 1 + at + size] for n, at, size in self.layout.fields if n == field)


@dataclass(frozen=True, slots=True)
class FitPart:
    """One file of those that a FIT file may be chained of: its header and all its records in order."""

    head: bytes
    records: tuple[RawRecord, ...]


def is_fit(head: bytes) -> bool:
    """Tell a FIT file by its first bytes."""
    return len(head) >= HEAD_SIZES[0] and head[0] in HEAD_SIZES and head[8:12] == MARK


def split_fit(content: bytes) -> tuple[FitPart, ...]:
    """Take a file apart.

    Raises
    ------
    ImportFileError
        For bytes that are no FIT file, and for one that is torn or whose checksum is wrong.
    """
    if not is_fit(content):
        raise ImportFileError("no FIT file; give the file of the watch itself, unpacked")
    if len(content) > MOST_BYTES:
        raise ImportFileError(f"more than {MOST_BYTES / 1e6:.0f} MB; give the file of one run")
    parts, at, room = [], 0, MOST_RECORDS
    while at < len(content):
        end = _end_of_part(content, at)
        head_end = at + content[at]
        records = _records(content, head_end, end - _CRC_BYTES, room=room)
        parts.append(FitPart(content[at:head_end], records))
        # A file in a chain costs about as much as a record, even where it has none.
        at, room = end, room - len(records) - 1
    return tuple(parts)


def _end_of_part(content: bytes, at: int) -> int:
    """Return where a file of a chain ends, after a look at its checksums."""
    head = content[at : at + HEAD_SIZES[1]]
    if not is_fit(head):
        raise ImportFileError(f"damaged at byte {at:,}: no FIT header; {_DAMAGED}")
    end = at + head[0] + int.from_bytes(head[4:8], "little") + _CRC_BYTES
    if end > len(content):
        raise ImportFileError(f"torn: {len(content) - at:,} of {end - at:,} bytes are there; {_DAMAGED}")
    if head[0] == HEAD_SIZES[1] and any(head[12:14]) and crc16(head):
        raise ImportFileError(f"damaged: the checksum of its header is wrong; {_DAMAGED}")
    if crc16(content[at:end]):
        raise ImportFileError(f"damaged: its checksum is wrong; {_DAMAGED}")
    return end


def _records(content: bytes, at: int, end: int, *, room: int) -> tuple[RawRecord, ...]:
    """Return the records of one file; ``room`` is how many there may be."""
    walk = _Walk()
    records: list[RawRecord] = []
    try:
        while at < end:
            record = walk.record_at(content, at)
            records.append(record)
            at += len(record.raw)
            if len(records) > room:
                break
    except (IndexError, struct.error) as error:
        raise ImportFileError(f"damaged at byte {at:,}: a record without an end; {_DAMAGED}") from error
    if len(records) > room or room < 0:
        raise ImportFileError(f"more than {MOST_RECORDS:,} records; give the file of one run")
    if at > end:
        raise ImportFileError(f"damaged: its last record goes beyond the end; {_DAMAGED}")
    return tuple(records)


@dataclass(slots=True)
class _Walk:
    """The layouts in force, and the last time told, which short times count on from."""

    layouts: dict[int, Layout] = field(default_factory=dict)
    last: int | None = None

    def record_at(self, content: bytes, at: int) -> RawRecord:
        head = content[at]
        if head & _IS_COMPRESSED or not head & IS_DEFINITION:
            return self._data(content, at)
        layout, size = _layout(content, at)
        self.layouts[head & _LOCAL_TYPE] = layout
        return RawRecord(content[at : at + size], layout, is_definition=True)

    def _data(self, content: bytes, at: int) -> RawRecord:
        head = content[at]
        layout = self.layouts.get(_local_type(head))
        if layout is None:
            raise ImportFileError(f"damaged at byte {at:,}: data that nothing defines; {_DAMAGED}")
        raw = content[at : at + 1 + layout.size]
        told = RawRecord(raw, layout, is_definition=False).number(TIMESTAMP_FIELD)
        timestamp = None if told == 0xFFFF_FFFF else told
        if timestamp is None and head & _IS_COMPRESSED and self.last is not None:
            # Five bits, which count on from the last time: smaller ones have rolled over.
            timestamp = self.last + ((head & 0x1F) - self.last & 0x1F)
        self.last = self.last if timestamp is None else timestamp
        return RawRecord(raw, layout, is_definition=False, timestamp=timestamp)


def _local_type(head: int) -> int:
    return head >> 5 & 0x03 if head & _IS_COMPRESSED else head & _LOCAL_TYPE


def _layout(content: bytes, at: int) -> tuple[Layout, int]:
    """Return what a definition says, and how many bytes it has."""
    is_big_endian = content[at + 2] == 1
    (message,) = struct.unpack_from(">H" if is_big_endian else "<H", content, at + 3)
    fields, size, end = _fields(content, at + 5, size=0)
    developer: tuple[tuple[int, int, int], ...] = ()
    if content[at] & HAS_DEVELOPER_FIELDS:
        developer, size, end = _fields(content, end, size=size)
    return Layout(message, is_big_endian, fields, len(developer), size), end - at


def _fields(content: bytes, at: int, *, size: int) -> tuple[tuple[tuple[int, int, int], ...], int, int]:
    """Return number, offset and size of fields, how long data is with them, and where their list ends."""
    fields, end = [], at + 1 + 3 * content[at]
    for number, width in zip(content[at + 1 : end : 3], content[at + 2 : end : 3], strict=False):
        fields.append((number, size, width))
        size += width
    if end > len(content):
        raise IndexError(end)
    return tuple(fields), size, end
