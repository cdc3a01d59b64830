"""bleak's scanner on the simulated radio."""

from __future__ import annotations

from typing import ClassVar

from bleak.backends.scanner import AdvertisementData
from bleak.uuids import normalize_uuid_str

from sensor.virtual.radio.backends import SoftwareScanner
from sensor.virtual.radio.simulated_adapter import SimulatedAdapter
from sensor.virtual.radio.stack import Advertisement, AdvertisingData

_UUID_BYTES = {
    AdvertisingData.Type.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS: 2,
    AdvertisingData.Type.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS: 2,
    AdvertisingData.Type.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS: 16,
    AdvertisingData.Type.INCOMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS: 16,
}


class VirtualScanner(SoftwareScanner):
    """Scanner backend; a subclass with ``adapter`` set belongs to one simulated radio."""

    adapter: ClassVar[SimulatedAdapter]

    async def start(self) -> None:
        """Start listening, with an empty list of devices."""
        await self.adapter.answer()
        self.seen_devices = {}
        await self.adapter.listen(self._on_advertisement)

    async def stop(self) -> None:
        """Stop listening."""
        await self.adapter.answer()
        await self.adapter.ignore(self._on_advertisement)

    def _on_advertisement(self, advertisement: Advertisement) -> None:
        data = _advertisement_data(advertisement)
        if not self.is_allowed_uuid(data.service_uuids):
            return
        address = advertisement.address.to_string(with_type_qualifier=False)
        device = self.create_or_update_device(address, address, data.local_name, advertisement.address, data)
        self.call_detection_callbacks(device, data)


def _advertisement_data(advertisement: Advertisement) -> AdvertisementData:
    fields = advertisement.data
    return AdvertisementData(
        local_name=fields.get(AdvertisingData.Type.COMPLETE_LOCAL_NAME),
        manufacturer_data=dict(fields.get_all(AdvertisingData.Type.MANUFACTURER_SPECIFIC_DATA)),
        service_data={},
        service_uuids=_service_uuids(fields),
        tx_power=None,
        rssi=advertisement.rssi,
        platform_data=(advertisement,),
    )


def _service_uuids(fields: AdvertisingData) -> list[str]:
    uuids = [
        normalize_uuid_str(uuid.to_hex_str("-"))
        for kind, size in _UUID_BYTES.items()
        for data in fields.get_all(kind, raw=True)
        for uuid in AdvertisingData.uuid_list_to_objects(data, size)
    ]
    return list(dict.fromkeys(uuids))
