"""bleak's client on the direct radio."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar, TypeVar

from bleak.args import SizedBuffer
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.exc import BleakDeviceNotFoundError, BleakError, BleakGATTProtocolError

from sensor.virtual.radio.backends import WANTED_MTU, SoftwareClient
from sensor.virtual.radio.direct.air import DirectAir
from sensor.virtual.radio.direct.services import service_collection
from sensor.virtual.radio.direct.station import Link, subscription_to
from sensor.virtual.radio.gatt import DEFAULT_MTU, AttError, Characteristic, Wanted

_Answer = TypeVar("_Answer")


class DirectClient(SoftwareClient):
    """Client backend; a subclass with ``air`` set belongs to one radio."""

    air: ClassVar[DirectAir]

    def __init__(self, address_or_ble_device: BLEDevice | str, **options: Any) -> None:
        super().__init__(address_or_ble_device, **options)
        self._link: Link | None = None
        self._subscribers: dict[Characteristic, NotifyCallback] = {}

    @property
    def mtu_size(self) -> int:
        """ATT MTU of the present link, bytes; 23 without one."""
        return self._link.att_mtu if self._link is not None else DEFAULT_MTU

    @property
    def is_connected(self) -> bool:
        """Whether the link is up."""
        return self._link is not None

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
        link = self._link = await self._find(kwargs.get("timeout", self._timeout))
        try:
            if pair:
                await self.pair()
            await self._ask(lambda link: link.agree_on_mtu(WANTED_MTU))
            offered = await self._ask(lambda link: link.services)
            self.services = service_collection(offered, self._wanted_services, lambda: link.att_mtu)
        finally:
            if self.services is None:
                await self.disconnect()

    async def disconnect(self) -> None:
        """End the link; nothing to do without one."""
        if (link := self._link) is not None:
            # The link ends as it answers: being lost is what was asked for.
            with suppress(BleakError):
                await link.ask(link.end)

    async def pair(self, *args: Any, **kwargs: Any) -> None:
        """Pair and encrypt the link."""
        await self._ask(lambda link: link.pair())

    async def unpair(self) -> None:
        """Forget the peripheral's keys and disconnect."""
        await self.disconnect()

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        """Read a characteristic's value."""
        return bytearray(await self._ask(lambda _: _ours(characteristic).read()))

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        """Read a descriptor's value: what is asked of its characteristic."""
        wanted = await self._ask(lambda link: link.wanted.get(descriptor.obj, Wanted.NOTHING))
        return bytearray(wanted.to_bytes(2, "little"))

    async def write_gatt_char(
        self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool
    ) -> None:
        """Write a characteristic's value; with ``response`` wait for the peripheral's answer."""
        value = bytes(data)
        if response:
            await self._ask(lambda link: link.write(_ours(characteristic), value))
        else:
            async with self._requesting:
                self._up().command(_ours(characteristic), value)

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: SizedBuffer) -> None:
        """Write a descriptor's value: ask for notifications or indications, or no longer."""
        wanted = Wanted(int.from_bytes(bytes(data)[:1], "little") & 3)
        await self._ask(lambda link: link.subscribe(descriptor.obj, wanted))

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
        ours = _ours(characteristic)
        if not (wanted := subscription_to(ours)):
            raise BleakError(f"{characteristic.uuid} has neither notifications nor indications")
        if ours in self._subscribers:
            raise ValueError(f"notifications of {characteristic.uuid} are already on")
        self._subscribers[ours] = callback
        await self._ask(lambda link: link.subscribe(ours, wanted))

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        """Turn notifications off; nothing to do where they are not on."""
        ours = _ours(characteristic)
        if self._subscribers.pop(ours, None) is not None:
            await self._ask(lambda link: link.subscribe(ours, Wanted.NOTHING))

    def notified(self, characteristic: Characteristic, value: bytes) -> None:
        """Take a notification or indication."""
        if (callback := self._subscribers.get(characteristic)) is not None:
            callback(bytearray(value))

    def lost(self) -> None:
        """Take note that the link is gone."""
        was_ready = self.services is not None
        self._link = None
        self.services = None
        self._subscribers = {}
        if was_ready and self._disconnected_callback is not None:
            self._disconnected_callback()

    async def _find(self, timeout_s: float) -> Link:
        try:
            link = await self.air.connect(self.address, self, timeout_s=timeout_s)
        except TimeoutError as error:
            if self._device is not None:
                raise
            raise BleakDeviceNotFoundError(self.address, str(error)) from error
        if link.is_over:
            raise BleakError("Disconnected")
        return link

    async def _ask(self, act: Callable[[Link], _Answer]) -> _Answer:
        """Wait for one's turn, ask, and tell a refusal as bleak does."""
        async with self._requesting:
            link = self._up()
            try:
                return await link.ask(lambda: act(link))
            except AttError as error:
                raise BleakGATTProtocolError(error.code) from error

    def _up(self) -> Link:
        if self._link is None:
            raise BleakError("Not connected")
        return self._link


def _ours(characteristic: BleakGATTCharacteristic) -> Characteristic:
    ours: Characteristic = characteristic.obj
    return ours
