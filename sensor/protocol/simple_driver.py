"""The conversation with a sensor that needs little of one: writes that start and stop it, and its battery.

A sensor that also has to be asked something has a driver of its own that builds on `SimpleDriver`, as
WitMotion and MetaMotion do: the row says what is the same, methods what its answers change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from sensor.errors import PacketError
from sensor.protocol.driver import (
    BATTERY_LEVEL_UUID,
    DriverEvent,
    Settings,
    StreamPacket,
    Unreadable,
    Write,
    parse_battery_level,
)

MOST_ALONE = 60
"""So many packets of accelerations may come without one of angular rates: one to four seconds of them."""


class BothStreams:
    """Tells a stream that lives; accelerations that go on alone are none, so that a watchdog takes care."""

    def __init__(self) -> None:
        self._alone = 0

    def restart(self) -> None:
        """Give both time again, because they were just asked for."""
        self._alone = 0

    def acceleration(self) -> tuple[DriverEvent, ...]:
        """Take note of a packet of accelerations; return what it tells."""
        self._alone += 1
        return (StreamPacket(),) if self._alone <= MOST_ALONE else ()

    def angular_rate(self) -> None:
        """Take note of a packet of angular rates."""
        self._alone = 0


def no_writes(rate_hz: int, /) -> tuple[Write, ...]:
    """Return nothing, for a sensor that streams while it is subscribed to."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """What differs between simple sensors: a row of which `SimpleDriver` makes a driver.

    Parameters
    ----------
    key
        Name in session files.
    rates_hz
        Rates the sensor can be asked for, Hz.
    data_uuid
        Characteristic of the samples, or of the accelerations alone; lower case.
    gyr_uuid
        Characteristic of angular rates that are a stream of their own; else empty.
    other_uuids
        Further characteristics to subscribe to. The battery level is read where it is among them.
    settings
        What the decoder must know beside the bytes.
    packet_head
        First bytes of a notification that holds samples, where others share its characteristic.
    start, stop
        Writes that begin and end the stream at a rate in Hz, where the sensor's answers do not decide them.
    poll
        Writes for about once a minute.
    """

    key: str
    rates_hz: tuple[int, ...]
    data_uuid: str
    gyr_uuid: str = ""
    other_uuids: tuple[str, ...] = ()
    settings: Mapping[str, str | int | float] = field(default_factory=dict)
    packet_head: bytes = b""
    start: Callable[[int], tuple[Write, ...]] = no_writes
    stop: Callable[[int], tuple[Write, ...]] = no_writes
    poll: tuple[Write, ...] = ()


class SimpleDriver:
    """Streams from a sensor that a `Conversation` describes; see `sensor.protocol.driver.Driver`.

    Parameters
    ----------
    rate_hz
        One of the conversation's rates, Hz.
    conversation
        What the sensor is told, and where it sends.

    Raises
    ------
    ValueError
        When there is no such rate.
    """

    def __init__(self, rate_hz: float, conversation: Conversation) -> None:
        if rate_hz not in conversation.rates_hz:
            known = ", ".join(map(str, conversation.rates_hz))
            verb = "are" if len(conversation.rates_hz) > 1 else "is"
            raise ValueError(f"{conversation.key}: no rate of {rate_hz:g} Hz; there {verb} {known}")
        self.rate_hz = int(rate_hz)
        self.conversation = conversation
        self.streams = BothStreams()

    @property
    def notify_characteristics(self) -> tuple[str, ...]:
        """The stream or both streams, and whatever else there is."""
        row = self.conversation
        rates = (row.gyr_uuid,) if row.gyr_uuid else ()
        return (row.data_uuid, *rates, *row.other_uuids)

    @property
    def settings(self) -> Settings:
        """What the conversation says: nothing of it changes while the sensor streams."""
        return self.conversation.settings

    def start(self, utc_us: int) -> Iterable[Write]:
        """Start the stream; such sensors have no clock that could be set."""
        self.streams.restart()
        return self.conversation.start(self.rate_hz)

    def poll(self) -> tuple[Write, ...]:
        """Return what the conversation asks about once a minute."""
        return self.conversation.poll

    def stop(self) -> tuple[Write, ...]:
        """End the stream, where it does not end with its subscription."""
        return self.conversation.stop(self.rate_hz)

    def receive(self, characteristic: str, payload: bytes) -> tuple[DriverEvent, ...]:
        """Understand one notification."""
        try:
            return self._understand(characteristic.lower(), payload)
        except PacketError as error:
            return (Unreadable(error),)

    def receive_data(self, payload: bytes) -> tuple[DriverEvent, ...]:
        """Understand one notification of the characteristic of the samples.

        Raises
        ------
        PacketError
            When it does not fit the documented layout.
        """
        if self.conversation.gyr_uuid:
            return self.streams.acceleration()
        return (StreamPacket(),) if payload.startswith(self.conversation.packet_head) else ()

    def _understand(self, uuid: str, payload: bytes) -> tuple[DriverEvent, ...]:
        row = self.conversation
        if uuid == row.data_uuid:
            return self.receive_data(payload)
        if row.gyr_uuid and uuid == row.gyr_uuid:
            self.streams.angular_rate()
        if uuid == BATTERY_LEVEL_UUID and uuid in row.other_uuids:
            return (parse_battery_level(payload),)
        return ()
