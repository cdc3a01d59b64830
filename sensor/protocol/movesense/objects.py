"""Movesense answers and small measurements as values: identity, time, heart rate, temperature, log entries.

Each value has its decoder and its encoder side by side. Layouts: Movesense API descriptions and published
captures; all integers and floats little-endian.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from sensor.errors import PacketError
from sensor.protocol.driver import ClockReading, Identity
from sensor.protocol.memory import LogEntry
from sensor.protocol.movesense.control import NotificationType
from sensor.protocol.movesense.frames import KEY

TIME_PATH = "/Time/Detailed"
_TIME_TICK_RATE = 1024
_TIME_ACCURACY = 20
"""Width of the ranges each measurement's info lists, as `struct` letters: bytes for g, words for the rest."""

_LOG_ENTRY = struct.Struct("<IIQ")


@dataclass(frozen=True, slots=True)
class Hello:
    """Answer to HELLO.

    Parameters
    ----------
    protocol
        Version of the protocol; 0 where only the old sample firmware's bare greeting came.
    identity
        Serial number, product and firmware version.
    dfu_mac, app
        Radio address while updating the firmware; name of the firmware.
    """

    protocol: int
    identity: Identity
    dfu_mac: str = ""
    app: str = ""


@dataclass(frozen=True, slots=True)
class HeartRate:
    """Mean heart rate and the intervals between beats since the last notification."""

    mean_bpm: float
    rr_ms: tuple[int, ...]


def parse_hello(body: bytes) -> Hello:
    """Parse the answer to HELLO, whatever its first byte; the notification's header is already removed.

    Parameters
    ----------
    body
        Protocol version and five zero-terminated texts, or the word ``Hello`` of old sample firmware.
        Texts that are missing stay empty; bytes that are no UTF-8 are replaced.

    Raises
    ------
    PacketError
        When there is nothing at all.
    """
    if not body:
        raise PacketError(KEY, "an empty answer to HELLO", body)
    # The sample firmware of the first years answers with this word and nothing else.
    if body.rstrip(b"\0") == b"Hello":
        return Hello(0, Identity("", "Movesense sample firmware", ""))
    # Texts may be missing at the end; each of those is empty.
    texts = [text.decode(errors="replace") for text in body[1:].split(b"\0")] + [""] * 5
    serial, product, dfu_mac, app, version = texts[:5]
    return Hello(body[0], Identity(serial, product, version), dfu_mac, app)


def encode_hello(reference: int, hello: Hello) -> bytes:
    """Encode the answer to HELLO as a whole notification (unlike other answers it has no status)."""
    who = hello.identity
    texts = (who.serial, who.product, hello.dfu_mac, hello.app, who.firmware)
    head = bytes([NotificationType.RESPONSE, reference, hello.protocol])
    return head + b"".join(text.encode() + b"\0" for text in texts)


def parse_time_answer(payload: bytes) -> ClockReading:
    """Parse the answer to GET ``/Time/Detailed``: UTC first.

    The relative time counts milliseconds although the tick rate beside it says 1024 (measured: 1000/s).

    Raises
    ------
    PacketError
        When there are not 20 bytes.
    """
    if len(payload) != 20:
        raise PacketError(KEY, "an answer to GET /Time/Detailed has 20 bytes", payload)
    # The answer to GET begins with UTC, the subscription to the same path with the relative time: two layouts
    # of one resource.
    utc_us, relative_ms = struct.unpack_from("<QI", payload)
    return ClockReading(relative_ms=relative_ms, utc_us=utc_us)


def encode_time_answer(reading: ClockReading) -> bytes:
    """Encode the answer to GET ``/Time/Detailed``."""
    return struct.pack("<QIII", reading.utc_us, reading.relative_ms, _TIME_TICK_RATE, _TIME_ACCURACY)


def encode_time_measurement(reading: ClockReading) -> bytes:
    """Encode ``/Time/Detailed`` as a subscription delivers it."""
    return struct.pack("<IQ", reading.relative_ms, reading.utc_us)


def parse_heart_rate(payload: bytes) -> HeartRate:
    """Parse ``/Meas/HR``: the mean, then intervals between beats to the end.

    Raises
    ------
    PacketError
        When the mean is missing or an interval is cut.
    """
    # A float and words: any odd size was cut.
    if len(payload) < 4 or len(payload) % 2:
        raise PacketError(KEY, "a heart rate has four bytes and two for each beat", payload)
    (mean_bpm,) = struct.unpack_from("<f", payload)
    return HeartRate(mean_bpm, struct.unpack_from(f"<{len(payload) // 2 - 2}H", payload, 4))


def encode_heart_rate(heart_rate: HeartRate) -> bytes:
    """Encode ``/Meas/HR``."""
    return struct.pack(f"<f{len(heart_rate.rr_ms)}H", heart_rate.mean_bpm, *heart_rate.rr_ms)


def parse_log_entries(payload: bytes) -> tuple[LogEntry, ...]:
    """Parse ``/Mem/Logbook/entries``.

    Only about four entries fit into an answer; status 100 then says that there are more.

    Raises
    ------
    PacketError
        When the count and the size disagree.
    """
    if not payload or len(payload) != 1 + _LOG_ENTRY.size * payload[0]:
        raise PacketError(KEY, "the count of log entries does not fit the size", payload)
    return tuple(LogEntry(*fields) for fields in _LOG_ENTRY.iter_unpack(payload[1:]))


def encode_log_entries(entries: tuple[LogEntry, ...]) -> bytes:
    """Encode ``/Mem/Logbook/entries``."""
    rows = (_LOG_ENTRY.pack(entry.log_id, entry.modified_s, entry.size_bytes) for entry in entries)
    return bytes([len(entries)]) + b"".join(rows)
