"""A Bluetooth sensor made of software: it advertises, is connected to, has a battery, gets lost."""

from __future__ import annotations

import asyncio
import hashlib
import math

from bleak.uuids import normalize_uuid_16

from sensor.protocol.driver import BATTERY_LEVEL_UUID, BatteryLevel, encode_battery_level
from sensor.virtual.radio.advertisement import encode_advertisement, encode_scan_response
from sensor.virtual.radio.characteristics import read_and_notify
from sensor.virtual.radio.gatt import DEFAULT_MTU, Characteristic, Service, Wanted
from sensor.virtual.radio.medium import Medium, Offer, Station

BATTERY_SERVICE_UUID = normalize_uuid_16(0x180F)

BOOT_S = 2.0
"""From a restart to the first advertisement, s."""

_ATT_HEADER_BYTES = 3
"""Opcode and handle of a notification."""


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

    Attributes
    ----------
    address
        Static random address, always the same for a name, unless set before power-on.

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
        self.address = _static_address(name)
        self._advertisement = encode_advertisement(advertised_uuids)
        self._scan_response = encode_scan_response(name)
        self._battery = read_and_notify(BATTERY_LEVEL_UUID, self._battery_value)
        self._place: Station | None = None
        self._has_link = False

    @property
    def is_connected(self) -> bool:
        """Whether a central holds the link."""
        return self._has_link

    @property
    def payload_bytes(self) -> int:
        """Most bytes one notification carries on the present link."""
        mtu = self._place.att_mtu if self._place is not None else DEFAULT_MTU
        return mtu - _ATT_HEADER_BYTES

    def services(self) -> list[Service]:
        """Return the GATT services to offer; subclasses add theirs."""
        return [Service(BATTERY_SERVICE_UUID, [self._battery])]

    async def power_on(self, medium: Medium) -> None:
        """Join a radio's medium and advertise."""
        self._place = await medium.join(
            Offer(
                name=self.name,
                address=self.address,
                services=self.services(),
                advertised_uuids=self._advertised_uuids,
                advertisement=self._advertisement,
                scan_response=lambda: self._scan_response,
                advertising_interval_s=self._advertising_interval_s,
                mtu=self._mtu,
                on_connected=self.connected,
                on_disconnected=self.disconnected,
            )
        )

    async def power_off(self) -> None:
        """Leave the air for good."""
        place, self._place = self._place, None
        if place is not None:
            self.disconnected()
            await place.leave()

    def set_battery(self, percent: int) -> None:
        """Change the battery level and notify whoever asked for it."""
        self.battery_pct = percent
        self.notify(self._battery, self._battery_value())

    def is_listened_to(self, characteristic: Characteristic) -> bool:
        """Tell whether a central is connected and wants notifications or indications of this."""
        return self._place is not None and self._place.wanted(characteristic) != Wanted.NOTHING

    def notify(self, characteristic: Characteristic, value: bytes) -> None:
        """Send a notification if a central is connected and wants it; a longer value is cut to the MTU."""
        if self.is_listened_to(characteristic):
            self._station.notify(characteristic, value[: self.payload_bytes])

    def indicate(self, characteristic: Characteristic, value: bytes) -> None:
        """Send an indication if a central is connected and wants it, after those not yet confirmed."""
        if self._place is not None and Wanted.INDICATIONS in self._place.wanted(characteristic):
            self._place.indicate(characteristic, value[: self.payload_bytes])

    def lose_link(self) -> None:
        """Lose the link at once, with everything still on its way; the sensor then advertises again."""
        self._station.lose_link()

    def silence(self, duration_s: float) -> None:
        """Let nothing pass for a while: a gap and a burst, or a lost link where it lasts too long."""
        self._station.silence(duration_s)

    def hide(self, duration_s: float = math.inf) -> None:
        """Advertise to nobody for a while; an open link stays."""
        self._station.hide(duration_s)

    def show(self) -> None:
        """Advertise again at once, however long it was to be hidden."""
        self._station.show()

    def take_over(self, duration_s: float) -> None:
        """End the link from this side and belong to another central for a while."""
        self.hide(duration_s)
        self._station.disconnect()

    def reboot(self) -> None:
        """Restart: the link is lost, and for `BOOT_S` nothing is advertised."""
        self.hide(BOOT_S)
        self.lose_link()

    def connected(self) -> None:
        """Take note that a central has opened the link; subclasses begin what belongs to it."""
        self._has_link = True

    def disconnected(self) -> None:
        """Take note that the link is gone; subclasses stop what belonged to it."""
        self._has_link = False

    def _battery_value(self) -> bytes:
        return encode_battery_level(BatteryLevel(self.battery_pct))

    @property
    def _station(self) -> Station:
        if self._place is None:
            raise RuntimeError(f"{self.name} is not on the air: add it to a radio first")
        return self._place


def now_s() -> float:
    """Return the running loop's time, s: the only clock a software sensor has."""
    return asyncio.get_running_loop().time()


def _static_address(name: str) -> str:
    """Derive a static random address (Core Vol 6 Part B 1.3.2.1: the two top bits set) from a name."""
    digest = bytearray(hashlib.sha256(name.encode()).digest()[:6])
    digest[0] |= 0xC0
    return ":".join(f"{byte:02X}" for byte in digest)
