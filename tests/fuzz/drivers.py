"""What every driver owes, whatever comes: it never raises, and tells events only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import get_args

from sensor.protocol.auxiliary import BESIDE
from sensor.protocol.device_kind import DeviceKind
from sensor.protocol.driver import Driver, DriverEvent, Write
from sensor.protocol.registry import DEVICES

_UTC_US = 1_700_000_000_000_000
_ASKS = ("start", "poll", "stop")
_EVENTS = get_args(DriverEvent)
_MOST_WRITE_BYTES = 244
"""Of one write at the MTU everybody agrees on."""

DRIVEN = (*(kind for kind in DEVICES if kind.make_driver is not None), BESIDE)
"""Every kind of sensor with a radio, and the devices beside them."""


def new_driver(kind: DeviceKind) -> Driver:
    """Return the conversation for one connection at the kind's usual rate."""
    assert kind.make_driver is not None
    assert kind.default_rate_hz is not None
    return kind.make_driver(kind.default_rate_hz)


def check_driver(kind: DeviceKind, messages: Sequence[bytes]) -> None:
    """Let a driver live through messages: the first byte of each says where it comes in, or what is asked."""
    driver = new_driver(kind)
    channels = (*driver.notify_characteristics, "")
    for message in messages:
        place = message[0] % (len(channels) + len(_ASKS)) if message else 0
        if place >= len(channels):
            _check_writes(_ask(driver, _ASKS[place - len(channels)]))
            continue
        events = driver.receive(channels[place], message[1:])
        assert isinstance(events, tuple)
        assert all(isinstance(event, _EVENTS) for event in events)
    _check_writes(driver.stop())


def messages_to(kind: DeviceKind, notifications: Sequence[bytes]) -> list[bytes]:
    """Return the messages of an ordinary connection: a start, then the notifications everywhere."""
    channels = len(new_driver(kind).notify_characteristics) + 1
    return [bytes([channels]), *_everywhere(channels - 1, notifications), bytes([channels + 1])]


def _everywhere(channels: int, notifications: Sequence[bytes]) -> Iterator[bytes]:
    return (bytes([channel]) + one for one in notifications for channel in range(channels))


def _ask(driver: Driver, what: str) -> tuple[Write, ...]:
    if what == "start":
        return tuple(driver.start(_UTC_US))
    return driver.poll() if what == "poll" else driver.stop()


def _check_writes(writes: tuple[Write, ...]) -> None:
    assert all(len(write.data) <= _MOST_WRITE_BYTES for write in writes)
