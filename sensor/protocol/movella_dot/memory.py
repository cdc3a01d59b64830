"""Movella DOT's messages: recording into its own memory, and exporting it sample by sample.

A message is ``[1][size][what, data][checksum]``; the sum of all its bytes is a multiple of 256. Requests
are written to one characteristic, acknowledged in another that has to be read, and answered by notifications
of a third. Source: Movella, "DOT BLE Service Specification" (XD0506P, C).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from sensor.errors import PacketError
from sensor.protocol.movella_dot.decoder import KEY, uuid

MESSAGE_SERVICE_UUID = uuid(0x7000)
REQUEST_UUID = uuid(0x7001)
ACKNOWLEDGE_UUID = uuid(0x7002)
NOTIFICATION_UUID = uuid(0x7003)

OPEN_END = 0xFFFF
"""Seconds to record: until told to stop."""

MOST_SAMPLES = 4_000_000
"""Nine hours at 120 Hz, more than any of them holds."""

_RECORDING = 1
_MOST_DATA_BYTES = 157
_START = struct.Struct("<IH")
_NUMBER = struct.Struct("<I")
_FILE_INFO = struct.Struct("<IIHIH112x")
_FILE_MAGIC = 0x5265636F
_SELECTED = bytes([0x00, 0x07, 0x08])
"""Time, acceleration, angular rate: what a notification of mode 21 holds, in the same layout."""


class What(IntEnum):
    """What a message is about."""

    ACKNOWLEDGE = 0x01
    GET_STATE = 0x02
    BUSY = 0x03
    FULL = 0x34
    START = 0x40
    STOP = 0x41
    FILE_INFO_WANTED = 0x60
    FILE_INFO = 0x61
    FILE_INFO_DONE = 0x62
    NO_FILE = 0x63
    DATA_WANTED = 0x70
    DATA = 0x71
    DATA_DONE = 0x72
    STOP_DATA = 0x73
    SELECT = 0x74
    DATA_AGAIN_FROM = 0x75
    DATA_INVALID = 0x76


class Result(IntEnum):
    """How a request was taken, and what the sensor does when asked for its state."""

    DONE = 0x00
    NOT_DONE = 0x01
    INVALID = 0x02
    BUSY = 0x03
    IDLE = 0x06
    ERASING = 0x30
    RECORDING = 0x40
    EXPORTING_FLASH_INFO = 0x50
    EXPORTING_FILE_INFO = 0x60
    EXPORTING_DATA = 0x70


RESULT_WORDS: dict[int, str] = {
    Result.INVALID: "the sensor does not know the request",
    Result.BUSY: "the sensor's memory is busy",
    Result.IDLE: "the sensor records nothing",
    Result.ERASING: "the sensor erases its memory",
    Result.RECORDING: "the sensor is recording",
}
"""What a result other than done means, in words."""


class Message(NamedTuple):
    """What a message is about, and its data."""

    what: int
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """How a request was taken; ``result`` as in `Result`, ``request`` as in `What`."""

    result: int
    request: int


def encode_message(message: Message) -> bytes:
    """Encode a message with its checksum."""
    content = bytes([_RECORDING, 1 + len(message.data), message.what]) + message.data
    # The checksum makes the sum of all bytes a multiple of 256.
    return content + bytes([-sum(content) % 256])


def parse_message(payload: bytes) -> Message:
    """Parse a message; what stands behind its checksum is passed over, for characteristics are filled up.

    Raises
    ------
    PacketError
        When it is none about recording, is not whole, or its checksum does not fit.
    """
    if len(payload) < 4 or payload[0] != _RECORDING or not 0 < payload[1] <= _MOST_DATA_BYTES:
        raise PacketError(KEY, "no message about recording", payload)
    end = 3 + payload[1]
    # Behind the message a notification may be filled up: only the length says where it ends.
    if len(payload) < end or sum(payload[:end]) % 256:
        raise PacketError(KEY, "a message that is cut, or whose checksum does not fit", payload)
    return Message(payload[2], payload[3 : end - 1])


def parse_acknowledgement(payload: bytes) -> Acknowledgement:
    """Parse what the acknowledge characteristic holds.

    Raises
    ------
    PacketError
        When it is no acknowledgement.
    """
    message = parse_message(payload)
    if message.what != What.ACKNOWLEDGE or len(message.data) < 2:
        raise PacketError(KEY, "no acknowledgement", payload)
    return Acknowledgement(message.data[0], message.data[1])


def encode_acknowledgement(result: int, request: Message) -> bytes:
    """Encode how a request was taken."""
    return encode_message(Message(What.ACKNOWLEDGE, bytes([result, request.what]) + request.data))


def start_recording(utc_s: int) -> Message:
    """Return the request to record until told to stop; ``utc_s`` the time of day, s since 1970."""
    return Message(What.START, _START.pack(utc_s, OPEN_END))


def parse_start(data: bytes) -> int:
    """Parse the request to record: the time of day, s since 1970.

    Raises
    ------
    PacketError
        When it has another length.
    """
    if len(data) != _START.size:
        raise PacketError(KEY, f"the request to record has {_START.size} bytes", data)
    return int(_START.unpack(data)[0])


def select_data() -> Message:
    """Return the request to export time, acceleration and angular rate."""
    return Message(What.SELECT, _SELECTED)


def data_again_from(number: int) -> Message:
    """Return the request to go on exporting from a sample."""
    return Message(What.DATA_AGAIN_FROM, _NUMBER.pack(number))


def encode_file_info(began_s: int) -> Message:
    """Encode when a recording began, s since 1970."""
    return Message(What.FILE_INFO, _FILE_INFO.pack(_FILE_MAGIC, _FILE_INFO.size, 0x0100, began_s, OPEN_END))


def parse_file_info(data: bytes) -> int:
    """Parse when a recording began, s since 1970.

    Raises
    ------
    PacketError
        When it has another length or another first word.
    """
    if len(data) != _FILE_INFO.size or _FILE_INFO.unpack(data)[0] != _FILE_MAGIC:
        raise PacketError(KEY, "no information about a recording", data)
    return int(_FILE_INFO.unpack(data)[3])
