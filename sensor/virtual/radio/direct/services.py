"""What a peripheral offers, told in bleak's words."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from itertools import count

from bleak.assigned_numbers import gatt_char_props_to_strs
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection

from sensor.virtual.radio.gatt import CONFIGURATION_UUID, Characteristic, Property, Service

_WRITE_HEADER_BYTES = 3
"""Opcode and handle: what an MTU leaves for the value is three bytes less."""


def service_collection(
    services: Sequence[Service], wanted: Container[str] | None, att_mtu: Callable[[], int]
) -> BleakGATTServiceCollection:
    """Tell services in bleak's types, numbered as a GATT server numbers its attributes.

    Parameters
    ----------
    services
        What is offered.
    wanted
        128-bit UUIDs of the services to tell; None for all.
    att_mtu
        Returns the ATT MTU of the link, bytes.
    """
    handles = count(1)
    collection = BleakGATTServiceCollection()
    for service in services:
        told = BleakGATTService(service, next(handles), service.uuid)
        is_wanted = wanted is None or service.uuid in wanted
        if is_wanted:
            collection.add_service(told)
        for characteristic in service.characteristics:
            one, descriptor = _told(characteristic, told, handles, att_mtu)
            if is_wanted:
                collection.add_characteristic(one)
                if descriptor is not None:
                    collection.add_descriptor(descriptor)
    return collection


def _told(
    characteristic: Characteristic,
    service: BleakGATTService,
    handles: Iterator[int],
    att_mtu: Callable[[], int],
) -> tuple[BleakGATTCharacteristic, BleakGATTDescriptor | None]:
    next(handles)  # the declaration's
    told = BleakGATTCharacteristic(
        characteristic,
        next(handles),
        characteristic.uuid,
        sorted(gatt_char_props_to_strs(characteristic.properties)),
        lambda: att_mtu() - _WRITE_HEADER_BYTES,
        service,
    )
    if not characteristic.properties & (Property.NOTIFY | Property.INDICATE):
        return told, None
    return told, BleakGATTDescriptor(characteristic, next(handles), CONFIGURATION_UUID, told)
