"""A Bluetooth sensor made of software: it advertises, is connected to, has a battery, gets lost."""

from __future__ import annotations

import asyncio
import hashlib
import math
from collections.abc import Coroutine
from typing import Any

from bleak.uuids import normalize_uuid_16

from sensor.protocol.driver import BATTERY_LEVEL_UUID, BatteryLevel, encode_battery_level
from sensor.virtual.radio.characteristics import read_and_notify
from sensor.virtual.radio.controller import make_device
from sensor.virtual.radio.link_medium import Air
from sensor.virtual.radio.stack import (
    UUID,
    AdvertisingData,
    Characteristic,
    Connection,
    Device,
    DeviceConfiguration,
    Service,
    att,
    hci,
)

BATTERY_SERVICE_UUID = normalize_uuid_16(0x180F)

BOOT_S = 2.0
"""From a restart to the first advertisement, s."""

_LEGACY_ADVERTISEMENT_BYTES = 31
_GENERAL_DISCOVERABLE_LE_ONLY = 0x06
_UUID_16_TAIL = "-0000-1000-8000-00805f9b34fb"


class VirtualPeripheral:
    """The part all software sensors have in common.

    Parameters
    ----------
    name
        Advertised name, in the scan response.
    advertised_uuids
        Services in the advertisement, 128-bit.
    battery_pct
        Battery level at power-on, percent.
    mtu
        Largest ATT MTU it agrees to, bytes.
    advertising_interval_s
        Time between two advertisements, s.

    Raises
    ------
    ValueError
        When name or services do not fit into a legacy advertisement of 31 bytes.
    """

    def __init__(
        self,
        name: str,
        *,
        advertised_uuids: tuple[str, ...] = (),
        battery_pct: int = 100,
        mtu: int = 247,
        advertising_interval_s: float = 0.1,
    ) -> None:
        self.name = name
        self.battery_pct = battery_pct
        self._advertised_uuids = advertised_uuids
        self._mtu = mtu
        self._advertising_interval_s = advertising_interval_s
        self._address = hci.Address(_static_address(name))
        self._advertisement = _advertisement(advertised_uuids)
        self._scan_response = _scan_response(name)
        self._battery = read_and_notify(BATTERY_LEVEL_UUID, self._battery_value)
        self._air: Air | None = None
        self._device: Device | None = None
        self._connection: Connection | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._indications: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        """Static random address, always the same for a name, unless set before power-on."""
        return self._address.to_string(with_type_qualifier=False)

    @address.setter
    def address(self, address: str) -> None:
        self._address = hci.Address(address)

    @property
    def is_connected(self) -> bool:
        """Whether a central holds the link."""
        return self._connection is not None

    @property
    def payload_bytes(self) -> int:
        """Most bytes one notification carries on the present link."""
        mtu = self._connection.att_mtu if self._connection is not None else att.ATT_DEFAULT_MTU
        return int(mtu) - 3

    def services(self) -> list[Service]:
        """Return the GATT services to offer; subclasses add theirs."""
        return [Service(BATTERY_SERVICE_UUID, [self._battery])]

    async def power_on(self, air: Air) -> None:
        """Join the air and advertise."""
        config = DeviceConfiguration(name=self.name, address=self._address)
        device = make_device(air, config)
        device.gatt_server.max_mtu = self._mtu
        device.add_services(self.services())
        device.on(Device.EVENT_CONNECTION, self._on_connection)
        self._air, self._device = air, device
        await device.power_on()
        await self._advertise(device)

    async def power_off(self) -> None:
        """Leave the air for good."""
        device, self._device = self._device, None
        if device is not None:
            self.disconnected()
            # Not bumble's own power_off: it tells of disconnections and leaves commands unanswered.
            await asyncio.gather(*self._tasks)
            await device.stop_advertising()
            self._on_air().leave(device.host)

    def set_battery(self, percent: int) -> None:
        """Change the battery level and notify whoever asked for it."""
        self.battery_pct = percent
        self.notify(self._battery, self._battery_value())

    def is_listened_to(self, characteristic: Characteristic[bytes]) -> bool:
        """Tell whether a central is connected and wants notifications or indications of this."""
        connection, device = self._connection, self._device
        if connection is None or device is None:
            return False
        return device.gatt_server.read_cccd(connection, characteristic)[0] != 0

    def notify(self, characteristic: Characteristic[bytes], value: bytes) -> None:
        """Send a notification if a central is connected and wants it; a longer value is cut to the MTU."""
        connection, device = self._connection, self._device
        if connection is not None and device is not None and self.is_listened_to(characteristic):
            pdu = att.ATT_Handle_Value_Notification(
                attribute_handle=characteristic.handle, attribute_value=value[: self.payload_bytes]
            )
            device.gatt_server.send_gatt_pdu(connection, bytes(pdu))

    def indicate(self, characteristic: Characteristic[bytes], value: bytes) -> None:
        """Send an indication if a central is connected and wants it, after those not yet confirmed."""
        connection, device = self._connection, self._device
        if connection is None or device is None:
            return
        if device.gatt_server.read_cccd(connection, characteristic)[0] & 2:
            work = device.gatt_server.indicate_subscriber(connection, characteristic, value)
            _keep(self._indications, asyncio.create_task(work))

    def lose_link(self) -> None:
        """Lose the link at once, with everything still on its way; the sensor then advertises again."""
        self._on_air().lose_link(self._address)

    def silence(self, duration_s: float) -> None:
        """Let nothing pass for a while: a gap and a burst, or a lost link where it lasts too long."""
        self._on_air().silence(self._address, duration_s)

    def hide(self, duration_s: float = math.inf) -> None:
        """Advertise to nobody for a while; an open link stays."""
        self._on_air().hide(self._address, duration_s)

    def show(self) -> None:
        """Advertise again at once, however long it was to be hidden."""
        self._on_air().show(self._address)

    def take_over(self, duration_s: float) -> None:
        """End the link from this side and belong to another central for a while."""
        self.hide(duration_s)
        if self._connection is not None:
            self._spawn(self._connection.disconnect())

    def reboot(self) -> None:
        """Restart: the link is lost, and for `BOOT_S` nothing is advertised."""
        self.hide(BOOT_S)
        self.lose_link()

    def disconnected(self) -> None:
        """Take note that the link is gone; subclasses stop what belonged to it."""
        self._connection = None
        # Nobody confirms them any more, and bumble would wait half a minute for it.
        for indication in tuple(self._indications):
            indication.cancel()

    def _battery_value(self) -> bytes:
        return encode_battery_level(BatteryLevel(self.battery_pct))

    def _on_air(self) -> Air:
        if self._air is None:
            raise RuntimeError(f"{self.name} is not on the air: add it to a VirtualRadio first")
        return self._air

    def _on_connection(self, connection: Connection) -> None:
        self._connection = connection
        connection.on(Connection.EVENT_DISCONNECTION, self._on_disconnection)

    def _on_disconnection(self, _reason: int) -> None:
        if self._device is not None:
            self.disconnected()
            self._spawn(self._advertise(self._device))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        _keep(self._tasks, asyncio.create_task(work))

    async def _advertise(self, device: Device) -> None:
        interval_ms = 1000 * self._advertising_interval_s
        await device.start_advertising(
            advertising_data=self._advertisement,
            scan_response_data=self._scan_response,
            advertising_interval_min=interval_ms,
            advertising_interval_max=interval_ms,
        )


