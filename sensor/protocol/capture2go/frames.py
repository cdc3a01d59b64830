"""Capture2Go packages: framing with a checksum, headers, packed measurements.

A package is ``02``, CRC-32 of what follows the size, size of the payload, header, payload; little-endian.
Source: SensorStim, "Capture2Go Communication Protocol" and its SDK.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sensor.errors import PacketError
from sensor.samples import IntArray

KEY = "capture2go"
SERVICE_UUID = "80030001-e629-4c98-9324-aa7fc0c66de7"
WRITE_UUID = "80030002-e629-4c98-9324-aa7fc0c66de7"
NOTIFY_UUID = "80030003-e629-4c98-9324-aa7fc0c66de7"

START_BYTE = 0x02
MOST_PAYLOAD_BYTES = 236
_NO_REAL_TIME = 0xFF
_CHECKSUM = struct.Struct("<I")
HEAD_BYTES = 8
MOST_PACKAGE_BYTES = HEAD_BYTES + MOST_PAYLOAD_BYTES

GET_INFO, INFO = 0x0070, 0x0071
SET_MODE, MODE = 0x0120, 0x0122
START, STARTED = 0x0150, 0x0151
STOP, STOPPED = 0x0152, 0x0153
CLEAR, CLEARED = 0x0158, 0x0159
START_REAL_TIME, REAL_TIME_STARTED = 0x0160, 0x0162
STOP_REAL_TIME, REAL_TIME_STOPPED = 0x0163, 0x0164
SET_TIME, TIME_SET = 0x0170, 0x0171
GET_STATUS, STATUS = 0x0200, 0x0201
ERROR = 0xFFFF
_PACKED_WITH_MAGNETOMETER, _PACKED_WITHOUT_MAGNETOMETER = 0x0220, 0x0230

RATE_CODES = {200: 1, 100: 2, 50: 3, 25: 4}
"""Code of each rate that suits running, in the mode and in the last digit of a measurement's header."""

ACC_UNIT_MPS2 = 16 * 9.81 / 2**15
"""One count of acceleration; the maker's g is 9.81."""

GYR_UNIT_RADPS = math.radians(2000) / 2**15
SAMPLES_PER_PACKAGE = 8
TIME_GAP, GYR_CLIPPED, ACC_CLIPPED = 1, 1 << 1, 1 << 2

_TRIPLES = ("<i2", (SAMPLES_PER_PACKAGE, 3))
_MEASURED = [("time_ns", "<i8"), ("gyr", *_TRIPLES), ("acc", *_TRIPLES)]
_ORIENTATION = [("orientation", "<u8"), ("heading", "<i2"), ("flags", "u1")]
MEASUREMENT = np.dtype([*_MEASURED, *_ORIENTATION])
"""Eight samples without magnetometer; the time is that of the first one, ns."""

MEASUREMENT_WITH_MAGNETOMETER = np.dtype([*_MEASURED, ("mag", *_TRIPLES), *_ORIENTATION])


class Package(NamedTuple):
    """A package: its header and its payload."""

    header: int
    payload: bytes = b""


class Received(NamedTuple):
    """A package, the notification that completed it, and whether it came on the real-time channel."""

    position: int
    package: Package
    is_real_time: bool


def encode_package(package: Package) -> bytes:
    """Encode a package with its checksum."""
    content = struct.pack("<H", package.header) + package.payload
    return struct.pack("<BIB", START_BYTE, zlib.crc32(content), len(package.payload)) + content


def encode_notification(real_time: Sequence[Package] = (), queued: bytes = b"") -> bytes:
    """Encode a notification: whole real-time packages, then a slice of the stream of queued ones."""
    return bytes([_NO_REAL_TIME - len(real_time)]) + b"".join(map(encode_package, real_time)) + queued


def parse_package(data: bytes) -> Package:
    """Parse a request: one package, as a write carries it.

    Raises
    ------
    PacketError
        When it is not exactly one whole package.
    """
    package = parse_first_package(data)
    if len(data) != HEAD_BYTES + len(package.payload):
        raise PacketError(KEY, "goes on behind its one package", data)
    return package


def parse_first_package(data: bytes) -> Package:
    """Parse the package with which bytes begin.

    Raises
    ------
    PacketError
        When they begin with none, or one whose checksum does not fit.
    """
    size = _whole_package(data, 0) if data else 0
    if size <= 0:
        raise PacketError(KEY, "does not begin with a whole package", data)
    return _content(data, 0, size)


