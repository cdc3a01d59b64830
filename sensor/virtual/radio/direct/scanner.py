"""bleak's scanner on the direct radio."""

from __future__ import annotations

from typing import ClassVar

from bleak.backends.scanner import AdvertisementData

from sensor.virtual.radio.backends import SoftwareScanner
from sensor.virtual.radio.direct.air import DirectAir
from sensor.virtual.radio.direct.station import DirectStation

_RSSI_DBM = -50


class DirectScanner(SoftwareScanner):
    """Scanner backend; a subclass with ``air`` set belongs to one radio."""

    air: ClassVar[DirectAir]

    async def start(self) -> None:
        """Start listening, with an empty list of devices."""
        self.seen_devices = {}
        self.air.listen(self._on_advertisement)

    async def stop(self) -> None:
        """Stop listening."""
        self.air.ignore(self._on_advertisement)

    def _on_advertisement(self, station: DirectStation) -> None:
        offer = station.offer
        data = AdvertisementData(
            local_name=offer.name if station.tells_name else None,
            manufacturer_data={},
            service_data={},
            service_uuids=list(offer.advertised_uuids),
            tx_power=None,
            rssi=_RSSI_DBM,
            platform_data=(station,),
        )
        if self.is_allowed_uuid(data.service_uuids):
            device = self.create_or_update_device(
                offer.address, offer.address, data.local_name, station, data
            )
            self.call_detection_callbacks(device, data)
