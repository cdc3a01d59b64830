"""FIT messages to the bytes of a file: definitions, data, developer fields, both checksums."""

from __future__ import annotations

import struct
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sensor.fit.base_types import BaseType
from sensor.fit.crc import crc16

MARK = b".FIT"
IS_DEFINITION = 0x40
HAS_DEVELOPER_FIELDS = 0x20
LOCAL_TYPES = 16
PROTOCOL_1, PROTOCOL_2 = 0x10, 0x20
"""Developer fields came with version 2.0 of the protocol."""

_PROFILE_VERSION = 2132
"""Of the list of messages and fields; those written here are far older."""

_HEAD_BYTES = 14


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One field of a message, for all the rows of it.

    Parameters
    ----------
    number
        Of the field in its message, or of the developer field.
    base
        Its base type.
    raw
        (n,) or (n, k) as they stand in the file: scaled, low byte first. Strings are (n,) of ``S`` with room
        for the nought behind them.
    developer_index
        Which developer data it belongs to; None for a field of the profile.
    """

    number: int
    base: BaseType
    raw: npt.NDArray[Any]
    developer_index: int | None = None

    @property
    def size(self) -> int:
        """Bytes that it takes in each row."""
        return int(self.raw.dtype.itemsize * np.prod(self.raw.shape[1:], dtype=int))


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """Messages of one kind that follow each other, a row for each: ``fields`` all have as many rows."""

    number: int
    fields: tuple[Field, ...]


def encode_fit(messages: Iterable[Message]) -> bytes:
    """Return a whole FIT file.

    Parameters
    ----------
    messages
        In the order of the file; the first should be a ``file_id``.
    """
    messages = tuple(messages)
    body = b"".join(_records(messages))
    has_developer_fields = any(_developer(message) for message in messages)
    head = head_of(len(body), protocol=PROTOCOL_2 if has_developer_fields else PROTOCOL_1)
    return with_checksum(head + body)


def head_of(body_bytes: int, *, protocol: int, profile: int = _PROFILE_VERSION) -> bytes:
    """Return the header of a file, with its checksum."""
    return with_checksum(struct.pack("<BBHI4s", _HEAD_BYTES, protocol, profile, body_bytes, MARK))


def with_checksum(content: bytes) -> bytes:
    """Return bytes with their checksum behind them."""
    return content + struct.pack("<H", crc16(content))


def definition_of(message: Message, local_type: int) -> bytes:
    """Return the record that tells how the data of a message is laid out, low byte first."""
    developer = _developer(message)
    plain = [field for field in message.fields if field.developer_index is None]
    flags = IS_DEFINITION | (HAS_DEVELOPER_FIELDS if developer else 0)
    head = struct.pack("<BBBHB", flags | local_type, 0, 0, message.number, len(plain))
    layout = b"".join(bytes((field.number, field.size, field.base)) for field in plain)
    if developer:
        layout += bytes([len(developer)])
        layout += b"".join(bytes((one.number, one.size, one.developer_index or 0)) for one in developer)
    return head + layout


def data_of(message: Message, local_type: int) -> bytes:
    """Return the data records of all rows of a message."""
    fields = [field for field in message.fields if field.developer_index is None] + _developer(message)
    layout = [("head", "u1"), *((f"f{i}", one.raw.dtype, one.raw.shape[1:]) for i, one in enumerate(fields))]
    table = np.zeros(len(fields[0].raw), dtype=layout)
    table["head"] = local_type
    for i, one in enumerate(fields):
        table[f"f{i}"] = one.raw
    return table.tobytes()


def _developer(message: Message) -> list[Field]:
    return [field for field in message.fields if field.developer_index is not None]


def _records(messages: Iterable[Message]) -> Iterator[bytes]:
    """Yield definitions and data; the layout used longest ago gives up its local type for a new one."""
    local_types: OrderedDict[bytes, int] = OrderedDict()
    for message in messages:
        layout = definition_of(message, 0)
        if layout not in local_types:
            free = len(local_types)
            local_types[layout] = free if free < LOCAL_TYPES else local_types.popitem(last=False)[1]
            yield definition_of(message, local_types[layout])
        local_types.move_to_end(layout)
        yield data_of(message, local_types[layout])
