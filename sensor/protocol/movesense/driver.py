"""The conversation with one Movesense over one connection: set its clock, start and stop the stream."""

from __future__ import annotations

import struct

from sensor.errors import PacketError
from sensor.protocol.driver import (
    BATTERY_LEVEL_UUID,
    Accepted,
    DriverEvent,
    Refused,
    Settings,
    StreamPacket,
    Stuck,
    Unreadable,
    Write,
    parse_battery_level,
)
from sensor.protocol.movesense.control import (
    Command,
    CommandCode,
    NotificationType,
    Response,
    SystemMode,
    encode_command,
    encode_path,
    explain_status,
    is_success,
    parse_notification,
    parse_response,
)
from sensor.protocol.movesense.frames import COMMAND_UUID, DATA_UUID, measurement_path
from sensor.protocol.movesense.objects import TIME_PATH, parse_hello, parse_time_answer

STREAM_REFERENCE = 99
"""Reference of the sample stream's subscription; requests count through the references below it."""

_MOST_IN_FLIGHT = 2
"""Unanswered requests keep a slot in the sensor until it restarts; without slots it refuses everything."""

_REFUSAL_BYTES = 4
"""Type, reference and status; every greeting is longer."""

_IN_CONFLICT = 409
NO_SLOTS = 429
_STUCK_AFTER = 3
"""So many refusals for want of a slot in a row, with nothing else in between, and only a restart helps."""


class MovesenseDriver:
    """Streams one inertial measurement from a Movesense with the default firmware (2.3 or later).

    Parameters
    ----------
    rate_hz
        One of `sensor.protocol.movesense.frames.RATES_HZ`.
    kind
        Measurement, for example ``IMU6``.

    Raises
    ------
    ValueError
        When the sensor has no such measurement or rate.
    """

    def __init__(self, rate_hz: float, kind: str = "IMU6") -> None:
        self._path = measurement_path(kind, rate_hz)
        self._asked: dict[int, tuple[CommandCode, str]] = {}
        self._last_reference = 0
        self._without_slot = 0
        self._has_streamed = False

    @property
    def notify_characteristics(self) -> tuple[str, ...]:
        """Data first: an answer sent before notifications are on is lost."""
        return (DATA_UUID, BATTERY_LEVEL_UUID)

    @property
    def settings(self) -> Settings:
        """Path and reference of the stream."""
        return {"path": self._path, "reference": STREAM_REFERENCE}

    def start(self, utc_us: int) -> tuple[Write, ...]:
        """Ask who it is, set its clock (2015 after a power loss), read it back, subscribe."""
        self._asked.clear()
        return (
            self._request(CommandCode.HELLO, "hello"),
            self._request(CommandCode.PUT_UTCTIME, "set the clock", struct.pack("<Q", utc_us)),
            self._request_time(),
            self._command(
                Command(CommandCode.SUBSCRIBE, STREAM_REFERENCE, encode_path(self._path)),
                f"subscribe {self._path}",
            ),
        )

    def poll(self) -> tuple[Write, ...]:
        """Read the sensor's clock, unless two questions are still unanswered."""
        return () if len(self._asked) >= _MOST_IN_FLIGHT else (self._request_time(),)

    def stop(self) -> tuple[Write, ...]:
        """Unsubscribe; the default firmware may never answer this."""
        return (
            self._command(Command(CommandCode.UNSUBSCRIBE, STREAM_REFERENCE), f"unsubscribe {self._path}"),
        )

    def receive(self, characteristic: str, payload: bytes) -> tuple[DriverEvent, ...]:
        """Understand one notification of the data or battery characteristic."""
        try:
            if characteristic.lower() == BATTERY_LEVEL_UUID:
                return (parse_battery_level(payload),)
            return self._understand(payload)
        except PacketError as error:
            return (Unreadable(error),)

    def _request(self, code: CommandCode, what: str, payload: bytes = b"") -> Write:
        self._last_reference = self._last_reference % (STREAM_REFERENCE - 1) + 1
        return self._command(Command(code, self._last_reference, payload), what)

    def _request_time(self) -> Write:
        path = encode_path(TIME_PATH)
        return self._request(CommandCode.GET, "read the clock", path)

    def _command(self, command: Command, what: str) -> Write:
        self._asked[command.reference] = (command.code, what)
        return Write(COMMAND_UUID, encode_command(command))

    def _understand(self, payload: bytes) -> tuple[DriverEvent, ...]:
        reference = payload[1] if len(payload) > 1 else 0
        code, what = self._asked.get(reference, (None, "an unknown request"))
        # First: not every firmware marks this answer as a response. A refusal is a status and nothing else.
        if code is CommandCode.HELLO and len(payload) != _REFUSAL_BYTES:
            del self._asked[reference]
            return (parse_hello(payload[2:]).identity,)
        notification = parse_notification(payload)
        if notification.type is not NotificationType.RESPONSE:
            return self._stream(reference)
        self._asked.pop(reference, None)
        response = parse_response(notification)
        if not is_success(response.status) and not self._streams_already(reference, response):
            return self._refused(what, response)
        self._without_slot = 0
        if code is CommandCode.GET:
            return (Accepted(what), parse_time_answer(response.payload))
        return (Accepted(what),)

    def _streams_already(self, reference: int, response: Response) -> bool:
        """Tell whether this refuses a second subscription to a stream that flows: one was left over."""
        return reference == STREAM_REFERENCE and response.status == _IN_CONFLICT and self._has_streamed

    def _refused(self, what: str, response: Response) -> tuple[DriverEvent, ...]:
        reason = explain_status(response.status)
        refused = Refused(what, response.status, reason)
        self._without_slot = self._without_slot + 1 if response.status == NO_SLOTS else 0
        if self._without_slot < _STUCK_AFTER:
            return (refused,)
        self._without_slot = 0
        restart = self._request(CommandCode.PUT_SYSTEMMODE, "restart", bytes([SystemMode.APPLICATION]))
        return (refused, Stuck(reason, (restart,)))

    def _stream(self, reference: int) -> tuple[DriverEvent, ...]:
        if reference != STREAM_REFERENCE:
            return ()
        self._without_slot, self._has_streamed = 0, True
        self._asked.pop(reference, None)  # data are an answer, too: old firmware sends no other
        return (StreamPacket(),)
