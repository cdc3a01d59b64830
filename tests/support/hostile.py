"""A peripheral that wants to do harm: it looks like a Movesense and says whatever it likes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from sensor.protocol.driver import BATTERY_LEVEL_UUID
from sensor.protocol.movesense import frames as wire
from sensor.protocol.standard import DEVICE_INFORMATION_UUIDS
from sensor.virtual.radio.advertisement import encode_name
from sensor.virtual.radio.characteristics import (
    DEVICE_INFORMATION_SERVICE_UUID,
    notify_only,
    read_and_notify,
    read_only,
    write_only,
)
from sensor.virtual.radio.gatt import Characteristic, Property, Service
from sensor.virtual.radio.peripheral import BATTERY_SERVICE_UUID, VirtualPeripheral

FOE = "Movesense 666666666666"

FOUL_NAMES = (
    "Movesense \x1b[2J\x1b]0;owned\x07",
    "Movesense \u202e\u2066desrever\u2069",
    "Movesense \r\nrunning as root\n\n",
    "Movesense <script>alert(1)</script>",
    "Movesense {{ 7 * 7 }}{% raw %}",
    "Movesense [bold red]markup[/] " + "W" * 190,
)
"""Names that would do something if anything obeyed them; the last is as long as an advertisement carries."""


class Hostile(VirtualPeripheral):
    """Sends what a test tells it to.

    Parameters
    ----------
    name
        Advertised as it is, however long.
    on_command
        Called with what is written to the command characteristic.
    more_services
        To be offered beside data, battery and device information.
    text
        Every text of the device information.
    battery
        Value of the battery characteristic.
    mtu
        Largest ATT MTU it agrees to, bytes.
    """

    def __init__(
        self,
        name: str = FOE,
        *,
        on_command: Callable[[bytes], None] = lambda _: None,
        more_services: tuple[Service, ...] = (),
        text: bytes = b"",
        battery: bytes = b"\x64",
        mtu: int = 247,
    ) -> None:
        super().__init__("Foe", mtu=mtu)
        self.name = name
        self._scan_response = encode_name(name)
        self.data = notify_only(wire.DATA_UUID)
        self.battery = read_and_notify(BATTERY_LEVEL_UUID, lambda: battery)
        command = write_only(wire.COMMAND_UUID, on_command)
        texts = [read_only(uuid, lambda: text) for uuid in DEVICE_INFORMATION_UUIDS.values()]
        self._offered = [
            Service(wire.SERVICE_UUID, [command, self.data]),
            Service(BATTERY_SERVICE_UUID, [self.battery]),
            Service(DEVICE_INFORMATION_SERVICE_UUID, texts),
            *more_services,
        ]
        self._timers: dict[int, asyncio.TimerHandle] = {}

    def services(self) -> list[Service]:
        """Return what it offers."""
        return self._offered

    def repeat(self, rate_hz: float, action: Callable[[], Any], begin_s: float = 0.0) -> None:
        """Do something ``rate_hz`` times a second from ``begin_s`` on, whether or not anyone listens.

        What is due within the same 10 ms is done at once, as a chip with a full queue does.
        """
        loop = asyncio.get_running_loop()
        at_once = max(1, round(rate_hz / 100.0))

        def act(key: int, due_s: float) -> None:
            for _ in range(at_once):
                action()
            self._timers[key] = loop.call_at(due_s + at_once / rate_hz, act, key, due_s + at_once / rate_hz)

        key = len(self._timers)
        self._timers[key] = loop.call_at(begin_s, act, key, begin_s)

    def shout(self, value: bytes) -> None:
        """Send a notification as long as it is, whatever was agreed upon."""
        if self._place is not None:
            self._place.notify(self.data, value)

    async def power_off(self) -> None:
        """Leave the air for good."""
        for timer in self._timers.values():
            timer.cancel()
        await super().power_off()


def crowd(services: int, characteristics: int) -> tuple[Service, ...]:
    """Return services nobody asked for, each with characteristics nobody asked for."""
    return tuple(
        Service(
            f"{one:08x}-dead-beef-dead-beefdeadbeef",
            [
                Characteristic(
                    f"{one:08x}-{other:04x}-beef-dead-beefdeadbeef",
                    Property.READ | Property.NOTIFY,
                    lambda: b"\0",
                )
                for other in range(characteristics)
            ],
        )
        for one in range(services)
    )
