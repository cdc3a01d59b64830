"""GATT characteristics as software sensors offer them: each can do just one thing, and refuses the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bleak.uuids import normalize_uuid_16

from sensor.protocol.standard import DEVICE_INFORMATION_UUIDS
from sensor.virtual.radio.gatt import Characteristic, Property, Service

DEVICE_INFORMATION_SERVICE_UUID = normalize_uuid_16(0x180A)


def read_only(uuid: str, value: Callable[[], bytes]) -> Characteristic:
    """Return a characteristic with a value to read."""
    return Characteristic(uuid, Property.READ, value)


def notify_only(uuid: str) -> Characteristic:
    """Return a characteristic that only notifies."""
    return Characteristic(uuid, Property.NOTIFY)


def read_and_notify(uuid: str, value: Callable[[], bytes]) -> Characteristic:
    """Return a characteristic with a value to read that is also notified."""
    return Characteristic(uuid, Property.READ | Property.NOTIFY, value)


def write_only(uuid: str, on_write: Callable[[bytes], None], *, response: bool = True) -> Characteristic:
    """Return a characteristic to write to, with or without the ATT response."""
    how = Property.WRITE if response else Property.WRITE_WITHOUT_RESPONSE
    return Characteristic(uuid, how, on_write=on_write)


def write_and_notify(uuid: str, on_write: Callable[[bytes], None]) -> Characteristic:
    """Return a characteristic to write to without the ATT response, which answers by notifications."""
    return Characteristic(uuid, Property.WRITE_WITHOUT_RESPONSE | Property.NOTIFY, on_write=on_write)


def read_and_write(
    uuid: str, value: Callable[[], bytes], on_write: Callable[[bytes], None]
) -> Characteristic:
    """Return a characteristic with a value to read and, with the ATT response, to write."""
    return Characteristic(uuid, Property.READ | Property.WRITE, value, on_write)


def control_point(
    uuid: str, on_write: Callable[[bytes], None], *, value: Callable[[], bytes] | None = None
) -> Characteristic:
    """Return a characteristic to write to that answers by indications; ``value`` where it can be read."""
    read = Property(0) if value is None else Property.READ
    return Characteristic(uuid, Property.WRITE | Property.INDICATE | read, value, on_write)


def device_information(texts: Mapping[str, str]) -> Service:
    """Return the device information service; ``texts`` by the names of `DEVICE_INFORMATION_UUIDS`."""
    about = [read_only(DEVICE_INFORMATION_UUIDS[what], text.encode) for what, text in texts.items()]
    return Service(DEVICE_INFORMATION_SERVICE_UUID, about)
