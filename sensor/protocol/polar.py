"""Polar Measurement Data (PMD): what is written to the control point and what it answers.

Source: Polar BLE SDK, "online measurement" and its control point's sources. Little-endian throughout. Data
frames are in `sensor.protocol.polar_frames`.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from sensor.errors import PacketError

KEY = "polar"
SERVICE_UUID = "fb005c80-02e7-f387-1cad-8acd2d8df0c8"
CONTROL_UUID = "fb005c81-02e7-f387-1cad-8acd2d8df0c8"
DATA_UUID = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"

_ANSWER = 0xF0
_STOPPED = 0x01


class Measurement(IntEnum):
    """What is measured, in requests and in the first byte of data."""

    ACC = 2
    GYRO = 5
    SDK_MODE = 9


class Operation(IntEnum):
    """First byte of a request."""

    GET_SETTINGS = 1
    START = 2
    STOP = 3


class Setting(IntEnum):
    """Number of a setting in requests and answers."""

    RATE = 0
    RESOLUTION = 1
    RANGE = 2
    RANGE_MILLI = 3
    CHANNELS = 4
    FACTOR = 5
    SECURITY = 6


_SETTING_LAYOUT = {
    Setting.RATE: "H",
    Setting.RESOLUTION: "H",
    Setting.RANGE: "H",
    Setting.RANGE_MILLI: "I",
    Setting.CHANNELS: "B",
    Setting.FACTOR: "f",
    Setting.SECURITY: "16s",
}

ALREADY_SO = 6
STATUS_WORDS = {
    0: "done",
    1: "the sensor does not know the request",
    2: "the sensor has no such measurement",
    3: "not supported",
    4: "the request has the wrong length",
    5: "the request has a wrong parameter",
    ALREADY_SO: "it is so already",
    7: "no such resolution",
    8: "no such rate",
    9: "no such range",
    10: "the connection's packets are too small",
    11: "no such number of channels",
    12: "not possible in the sensor's present state",
    13: "not while charging",
    14: "the sensor's memory is full",
}
"""What a status means, in words."""

SettingValues = Mapping[Setting, tuple[int | float | bytes, ...]]
"""Values of each setting: one where it is asked for, all that are offered where it is answered."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request: operation, measurement, and for a start its settings."""

    operation: Operation
    measurement: Measurement
    settings: SettingValues = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer to a request; ``operation`` and ``measurement`` are plain numbers: it may name unknown ones."""

    operation: int
    measurement: int
    status: int
    has_more: bool = False
    parameters: bytes = b""


@dataclass(frozen=True, slots=True)
class StreamsStopped:
    """The sensor ended streams by itself."""

    measurements: tuple[int, ...]


def explain_status(status: int) -> str:
    """Say a status in words, also one that no document names."""
    return STATUS_WORDS.get(status, "an undocumented status")


def encode_settings(settings: SettingValues) -> bytes:
    """Encode settings as number, count, values."""
    return b"".join(
        struct.pack(f"<BB{_SETTING_LAYOUT[setting] * len(values)}", setting, len(values), *values)
        for setting, values in settings.items()
    )


def parse_settings(data: bytes) -> dict[Setting, tuple[int | float | bytes, ...]]:
    """Parse settings: number, count, values, again and again.

    Raises
    ------
    PacketError
        When a setting is unknown or cut.
    """
    found: dict[Setting, tuple[int | float | bytes, ...]] = {}
    offset = 0
    while offset < len(data):
        if data[offset] not in tuple(Setting):
            raise PacketError(KEY, f"unknown setting {data[offset]}", data)
        setting = Setting(data[offset])
        count = data[offset + 1] if offset + 1 < len(data) else 0
        layout = struct.Struct("<" + _SETTING_LAYOUT[setting] * count)
        if not count or offset + 2 + layout.size > len(data):
            raise PacketError(KEY, f"setting {setting.name} is cut", data)
        found[setting] = layout.unpack_from(data, offset + 2)
        offset += 2 + layout.size
    return found


def encode_request(request: Request) -> bytes:
    """Encode a request for the control point."""
    return bytes([request.operation, request.measurement]) + encode_settings(request.settings)


def parse_request(data: bytes) -> Request:
    """Parse a request, as a sensor made of software receives it.

    Raises
    ------
    PacketError
        When it is too short, unknown, or its settings are.
    """
    if len(data) < 2 or data[0] not in tuple(Operation) or data[1] not in tuple(Measurement):
        raise PacketError(KEY, "not a request of a known operation and measurement", data)
    return Request(Operation(data[0]), Measurement(data[1]), parse_settings(data[2:]))


def encode_answer(answer: Answer) -> bytes:
    """Encode an answer as an indication of the control point."""
    head = (_ANSWER, answer.operation, answer.measurement, answer.status, answer.has_more)
    return bytes(head) + answer.parameters


def parse_control(data: bytes) -> Answer | StreamsStopped:
    """Parse an indication of the control point.

    Raises
    ------
    PacketError
        When it is neither an answer nor the notice that streams were stopped.
    """
    if len(data) >= 2 and data[0] == _STOPPED:
        return StreamsStopped(tuple(data[1:]))
    if len(data) < 4 or data[0] != _ANSWER:
        raise PacketError(KEY, "not an answer of the control point", data)
    return Answer(data[1], data[2], data[3], len(data) > 4 and data[4] != 0, bytes(data[5:]))
