"""SBEM, the container of a Movesense's own recordings: chunks, and descriptors that say how to read them.

After eight letters come chunks: number, length, payload. Chunk 0 describes another number: a single value
with its type and path, or a group of other numbers in order. Numbers differ between firmwares, so everything
is looked up by path. Source: published tools and files of Movesense Flash sensors. Little-endian.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sensor.errors import PacketError

KEY = "movesense-log"
MAGIC = b"SBEM0112"
DESCRIPTOR = 0
_ESCAPE = 0xFF
_MOST_LEAVES = 1000
"""A group that unfolds into more is hostile: groups of groups grow without end."""

TYPES = {
    "int8": "<i1",
    "uint8": "<u1",
    "bool": "<u1",
    "int16": "<i2",
    "uint16": "<u2",
    "int32": "<i4",
    "uint32": "<u4",
    "int64": "<i8",
    "uint64": "<u8",
    "float32": "<f4",
    "float64": "<f8",
}
"""Types of values, as numpy calls them."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk: its number, its payload, and how many bytes of the file end with it."""

    number: int
    payload: bytes
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value: where it belongs, for example ``MeasIMU6.ArrayAcc.x``, and its type, one of `TYPES`.

    Brackets around repeated values, and values of no fixed size, have no type.
    """

    path: str
    type: str = ""


Descriptor = Leaf | tuple[int, ...]
"""A value, or the numbers of a group's members in order."""


def read_chunks(data: bytes) -> Iterator[Chunk]:
    """Yield the chunks of a file; a last one that is cut, as after a power loss, is left out.

    Raises
    ------
    PacketError
        When it is no such file.
    """
    if not data.startswith(MAGIC):
        raise PacketError(KEY, f"a recording begins with {MAGIC.decode()}", data)
    at = len(MAGIC)
    # The least chunk is a number and a length of one byte each.
    while at + 2 <= len(data):
        number, at = _short_or_long(data, at, 2)
        length, at = _short_or_long(data, at, 4)
        # A flat battery cuts the file anywhere; what came before is whole.
        if at + length > len(data):
            return
        yield Chunk(number, data[at : at + length], at + length)
        at += length


def encode_chunks(chunks: Iterable[Chunk]) -> bytes:
    """Encode a file."""
    return MAGIC + b"".join([encode_chunk(chunk) for chunk in chunks])


def encode_chunk(chunk: Chunk) -> bytes:
    """Encode one chunk."""
    number, length = chunk.number, len(chunk.payload)
    head = bytes([number]) if number < _ESCAPE else struct.pack("<BH", _ESCAPE, number)
    head += bytes([length]) if length < _ESCAPE else struct.pack("<BI", _ESCAPE, length)
    return head + chunk.payload


def _short_or_long(data: bytes, at: int, long_bytes: int) -> tuple[int, int]:
    """Read a byte, or what follows it where it is the escape; return it and where it ends."""
    # The byte ff says that the value did not fit in one and follows in full.
    if at < len(data) and data[at] != _ESCAPE:
        return data[at], at + 1
    end = at + 1 + long_bytes
    return int.from_bytes(data[at + 1 : end], "little"), end


def parse_descriptor(payload: bytes) -> tuple[int, Descriptor]:
    """Parse a chunk of number 0: the number it describes, and what that is.

    Raises
    ------
    PacketError
        When it is too short, a group's members are no numbers, or a type is unknown.
    """
    if len(payload) < 2:
        raise PacketError(KEY, "a descriptor has at least two bytes", payload)
    # Text with a zero behind it, in lines of a five-letter tag and a value.
    lines = payload[2:].rstrip(b"\0").decode(errors="replace").splitlines()
    tags = {line.strip()[:5]: line.strip()[5:].strip() for line in lines}
    number = int.from_bytes(payload[:2], "little")
    if "<GRP>" in tags:
        members = [member.strip() for member in tags["<GRP>"].split(",")]
        if not all(re.fullmatch("[0-9]{1,5}", member) for member in members):
            raise PacketError(KEY, "a group's members are no numbers", payload)
        return number, tuple(int(member) for member in members)
    kind = tags.get("<FRM>", "").split(",")[0].strip()
    if kind and kind not in TYPES and kind != "utf8":
        raise PacketError(KEY, f"unknown type {kind!r}", payload)
    return number, Leaf(_plain_path(tags.get("<PTH>", "")), kind if kind in TYPES else "")


def encode_descriptor(number: int, descriptor: Descriptor) -> Chunk:
    """Encode what a number means as a chunk."""
    if isinstance(descriptor, Leaf):
        lines = f"<PTH>{descriptor.path}" + (f"\n<FRM>{descriptor.type}" if descriptor.type else "")
    else:
        lines = "<GRP>" + ",".join(map(str, descriptor))
    return Chunk(DESCRIPTOR, struct.pack("<H", number) + lines.encode() + b"\0")


def _plain_path(path: str) -> str:
    """Return a path without the marks of lists: ``Samples.Array.MeasIMU6.ArrayAcc+x`` and its kin."""
    parts = [part for part in re.split(r"[.+]", path) if part]
    # Some firmware writes the path of the container before that of the measurement, some does not.
    for artifact in ("Samples", "Array"):
        if parts[:1] == [artifact]:
            parts = parts[1:]
    return ".".join(parts)


def unfold(number: int, described: Mapping[int, Descriptor]) -> tuple[Leaf, ...] | None:
    """Return the values of a chunk in order of their bytes; None where it cannot be told.

    Brackets are left out: they have no bytes.

    Parameters
    ----------
    number
        The chunk's number.
    described
        What is known of numbers.
    """
    leaves: list[Leaf] = []
    # A list in place of recursion: the file decides how deep groups are nested.
    waiting = [(number, 0)]
    steps = 0
    while waiting:
        here, depth = waiting.pop()
        descriptor = described.get(here)
        steps += 1
        if descriptor is None or depth > 8 or steps > 4 * _MOST_LEAVES:
            return None
        if not isinstance(descriptor, Leaf):
            # Reversed, since the last that is put on the list is the next to be taken: members stay in order.
            waiting.extend((member, depth + 1) for member in reversed(descriptor))
        elif descriptor.path not in ("[", "]"):
            leaves.append(descriptor)
    return tuple(leaves) if len(leaves) <= _MOST_LEAVES else None
