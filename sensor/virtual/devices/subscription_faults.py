"""Subscriptions that a sensor refuses until some while after connecting."""

from __future__ import annotations

from collections.abc import Callable

from bleak.uuids import normalize_uuid_16

from sensor.virtual.radio.stack import Characteristic, Descriptor, Server, att

_CONFIGURATION_UUID = normalize_uuid_16(0x2902)


def refuse_while(
    characteristic: Characteristic[bytes], is_deaf: Callable[[], bool], server: Callable[[], Server]
) -> None:
    """Let a characteristic refuse to be subscribed to for as long as ``is_deaf`` says.

    Parameters
    ----------
    characteristic
        One that is not yet part of a device.
    is_deaf
        Asked at every attempt.
    server
        Returns the GATT server it will be part of.
    """

    def read(bearer: att.Bearer) -> bytes:
        return server().read_cccd(bearer, characteristic)

    def write(bearer: att.Bearer, value: bytes) -> None:
        if is_deaf():
            raise att.ATT_Error(att.ErrorCode.UNLIKELY_ERROR)
        server().write_cccd(bearer, characteristic, value)

    permissions = Characteristic.READABLE | Characteristic.WRITEABLE
    value = att.AttributeValueV2(read=read, write=write)
    characteristic.descriptors = [Descriptor(_CONFIGURATION_UUID, permissions, value)]