class PackageReader:
    """Finds packages in notifications, wherever they were cut.

    A checksum that does not fit loses the place; it is found again at the next package that is whole.
    """

    def __init__(self) -> None:
        self._pending = b""
        self._has_place = False
        self.rejected = 0

    @property
    def is_amid_package(self) -> bool:
        """Whether a package has begun and is not whole yet."""
        return bool(self._pending)

    def feed(self, notifications: Sequence[bytes]) -> Iterator[Received]:
        """Yield the packages that these notifications complete, in order."""
        for position, notification in enumerate(notifications):
            if not notification:
                self.rejected += 1
                continue
            at = 1
            # The first byte counts downwards: ff means no real-time package, fe one, and so on.
            for _ in range(_NO_REAL_TIME - notification[0]):
                size = _whole_package(notification, at)
                if size <= 0:
                    self.rejected += 1
                    at = len(notification)
                    break
                yield Received(position, _content(notification, at, size), True)
                at += size
            for package in self._queued(notification[at:]):
                yield Received(position, package, False)

    def _queued(self, part: bytes) -> Iterator[Package]:
        # Queued packages run on across notifications: what is left of one is the beginning of the next.
        data = self._pending + part
        at = 0
        while at < len(data):
            size = _whole_package(data, at)
            if size == 0:
                break
            if size > 0:
                yield _content(data, at, size)
                self._has_place = True
                at += size
                continue
            # A lost place is counted once, not for every byte passed over while it is sought.
            self.rejected += self._has_place
            self._has_place = False
            # The start byte also occurs within packages: a wrong place is given away by its checksum.
            following = data.find(START_BYTE, at + 1)
            at = len(data) if following < 0 else following
        self._pending = data[at:]


def _whole_package(data: bytes, at: int) -> int:
    """Return the size of the package at ``at``; 0 while it is not whole, -1 where there is none."""
    there = len(data) - at
    if there and data[at] != START_BYTE:
        return -1
    if there < HEAD_BYTES:
        return 0
    size = HEAD_BYTES + data[at + 5]
    # Without this limit a damaged size byte would make the reader wait for bytes of the next package.
    if size > MOST_PACKAGE_BYTES:
        return -1
    if there < size:
        return 0
    return size if zlib.crc32(data[at + 6 : at + size]) == _CHECKSUM.unpack_from(data, at + 1)[0] else -1


def _content(data: bytes, at: int, size: int) -> Package:
    return Package(data[at + 6] | data[at + 7] << 8, data[at + HEAD_BYTES : at + size])


def measurement_header(rate_hz: float) -> int:
    """Return the header of packed measurements at a rate.

    Raises
    ------
    ValueError
        When there is no such rate.
    """
    if rate_hz not in RATE_CODES:
        known = ", ".join(map(str, RATE_CODES))
        raise ValueError(f"capture2go: no rate of {rate_hz:g} Hz; there are {known}")
    return _PACKED_WITHOUT_MAGNETOMETER + RATE_CODES[int(rate_hz)]


def layout_of(header: int) -> np.dtype[Any] | None:
    """Return how packed measurements of a header are laid out; None for any other package."""
    layouts = {
        _PACKED_WITH_MAGNETOMETER: MEASUREMENT_WITH_MAGNETOMETER,
        _PACKED_WITHOUT_MAGNETOMETER: MEASUREMENT,
    }
    return layouts.get(header & 0xFFF0) if header & 0xF in RATE_CODES.values() else None


def encode_measurements(
    rate_hz: float, time_ns: IntArray, *, gyr_counts: npt.ArrayLike, acc_counts: npt.ArrayLike
) -> tuple[Package, ...]:
    """Encode counts as packed measurements.

    Parameters
    ----------
    rate_hz
        One of `RATE_CODES`.
    time_ns
        (p,) time of each package's first sample.
    gyr_counts, acc_counts
        (8 p, 3) counts.
    """
    table = np.zeros(len(time_ns), MEASUREMENT)
    table["time_ns"] = time_ns
    table["gyr"] = np.asarray(gyr_counts).reshape(-1, SAMPLES_PER_PACKAGE, 3)
    table["acc"] = np.asarray(acc_counts).reshape(-1, SAMPLES_PER_PACKAGE, 3)
    for name, flag in (("gyr", GYR_CLIPPED), ("acc", ACC_CLIPPED)):
        counts = table[name].astype(np.int64)
        table["flags"] |= (np.abs(counts).max(axis=(1, 2)) >= 2**15 - 1) * np.uint8(flag)
    header = measurement_header(rate_hz)
    return tuple(Package(header, row.tobytes()) for row in table)
