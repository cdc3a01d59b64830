"""What both simulated radios share of bleak's backends: how bleak makes them, and whom they stand for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from bleak.backends.client import BaseBleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementDataCallback, BaseBleakScanner

WANTED_MTU = 517
"""What a computer asks for; the peripheral's own limit decides."""


class SoftwareScanner(BaseBleakScanner):
    """Scanner backend. Platform options (``bluez``, ``cb`` …) are accepted and mean nothing here."""

    def __init__(
        self,
        detection_callback: AdvertisementDataCallback | None,
        service_uuids: list[str] | None,
        scanning_mode: str,
        **_platform_options: Any,
    ) -> None:
        super().__init__(detection_callback, service_uuids)


class SoftwareClient(BaseBleakClient):
    """Client backend. Platform options (``bluez``, ``winrt`` …) are accepted and mean nothing here."""

    def __init__(
        self,
        address_or_ble_device: BLEDevice | str,
        *,
        disconnected_callback: Callable[[], None] | None,
        timeout: float,
        services: set[str] | None = None,
        **_platform_options: Any,
    ) -> None:
        super().__init__(address_or_ble_device, disconnected_callback=disconnected_callback, timeout=timeout)
        self._device = address_or_ble_device if isinstance(address_or_ble_device, BLEDevice) else None
        self._wanted_services = services
        # ATT knows one request at a time; waiting here lets those behind a lost link fail at once.
        self._requesting = asyncio.Lock()

    @property
    def name(self) -> str:
        """Name from the advertisement, else the address with dashes."""
        name = None if self._device is None else self._device.name
        return name or self.address.replace(":", "-")
