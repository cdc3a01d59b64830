"""Protocol buffers, as far as sensors speak them: whole numbers, texts, and messages within messages."""

from __future__ import annotations

from collections.abc import Iterator

from sensor.errors import PacketError

KEY = "protocol buffer"

_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5
_LONGEST_VARINT = 10
_FIXED_BYTES = {_EIGHT_BYTES: 8, _FOUR_BYTES: 4}


def encode_field(number: int, value: int | bytes) -> bytes:
    """Encode a field: a whole number that is not negative, or bytes."""
    if isinstance(value, bytes):
        return _varint(number << 3 | _BYTES) + _varint(len(value)) + value
    return _varint(number << 3 | _VARINT) + _varint(value)


def _varint(value: int) -> bytes:
    digits = bytearray()
    while value >= 0x80:
        digits.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*digits, value])


def read_fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield number and value of every field that is a whole number or bytes; others are passed over.

    Raises
    ------
    PacketError
        When a field is cut or of an unknown kind.
    """
    at = 0
    while at < len(data):
        key, at = _read_varint(data, at)
        kind = key & 7
        if kind == _VARINT:
            value, at = _read_varint(data, at)
            yield key >> 3, value
            continue
        size, at = _read_varint(data, at) if kind == _BYTES else (_FIXED_BYTES.get(kind, -1), at)
        if size < 0 or at + size > len(data):
            raise PacketError(KEY, "a field that is cut or of an unknown kind", data)
        if kind == _BYTES:
            yield key >> 3, data[at : at + size]
        at += size


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 7 * _LONGEST_VARINT, 7):
        if at >= len(data):
            break
        value |= (data[at] & 0x7F) << shift
        at += 1
        if data[at - 1] < 0x80:
            return value, at
    raise PacketError(KEY, "a number that is cut or too long", data)
