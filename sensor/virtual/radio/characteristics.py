"""GATT characteristics as software sensors offer them: each can do just one thing, and refuses the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bleak.uuids import normalize_uuid_16

from sensor.protocol.standard import DEVICE_INFORMATION_UUIDS
from sensor.virtual.radio.stack import Characteristic, CharacteristicValue, Connection, Service, att

DEVICE_INFORMATION_SERVICE_UUID = normalize_uuid_16(0x180A)

_PROPERTIES, _PERMISSIONS = Characteristic.Properties, Characteristic.Permissions


def read_only(uuid: str, value: Callable[[], bytes]) -> Characteristic[bytes]:
    """Return a characteristic with a value to read."""
    return Characteristic[bytes](
        uuid, _PROPERTIES.READ, _PERMISSIONS.READABLE, CharacteristicValue(read=lambda _: value())
    )


def notify_only(uuid: str) -> Characteristic[bytes]:
    """Return a characteristic that only notifies."""
    return Characteristic[bytes](
        uuid, _PROPERTIES.NOTIFY, _PERMISSIONS.READABLE, CharacteristicValue(read=_refuse_read)
    )


def read_and_notify(uuid: str, value: Callable[[], bytes]) -> Characteristic[bytes]:
    """Return a characteristic with a value to read that is also notified."""
    return Characteristic[bytes](
        uuid,
        _PROPERTIES.READ | _PROPERTIES.NOTIFY,
        _PERMISSIONS.READABLE,
        CharacteristicValue(read=lambda _: value()),
    )


def write_only(
    uuid: str, on_write: Callable[[bytes], None], *, response: bool = True
) -> Characteristic[bytes]:
    """Return a characteristic to write to, with or without the ATT response."""
    properties = _PROPERTIES.WRITE if response else _PROPERTIES.WRITE_WITHOUT_RESPONSE
    return Characteristic[bytes](
        uuid,
        properties,
        _PERMISSIONS.WRITEABLE,
        CharacteristicValue(read=_refuse_read, write=_taker(on_write)),
    )


def write_and_notify(uuid: str, on_write: Callable[[bytes], None]) -> Characteristic[bytes]:
    """Return a characteristic to write to without the ATT response, which answers by notifications."""
    return Characteristic[bytes](
        uuid,
        _PROPERTIES.WRITE_WITHOUT_RESPONSE | _PROPERTIES.NOTIFY,
        _PERMISSIONS.WRITEABLE,
        CharacteristicValue(read=_refuse_read, write=_taker(on_write)),
    )


def read_and_write(
    uuid: str, value: Callable[[], bytes], on_write: Callable[[bytes], None]
) -> Characteristic[bytes]:
    """Return a characteristic with a value to read and, with the ATT response, to write."""
    return Characteristic[bytes](
        uuid,
        _PROPERTIES.READ | _PROPERTIES.WRITE,
        _PERMISSIONS.READABLE | _PERMISSIONS.WRITEABLE,
        CharacteristicValue(read=lambda _: value(), write=_taker(on_write)),
    )


def control_point(
    uuid: str, on_write: Callable[[bytes], None], *, value: Callable[[], bytes] | None = None
) -> Characteristic[bytes]:
    """Return a characteristic to write to that answers by indications; ``value`` where it can be read."""
    properties = _PROPERTIES.WRITE | _PROPERTIES.INDICATE
    permissions = _PERMISSIONS.WRITEABLE
    if value is not None:
        properties |= _PROPERTIES.READ
        permissions |= _PERMISSIONS.READABLE
    return Characteristic[bytes](
        uuid,
        properties,
        permissions,
        CharacteristicValue(
            read=_refuse_read if value is None else lambda _: value(), write=_taker(on_write)
        ),
    )


def device_information(texts: Mapping[str, str]) -> Service:
    """Return the device information service; ``texts`` by the names of `DEVICE_INFORMATION_UUIDS`."""
    about = [read_only(DEVICE_INFORMATION_UUIDS[what], text.encode) for what, text in texts.items()]
    return Service(DEVICE_INFORMATION_SERVICE_UUID, about)


def when_subscribed(characteristic: Characteristic[bytes], tell: Callable[[bool], None]) -> None:
    """Have ``tell`` called with whether notifications are wanted, whenever a central says so."""

    def changed(_bearer: object, wants_notifications: bool, _wants_indications: bool) -> None:
        tell(wants_notifications)

    characteristic.on(Characteristic.EVENT_SUBSCRIPTION, changed)


def _taker(on_write: Callable[[bytes], None]) -> Callable[[Connection, bytes], None]:
    return lambda _, data: on_write(bytes(data))


def _refuse_read(_: Connection) -> bytes:
    """Answer as ATT wants: bumble itself lets a read of what cannot be read hang."""
    raise att.ATT_Error(att.ATT_READ_NOT_PERMITTED_ERROR)
