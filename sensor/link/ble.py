"""Bluetooth LE: who is in reach, and a connection to one sensor. A thin layer over bleak.

bleak is imported where it is used, so that programs that only read files never load it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from sensor.errors import LinkError, LinkReason
from sensor.link.adapter import Adapter
from sensor.link.error_messages import plain_words
from sensor.link.radio import Radio
from sensor.protocol.registry import DeviceKind, alternative, identify
from sensor.text import printable

if TYPE_CHECKING:
    from bleak import BleakClient
    from bleak.backends.characteristic import BleakGATTCharacteristic
    from bleak.backends.device import BLEDevice
    from bleak.backends.scanner import AdvertisementData

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Sighting:
    """A sensor, or some other Bluetooth device, that is in reach.

    Parameters
    ----------
    name
        What it calls itself, with everything that is not printable replaced; empty where it has no name.
    address
        Bluetooth address; on macOS a UUID that means something on this computer only.
    services
        UUIDs of the services it advertises, 128-bit, lower case.
    rssi_dbm
        Signal strength: near -40 beside the antenna, below -90 hardly usable. None for a device this computer
        is connected to already: it does not advertise.
    kind
        The kind of sensor this is; None for anything no driver knows.
    device
        bleak's own handle, needed to connect.
    """

    name: str
    address: str
    services: tuple[str, ...]
    rssi_dbm: int | None
    kind: DeviceKind | None
    device: BLEDevice = field(repr=False, compare=False)

    def is_called(self, wanted: str) -> bool:
        """Tell whether ``wanted`` is this sensor's name or address, in any case of letters."""
        return wanted.casefold() in (self.name.casefold(), self.address.casefold())


async def scan(radio: Radio, duration_s: float) -> tuple[Sighting, ...]:
    """Listen for ``duration_s`` and return everything in reach: what is connected, then strongest first.

    Raises
    ------
    LinkError
        When there is no usable Bluetooth.
    """
    heard: dict[str, Sighting] = {}

    def remember(sighting: Sighting) -> None:
        heard[sighting.address] = sighting

    with plain_words("looking for sensors", LinkReason.NO_SEARCH):
        for sighting in await radio.adapter().ask(_connected_already(radio)):
            remember(sighting)
        async with _listening(radio.adapter(), remember):
            await asyncio.sleep(duration_s)
    return tuple(sorted(heard.values(), key=lambda sighting: -(sighting.rssi_dbm or 0)))


async def look_for(
    radio: Radio, is_wanted: Callable[[Sighting], bool], *, timeout_s: float
) -> Sighting | None:
    """Listen until something wanted is in reach; None when ``timeout_s`` passes without it.

    Raises
    ------
    LinkError
        When there is no usable Bluetooth.
    """
    found: asyncio.Future[Sighting] = asyncio.get_running_loop().create_future()

    def consider(sighting: Sighting) -> None:
        if not found.done() and is_wanted(sighting):
            found.set_result(sighting)

    with plain_words("looking for sensors", LinkReason.NO_SEARCH):
        for sighting in await radio.adapter().ask(_connected_already(radio)):
            consider(sighting)
        if found.done():
            return found.result()
        async with _listening(radio.adapter(), consider):
            await asyncio.wait([found], timeout=timeout_s)
    return found.result() if found.done() else None