def now_s() -> float:
    """Return the running loop's time, s: the only clock a software sensor has."""
    return asyncio.get_running_loop().time()


def _keep(tasks: set[asyncio.Task[None]], task: asyncio.Task[None]) -> None:
    """Hold a reference to a task until it is done: asyncio itself does not."""
    tasks.add(task)
    task.add_done_callback(tasks.discard)


def _static_address(name: str) -> str:
    """Derive a static random address (Core Vol 6 Part B 1.3.2.1: the two top bits set) from a name."""
    digest = bytearray(hashlib.sha256(name.encode()).digest()[:6])
    digest[0] |= 0xC0
    return ":".join(f"{byte:02X}" for byte in digest)


def _advertisement(uuids: tuple[str, ...]) -> bytes:
    fields = [(AdvertisingData.Type.FLAGS, bytes([_GENERAL_DISCOVERABLE_LE_ONLY]))]
    short = [uuid for uuid in uuids if uuid.startswith("0000") and uuid.endswith(_UUID_16_TAIL)]
    kinds = (
        (AdvertisingData.Type.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS, [uuid[4:8] for uuid in short]),
        (
            AdvertisingData.Type.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
            [uuid for uuid in uuids if uuid not in short],
        ),
    )
    for kind, members in kinds:
        if members:
            fields.append((kind, b"".join(UUID(member).to_pdu_bytes() for member in members)))
    return _fitting(bytes(AdvertisingData(fields)), f"the services {', '.join(uuids)}")


def _scan_response(name: str) -> bytes:
    fields = [(AdvertisingData.Type.COMPLETE_LOCAL_NAME, name.encode())]
    return _fitting(bytes(AdvertisingData(fields)), f"the name {name!r}")


def _fitting(data: bytes, what: str) -> bytes:
    if len(data) > _LEGACY_ADVERTISEMENT_BYTES:
        raise ValueError(f"{what} need {len(data)} bytes, but an advertisement holds 31: shorten them")
    return data
