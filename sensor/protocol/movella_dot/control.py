"""What a Movella DOT is set to, and how it is told to measure: device control, measurement control, battery.

Sources as for `sensor.protocol.movella_dot.decoder`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from sensor.errors import PacketError
from sensor.protocol.driver import BatteryLevel
from sensor.protocol.movella_dot.decoder import KEY

CONTROL_BYTES = 32
SET_RATE = 0x10
"""Bit of a control's first byte: the rate in it counts."""

MEASURE = 1

SECOND_GENERATION = "XS-T02"
"""Product code of sensors with four times the memory."""

_RATE_AT = 24
_INFO_BYTES = 34
_PRODUCT_BYTES = 6
_MEASUREMENT_BYTES = 3


@dataclass(frozen=True, slots=True)
class Measurement:
    """The request to start or stop a measurement in a mode."""

    starts: bool
    mode: int


def encode_control(rate_hz: int, fields: int = 0) -> bytes:
    """Encode a device control.

    Parameters
    ----------
    rate_hz
        Samples per second.
    fields
        Which of its fields count, bits such as `SET_RATE`; 0 as it is read.
    """
    control = bytearray(CONTROL_BYTES)
    # The first byte says which fields count; the others may hold anything and stay as the sensor has them.
    control[0] = fields
    struct.pack_into("<H", control, _RATE_AT, rate_hz)
    return bytes(control)


def parse_control(payload: bytes) -> tuple[int, int]:
    """Parse a device control: which of its fields count, and the rate, Hz.

    Raises
    ------
    PacketError
        When it has another length.
    """
    if len(payload) != CONTROL_BYTES:
        raise PacketError(KEY, f"a device control has {CONTROL_BYTES} bytes", payload)
    return payload[0], int.from_bytes(payload[_RATE_AT : _RATE_AT + 2], "little")


def encode_measurement(request: Measurement) -> bytes:
    """Encode the request to start or stop a measurement."""
    return bytes([MEASURE, request.starts, request.mode])


def parse_measurement(payload: bytes) -> Measurement:
    """Parse the request to start or stop a measurement.

    Raises
    ------
    PacketError
        When it is none.
    """
    if len(payload) != _MEASUREMENT_BYTES or payload[0] != MEASURE or payload[1] > 1:
        raise PacketError(KEY, "a measurement is 1, whether it starts, and its mode", payload)
    return Measurement(bool(payload[1]), payload[2])


def parse_product(payload: bytes) -> str:
    """Parse the product code out of the device information; the rest of it is passed over.

    Raises
    ------
    PacketError
        When it has another length.
    """
    if len(payload) != _INFO_BYTES:
        raise PacketError(KEY, f"device information has {_INFO_BYTES} bytes", payload)
    # The product is the last thing of the device information, whatever the firmware puts before it.
    return payload[-_PRODUCT_BYTES:].decode(errors="replace")


def encode_info(product: str) -> bytes:
    """Encode device information that tells nothing but the product code."""
    return bytes(_INFO_BYTES - _PRODUCT_BYTES) + product.encode()[:_PRODUCT_BYTES].ljust(
        _PRODUCT_BYTES, b"\0"
    )


def parse_battery(payload: bytes) -> BatteryLevel:
    """Parse the battery.

    Raises
    ------
    PacketError
        When it is not a level of at most 100 % and, where told, whether it charges.
    """
    # The maker's document has two bytes; the level alone is understood as well.
    if not 1 <= len(payload) <= 2 or payload[0] > 100:
        raise PacketError(KEY, "a battery is a level of at most 100 % and whether it charges", payload)
    return BatteryLevel(payload[0])


def encode_battery(level: BatteryLevel, *, is_charging: bool = False) -> bytes:
    """Encode the battery."""
    return bytes([level.percent, is_charging])
