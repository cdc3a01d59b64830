"""MbientLab MetaMotion (R, RL, S): commands, and vectors out of its notifications.

All data come over one characteristic, after module and register: one sample, or three packed; no time, but
for samples that were sent through an accounter. The registers depend on the chip inside, for which the sensor
must be asked first. Source: vendor SDK and its unit tests. Little-endian.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np

from sensor.errors import PacketError
from sensor.samples import FloatArray, IntArray
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2

KEY = "metamotion"
SERVICE_UUID = "326a9000-85cb-9195-d9dd-464cfbbae75a"
COMMAND_UUID = "326a9001-85cb-9195-d9dd-464cfbbae75a"
NOTIFY_UUID = "326a9006-85cb-9195-d9dd-464cfbbae75a"

ACC_MODULE = 0x03
GYR_MODULE = 0x13
_PROCESSOR = (0x09, 0x03)
TICK_S = 48 / 32768
"""One tick of an accounter."""

HEAD_BYTES = 2
VECTOR_BYTES = 6
PACKED_SAMPLES = 3
_ANSWERS = 0x80
"""From this register number on, what follows is the answer to a question."""

COUNTS = 2**15
_GYR_COUNTS_PER_DPS = {125: 262.4, 250: 131.2, 500: 65.6, 1000: 32.8, 2000: 16.4}
_ACC_RANGES_G = (2, 4, 8, 16)


class Chip(Enum):
    """Inertial chip, by what the sensor answers for its accelerometer module."""

    BMI160 = 1
    BMI270 = 4


@dataclass(frozen=True, slots=True)
class _Registers:
    acc_rates: dict[int, int]
    acc_ranges: dict[int, int]
    acc_packed: int
    gyr_packed: int


_REGISTERS = {
    Chip.BMI160: _Registers(
        {25: 0x26, 50: 0x27, 100: 0x28, 200: 0x29}, {2: 0x03, 4: 0x05, 8: 0x08, 16: 0x0C}, 0x1C, 0x07
    ),
    Chip.BMI270: _Registers(
        {25: 0xA6, 50: 0xA7, 100: 0xA8, 200: 0xA9}, {2: 0, 4: 1, 8: 2, 16: 3}, 0x05, 0x05
    ),
}
_GYR_RATES = {25: 0x26, 50: 0x27, 100: 0x28, 200: 0x29}
_GYR_RANGES = {2000: 0, 1000: 1, 500: 2, 250: 3, 125: 4}

ASK_MODULE = bytes([ACC_MODULE, 0x80])
"""Ask which accelerometer there is; the gyroscope is part of the same chip."""


class Vectors(NamedTuple):
    """Samples of one module: (p,) notification, (p,) samples in each, (n, 3) counts."""

    position: IntArray
    samples: IntArray
    counts: FloatArray


def is_answer(notification: bytes) -> bool:
    """Tell whether a notification answers a question; such are no samples."""
    return len(notification) > 1 and notification[1] >= _ANSWERS


def parse_module(data: bytes) -> Chip:
    """Parse the answer about the accelerometer module.

    Raises
    ------
    PacketError
        When it is no such answer or names an unknown chip.
    """
    if len(data) < 3 or data[:2] != ASK_MODULE or data[2] not in [chip.value for chip in Chip]:
        raise PacketError(KEY, "no answer that names a known accelerometer", data)
    return Chip(data[2])


def encode_module(chip: Chip) -> bytes:
    """Encode the answer about the accelerometer module; its last byte is a revision."""
    return ASK_MODULE + bytes([chip.value, 0])


def packed_registers(chip: Chip) -> dict[int, int]:
    """Return where each module sends packed samples."""
    return {ACC_MODULE: _REGISTERS[chip].acc_packed, GYR_MODULE: _REGISTERS[chip].gyr_packed}


def start_commands(chip: Chip, rate_hz: int, *, acc_range_g: int, gyr_range_dps: int) -> tuple[bytes, ...]:
    """Return what turns both packed streams on, in order.

    Raises
    ------
    ValueError
        When the chip has no such rate or range.
    """
    registers = _REGISTERS[chip]
    if (
        rate_hz not in _GYR_RATES
        or acc_range_g not in registers.acc_ranges
        or gyr_range_dps not in _GYR_RANGES
    ):
        raise ValueError(f"metamotion: no {rate_hz} Hz at {acc_range_g} g and {gyr_range_dps} deg/s")
    return (
        bytes([ACC_MODULE, 0x03, registers.acc_rates[rate_hz], registers.acc_ranges[acc_range_g]]),
        bytes([GYR_MODULE, 0x03, _GYR_RATES[rate_hz], _GYR_RANGES[gyr_range_dps]]),
        bytes([ACC_MODULE, registers.acc_packed, 1]),
        bytes([GYR_MODULE, registers.gyr_packed, 1]),
        bytes([ACC_MODULE, 0x02, 1, 0]),
        bytes([GYR_MODULE, 0x02, 1, 0]),
        bytes([ACC_MODULE, 0x01, 1]),
        bytes([GYR_MODULE, 0x01, 1]),
    )


def stop_commands(chip: Chip) -> tuple[bytes, ...]:
    """Return what turns both packed streams off, in order."""
    registers = _REGISTERS[chip]
    return (
        bytes([ACC_MODULE, 0x01, 0]),
        bytes([GYR_MODULE, 0x01, 0]),
        bytes([ACC_MODULE, 0x02, 0, 1]),
        bytes([GYR_MODULE, 0x02, 0, 1]),
        bytes([ACC_MODULE, registers.acc_packed, 0]),
        bytes([GYR_MODULE, registers.gyr_packed, 0]),
    )


def acc_unit_mps2(range_g: float) -> float:
    """Return one count of acceleration in m/s2.

    Raises
    ------
    ValueError
        When the chip has no such range.
    """
    if range_g not in _ACC_RANGES_G:
        raise ValueError(f"metamotion: no accelerometer range of {range_g:g} g")
    return range_g * STANDARD_GRAVITY_MPS2 / COUNTS


def gyr_unit_radps(range_dps: float) -> float:
    """Return one count of angular rate in rad/s.

    Raises
    ------
    ValueError
        When the chip has no such range.
    """
    if range_dps not in _GYR_COUNTS_PER_DPS:
        raise ValueError(f"metamotion: no gyroscope range of {range_dps:g} deg/s")
    return RADPS_PER_DEGPS / _GYR_COUNTS_PER_DPS[int(range_dps)]


def decode_vectors(notifications: Sequence[bytes], module: int) -> Vectors:
    """Decode the notifications of a module, one sample each or three packed; others are passed over."""
    sizes = {HEAD_BYTES + VECTOR_BYTES: 1, HEAD_BYTES + PACKED_SAMPLES * VECTOR_BYTES: PACKED_SAMPLES}
    fitting = [
        i
        for i, one in enumerate(notifications)
        if len(one) in sizes and one[0] == module and not is_answer(one)
    ]
    body = b"".join([notifications[i][HEAD_BYTES:] for i in fitting])
    samples = np.array([sizes[len(notifications[i])] for i in fitting], np.int64)
    counts = np.frombuffer(body, "<i2").astype(np.float64).reshape(-1, 3)
    return Vectors(np.array(fitting, np.int64), samples, counts)


def encode_packed(module: int, register: int, *, counts: IntArray) -> tuple[bytes, ...]:
    """Encode (3 k, 3) counts as k packed notifications."""
    rows = counts.astype("<i2").reshape(-1, PACKED_SAMPLES * 3)
    return tuple(bytes([module, register]) + row.tobytes() for row in rows)
