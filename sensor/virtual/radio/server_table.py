"""What a peripheral of software offers, as bumble's GATT server serves it."""

from __future__ import annotations

from collections.abc import Sequence

from sensor.virtual.radio import gatt
from sensor.virtual.radio.stack import (
    UUID,
    Characteristic,
    CharacteristicValue,
    Connection,
    Descriptor,
    Server,
    Service,
    att,
)

_PERMISSIONS = Characteristic.Permissions


class ServerTable:
    """Services in bumble's words, and which of them is which of ours.

    Parameters
    ----------
    server
        Where they will be served.
    services
        What is offered.
    """

    def __init__(self, server: Server, services: Sequence[gatt.Service]) -> None:
        self._served = {
            characteristic: _served(characteristic, server)
            for service in services
            for characteristic in service.characteristics
        }
        self.services = [
            Service(
                service.uuid, [self._served[characteristic] for characteristic in service.characteristics]
            )
            for service in services
        ]

    def served(self, characteristic: gatt.Characteristic) -> Characteristic[bytes]:
        """Return bumble's characteristic for one of ours."""
        return self._served[characteristic]

    def handle(self, uuid: str) -> int:
        """Return the handle of a characteristic's value, known once it is served."""
        (handle,) = (served.handle for served in self._served.values() if served.uuid == UUID(uuid))
        return int(handle)


def _served(characteristic: gatt.Characteristic, server: Server) -> Characteristic[bytes]:
    def read(_: Connection) -> bytes:
        # bumble itself lets a read of what cannot be read hang.
        with _Translated():
            return characteristic.read()

    def write(_: Connection, value: bytes) -> None:
        with _Translated():
            characteristic.write(bytes(value))

    def changed(_bearer: object, notifications: bool, indications: bool) -> None:
        characteristic.subscribed(gatt.Wanted(notifications + 2 * indications))

    served = Characteristic[bytes](
        characteristic.uuid,
        Characteristic.Properties(int(characteristic.properties)),
        _permissions(characteristic),
        CharacteristicValue(read=read, write=write),
    )
    served.on(Characteristic.EVENT_SUBSCRIPTION, changed)
    if characteristic.refuses_subscription is not None:
        served.descriptors = [_choosy_configuration(characteristic, served, server)]
    return served


def _permissions(characteristic: gatt.Characteristic) -> Characteristic.Permissions:
    writeable = _PERMISSIONS.WRITEABLE if characteristic.on_write is not None else _PERMISSIONS(0)
    encrypted = _PERMISSIONS.WRITE_REQUIRES_ENCRYPTION if characteristic.needs_encryption else _PERMISSIONS(0)
    readable = characteristic.on_read is not None or characteristic.on_write is None
    return writeable | encrypted | (_PERMISSIONS.READABLE if readable else _PERMISSIONS(0))


def _choosy_configuration(
    characteristic: gatt.Characteristic, served: Characteristic[bytes], server: Server
) -> Descriptor:
    """Return a client configuration that asks before it lets anybody subscribe."""

    def read(bearer: att.Bearer) -> bytes:
        return server.read_cccd(bearer, served)

    def write(bearer: att.Bearer, value: bytes) -> None:
        with _Translated():
            characteristic.check_subscription()
        server.write_cccd(bearer, served, value)

    permissions = Characteristic.READABLE | Characteristic.WRITEABLE
    value = att.AttributeValueV2(read=read, write=write)
    return Descriptor(gatt.CONFIGURATION_UUID, permissions, value)


class _Translated:
    """Tells a peripheral's refusal in bumble's words."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, gatt.AttError):
            raise att.ATT_Error(att.ErrorCode(error.code)) from error
