"""What a Capture2Go is set to, how it is doing, and who it is: mode, status, device information, errors.

Source as for `sensor.protocol.capture2go.frames`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

from sensor.errors import PacketError
from sensor.protocol.capture2go.frames import ERROR, KEY, RATE_CODES, SET_MODE, Package, measurement_header
from sensor.protocol.driver import Identity

_MODE = struct.Struct("<q3B3BBBHBQ3B")
_STATUS = struct.Struct("<qBB3hBBB")
_INFO = struct.Struct("<H6s8s8s12s11s")
_PROTOCOL_VERSION = 1
_LEAST_ERROR_BYTES = 3


class State(IntEnum):
    """What the sensor does."""

    IDLE = 1
    STREAMING = 2
    RECORDING = 3


class ErrorCode(IntEnum):
    """Why the sensor does not do as asked."""

    NO_SUCH_FILE = 0xF0
    FILE_SYSTEM_ERROR = 0xF2
    FILE_EXISTS = 0xF3
    FILE_TOO_SHORT = 0xF4
    BAD_NAME = 0xF5
    STORAGE_FULL = 0xF6
    STORAGE_BUSY = 0xF7
    NO_RECORDING_SET = 0xF9
    WRONG_STATE = 0xFB
    UNREADABLE_REQUEST = 0xFC
    UNKNOWN_REQUEST = 0xFD
    SEND_BUFFER_FULL = 0xFE


ERROR_WORDS: dict[int, str] = {
    ErrorCode.NO_SUCH_FILE: "the sensor has no such recording",
    ErrorCode.FILE_SYSTEM_ERROR: "the sensor's memory has an error",
    ErrorCode.FILE_EXISTS: "the sensor has a recording of this name already",
    ErrorCode.FILE_TOO_SHORT: "the recording is shorter",
    ErrorCode.BAD_NAME: "the sensor does not like the name",
    ErrorCode.STORAGE_FULL: "the sensor's memory is full",
    ErrorCode.STORAGE_BUSY: "the sensor's memory is busy",
    ErrorCode.NO_RECORDING_SET: "the sensor was not told where to record",
    ErrorCode.WRONG_STATE: "not possible in the sensor's present state",
    ErrorCode.UNREADABLE_REQUEST: "the sensor cannot read the request",
    ErrorCode.UNKNOWN_REQUEST: "the sensor does not know the request",
    ErrorCode.SEND_BUFFER_FULL: "the sensor's send buffer is full",
}
"""What the code of an error means, in words."""


@dataclass(frozen=True, slots=True)
class Status:
    """How the sensor is doing: ``state`` as in `State`; charge and free memory, %."""

    time_ns: int
    state: int
    battery_pct: int
    is_charging: bool
    free_pct: int


@dataclass(frozen=True, slots=True)
class Mode:
    """What is measured: packed measurements, all else off.

    Parameters
    ----------
    rate_hz
        Of packed measurements; 0 where they are off or at a rate that is not in `RATE_CODES`.
    has_magnetometer
        Whether they hold the magnetic field.
    status_interval_s
        Time between two statuses, s; 0 for none.
    """

    rate_hz: float
    has_magnetometer: bool = False
    status_interval_s: int = 1


def encode_mode(mode: Mode) -> Package:
    """Encode the request for a mode.

    Raises
    ------
    ValueError
        When there is no such rate.
    """
    measurement_header(mode.rate_hz)
    full = (0, 0, RATE_CODES[int(mode.rate_hz)])
    measured = (*full, 0, 0, 0, mode.status_interval_s, 0, 0, 0, 0, 0, 0, not mode.has_magnetometer)
    return Package(SET_MODE, _MODE.pack(0, *measured))


def parse_mode(payload: bytes) -> Mode:
    """Parse a mode; what it says of orientations and synchronisation is passed over.

    Raises
    ------
    PacketError
        When it has another length.
    """
    if len(payload) != _MODE.size:
        raise PacketError(KEY, f"a mode has {_MODE.size} bytes", payload)
    fields = _MODE.unpack(payload)
    rates_hz = {code: float(rate_hz) for rate_hz, code in RATE_CODES.items()}
    return Mode(rates_hz.get(fields[3], 0.0), not fields[-1], fields[7])


def parse_status(payload: bytes) -> Status:
    """Parse a status.

    Raises
    ------
    PacketError
        When it has another length, or a charge beyond 100 %.
    """
    if len(payload) != _STATUS.size:
        raise PacketError(KEY, f"a status has {_STATUS.size} bytes", payload)
    time_ns, state, _link, _x, _y, _z, _synced, battery, free_pct = _STATUS.unpack(payload)
    if battery & 0x7F > 100:
        raise PacketError(KEY, "a charge of more than 100 %", payload)
    return Status(
        time_ns=time_ns,
        state=state,
        battery_pct=battery & 0x7F,
        is_charging=battery >= 0x80,
        free_pct=free_pct,
    )


def encode_status(status: Status) -> bytes:
    """Encode a status; gyroscope bias 0, not synchronised."""
    battery = status.battery_pct + 0x80 * status.is_charging
    return _STATUS.pack(status.time_ns, status.state, 0, 0, 0, 0, 0, battery, status.free_pct)


def parse_info(payload: bytes) -> Identity:
    """Parse what the sensor says of itself: texts of fixed width, filled up with zero bytes.

    Raises
    ------
    PacketError
        When it has another length.
    """
    if len(payload) != _INFO.size:
        raise PacketError(KEY, f"device information has {_INFO.size} bytes", payload)
    fields = _INFO.unpack(payload)[1:]
    serial, hardware, _revision, version, _date = (
        field.split(b"\0")[0].decode(errors="replace") for field in fields
    )
    return Identity(serial, f"Capture2Go {hardware}".rstrip(), version)


def encode_info(serial: str, hardware: str, *, version: str) -> bytes:
    """Encode what the sensor says of itself; revision and date stay empty."""
    texts = (text.encode() for text in (serial, hardware, "", version, ""))
    return _INFO.pack(_PROTOCOL_VERSION, *texts)


def parse_error(payload: bytes) -> tuple[int, int]:
    """Parse an error: its code and the header of the request it answers.

    Raises
    ------
    PacketError
        When it is too short.
    """
    if len(payload) < _LEAST_ERROR_BYTES:
        raise PacketError(KEY, "an error has a code and the request", payload)
    return payload[0], int.from_bytes(payload[1:3], "little")


def encode_error(code: int, request: int) -> Package:
    """Encode an error."""
    return Package(ERROR, struct.pack("<BH", code, request))


def explain_error(code: int) -> str:
    """Say in words what the code of an error means."""
    return ERROR_WORDS.get(code, "an undocumented error")
