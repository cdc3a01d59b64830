"""What every driver is: a conversation without a radio, and a decoder without a clock.

A driver says what to write and understands what comes back; who carries the bytes, and when, is not its
concern. Links call it so::

    for write in driver.start(utc_us): ...write it, one after the other...
    events = driver.receive(characteristic, payload)   # for every notification
    for write in driver.poll(): ...                    # about once a minute
    for write in driver.stop(): ...                    # before disconnecting
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sensor.errors import PacketError
from sensor.samples import SampleBlock

Settings = Mapping[str, str | int | float]
"""What a decoder must know beside the bytes; plain values, kept with the packets in the session file."""

BATTERY_LEVEL_UUID = "00002a19-0000-1000-8000-00805f9b34fb"
"""Battery Level characteristic of the Bluetooth SIG's battery service: one byte, percent."""


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes to write to a characteristic.

    Parameters
    ----------
    characteristic, data
        Where to, and what.
    response
        Whether to ask for the ATT response.
    settle_s
        How long the sensor is to be left alone afterwards, s.
    service
        Whose characteristic it is, where several services have one of this UUID; else empty.
    """

    characteristic: str
    data: bytes
    response: bool = True
    settle_s: float = 0.0
    service: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The sensor did what was asked: ``what`` in words, for example ``subscribe /Meas/IMU6/104``."""

    what: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The sensor did not do what was asked; ``status`` is its own number, ``reason`` says it in words."""

    what: str
    status: int
    reason: str


@dataclass(frozen=True, slots=True)
class StreamPacket:
    """The notification belongs to the sample stream: what a watchdog waits for."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the sensor says it is; empty where it does not say."""

    serial: str
    product: str
    firmware: str


@dataclass(frozen=True, slots=True)
class ClockReading:
    """The sensor's own clock (ms since its start) and its wall clock (us since 1970) at one moment."""

    relative_ms: int
    utc_us: int


@dataclass(frozen=True, slots=True)
class BatteryLevel:
    """Charge left, percent."""

    percent: int


@dataclass(frozen=True, slots=True)
class Described:
    """The sensor said what its bytes mean: the whole `Driver.settings` with which they are to be decoded."""

    settings: Settings


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A notification that does not fit the documented layout, and why."""

    error: PacketError


@dataclass(frozen=True, slots=True)
class Stuck:
    """The sensor cannot do anything until it restarts; ``remedy`` makes it restart, which ends the link."""

    reason: str
    remedy: tuple[Write, ...]


DriverEvent = (
    Accepted
    | Refused
    | StreamPacket
    | Identity
    | ClockReading
    | BatteryLevel
    | Described
    | Unreadable
    | Stuck
)


class StreamDecoder(Protocol):
    """Notifications of one connection's data characteristic, in order, into samples.

    A decoder belongs to one connection: make a new one after a reconnect. How the notifications are dealt
    out over calls of `feed` changes nothing about the samples.
    """

    @property
    def rejected(self) -> int:
        """How many notifications or packets were left out so far."""
        ...

    def feed(self, notifications: Sequence[bytes]) -> SampleBlock:
        """Decode the next notifications; whatever does not fit is counted, never raised.

        Parameters
        ----------
        notifications
            Raw values in order of arrival. Command responses among them are passed over.

        Returns
        -------
        SampleBlock
            Of all packets completed by these notifications. Its ``notification`` indexes into
            ``notifications``, at the part that completed the packet.
        """
        ...


class Driver(Protocol):
    """The conversation with one sensor over one connection."""

    @property
    def notify_characteristics(self) -> tuple[str, ...]:
        """Where to enable notifications before `start`, in order; missing ones may be skipped."""
        ...

    @property
    def settings(self) -> Settings:
        """What a decoder of this connection's notifications must know; `Described` tells when it changes."""
        ...

    def start(self, utc_us: int) -> Iterable[Write]:
        """Begin: identify the sensor, set its clock to ``utc_us`` (us since 1970), start the stream.

        Each write is asked for when those before it are done and have settled: what the sensor answered
        meanwhile may decide it.
        """
        ...

    def poll(self) -> tuple[Write, ...]:
        """Ask what is to be asked about once a minute; nothing while earlier questions are unanswered."""
        ...

    def stop(self) -> tuple[Write, ...]:
        """End the stream."""
        ...

    def receive(self, characteristic: str, payload: bytes) -> tuple[DriverEvent, ...]:
        """Understand one notification; never raises for what a sensor sends."""
        ...


def parse_battery_level(payload: bytes) -> BatteryLevel:
    """Parse the standard battery level.

    Parameters
    ----------
    payload
        Value of the Battery Level characteristic: one byte, 0 to 100.

    Raises
    ------
    PacketError
        When there is not exactly one byte, or it exceeds 100.
    """
    if len(payload) != 1 or payload[0] > 100:
        raise PacketError("battery", "expected one byte from 0 to 100", payload)
    return BatteryLevel(payload[0])


def encode_battery_level(level: BatteryLevel) -> bytes:
    """Encode the standard battery level as its one byte."""
    return bytes([level.percent])
