"""Peripherals of software on bumble's whole stack: GATT server, host and controller on the simulated air."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from sensor.virtual.radio.controller import make_device
from sensor.virtual.radio.gatt import Characteristic, Wanted
from sensor.virtual.radio.link_medium import Air
from sensor.virtual.radio.medium import Offer
from sensor.virtual.radio.server_table import ServerTable
from sensor.virtual.radio.stack import Connection, Device, DeviceConfiguration, att, hci


class HciMedium:
    """The air, as peripherals join it.

    Parameters
    ----------
    air
        What lies between the controllers.
    """

    def __init__(self, air: Air) -> None:
        self._air = air

    async def join(self, offer: Offer) -> HciStation:
        """Build the stack of a peripheral and let it advertise."""
        station = HciStation(self._air, offer)
        await station.begin()
        return station


class HciStation:
    """A peripheral's stack.

    Parameters
    ----------
    air
        The medium its controller joins.
    offer
        The peripheral.
    """

    def __init__(self, air: Air, offer: Offer) -> None:
        self._air, self._offer = air, offer
        self._address = hci.Address(offer.address)
        self._device = make_device(air, DeviceConfiguration(name=offer.name, address=self._address))
        self._device.gatt_server.max_mtu = offer.mtu
        self._table = ServerTable(self._device.gatt_server, offer.services)
        self._device.add_services(self._table.services)
        self._device.on(Device.EVENT_CONNECTION, self._on_connection)
        self._connection: Connection | None = None
        self._is_on = True
        self._tasks: set[asyncio.Task[None]] = set()
        self._indications: set[asyncio.Task[None]] = set()

    @property
    def att_mtu(self) -> int:
        """ATT MTU of the present link, bytes; 23 without one."""
        return int(self._connection.att_mtu if self._connection is not None else att.ATT_DEFAULT_MTU)

    @property
    def waiting(self) -> int:
        """How many packets wait for the next connection event, either way."""
        return self._air.waiting(self._address)

    async def begin(self) -> None:
        """Start the controller and advertise."""
        await self._device.power_on()
        await self._advertise()

    async def leave(self) -> None:
        """Leave the air for good."""
        self._is_on, self._connection = False, None
        self._drop_indications()
        # Not bumble's own power_off: it tells of disconnections and leaves commands unanswered.
        await asyncio.gather(*self._tasks)
        await self._device.stop_advertising()
        self._air.leave(self._device.host)

    def handle(self, uuid: str) -> int:
        """Return the ATT handle of a characteristic's value."""
        return self._table.handle(uuid)

    def wanted(self, characteristic: Characteristic) -> Wanted:
        """Return what the central asks of a characteristic; nothing without a link."""
        if self._connection is None:
            return Wanted.NOTHING
        bits = self._device.gatt_server.read_cccd(self._connection, self._table.served(characteristic))
        return Wanted(bits[0] & 3)

    def notify(self, characteristic: Characteristic, value: bytes) -> None:
        """Send a notification as it is, asked for or not; without a link it vanishes."""
        if self._connection is not None:
            handle = self._table.served(characteristic).handle
            pdu = att.ATT_Handle_Value_Notification(attribute_handle=handle, attribute_value=value)
            self._device.gatt_server.send_gatt_pdu(self._connection, bytes(pdu))

    def indicate(self, characteristic: Characteristic, value: bytes) -> None:
        """Send an indication after those not yet confirmed."""
        if self._connection is not None:
            served = self._table.served(characteristic)
            work = self._device.gatt_server.indicate_subscriber(self._connection, served, value)
            _keep(self._indications, asyncio.create_task(work))

    def disconnect(self) -> None:
        """End the link from this side."""
        if self._connection is not None:
            self._spawn(self._connection.disconnect())

    def lose_link(self) -> None:
        """Lose the link at once, with everything still on its way."""
        self._air.lose_link(self._address)

    def silence(self, duration_s: float) -> None:
        """Let nothing pass for a while; longer than the supervision timeout, and the link is lost."""
        self._air.reach(self._address).silence(duration_s)

    def hide(self, duration_s: float) -> None:
        """Let nobody hear it advertise for a while; an open link stays."""
        self._air.reach(self._address).hide(duration_s)

    def show(self) -> None:
        """Let it be heard again at once."""
        self._air.reach(self._address).show()

    def _on_connection(self, connection: Connection) -> None:
        self._connection = connection
        connection.on(Connection.EVENT_DISCONNECTION, self._on_disconnection)
        self._offer.on_connected()

    def _on_disconnection(self, _reason: int) -> None:
        if self._is_on:
            self._connection = None
            self._drop_indications()
            self._offer.on_disconnected()
            self._spawn(self._advertise())

    def _drop_indications(self) -> None:
        # Nobody confirms them any more, and bumble would wait half a minute for it.
        for indication in tuple(self._indications):
            indication.cancel()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        _keep(self._tasks, asyncio.create_task(work))

    async def _advertise(self) -> None:
        interval_ms = 1000 * self._offer.advertising_interval_s
        await self._device.start_advertising(
            advertising_data=self._offer.advertisement,
            scan_response_data=self._offer.scan_response(),
            advertising_interval_min=interval_ms,
            advertising_interval_max=interval_ms,
        )


def _keep(tasks: set[asyncio.Task[None]], task: asyncio.Task[None]) -> None:
    """Hold a reference to a task until it is done: asyncio itself does not."""
    tasks.add(task)
    task.add_done_callback(tasks.discard)
