"""Movesense GATT SensorData protocol: commands written, notifications received.

Framing only: ``[command][reference][payload]`` one way, ``[type][reference][payload]`` the other; answers
are matched by the reference. Source: Movesense, "GATT SensorData protocol" (GD-77).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

from sensor.errors import PacketError
from sensor.protocol.movesense.frames import KEY

DATA_BODY_BYTES = 150
"""Payload bytes in one notification at the MTU of 155 that the firmware asks for."""


class CommandCode(IntEnum):
    """First byte of a command."""

    HELLO = 0
    SUBSCRIBE = 1
    UNSUBSCRIBE = 2
    FETCH_LOG = 3
    GET = 4
    CLEAR_LOGBOOK = 5
    PUT_DATALOGGER_CONFIG = 6
    PUT_SYSTEMMODE = 7
    PUT_UTCTIME = 8
    PUT_DATALOGGER_STATE = 9


class SystemMode(IntEnum):
    """Argument of PUT_SYSTEMMODE."""

    POWER_OFF = 1
    APPLICATION = 5
    FIRMWARE_UPDATE = 12


class NotificationType(IntEnum):
    """First byte of a notification."""

    RESPONSE = 1
    DATA = 2
    DATA_PART_2 = 3
    DATA_PART_3 = 4


_CONTINUATIONS = (bytes([NotificationType.DATA_PART_2]), bytes([NotificationType.DATA_PART_3]))


def is_dated(notification: bytes) -> bool:
    """Tell a notification with a time or an answer from one that only goes on with another's samples."""
    return not notification.startswith(_CONTINUATIONS)


STATUS_WORDS = {
    100: "continue: there is more than fits into one answer",
    200: "done",
    201: "created",
    202: "accepted",
    400: "the sensor does not understand the request",
    401: "not permitted",
    403: "forbidden in the sensor's present state",
    404: "the sensor has no such resource",
    409: "in conflict with what the sensor is doing; stop logging or restart it",
    429: "the sensor's request slots are used up; restart it",
    500: "internal error of the sensor",
    501: "not implemented in this firmware",
    503: "not available now; try again later",
    507: "the sensor's memory is full",
}
"""What a status means, in words."""


def is_success(status: int) -> bool:
    """Tell whether a status says that the request was carried out."""
    return 100 <= status < 300


def explain_status(status: int) -> str:
    """Say a status in words, also one that no document names."""
    return STATUS_WORDS.get(status, "an undocumented status")


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its code, the reference (1 to 255) its answers will carry, its argument bytes."""

    code: CommandCode
    reference: int
    payload: bytes = b""


@dataclass(frozen=True, slots=True)
class Notification:
    """A notification: its type, the reference of the command it belongs to, and the rest."""

    type: NotificationType
    reference: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Response:
    """A command's answer: status (see `STATUS_WORDS`) and the object asked for."""

    reference: int
    status: int
    payload: bytes = b""


def encode_command(command: Command) -> bytes:
    """Encode a command for the command characteristic.

    Raises
    ------
    ValueError
        When the reference is not within 1 to 255.
    """
    if not 1 <= command.reference <= 255:
        raise ValueError(f"movesense: reference {command.reference} is not within 1 to 255")
    return bytes([command.code, command.reference]) + command.payload


def parse_command(data: bytes) -> Command:
    """Parse a command, as a sensor made of software receives it.

    Raises
    ------
    PacketError
        When it is too short, its code is unknown or its reference is 0.
    """
    if len(data) < 2:
        raise PacketError(KEY, "a command has at least two bytes", data)
    if data[0] not in tuple(CommandCode):
        raise PacketError(KEY, f"unknown command {data[0]}", data)
    if data[1] == 0:
        raise PacketError(KEY, "reference 0 is not allowed", data)
    return Command(CommandCode(data[0]), data[1], bytes(data[2:]))


def encode_path(path: str) -> bytes:
    """Encode a resource path: UTF-8, closed by a zero byte."""
    return path.encode() + b"\0"


def parse_path(payload: bytes) -> str:
    """Parse a resource path; the closing zero byte is optional, as it is to the sensor.

    Raises
    ------
    PacketError
        When the bytes are not UTF-8.
    """
    try:
        return payload.split(b"\0", 1)[0].decode()
    except UnicodeDecodeError as error:
        raise PacketError(KEY, "a path is not UTF-8", payload) from error


def parse_notification(data: bytes) -> Notification:
    """Parse the header of a notification.

    Raises
    ------
    PacketError
        When it is too short or its type is unknown.
    """
    if len(data) < 2:
        raise PacketError(KEY, "a notification has at least two bytes", data)
    if data[0] not in tuple(NotificationType):
        raise PacketError(KEY, f"unknown notification type {data[0]}", data)
    return Notification(NotificationType(data[0]), data[1], bytes(data[2:]))


def parse_response(notification: Notification) -> Response:
    """Parse the answer to any command but HELLO (whose answer has no status).

    Raises
    ------
    PacketError
        When it is no response or has no status.
    """
    body = notification.body
    if notification.type is not NotificationType.RESPONSE or len(body) < 2:
        raise PacketError(KEY, "a response has a status of two bytes", body)
    if body[:2] == b"\x01\xfb":  # sample firmware sends 507, and only 507, big-endian
        return Response(notification.reference, 507, body[2:])
    return Response(notification.reference, struct.unpack_from("<H", body)[0], body[2:])


def encode_response(response: Response) -> bytes:
    """Encode the answer to any command but HELLO as a notification."""
    head = struct.pack("<BBH", NotificationType.RESPONSE, response.reference, response.status)
    return head + response.payload


def encode_data(reference: int, payload: bytes, *, body_bytes: int = DATA_BODY_BYTES) -> tuple[bytes, ...]:
    """Encode a data payload as one notification, or several where it does not fit.

    Parameters
    ----------
    reference
        Of the subscription.
    payload
        One packet, see `sensor.protocol.movesense.frames.encode_measurement`.
    body_bytes
        Most payload bytes in one notification: the ATT MTU less 5.
    """
    parts = [payload[i : i + body_bytes] for i in range(0, max(len(payload), 1), body_bytes)]
    types = [NotificationType.DATA] + [NotificationType.DATA_PART_2] * (len(parts) - 1)
    return tuple(bytes([kind, reference]) + part for kind, part in zip(types, parts, strict=True))
