"""What is written to a WitMotion sensor and what it answers: registers, their lock, and what is in them.

Everything written is five bytes after ``ff aa``: a register and its new value, or one of the requests below.
Source: vendor sample programs and data sheets. Little-endian.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from sensor.errors import PacketError
from sensor.protocol.witmotion.decoder import ANSWER, KEY, START_BYTE


class Register(IntEnum):
    """Registers that are read or written."""

    SAVE = 0x00
    RATE = 0x03
    READ = 0x27
    BATTERY = 0x64
    LOCK = 0x69


RATE_CODES = {10: 0x06, 50: 0x08, 100: 0x09, 200: 0x0B}
"""Rate in hertz to what register 03 holds for it; a sensor comes with 10 Hz."""

UNLOCK_VALUE = 0xB588
UNLOCKED_S = 10.0
"""For how long registers can be written after `UNLOCK_VALUE` was written to the lock, s."""

SETTLE_S = 0.1
"""What is written sooner after another request gets lost, s."""

_BATTERY_CURVE = (
    (396, 100),
    (393, 90),
    (387, 75),
    (382, 60),
    (379, 50),
    (377, 40),
    (373, 30),
    (370, 20),
    (368, 15),
    (350, 10),
    (340, 5),
)
"""Hundredths of a volt and the charge from there on, percent, as the maker tells it."""

_EMPTY_CENTIVOLTS = 330
_HEAD = b"\xff\xaa"
_REQUEST_BYTES = 5
_ANSWER_VALUES = 8


@dataclass(frozen=True, slots=True)
class Request:
    """What is written: a register and its value; to `Register.READ` the number of the register to read."""

    register: int
    value: int


def encode_request(request: Request) -> bytes:
    """Encode what is written."""
    return _HEAD + bytes([request.register]) + request.value.to_bytes(2, "little")


def parse_request(data: bytes) -> Request:
    """Parse what was written, as a sensor receives it.

    Raises
    ------
    PacketError
        When it is no request.
    """
    if len(data) != _REQUEST_BYTES or not data.startswith(_HEAD):
        raise PacketError(KEY, f"a request is {_HEAD.hex(' ')} and three bytes", data)
    return Request(data[2], int.from_bytes(data[3:], "little"))


def encode_answer(register: int, values: tuple[int, ...]) -> bytes:
    """Encode the answer to a reading: the register and up to eight values from there on."""
    words = np.zeros(1 + _ANSWER_VALUES, "<u2")
    words[0] = register
    words[1 : 1 + len(values)] = values
    return bytes([START_BYTE, ANSWER]) + words.tobytes()


def charge_pct(centivolts: int) -> int:
    """Return the charge at a battery voltage (hundredths of a volt), percent."""
    return next((percent for least, percent in _BATTERY_CURVE if centivolts >= least), 0)


def centivolts(charge_pct: int) -> int:
    """Return the lowest battery voltage at a charge (percent), hundredths of a volt."""
    return next((least for least, percent in _BATTERY_CURVE if percent <= charge_pct), _EMPTY_CENTIVOLTS)
