"""The simulated Bluetooth adapter of the computer: the central side of every link."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import Enum

from bleak.exc import BleakDBusError

from sensor.virtual.radio.controller import make_device
from sensor.virtual.radio.link_medium import Air
from sensor.virtual.radio.stack import Advertisement, Connection, Device, DeviceConfiguration, core, hci

AdvertisementListener = Callable[[Advertisement], None]

_ADDRESS = "F0:F0:F0:F0:F0:F0"


class AdapterState(Enum):
    """What the computer can do with its adapter."""

    ON = "on"
    OFF = "off"
    """Switched off: there, but every request is refused."""
    UNPLUGGED = "unplugged"
    """Taken out, and the system has noticed."""
    HUNG = "hung"
    """Taken out, or stuck, and the system has not noticed: no answers, and no word of the lost links."""


_REFUSALS = {
    AdapterState.OFF: ("org.bluez.Error.NotReady", "Resource Not Ready"),
    AdapterState.UNPLUGGED: (
        "org.freedesktop.DBus.Error.UnknownObject",
        'Method "StartDiscovery" with signature "" on interface "org.bluez.Adapter1" doesn\'t exist',
    ),
}
"""Error name and words of the D-Bus answers that BlueZ gives then."""


class SimulatedAdapter:
    """One adapter, shared by all scanners and clients of a program.

    Parameters
    ----------
    air
        The medium it listens on.
    """

    def __init__(self, air: Air) -> None:
        config = DeviceConfiguration(name="adapter", address=hci.Address(_ADDRESS))
        self.device = make_device(air, config)
        self.device.on(Device.EVENT_ADVERTISEMENT, self._spread)
        self._air = air
        self._state = AdapterState.ON
        self._is_awake = asyncio.Event()
        self._is_awake.set()
        # Controllers, real and simulated, know one pending connection at a time.
        self._connecting = asyncio.Lock()
        self._listeners: list[AdvertisementListener] = []

    async def power_on(self) -> None:
        """Reset the controller and make the adapter ready."""
        await self.device.power_on()

    async def power_off(self) -> None:
        """Stop everything; clients that are still connected learn that they are no more."""
        await self.device.power_off()

    @property
    def is_hung(self) -> bool:
        """Whether it neither answers nor tells of anything."""
        return self._state is AdapterState.HUNG

    def turn(self, state: AdapterState) -> None:
        """Let the adapter become what ``state`` says; unless that is on, all links and scans end."""
        self._state = state
        if state is AdapterState.HUNG:
            self._is_awake.clear()
        else:
            self._is_awake.set()
        if state is not AdapterState.ON:
            self._listeners.clear()
            for connection in tuple(self.device.connections.values()):
                self._air.lose_link(connection.peer_address)

    async def answer(self) -> None:
        """Answer a request of the computer: nothing where all is well, an error, or never.

        Raises
        ------
        BleakDBusError
            While the adapter is off or unplugged, in the words of BlueZ.
        """
        await self._is_awake.wait()
        if self._state in _REFUSALS:
            name, words = _REFUSALS[self._state]
            raise BleakDBusError(name, [words])

    async def connect(self, address: str, timeout_s: float) -> Connection:
        """Open a link to an advertising peripheral.

        Raises
        ------
        TimeoutError
            When it did not advertise, or was connected to someone else, for ``timeout_s``.
        """
        async with self._connecting:
            attempt = asyncio.create_task(self.device.connect(hci.Address(address)))
            attempt.add_done_callback(_take_note)
            try:
                async with asyncio.timeout(timeout_s):
                    return await asyncio.shield(attempt)
            except TimeoutError as error:
                await self._abandon(attempt)
                raise TimeoutError(f"{address} did not answer within {timeout_s:g} s") from error
            except asyncio.CancelledError:
                await self._abandon(attempt)
                raise

    async def disconnect(self, connection: Connection) -> None:
        """End a link; nothing to do for one that is gone (its host would wait for an answer for ever)."""
        if self.is_up(connection):
            await connection.disconnect()

    def is_up(self, connection: Connection) -> bool:
        """Tell whether a link still is."""
        return self.device.connections.get(connection.handle) is connection

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

    async def _abandon(self, attempt: asyncio.Task[Connection]) -> None:
        """Take back a connection request, or end the link where it came up at the last moment.

        A request left behind would make every later one hang, and a command cancelled half-way confuses
        the host: so the attempt is never cancelled, but brought to an end.
        """
        await self.device.host.send_command(hci.HCI_LE_Create_Connection_Cancel_Command())
        try:
            connection = await attempt
        except core.BaseBumbleError:
            return
        await self.disconnect(connection)


def _take_note(attempt: asyncio.Task[Connection]) -> None:
    """Look at how an attempt ended: a caller cancelled twice no longer does, and asyncio would complain."""
    if not attempt.cancelled():
        attempt.exception()
