"""The conversation with a sensor that needs little of one: writes that start and stop it, and its battery."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from sensor.protocol.two_streams import BothStreams


def no_writes(rate_hz: int) -> tuple[Write, ...]:
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
        Writes that begin and end the stream at a rate in Hz.
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
    start: Callable[[int], tuple[Write, ...]]
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
        self._rate_hz = int(rate_hz)
        self._conversation = conversation
        self._streams = BothStreams()

    @property
    def notify_characteristics(self) -> tuple[str, ...]:
        """The stream or both streams, and whatever else there is."""
        row = self._conversation
        rates = (row.gyr_uuid,) if row.gyr_uuid else ()
        return (row.data_uuid, *rates, *row.other_uuids)

    @property
    def settings(self) -> Settings:
        """What the conversation says: nothing of it changes while the sensor streams."""
        return self._conversation.settings

    def start(self, utc_us: int) -> tuple[Write, ...]:
        """Start the stream; such sensors have no clock that could be set."""
        self._streams.restart()
        return self._conversation.start(self._rate_hz)

    def poll(self) -> tuple[Write, ...]:
        """Return what the conversation asks about once a minute."""
        return self._conversation.poll

    def stop(self) -> tuple[Write, ...]:
        """End the stream, where it does not end with its subscription."""
        return self._conversation.stop(self._rate_hz)

    def receive(self, characteristic: str, payload: bytes) -> tuple[DriverEvent, ...]:
        """Understand one notification."""
        row, uuid = self._conversation, characteristic.lower()
        if uuid == row.data_uuid:
            return self._samples(payload)
        if row.gyr_uuid and uuid == row.gyr_uuid:
            self._streams.angular_rate()
        if uuid != BATTERY_LEVEL_UUID or uuid not in row.other_uuids:
            return ()
        try:
            return (parse_battery_level(payload),)
        except PacketError as error:
            return (Unreadable(error),)

    def _samples(self, payload: bytes) -> tuple[DriverEvent, ...]:
        if self._conversation.gyr_uuid:
            return self._streams.acceleration()
        return (StreamPacket(),) if payload.startswith(self._conversation.packet_head) else ()
