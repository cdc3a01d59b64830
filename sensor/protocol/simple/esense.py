"""eSense earbuds: their inertial stream, and the conversation that turns it on.

A notification is ``55``, number, checksum, size, angular rate and acceleration, big-endian; no time. The
number counts notifications modulo 256, so a loss longer than 2.5 s at 100 Hz is told by arrivals only.
Source: vendor's BLE specification.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from sensor.protocol.driver import Settings, Write
from sensor.protocol.sample_blocks import at_full_scale, read_rows
from sensor.protocol.simple_driver import Conversation
from sensor.samples import FloatArray, IntArray, SampleBlock
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2


def _uuid(number: int) -> str:
    return f"0000{number:04x}-0000-1000-8000-00805f9b34fb"


KEY = "esense"
SERVICE_UUID = _uuid(0xFF06)
WRITE_UUID = _uuid(0xFF07)
DATA_UUID = _uuid(0xFF08)

RATES_HZ = (50, 100)
ACC_RANGE_G = 4
GYR_RANGE_DPS = 500
"""Full scales that the earbuds come with; the driver changes nothing about them."""

GYR_COUNTS_PER_DPS = {250: 131.0, 500: 65.5, 1000: 32.8, 2000: 16.4}
"""What the data sheet says of each range; a full scale is a little more than its name."""

COUNTS = 2**15
_NUMBERS = 256
_HEAD = b"\x55"
_PACKET = np.dtype(
    [
        ("start", "u1"),
        ("number", "u1"),
        ("checksum", "u1"),
        ("size", "u1"),
        ("gyr", ">i2", 3),
        ("acc", ">i2", 3),
    ]
)
_VALUE_BYTES = 12
_SET_STREAM = 0x53


class ESenseDecoder:
    """Decodes one connection's notifications; see `sensor.protocol.driver.StreamDecoder`.

    ``ticks`` and ``sequence`` number the samples from the first notification, lost ones counted.

    Parameters
    ----------
    settings
        ``acc_range_g`` and ``gyr_range_dps``, the full scale in force.

    Raises
    ------
    ValueError
        When a range is missing or none of the earbuds'.
    """

    def __init__(self, settings: Settings) -> None:
        if "acc_range_g" not in settings or "gyr_range_dps" not in settings:
            raise ValueError(f"esense: settings need acc_range_g and gyr_range_dps, found {dict(settings)}")
        self._acc_unit = float(settings["acc_range_g"]) * STANDARD_GRAVITY_MPS2 / COUNTS
        self._gyr_unit = _gyr_unit_radps(settings)
        self._rejected = 0
        self._last = -1

    @property
    def rejected(self) -> int:
        """Notifications of another size, and those whose checksum does not fit, so far."""
        return self._rejected

    def feed(self, notifications: Sequence[bytes]) -> SampleBlock:
        """Decode the next notifications, see `sensor.protocol.driver.StreamDecoder.feed`."""
        position, rows = read_rows(notifications, _PACKET, starts_with=_HEAD)
        # The checksum covers everything behind itself: size and values, not the number before it. So a
        # damaged number is not seen here, but as a loss of up to 255 packets.
        summed = np.frombuffer(rows.tobytes(), np.uint8).reshape(-1, _PACKET.itemsize)[:, 3:].sum(axis=1)
        sound = (summed % 256 == rows["checksum"]) & (rows["size"] == _VALUE_BYTES)
        position, rows = position[sound], rows[sound]
        self._rejected += len(notifications) - len(rows)
        number = self._unwrap(rows["number"].astype(np.int64))
        acc_counts, gyr_counts = rows["acc"].astype(np.float64), rows["gyr"].astype(np.float64)
        return SampleBlock(
            notification=position,
            ticks=number,
            count=np.ones(len(rows), np.int64),
            acc_sensor_mps2=acc_counts * self._acc_unit,
            gyr_sensor_radps=gyr_counts * self._gyr_unit,
            clipped=at_full_scale(acc_counts, COUNTS) | at_full_scale(gyr_counts, COUNTS),
            sequence=number,
        )

    def _unwrap(self, numbers: IntArray) -> IntArray:
        """Let numbers go on rising; the same one again means a whole round was lost."""
        # A step of nought would be a packet told twice or 256 lost ones; samples must rise, so it is taken
        # for the latter.
        steps = (np.diff(numbers, prepend=self._last) - 1) % _NUMBERS + 1
        risen: IntArray = self._last + np.cumsum(steps)
        if len(risen):
            self._last = int(risen[-1])
        return risen


def encode_samples(
    acc_sensor_mps2: FloatArray, gyr_sensor_radps: FloatArray, *, settings: Settings, first_number: int = 0
) -> tuple[bytes, ...]:
    """Encode (n, 3) samples as notifications; values beyond the full scale are clipped."""
    rows = np.zeros(len(acc_sensor_mps2), _PACKET)
    rows["start"], rows["size"] = _HEAD[0], _VALUE_BYTES
    rows["number"] = (first_number + np.arange(len(rows))) % _NUMBERS
    acc = acc_sensor_mps2 / (float(settings["acc_range_g"]) * STANDARD_GRAVITY_MPS2)
    gyr = gyr_sensor_radps / _gyr_unit_radps(settings)
    rows["acc"] = np.clip(np.rint(acc * COUNTS), -COUNTS, COUNTS - 1)
    rows["gyr"] = np.clip(np.rint(gyr), -COUNTS, COUNTS - 1)
    summed = np.frombuffer(rows.tobytes(), np.uint8).reshape(-1, _PACKET.itemsize)[:, 3:].sum(axis=1)
    rows["checksum"] = summed % 256
    return tuple(row.tobytes() for row in rows)


def encode_sampling(*, is_on: bool, rate_hz: int) -> bytes:
    """Encode what turns sampling on or off."""
    # Two is the number of bytes that follow.
    rest = bytes([2, is_on, rate_hz])
    return bytes([_SET_STREAM, sum(rest) % 256]) + rest


def _gyr_unit_radps(settings: Settings) -> float:
    range_dps = settings["gyr_range_dps"]
    if range_dps not in GYR_COUNTS_PER_DPS:
        raise ValueError(f"esense: no gyroscope range of {range_dps} deg/s")
    return RADPS_PER_DEGPS / GYR_COUNTS_PER_DPS[int(range_dps)]


def _switch(rate_hz: int, *, is_on: bool) -> tuple[Write, ...]:
    return (Write(WRITE_UUID, encode_sampling(is_on=is_on, rate_hz=rate_hz if is_on else 0)),)


CONVERSATION = Conversation(
    key=KEY,
    rates_hz=RATES_HZ,
    data_uuid=DATA_UUID,
    settings={"acc_range_g": ACC_RANGE_G, "gyr_range_dps": GYR_RANGE_DPS},
    start=partial(_switch, is_on=True),
    stop=partial(_switch, is_on=False),
)
"""The inertial sensor is in the left earbud; its full scales are left as they come."""
