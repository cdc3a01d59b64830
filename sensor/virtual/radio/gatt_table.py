"""What a peripheral offers, discovered over ATT and told in bleak's words."""

from __future__ import annotations

from collections.abc import Container

from bleak.assigned_numbers import gatt_char_props_to_strs
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.uuids import normalize_uuid_str

from sensor.virtual.radio.stack import UUID, CharacteristicProxy, Peer

_NOTIFICATION_HEADER_BYTES = 3
"""Opcode and handle: what an MTU leaves for the value is three bytes less."""


async def discover(peer: Peer) -> None:
    """Discover services, characteristics and descriptors, as a central does after connecting."""
    await peer.discover_services()
    for service in peer.services:
        await service.discover_characteristics()
        for characteristic in service.characteristics:
            await characteristic.discover_descriptors()


def service_collection(peer: Peer, wanted: Container[str] | None) -> BleakGATTServiceCollection:
    """Tell what was discovered in bleak's types.

    Parameters
    ----------
    peer
        The other side of the link, discovered.
    wanted
        128-bit UUIDs of the services to tell; None for all.
    """
    collection = BleakGATTServiceCollection()
    for service in peer.services:
        uuid = _uuid_text(service.uuid)
        if wanted is None or uuid in wanted:
            told = BleakGATTService(service, service.handle, uuid)
            collection.add_service(told)
            for characteristic in service.characteristics:
                _add_characteristic(collection, told, characteristic, peer)
    return collection


def _add_characteristic(
    collection: BleakGATTServiceCollection,
    service: BleakGATTService,
    characteristic: CharacteristicProxy[bytes],
    peer: Peer,
) -> None:
    told = BleakGATTCharacteristic(
        characteristic,
        characteristic.handle,
        _uuid_text(characteristic.uuid),
        sorted(gatt_char_props_to_strs(characteristic.properties)),
        lambda: peer.connection.att_mtu - _NOTIFICATION_HEADER_BYTES,
        service,
    )
    collection.add_characteristic(told)
    for descriptor in characteristic.descriptors:
        uuid = _uuid_text(descriptor.type)
        collection.add_descriptor(BleakGATTDescriptor(descriptor, descriptor.handle, uuid, told))


def _uuid_text(uuid: UUID) -> str:
    return normalize_uuid_str(uuid.to_hex_str("-"))
