"""The project's own GATT profile beside the data packet: control, information, status, clock round trip.

Every value has its encoder and its decoder side by side, because a board, a sensor made of software and this
program all speak it. Byte tables: ``firmware_notes/open-profile.md``. Little-endian throughout.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

from sensor.errors import PacketError

KEY = "runtall"
_BASE = "-f0f5-4d80-82a4-130a56c64750"
SERVICE_UUID = f"95580001{_BASE}"
INFO_UUID = f"95580002{_BASE}"
CONTROL_UUID = f"95580003{_BASE}"
DATA_UUID = f"95580004{_BASE}"
SYNC_UUID = f"95580005{_BASE}"
STATUS_UUID = f"95580006{_BASE}"

LEAST_MTU = 36
"""A board refuses to stream over a connection with a smaller one."""

INFO_VERSION = 1
_INFO = struct.Struct("<BBBBHIIH")
_START = struct.Struct("<IBHB")
_STATUS = struct.Struct("<QIIBhH")
_SYNC_ASKED = struct.Struct("<BBQ")
_SYNC_ECHO = struct.Struct("<BBQQQ")


class Operation(IntEnum):
    """First byte of a control request and of its answer."""

    START = 1
    STOP = 2
    IDENTIFY = 3
    SET_NAME = 4
    CALIBRATE_GYROSCOPE = 5
    LOG_START = 6
    LOG_STOP = 7
    LOG_LIST = 8
    LOG_READ = 9


class AnswerStatus(IntEnum):
    """Second byte of the answer to a control request."""

    DONE = 0
    UNKNOWN_REQUEST = 1
    WRONG_LENGTH = 2
    NO_SUCH_RATE = 3
    NO_SUCH_RANGE = 4
    MTU_TOO_SMALL = 5
    WRONG_STATE = 6


ANSWER_WORDS: dict[int, str] = {
    AnswerStatus.DONE: "done",
    AnswerStatus.UNKNOWN_REQUEST: "this board does not know the request",
    AnswerStatus.WRONG_LENGTH: "the request has the wrong length",
    AnswerStatus.NO_SUCH_RATE: "this board has no such rate",
    AnswerStatus.NO_SUCH_RANGE: "this board has no such range",
    AnswerStatus.MTU_TOO_SMALL: (
        f"the connection's packets are too small for one sample; an MTU of {LEAST_MTU} is the least"
    ),
    AnswerStatus.WRONG_STATE: "not possible in the board's present state",
}
"""What the second byte of an answer means, in words."""


def explain_answer(status: int) -> str:
    """Say the status of an answer in words, also one that no version documents."""
    return ANSWER_WORDS.get(status, "an undocumented status")


@dataclass(frozen=True, slots=True)
class StartRequest:
    """What to stream: rate in millihertz, full scales, and the most samples in one packet."""

    rate_mhz: int
    acc_range_g: int
    gyr_range_dps: int
    samples_per_packet: int


@dataclass(frozen=True, slots=True)
class ControlAnswer:
    """Answer to a control request: its operation, its status (see `ANSWER_WORDS`), and what else it holds."""

    operation: int
    status: int
    payload: bytes = b""


@dataclass(frozen=True, slots=True)
class BoardInfo:
    """What a board says of itself.

    Parameters
    ----------
    sensor_kind
        1 LSM6DS3TR-C, 2 BMI270, 3 LSM9DS1, 0 any other.
    acc_range_g, gyr_range_dps
        Full scale in force.
    rate_mhz
        Nominal rate, millihertz.
    clock_hz
        Ticks per second of the packets' times.
    flags
        Reserved, 0.
    firmware
        Name and version, for people.
    """

    sensor_kind: int
    acc_range_g: int
    gyr_range_dps: int
    rate_mhz: int
    clock_hz: int
    flags: int
    firmware: str


@dataclass(frozen=True, slots=True)
class BoardStatus:
    """How a board is doing, sent once a second.

    Parameters
    ----------
    time_us
        The board's clock.
    produced, dropped
        Samples taken since the start, and those of them that were never sent.
    queued
        Packets waiting for the radio.
    temperature_cdeg
        Hundredths of a degree Celsius.
    battery_mv
        Millivolts.
    """

    time_us: int
    produced: int
    dropped: int
    queued: int
    temperature_cdeg: int
    battery_mv: int


@dataclass(frozen=True, slots=True)
class SyncEcho:
    """Answer to a clock question: what was sent, and when the board received it and answered, us."""

    sequence: int
    flags: int
    host_time: int
    received_us: int
    sent_us: int


def encode_start(request: StartRequest) -> bytes:
    """Encode the request to stream."""
    return bytes([Operation.START]) + _START.pack(
        request.rate_mhz, request.acc_range_g, request.gyr_range_dps, request.samples_per_packet
    )


def parse_start(data: bytes) -> StartRequest:
    """Parse the request to stream, as a board receives it.

    Raises
    ------
    PacketError
        When it is another operation or has another length.
    """
    if len(data) != 1 + _START.size or data[0] != Operation.START:
        raise PacketError(KEY, f"a start request is operation 1 and {_START.size} bytes", data)
    return StartRequest(*_START.unpack_from(data, 1))


def encode_answer(answer: ControlAnswer) -> bytes:
    """Encode the answer to a control request."""
    return bytes([answer.operation, answer.status]) + answer.payload


def parse_answer(data: bytes) -> ControlAnswer:
    """Parse the answer to a control request.

    Raises
    ------
    PacketError
        When it is shorter than operation and status.
    """
    if len(data) < 2:
        raise PacketError(KEY, "an answer has at least two bytes", data)
    return ControlAnswer(data[0], data[1], bytes(data[2:]))


def encode_info(info: BoardInfo) -> bytes:
    """Encode what a board says of itself."""
    head = (info.acc_range_g, 0, info.gyr_range_dps, info.rate_mhz, info.clock_hz, info.flags)
    return _INFO.pack(INFO_VERSION, info.sensor_kind, *head) + info.firmware.encode()


def parse_info(data: bytes) -> BoardInfo:
    """Parse what a board says of itself; bytes of its text that are no UTF-8 are replaced.

    Raises
    ------
    PacketError
        When it is too short or of another version.
    """
    if len(data) < _INFO.size or data[0] != INFO_VERSION:
        raise PacketError(KEY, f"information of version 1 has at least {_INFO.size} bytes", data)
    _, kind, acc_g, _, gyr_dps, rate_mhz, clock_hz, flags = _INFO.unpack_from(data)
    text = bytes(data[_INFO.size :]).decode(errors="replace")
    return BoardInfo(
        sensor_kind=kind,
        acc_range_g=acc_g,
        gyr_range_dps=gyr_dps,
        rate_mhz=rate_mhz,
        clock_hz=clock_hz,
        flags=flags,
        firmware=text,
    )


def encode_status(status: BoardStatus) -> bytes:
    """Encode how a board is doing."""
    return _STATUS.pack(
        status.time_us,
        status.produced,
        status.dropped,
        status.queued,
        status.temperature_cdeg,
        status.battery_mv,
    )


def parse_status(data: bytes) -> BoardStatus:
    """Parse how a board is doing.

    Raises
    ------
    PacketError
        When it has another length.
    """
    if len(data) != _STATUS.size:
        raise PacketError(KEY, f"a status has {_STATUS.size} bytes", data)
    return BoardStatus(*_STATUS.unpack(data))


def encode_sync_question(sequence: int, host_time: int) -> bytes:
    """Encode a clock question; ``host_time`` (u64) comes back as it was sent."""
    return _SYNC_ASKED.pack(sequence, 0, host_time)


def parse_sync_question(data: bytes) -> tuple[int, int, int]:
    """Parse a clock question, as a board receives it: number, flags, host time.

    Raises
    ------
    PacketError
        When it has another length.
    """
    if len(data) != _SYNC_ASKED.size:
        raise PacketError(KEY, f"a clock question has {_SYNC_ASKED.size} bytes", data)
    sequence, flags, host_time = _SYNC_ASKED.unpack(data)
    return sequence, flags, host_time


def encode_sync_echo(echo: SyncEcho) -> bytes:
    """Encode the answer to a clock question."""
    return _SYNC_ECHO.pack(echo.sequence, echo.flags, echo.host_time, echo.received_us, echo.sent_us)


def parse_sync_echo(data: bytes) -> SyncEcho:
    """Parse the answer to a clock question.

    Raises
    ------
    PacketError
        When it has another length.
    """
    if len(data) != _SYNC_ECHO.size:
        raise PacketError(KEY, f"an answer to a clock question has {_SYNC_ECHO.size} bytes", data)
    return SyncEcho(*_SYNC_ECHO.unpack(data))
