"""The conversation with one Capture2Go sensor."""

from __future__ import annotations

import struct

from sensor.errors import PacketError
from sensor.protocol.capture2go import control as capture2go_state
from sensor.protocol.capture2go import frames as capture2go
from sensor.protocol.capture2go.control import Mode
from sensor.protocol.capture2go.frames import Package, PackageReader
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
    capture2go.MODE: "set the measurement mode",
    capture2go.STARTED: "start the stream",
    capture2go.STOPPED: "stop the stream",
    capture2go.CLEARED: "clear the buffer",
    capture2go.TIME_SET: "set the clock",
}
_ASKED = {
    capture2go.GET_INFO: "tell who it is",
    capture2go.SET_MODE: _DONE[capture2go.MODE],
    capture2go.START: _DONE[capture2go.STARTED],
    capture2go.STOP: _DONE[capture2go.STOPPED],
    capture2go.CLEAR: _DONE[capture2go.CLEARED],
    capture2go.SET_TIME: _DONE[capture2go.TIME_SET],
    capture2go.GET_STATUS: "tell how it is doing",
}


class Capture2GoDriver:
    """Streams packed measurements without magnetometer.

    Parameters
    ----------
    rate_hz
        One of `capture2go.RATE_CODES`.

    Raises
    ------
    ValueError
        When the sensor has no such rate.
    """

    def __init__(self, rate_hz: float) -> None:
        self._rate_hz = rate_hz
        self._header = capture2go.measurement_header(rate_hz)
        self._reader = PackageReader()
        self._is_clock_set = False

    @property
    def notify_characteristics(self) -> tuple[str, ...]:
        """One for everything."""
        return (capture2go.NOTIFY_UUID,)

    @property
    def settings(self) -> Settings:
        """The rate, which tells the packages of the stream."""
        return {"rate_hz": self._rate_hz}

    def start(self, utc_us: int) -> tuple[Write, ...]:
        """End what a broken link may have left running, ask who it is, set its clock, start the stream.

        Once the clock is set it stays as it is: a stream begun again goes on with it.
        """
        time_ns = struct.pack("<q", utc_us * _NS_PER_US)
        set_time = () if self._is_clock_set else (_write(Package(capture2go.SET_TIME, time_ns)),)
        return (
            _write(Package(capture2go.CLEAR)),
            _write(Package(capture2go.GET_INFO)),
            *set_time,
            _write(capture2go_state.encode_mode(Mode(self._rate_hz, status_interval_s=_STATUS_INTERVAL_S))),
            _write(Package(capture2go.START)),
        )

    def poll(self) -> tuple[Write, ...]:
        """Ask nothing: a status comes by itself."""
        return ()

    def stop(self) -> tuple[Write, ...]:
        """Stop the stream."""
        return (_write(Package(capture2go.STOP)),)

    def receive(self, characteristic: str, payload: bytes) -> tuple[DriverEvent, ...]:
        """Understand one notification: all packages it completes."""
        if characteristic.lower() != capture2go.NOTIFY_UUID:
            return ()
        before = self._reader.rejected
        found = [received.package for received in self._reader.feed([payload])]
        events = [event for package in found for event in self._understand(package)]
        if self._reader.rejected > before:
            events.append(Unreadable(PacketError(capture2go.KEY, "a checksum does not fit", payload)))
        # What arrives must reach the decoder whole: a part of a package belongs to the stream, too, and so
        # does the answer before which nothing counts.
        stream = (self._header, capture2go.STARTED)
        if self._reader.is_amid_package or any(package.header in stream for package in found):
            events.append(StreamPacket())
        return tuple(events)

    def _understand(self, package: Package) -> tuple[DriverEvent, ...]:
        header, payload = package
        if header == self._header:
            return ()
        if header in _DONE:
            self._is_clock_set |= header == capture2go.TIME_SET
            return (Accepted(_DONE[header]),)
        try:
            return _told(header, payload)
        except PacketError as error:
            return (Unreadable(error),)


def _told(header: int, payload: bytes) -> tuple[DriverEvent, ...]:
    if header == capture2go.INFO:
        return (capture2go_state.parse_info(payload),)
    if header == capture2go.STATUS:
        return (BatteryLevel(capture2go_state.parse_status(payload).battery_pct),)
    if header == capture2go.ERROR:
        code, request = capture2go_state.parse_error(payload)
        return (Refused(_ASKED.get(request, "do as asked"), code, capture2go_state.explain_error(code)),)
    return ()


def _write(package: Package) -> Write:
    return Write(capture2go.WRITE_UUID, capture2go.encode_package(package))
