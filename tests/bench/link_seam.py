"""A radio that costs nothing: bleak's own interface, behind it notifications handed over at their times.

Nothing is simulated below the link: no air, no ATT. What a process takes while it listens to this radio is
what the program itself takes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from bleak.args import SizedBuffer
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.scanner import AdvertisementData, AdvertisementDataCallback, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection

from sensor.link.radio import Radio
from sensor.protocol.device_kind import DeviceKind

_SERVICE_UUID = "0000180a-0000-1000-8000-00805f9b34fb"
_MTU = 247


@dataclass(slots=True)
class Source:
    """One sensor: what it is, what it sends, evenly, and what it has sent so far."""

    kind: DeviceKind
    name: str
    notifications: Sequence[bytes]
    interval_s: float
    sent: int = 0
    _callback: NotifyCallback | None = field(default=None, repr=False)

    def characteristics(self) -> set[str]:
        """Return every characteristic that the driver listens to or writes to."""
        assert self.kind.make_driver is not None
        assert self.kind.default_rate_hz is not None
        driver = self.kind.make_driver(self.kind.default_rate_hz)
        writes = (*driver.start(0), *driver.poll(), *driver.stop())
        return {*driver.notify_characteristics, *(write.characteristic for write in writes)}

    def start(self, callback: NotifyCallback) -> None:
        """Send from now on until `stop` or until there is nothing left."""
        self._callback = callback
        loop = asyncio.get_running_loop()
        self._send(loop, loop.time() + self.interval_s)

    def stop(self) -> None:
        """Send no more."""
        self._callback = None

    def _send(self, loop: asyncio.AbstractEventLoop, next_s: float) -> None:
        if self._callback is None or self.sent == len(self.notifications):
            return
        self._callback(bytearray(self.notifications[self.sent]))
        self.sent += 1
        loop.call_at(next_s, self._send, loop, next_s + self.interval_s)


class SeamScanner(BaseBleakScanner):
    """Scanner that hears every source at once."""

    sources: ClassVar[dict[str, Source]]

    def __init__(
        self,
        detection_callback: AdvertisementDataCallback | None,
        service_uuids: list[str] | None,
        scanning_mode: str,
        **_platform_options: Any,
    ) -> None:
        super().__init__(detection_callback, service_uuids)

    async def start(self) -> None:
        """Report every source once."""
        for address, source in self.sources.items():
            data = AdvertisementData(source.name, {}, {}, [], None, -50, ())
            device = self.create_or_update_device(address, address, source.name, None, data)
            self.call_detection_callbacks(device, data)

    async def stop(self) -> None:
        """Stop listening."""


class SeamClient(BaseBleakClient):
    """Client of one source."""

    sources: ClassVar[dict[str, Source]]
    mtu_size = _MTU
    is_connected = False

    @property
    def _source(self) -> Source:
        return self.sources[self.address]

    async def connect(self, pair: bool, **kwargs: Any) -> None:
        """Connect; the services are known."""
        self.is_connected = True
        self.services = BleakGATTServiceCollection()
        service = BleakGATTService(None, 1, _SERVICE_UUID)
        self.services.add_service(service)
        for handle, uuid in enumerate(sorted(self._source.characteristics()), 2):
            self.services.add_characteristic(
                BleakGATTCharacteristic(None, handle, uuid, ["notify", "write"], lambda: _MTU - 3, service)
            )

    async def disconnect(self) -> None:
        """Disconnect."""
        self._source.stop()
        self.is_connected = False

    async def pair(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing."""

    async def unpair(self) -> None:
        """Do nothing."""

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        """Return a battery that is full: all that is ever read."""
        return bytearray([100])

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        """Return nothing."""
        return bytearray()

    async def write_gatt_char(
        self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool
    ) -> None:
        """Take what is written without an answer."""

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: SizedBuffer) -> None:
        """Take what is written."""

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **kwargs: Any
    ) -> None:
        """Begin to send, where it is the stream that is asked for."""
        if characteristic.uuid == self._source.kind.data_characteristic:
            self._source.start(callback)

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        """Send no more, where it was the stream."""
        if characteristic.uuid == self._source.kind.data_characteristic:
            self._source.stop()


def seam_radio(sources: Sequence[Source]) -> Radio:
    """Return a radio on which these sources can be heard."""
    addressed = {f"00:00:00:00:00:{number:02X}": source for number, source in enumerate(sources)}
    return Radio(
        type("Client", (SeamClient,), {"sources": addressed}),
        type("Scanner", (SeamScanner,), {"sources": addressed}),
    )
