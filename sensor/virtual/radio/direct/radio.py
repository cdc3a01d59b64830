"""The direct radio: an adapter and its peripherals behind bleak's own interface, with nothing to install."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from sensor.link.radio import Radio
from sensor.virtual.radio.connection_events import LinkTiming
from sensor.virtual.radio.direct.air import DirectAir
from sensor.virtual.radio.direct.client import DirectClient
from sensor.virtual.radio.direct.scanner import DirectScanner
from sensor.virtual.radio.medium import Powered


class DirectRadio:
    """A Bluetooth adapter made of software, and what it can hear.

    Links have connection events, silences and losses as on `VirtualRadio`, whose whole stack lies between
    sensor and bleak; here a sensor's table is called straight away, in a fraction of the time. Use as an
    async context manager, inside the loop whose time it shall follow.

    Parameters
    ----------
    seed, connection_interval_s, latency_s, supervision_timeout_s
        As for `sensor.virtual.radio.virtual_radio.VirtualRadio`.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        connection_interval_s: float = 0.015,
        latency_s: float = 0.0,
        supervision_timeout_s: float = 4.0,
    ) -> None:
        timing = LinkTiming(connection_interval_s, latency_s, supervision_timeout_s)
        self._air = DirectAir(timing, seed)
        self._peripherals: list[Powered] = []
        self._bleak: Radio | None = None

    @property
    def bleak(self) -> Radio:
        """The backends that make bleak use this radio; inside the context manager only."""
        if self._bleak is None:
            raise RuntimeError("the radio is off: use it as an async context manager")
        return self._bleak

    async def add(self, peripheral: Powered) -> None:
        """Switch a peripheral on within reach."""
        self._peripherals.append(peripheral)
        await peripheral.power_on(self._air)

    async def __aenter__(self) -> Self:
        self._bleak = _bind(self._air)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bleak = None
        self._air.close()
        for peripheral in self._peripherals:
            await peripheral.power_off()


def _bind(air: DirectAir) -> Radio:
    """Make backend classes that know their air: bleak takes classes, never instances."""

    class BoundScanner(DirectScanner):
        pass

    class BoundClient(DirectClient):
        pass

    BoundScanner.air = air
    BoundClient.air = air
    return Radio(client_backend=BoundClient, scanner_backend=BoundScanner)
