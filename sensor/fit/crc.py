"""The checksum of FIT: CRC-16/ARC, over the header and over the whole file.

In a file of its own because the encoder and the walker both need it and know nothing of each other.
"""

from __future__ import annotations

_POLYNOMIAL = 0xA001
"""0x8005 with its bits reversed, as the checksum shifts to the right."""


def _entry(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (_POLYNOMIAL if byte & 1 else 0)
    return byte


_TABLE = tuple(_entry(byte) for byte in range(256))


def crc16(data: bytes) -> int:
    """Return the checksum of bytes; of bytes with their own checksum behind them it is 0."""
    table, value = _TABLE, 0
    for byte in data:
        value = value >> 8 ^ table[(value ^ byte) & 0xFF]
    return value
