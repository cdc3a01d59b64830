"""The simulated Bluetooth adapter of the computer: the central side of every link."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sensor.virtual.air import Air
from sensor.virtual.controller import make_device
from sensor.virtual.stack import Advertisement, Connection, Device, DeviceConfiguration, core, hci

AdvertisementListener = Callable[[Advertisement], None]

_ADDRESS = "F0:F0:F0:F0:F0:F0"


class Adapter:
    """One adapter, shared by all scanners and clients of a program.

    Parameters
    ----------
    air
        The medium it listens on.
    """

    def __init__(self, air: Air) -> None:
        config = DeviceConfiguration(name="adapter", address=hci.Address(_ADDRESS))
        self._controller, self.device = make_device(air, config)
        self.device.on(Device.EVENT_CONNECTION, self._drop_unwanted)
        self.device.on(Device.EVENT_ADVERTISEMENT, self._spread)
        # Controllers, real and simulated, know one pending connection at a time.
        self._connecting = asyncio.Lock()
        self._listeners: list[AdvertisementListener] = []
        self._goodbyes: set[asyncio.Task[None]] = set()

    async def power_on(self) -> None:
        """Reset the controller and make the adapter ready."""
        await self.device.power_on()

    async def power_off(self) -> None:
        """Stop everything; links are forgotten by the air."""
        for task in self._goodbyes:
            task.cancel()
        await self.device.power_off()

    async def connect(self, address: str, timeout_s: float) -> Connection:
        """Open a link to an advertising peripheral.

        Raises
        ------
        TimeoutError
            When it did not advertise, or was connected to someone else, for ``timeout_s``.
        """
        async with self._connecting:
            try:
                return await self.device.connect(hci.Address(address), timeout=timeout_s)
            except core.TimeoutError as error:
                raise TimeoutError(f"{address} did not answer within {timeout_s:g} s") from error
            finally:
                # A caller that gives up must not leave the controller waiting: the next connect would hang.
                self._controller.pending_le_connection = None

    async def listen(self, listener: AdvertisementListener) -> None:
        """Call ``listener`` for every advertisement until `ignore`."""
        self._listeners.append(listener)
        if not self.device.is_scanning:
            await self.device.start_scanning()

    async def ignore(self, listener: AdvertisementListener) -> None:
        """Stop calling ``listener``; the radio stops scanning with the last one."""
        if listener in self._listeners:
            self._listeners.remove(listener)
        if not self._listeners and self.device.is_scanning:
            await self.device.stop_scanning()

    def _spread(self, advertisement: Advertisement) -> None:
        for listener in tuple(self._listeners):
            listener(advertisement)

    def _drop_unwanted(self, connection: Connection) -> None:
        """End a link that came up just after its caller had given up."""
        if not self.device.is_le_connecting:
            task = asyncio.create_task(connection.disconnect())
            self._goodbyes.add(task)
            task.add_done_callback(self._goodbyes.discard)
