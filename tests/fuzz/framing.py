"""Inputs of a fuzzer as messages: a byte of length and the message, again and again."""

from __future__ import annotations

from collections.abc import Iterable

_LONG = 255
"""As length: two bytes that tell it follow."""


def split_messages(data: bytes) -> list[bytes]:
    """Cut an input into messages; the last one is what there is. Every input is some messages."""
    messages, at = [], 0
    while at < len(data):
        size, at = data[at], at + 1
        if size == _LONG:
            size, at = int.from_bytes(data[at : at + 2], "little"), at + 2
        messages.append(data[at : at + size])
        at += size
    return messages


def join_messages(messages: Iterable[bytes]) -> bytes:
    """Return the input for some messages."""
    return b"".join(_length(one) + one for one in messages)


def _length(message: bytes) -> bytes:
    size = len(message)
    return bytes([size]) if size < _LONG else bytes([_LONG]) + size.to_bytes(2, "little")
