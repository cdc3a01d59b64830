"""Polar Measurement Data (PMD): what is written to the control point and what it answers.

Source: Polar BLE SDK, "online measurement" and its control point's sources. Little-endian throughout. Data
frames are in `sensor.protocol.polar.frames`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import IntEnum

from sensor.errors import PacketError
from sensor.protocol.polar.settings import KEY, SettingValues, encode_settings, parse_settings

SERVICE_UUID = "fb005c80-02e7-f387-1cad-8acd2d8df0c8"
CONTROL_UUID = "fb005c81-02e7-f387-1cad-8acd2d8df0c8"
DATA_UUID = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"

SMALLEST_MTU = 70
"""Streams are refused on a connection whose packets are smaller, bytes."""

EPOCH_S = 946_684_800
"""The sensors' clocks count from 2000, the world's from 1970."""

_FEATURES = 0x0F
_FEATURE_BYTES = 2
_ANSWER = 0xF0
_STOPPED = 0x01
_IN_MEMORY = 0x80
_MOST_PARAMETER_BYTES = 4096


class Measurement(IntEnum):
    """What is measured, in requests and in the first byte of data; modes of the sensor count as such."""

    ECG = 0
    PPG = 1
    ACC = 2
    PPI = 3
    GYRO = 5
    MAGNETOMETER = 6
    SDK_MODE = 9
    OFFLINE = 13


class Operation(IntEnum):
    """First byte of a request."""

    GET_SETTINGS = 1
    START = 2
    STOP = 3
    GET_SDK_SETTINGS = 4
    GET_STATUS = 5
    GET_SDK_STATUS = 6


class Status(IntEnum):
    """What became of a request."""

    DONE = 0
    UNKNOWN_OPERATION = 1
    UNKNOWN_MEASUREMENT = 2
    NOT_SUPPORTED = 3
    WRONG_LENGTH = 4
    WRONG_PARAMETER = 5
    ALREADY_SO = 6
    NO_SUCH_RESOLUTION = 7
    NO_SUCH_RATE = 8
    NO_SUCH_RANGE = 9
    MTU_TOO_SMALL = 10
    NO_SUCH_CHANNELS = 11
    WRONG_STATE = 12
    CHARGING = 13
    MEMORY_FULL = 14


STATUS_WORDS: dict[int, str] = {
    Status.DONE: "done",
    Status.UNKNOWN_OPERATION: "the sensor does not know the request",
    Status.UNKNOWN_MEASUREMENT: "the sensor has no such measurement",
    Status.NOT_SUPPORTED: "not supported",
    Status.WRONG_LENGTH: "the request has the wrong length",
    Status.WRONG_PARAMETER: "the request has a wrong parameter",
    Status.ALREADY_SO: "it is so already",
    Status.NO_SUCH_RESOLUTION: "no such resolution",
    Status.NO_SUCH_RATE: "no such rate",
    Status.NO_SUCH_RANGE: "no such range",
    Status.MTU_TOO_SMALL: "the connection's packets are too small",
    Status.NO_SUCH_CHANNELS: "no such number of channels",
    Status.WRONG_STATE: "not possible in the sensor's present state",
    Status.CHARGING: "not while charging",
    Status.MEMORY_FULL: "the sensor's memory is full",
}
"""What a status means, in words."""

_OF_THE_WHOLE = (bytes([Operation.GET_STATUS]), bytes([Operation.GET_SDK_STATUS]))


@dataclass(frozen=True, slots=True)
class Request:
    """A request.

    Parameters
    ----------
    operation
        What is asked for.
    measurement
        Of what; None where the sensor as a whole is meant.
    settings
        Those of a start.
    in_memory
        Whether a recording in the sensor's own memory is meant instead of a stream.
    """

    operation: Operation
    measurement: Measurement | None = None
    settings: SettingValues = field(default_factory=dict)
    in_memory: bool = False


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


class AnswerJoiner:
    """Puts the parts of long answers together; one for each connection."""

    def __init__(self) -> None:
        self._before = b""
        self._of: tuple[int, int] | None = None

    def join(self, part: Answer) -> Answer | None:
        """Take the next part; return the whole answer when this was its last one."""
        # An answer that goes on belongs to the request before it; what was left of another is dropped with
        # the first part of this.
        of = (part.operation, part.measurement)
        before = self._before if of == self._of else b""
        whole = before + part.parameters
        # A sensor that says for ever that more is to come would fill the memory.
        is_open = part.has_more and len(whole) <= _MOST_PARAMETER_BYTES
        self._of, self._before = (of, whole) if is_open else (None, b"")
        return None if part.has_more else replace(part, parameters=whole)


def explain_status(status: int) -> str:
    """Say a status in words, also one that no document names."""
    return STATUS_WORDS.get(status, "an undocumented status")


def encode_features(measurements: Iterable[Measurement]) -> bytes:
    """Encode what a sensor can do, as the control point reads: one bit each."""
    bits = sum(1 << measurement for measurement in measurements)
    return bytes([_FEATURES]) + bits.to_bytes(_FEATURE_BYTES, "little")


def encode_request(request: Request) -> bytes:
    """Encode a request for the control point."""
    if request.measurement is None:
        return bytes([request.operation])
    what = request.measurement | (_IN_MEMORY if request.in_memory else 0)
    return bytes([request.operation, what]) + encode_settings(request.settings)


def parse_request(data: bytes) -> Request:
    """Parse a request, as a sensor made of software receives it.

    Raises
    ------
    PacketError
        When it is too short, unknown, or its settings are.
    """
    # Asking for the state of the whole sensor names no measurement.
    if data in _OF_THE_WHOLE:
        return Request(Operation(data[0]))
    in_memory = len(data) > 1 and data[1] & _IN_MEMORY != 0
    what = data[1] & ~_IN_MEMORY if len(data) > 1 else -1
    if not data or data[0] not in tuple(Operation) or what not in tuple(Measurement):
        raise PacketError(KEY, "not a request of a known operation and measurement", data)
    return Request(Operation(data[0]), Measurement(what), parse_settings(data[2:]), in_memory)


def encode_answer(answer: Answer) -> bytes:
    """Encode an answer as an indication of the control point."""
    head = (_ANSWER, answer.operation, answer.measurement, answer.status, answer.has_more)
    return bytes(head) + answer.parameters


def encode_stopped(stopped: StreamsStopped) -> bytes:
    """Encode the notice that the sensor ended streams by itself."""
    return bytes([_STOPPED, *stopped.measurements])


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
    # An answer of four bytes leaves out the one that says whether more follows.
    return Answer(
        operation=data[1],
        measurement=data[2],
        status=data[3],
        has_more=len(data) > 4 and data[4] != 0,
        parameters=bytes(data[5:]),
    )
