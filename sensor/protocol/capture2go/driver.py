"""The conversation with one Capture2Go sensor."""

from __future__ import annotations

import struct

from sensor.errors import PacketError
from sensor.protocol.capture2go.control import (
    Mode,
    encode_mode,
    explain_error,
    parse_error,
    parse_info,
    parse_status,
)
from sensor.protocol.capture2go.frames import (
    CLEAR,
    CLEARED,
    ERROR,
    GET_INFO,
    GET_STATUS,
    INFO,
    KEY,
    MODE,
    NOTIFY_UUID,
    SET_MODE,
    SET_TIME,
    START,
    STARTED,
    STATUS,
    STOP,
    STOPPED,
    TIME_SET,
    WRITE_UUID,
    Package,
    PackageReader,
    encode_package,
    measurement_header,
)
from sensor.protocol.driver import (
    Accepted,
    BatteryLevel,
    DriverEvent,
    Refused,
    Settings,
    StreamPacket,
    Unreadable,
    Write,
)

_NS_PER_US = 1000
_STATUS_INTERVAL_S = 60
_DONE = {
    MODE: "set the measurement mode",
    STARTED: "start the stream",
    STOPPED: "stop the stream",
    CLEARED: "clear the buffer",
    TIME_SET: "set the clock",
}
_ASKED = {
    GET_INFO: "tell who it is",
    SET_MODE: _DONE[MODE],
    START: _DONE[STARTED],
    STOP: _DONE[STOPPED],
    CLEAR: _DONE[CLEARED],
    SET_TIME: _DONE[TIME_SET],
    GET_STATUS: "tell how it is doing",
}


class Capture2GoDriver:
    """Streams packed measurements without magnetometer.

    Parameters
    ----------
    rate_hz
        One of `sensor.protocol.capture2go.frames.RATE_CODES`.

    Raises
    ------
    ValueError
        When the sensor has no such rate.
    """

    def __init__(self, rate_hz: float) -> None:
        self._rate_hz = rate_hz
        self._header = measurement_header(rate_hz)
        self._reader = PackageReader()
        self._is_clock_set = False

    @property
    def notify_characteristics(self) -> tuple[str, ...]:
        """One for everything."""
        return (NOTIFY_UUID,)

    @property
    def settings(self) -> Settings:
        """The rate, which tells the packages of the stream."""
        return {"rate_hz": self._rate_hz}

    def start(self, utc_us: int) -> tuple[Write, ...]:
        """End what a broken link may have left running, ask who it is, set its clock, start the stream.

        Once the clock is set it stays as it is: a stream begun again goes on with it.
        """
        time_ns = struct.pack("<q", utc_us * _NS_PER_US)
        set_time = () if self._is_clock_set else (_write(Package(SET_TIME, time_ns)),)
        return (
            _write(Package(CLEAR)),
            _write(Package(GET_INFO)),
            *set_time,
            _write(encode_mode(Mode(self._rate_hz, status_interval_s=_STATUS_INTERVAL_S))),
            _write(Package(START)),
        )

    def poll(self) -> tuple[Write, ...]:
        """Ask nothing: a status comes by itself."""
        return ()

    def stop(self) -> tuple[Write, ...]:
        """Stop the stream."""
        return (_write(Package(STOP)),)

    def receive(self, characteristic: str, payload: bytes) -> tuple[DriverEvent, ...]:
        """Understand one notification: all packages it completes."""
        if characteristic.lower() != NOTIFY_UUID:
            return ()
        before = self._reader.rejected
        found = [received.package for received in self._reader.feed([payload])]
        events = [event for package in found for event in self._understand(package)]
        if self._reader.rejected > before:
            events.append(Unreadable(PacketError(KEY, "a checksum does not fit", payload)))
        # What arrives must reach the decoder whole: a part of a package belongs to the stream, too, and so
        # does the answer before which nothing counts.
        stream = (self._header, STARTED)
        if self._reader.is_amid_package or any(package.header in stream for package in found):
            events.append(StreamPacket())
        return tuple(events)

    def _understand(self, package: Package) -> tuple[DriverEvent, ...]:
        header, payload = package
        if header == self._header:
            return ()
        if header in _DONE:
            self._is_clock_set |= header == TIME_SET
            return (Accepted(_DONE[header]),)
        try:
            return _told(header, payload)
        except PacketError as error:
            return (Unreadable(error),)


def _told(header: int, payload: bytes) -> tuple[DriverEvent, ...]:
    if header == INFO:
        return (parse_info(payload),)
    if header == STATUS:
        return (BatteryLevel(parse_status(payload).battery_pct),)
    if header == ERROR:
        code, request = parse_error(payload)
        return (Refused(_ASKED.get(request, "do as asked"), code, explain_error(code)),)
    return ()


def _write(package: Package) -> Write:
    return Write(WRITE_UUID, encode_package(package))
