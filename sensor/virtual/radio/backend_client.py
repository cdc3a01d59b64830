"""bleak's client on the simulated radio."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, ClassVar

from bleak import BleakScanner
from bleak.args import SizedBuffer
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.service import BleakGATTServiceCollection
from bleak.exc import BleakDeviceNotFoundError, BleakError, BleakGATTProtocolError

from sensor.virtual.radio.backend_scanner import VirtualScanner
from sensor.virtual.radio.backends import WANTED_MTU, SoftwareClient
from sensor.virtual.radio.gatt_table import discover, service_collection
from sensor.virtual.radio.simulated_adapter import SimulatedAdapter
from sensor.virtual.radio.stack import Connection, Peer, att, core

_log = logging.getLogger(__name__)


class VirtualClient(SoftwareClient):
    """Client backend; a subclass with ``adapter`` and ``scanner`` set belongs to one simulated radio."""

    adapter: ClassVar[SimulatedAdapter]
    scanner: ClassVar[type[VirtualScanner]]

    def __init__(self, address_or_ble_device: BLEDevice | str, **options: Any) -> None:
        super().__init__(address_or_ble_device, **options)
        self._peer: Peer | None = None
        self._subscribers: dict[int, Callable[[bytes], None]] = {}

    @property
    def mtu_size(self) -> int:
        """ATT MTU of the present link, bytes; 23 without one."""
        return self._peer.connection.att_mtu if self._peer is not None else att.ATT_DEFAULT_MTU

    @property
    def is_connected(self) -> bool:
        """Whether the link is up."""
        return self._peer is not None

    async def connect(self, pair: bool, **kwargs: Any) -> None:
        """Connect, agree on an MTU and discover all services.

        Raises
        ------
        BleakDeviceNotFoundError
            When only an address was given and nothing with this address advertises.
        TimeoutError
            When the device does not answer in time.
        BleakError
            When already connected, or when the link is lost meanwhile.
        """
        if self.is_connected:
            raise BleakError("Already connected")
        await self.adapter.answer()
        if self._device is None:
            self._device = await self._find()
        connection = await self.adapter.connect(self.address, kwargs.get("timeout", self._timeout))
        if not self.adapter.is_up(connection):
            raise BleakError("Disconnected")
        connection.on(Connection.EVENT_DISCONNECTION, self._on_disconnection)
        self._peer = Peer(connection)
        try:
            if pair:
                await self.pair()
            self.services = await self._discover()
        finally:
            if self.services is None:
                await self.disconnect()

    async def disconnect(self) -> None:
        """End the link; nothing to do without one."""
        await self.adapter.answer()
        if self._peer is not None:
            await self.adapter.disconnect(self._peer.connection)

    async def pair(self, *args: Any, **kwargs: Any) -> None:
        """Pair and encrypt the link.

        Raises
        ------
        BleakError
            When not connected or when the peripheral refuses.
        """
        async with self._request() as peer:
            await peer.connection.pair()

    async def unpair(self) -> None:
        """Forget the peripheral's keys and disconnect."""
        keystore = self.adapter.device.keystore
        if keystore is not None and await keystore.get(self.address) is not None:
            await keystore.delete(self.address)
        await self.disconnect()

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        """Read a characteristic's value."""
        return await self._read(characteristic.handle)

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        """Read a descriptor's value."""
        return await self._read(descriptor.handle)

    async def write_gatt_char(
        self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool
    ) -> None:
        """Write a characteristic's value; with ``response`` wait for the peripheral's answer."""
        async with self._request() as peer:
            await peer.gatt_client.write_value(characteristic.handle, bytes(data), with_response=response)

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: SizedBuffer) -> None:
        """Write a descriptor's value."""
        async with self._request() as peer:
            await peer.gatt_client.write_value(descriptor.handle, bytes(data), with_response=True)

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **kwargs: Any
    ) -> None:
        """Have ``callback`` called with every notification or indication.

        Raises
        ------
        BleakError
            When the characteristic can do neither.
        ValueError
            When notifications are on already.
        """
        if not {"notify", "indicate"} & set(characteristic.properties):
            raise BleakError(f"{characteristic.uuid} has neither notifications nor indications")
        if characteristic.handle in self._subscribers:
            raise ValueError(f"notifications of {characteristic.uuid} are already on")

        def forward(value: bytes) -> None:
            callback(bytearray(value))

        self._subscribers[characteristic.handle] = forward
        async with self._request():
            await characteristic.obj.subscribe(forward)

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        """Turn notifications off; nothing to do where they are not on."""
        if (forward := self._subscribers.pop(characteristic.handle, None)) is not None:
            async with self._request():
                await characteristic.obj.unsubscribe(forward)

    async def _find(self) -> BLEDevice:
        device = await BleakScanner.find_device_by_address(
            self.address, timeout=self._timeout, backend=self.scanner
        )
        if device is None:
            raise BleakDeviceNotFoundError(self.address, f"Device with address {self.address} was not found")
        return device

    async def _discover(self) -> BleakGATTServiceCollection:
        async with self._request() as peer:
            await peer.request_mtu(WANTED_MTU)
            await discover(peer)
            return service_collection(peer, self._wanted_services)

    async def _read(self, handle: int) -> bytearray:
        async with self._request() as peer:
            return bytearray(await peer.gatt_client.read_value(handle))

    @asynccontextmanager
    async def _request(self) -> AsyncIterator[Peer]:
        """Wait for one's turn and translate what bumble raises into what bleak promises."""
        async with self._requesting:
            await self.adapter.answer()
            peer = self._peer
            if peer is None:
                raise BleakError("Not connected")
            try:
                yield peer
            except att.ATT_Error as error:
                raise BleakGATTProtocolError(error.error_code) from error
            except core.TimeoutError as error:
                raise TimeoutError(f"{self.address} did not answer") from error
            except core.BaseBumbleError as error:
                raise BleakError(str(error)) from error
            except asyncio.CancelledError:
                # bumble cancels pending requests when the link goes; that is no cancelling of the caller.
                task = asyncio.current_task()
                if self._peer is peer or (task is not None and task.cancelling()):
                    raise
                raise BleakError("Disconnected") from None

    def _on_disconnection(self, reason: int) -> None:
        _log.debug("%s disconnected, reason 0x%02X", self.address, reason)
        was_ready = self.services is not None
        self._peer = None
        self.services = None
        self._subscribers = {}
        if was_ready and self._disconnected_callback is not None and not self.adapter.is_hung:
            self._disconnected_callback()
