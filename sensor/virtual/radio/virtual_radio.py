"""A simulated radio: an adapter and its peripherals, behind bleak's own interface."""

from __future__ import annotations

import random
from types import TracebackType
from typing import Self

from sensor.link.radio import Radio
from sensor.virtual.radio.backend_client import VirtualClient
from sensor.virtual.radio.backend_scanner import VirtualScanner
from sensor.virtual.radio.hci_medium import HciMedium
from sensor.virtual.radio.link_medium import Air
from sensor.virtual.radio.medium import Powered
from sensor.virtual.radio.simulated_adapter import AdapterState, SimulatedAdapter


class VirtualRadio:
    """A Bluetooth adapter made of software, and what it can hear.

    Use as an async context manager, inside the loop whose time it shall follow::

        async with VirtualRadio(seed=1) as radio:
            await radio.add(VirtualMovesense(signal=signal))
            async with BleakClient(device, **radio.bleak.client_options()) as client: ...

    Parameters
    ----------
    seed
        Of the phase of connection events.
    connection_interval_s
        Time between two connection events; a packet arrives 0 to this much after it was sent.
    latency_s
        Constant delay on top of it.
    supervision_timeout_s
        Silence after which a link is lost.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        connection_interval_s: float = 0.015,
        latency_s: float = 0.0,
        supervision_timeout_s: float = 4.0,
    ) -> None:
        self._air = Air(
            connection_interval_s=connection_interval_s,
            latency_s=latency_s,
            supervision_timeout_s=supervision_timeout_s,
            rng=random.Random(seed),
        )
        self._peripherals: list[Powered] = []
        self._adapter: SimulatedAdapter | None = None
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
        await peripheral.power_on(HciMedium(self._air))

    def turn_adapter(self, state: AdapterState) -> None:
        """Switch the computer's adapter off or on, take it out, or let it hang."""
        if self._adapter is None:
            raise RuntimeError("the radio is off: use it as an async context manager")
        self._adapter.turn(state)

    async def __aenter__(self) -> Self:
        self._adapter = SimulatedAdapter(self._air)
        await self._adapter.power_on()
        self._bleak = _bind(self._adapter)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bleak = None
        # First the air: what still travelled would wake devices that are being switched off.
        self._air.close()
        for peripheral in self._peripherals:
            await peripheral.power_off()
        if self._adapter is not None:
            await self._adapter.power_off()


def _bind(adapter: SimulatedAdapter) -> Radio:
    """Make backend classes that know their adapter: bleak takes classes, never instances."""

    class BoundScanner(VirtualScanner):
        pass

    class BoundClient(VirtualClient):
        pass

    BoundScanner.adapter = adapter
    BoundClient.adapter = adapter
    BoundClient.scanner = BoundScanner
    return Radio(client_backend=BoundClient, scanner_backend=BoundScanner)