class BleLink:
    """A connection to one sensor. Every failure is a `LinkError` that says what to do.

    Parameters
    ----------
    client
        A bleak client; `connect` makes and connects it.
    name
        How messages call the sensor.
    adapter
        Through which it is connected.
    """

    def __init__(self, client: BleakClient, name: str, *, adapter: Adapter) -> None:
        self._client = client
        self._name = name
        self._adapter = adapter
        self._subscriptions: dict[str, object] = {}

    @classmethod
    async def connect(
        cls, radio: Radio, sighting: Sighting, *, on_lost: Callable[[], None], timeout_s: float
    ) -> BleLink:
        """Connect to a sensor that was just seen and discover what it offers.

        ``on_lost`` is called once when the connection ends, for whatever reason.

        Raises
        ------
        LinkError
            When it cannot be reached within ``timeout_s``.
        """
        from bleak import BleakClient

        client = BleakClient(
            sighting.device,
            disconnected_callback=lambda _: on_lost(),
            timeout=timeout_s,
            **radio.client_options(),
        )
        name, adapter = sighting.name or sighting.address, radio.adapter()
        with plain_words(f"connecting to {name}"):
            # bleak bounds single steps only, and not on every platform.
            await adapter.bounded(timeout_s, client.connect())
        return cls(client, name, adapter=adapter)

    def offers(self, characteristic: str) -> bool:
        """Tell whether the sensor has this characteristic."""
        return self._has(characteristic) or self._has(alternative(characteristic))

    def confirms(self, characteristic: str) -> bool:
        """Tell whether the sensor confirms what is written to a characteristic that it offers."""
        with plain_words(f"looking for the services of {self._name}"):
            found = self._client.services.get_characteristic(self._offered(characteristic))
        return found is not None and "write" in found.properties

    def _has(self, characteristic: str | None) -> bool:
        with plain_words(f"looking for the services of {self._name}"):
            services = self._client.services
            return characteristic is not None and services.get_characteristic(characteristic) is not None

    def _offered(self, characteristic: str) -> str:
        """Return the UUID under which the sensor has a characteristic: firmware differs for some makers."""
        other = alternative(characteristic)
        if other is None or self._has(characteristic) or not self._has(other):
            return characteristic
        return other

    async def subscribe(
        self, characteristic: str, on_notification: Callable[[bytes], None], timeout_s: float
    ) -> None:
        """Have ``on_notification`` called with the bytes of every notification, in order.

        It takes the place of whoever was subscribed to the characteristic before: some systems go on calling
        what was registered first, also over a connection that ended.
        """
        mine = self._subscriptions[characteristic] = object()

        def forward(_: BleakGATTCharacteristic, payload: bytearray) -> None:
            if self._subscriptions.get(characteristic) is mine:
                on_notification(bytes(payload))

        starting = self._client.start_notify(self._offered(characteristic), forward)
        await self._request("subscribing to", timeout_s, starting)

    async def unsubscribe(self, characteristic: str, timeout_s: float) -> None:
        """End the notifications of a characteristic."""
        stopping = self._client.stop_notify(self._offered(characteristic))
        await self._request("unsubscribing from", timeout_s, stopping)

    async def write(
        self, characteristic: str, payload: bytes, timeout_s: float, *, response: bool, service: str = ""
    ) -> None:
        """Write to a characteristic; with ``response`` wait until the sensor confirmed it.

        ``service`` says whose characteristic it is where several services have one of this UUID.
        """
        target = self._within_service(characteristic, service) if service else self._offered(characteristic)
        writing = self._client.write_gatt_char(target, payload, response=response)
        await self._request("writing to", timeout_s, writing)

    def _within_service(self, characteristic: str, service: str) -> BleakGATTCharacteristic:
        with plain_words(f"looking for the services of {self._name}"):
            offered = self._client.services.get_service(service)
            found = offered.get_characteristic(characteristic) if offered is not None else None
        if found is None:
            lacks = f"{self._name} lacks what it is to be set up by; is its firmware up to date?"
            raise LinkError(lacks, reason=LinkReason.LACKING)
        return found

    async def read(self, characteristic: str, timeout_s: float) -> bytes:
        """Return the present value of a characteristic."""
        reading = self._client.read_gatt_char(self._offered(characteristic))
        return bytes(await self._request("reading from", timeout_s, reading))

    async def pair(self, timeout_s: float) -> None:
        """Bond with the sensor; where the system does so by itself when it has to (macOS), do nothing."""
        await self._request("pairing with", timeout_s, self._pair_where_possible())

    async def disconnect(self, timeout_s: float) -> None:
        """End the connection; nothing is heard of it afterwards."""
        try:
            await self._request("disconnecting from", timeout_s, self._client.disconnect())
        finally:
            self._subscriptions.clear()

    async def _pair_where_possible(self) -> None:
        with suppress(NotImplementedError):
            await self._client.pair()

    async def _request(self, doing: str, timeout_s: float, call: Coroutine[Any, Any, _Result]) -> _Result:
        with plain_words(f"{doing} {self._name}"):
            return await self._adapter.bounded(timeout_s, call)


async def _connected_already(radio: Radio) -> tuple[Sighting, ...]:
    """Return what this computer is connected to: a killed recording leaves BlueZ holding its sensor."""
    if radio.scanner_backend is not None:
        return ()
    from bleak import BleakAdapter

    try:
        devices = await (await BleakAdapter.get()).get_connected_devices()
    except NotImplementedError:
        return ()
    return tuple(
        _sighting(device, device.name, services=_services_of(device), rssi_dbm=None) for device in devices
    )


def _services_of(device: BLEDevice) -> tuple[str, ...]:
    """Return the services that BlueZ knows of a device; other systems do not tell."""
    details = device.details
    properties = details.get("props", {}) if isinstance(details, dict) else {}
    return tuple(properties.get("UUIDs", ()))


def _listening(adapter: Adapter, heard: Callable[[Sighting], None]) -> AbstractAsyncContextManager[None]:
    def report(device: BLEDevice, advertisement: AdvertisementData) -> None:
        name = advertisement.local_name or device.name
        heard(_sighting(device, name, services=advertisement.service_uuids, rssi_dbm=advertisement.rssi))

    return adapter.listening(report)


def _sighting(
    device: BLEDevice, name: str | None, *, services: Iterable[str], rssi_dbm: int | None
) -> Sighting:
    # A name is whatever a stranger chose to send: escape sequences must not reach a terminal or a file.
    shown = printable(name or "")
    uuids = tuple(uuid.lower() for uuid in services)
    return Sighting(
        name=shown,
        address=device.address,
        services=uuids,
        rssi_dbm=rssi_dbm,
        kind=identify(shown, uuids),
        device=device,
    )
