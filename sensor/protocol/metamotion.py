"""MbientLab MetaMotion (R, RL, S): commands, and acceleration and angular rate out of its notifications.

All data come over one characteristic, after module and register: one sample, or three packed; no time, but
for samples that were sent through an accounter. There is no driver: the registers depend on the chip inside,
which the sensor must be asked for first, and a driver's requests are fixed before the first answer.
Source: vendor SDK and its unit tests. Little-endian.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np

from sensor.errors import PacketError
from sensor.protocol.driver import Settings
from sensor.protocol.full_scale import at_full_scale
from sensor.samples import FloatArray, IntArray, SampleBlock
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

_HEAD_BYTES = 2
_VECTOR_BYTES = 6
_PACKED = 3
_COUNTS = 2**15
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

ASK_MODULES = (bytes([ACC_MODULE, 0x80]), bytes([GYR_MODULE, 0x80]))
"""Ask which chips there are."""


class Vectors(NamedTuple):
    """Samples of one module: (p,) notification, (p,) samples in each, (n, 3) counts."""

    position: IntArray
    samples: IntArray
    counts: FloatArray


def parse_module(data: bytes) -> Chip:
    """Parse the answer about the accelerometer module.

    Raises
    ------
    PacketError
        When it is no such answer or names an unknown chip.
    """
    if len(data) < 3 or data[:2] != ASK_MODULES[0] or data[2] not in [chip.value for chip in Chip]:
        raise PacketError(KEY, "no answer that names a known accelerometer", data)
    return Chip(data[2])


def start_commands(chip: Chip, rate_hz: int, acc_range_g: int, gyr_range_dps: int) -> tuple[bytes, ...]:
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
    return range_g * STANDARD_GRAVITY_MPS2 / _COUNTS


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
    sizes = {_HEAD_BYTES + _VECTOR_BYTES: 1, _HEAD_BYTES + _PACKED * _VECTOR_BYTES: _PACKED}
    fitting = [i for i, one in enumerate(notifications) if len(one) in sizes and one[0] == module]
    body = b"".join([notifications[i][_HEAD_BYTES:] for i in fitting])
    samples = np.array([sizes[len(notifications[i])] for i in fitting], np.int64)
    counts = np.frombuffer(body, "<i2").astype(np.float64).reshape(-1, 3)
    return Vectors(np.array(fitting, np.int64), samples, counts)


def encode_packed(module: int, register: int, counts: IntArray) -> tuple[bytes, ...]:
    """Encode (3 k, 3) counts as k packed notifications."""
    rows = counts.astype("<i2").reshape(-1, _PACKED * 3)
    return tuple(bytes([module, register]) + row.tobytes() for row in rows)


def decode_accounter(data: bytes) -> tuple[int, FloatArray]:
    """Decode a sample that an accounter dated: its ticks (see `TICK_S`) and (3,) counts.

    Raises
    ------
    PacketError
        When it is none.
    """
    if len(data) != 13 or (data[0], data[1]) != _PROCESSOR:
        raise PacketError(KEY, "not a dated sample", data)
    return int.from_bytes(data[3:7], "little"), np.frombuffer(data, "<i2", 3, 7).astype(np.float64)


class MetaMotionDecoder:
    """Decodes the acceleration of one connection; see `sensor.protocol.driver.StreamDecoder`.

    ``ticks`` is the number of the packet's first sample since the connection began: there is no other time.

    Parameters
    ----------
    settings
        ``acc_range_g``, the full scale in force.

    Raises
    ------
    ValueError
        When it is missing or none of the chip's.
    """

    def __init__(self, settings: Settings) -> None:
        if "acc_range_g" not in settings:
            raise ValueError(f"metamotion: settings need acc_range_g, found {dict(settings)}")
        self._unit = acc_unit_mps2(float(settings["acc_range_g"]))
        self._samples = 0
        self._rejected = 0

    @property
    def rejected(self) -> int:
        """Notifications of the accelerometer that do not fit, so far."""
        return self._rejected

    def feed(self, notifications: Sequence[bytes]) -> SampleBlock:
        """Decode the next notifications, see `sensor.protocol.driver.StreamDecoder.feed`."""
        found = decode_vectors(notifications, ACC_MODULE)
        others = sum(one[:1] != bytes([ACC_MODULE]) for one in notifications)
        self._rejected += len(notifications) - others - len(found.position)
        ticks = self._samples + np.cumsum(found.samples) - found.samples
        self._samples += len(found.counts)
        return SampleBlock(
            notification=found.position,
            ticks=ticks,
            count=found.samples,
            acc_sensor_mps2=found.counts * self._unit,
            gyr_sensor_radps=None,
            clipped=at_full_scale(found.counts, _COUNTS),
        )
