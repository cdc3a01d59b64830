"""Nordic Thingy:52: raw motion data, and the conversation that turns them on.

A notification is one sample of acceleration, angular rate and magnetic field in fixed point; no time and no
number.
Source: vendor firmware. Little-endian.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np

from sensor.protocol.driver import BATTERY_LEVEL_UUID, Settings, Write
from sensor.protocol.sample_blocks import one_sample_each, read_rows
from sensor.protocol.simple_driver import Conversation
from sensor.samples import FloatArray, SampleBlock
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2

KEY = "thingy52"


def _uuid(number: int) -> str:
    return f"ef68{number:04x}-9b35-4933-9b10-52ffa9740042"


ADVERTISED_UUID = _uuid(0x0100)
MOTION_UUID = _uuid(0x0400)
CONFIG_UUID = _uuid(0x0401)
RAW_UUID = _uuid(0x0406)

RATES_HZ = (50, 100)
"""200 Hz can be set, but about 100 come through."""

ACC_UNIT_MPS2 = STANDARD_GRAVITY_MPS2 / 2**10
GYR_UNIT_RADPS = RADPS_PER_DEGPS / 2**5
ACC_RANGE_MPS2 = 16 * STANDARD_GRAVITY_MPS2
GYR_RANGE_RADPS = 1024 * RADPS_PER_DEGPS
"""The sensor turns faster, the fixed point ends here."""

_MAG_PER_UT = 2**4
_PACKET = np.dtype([("acc", "<i2", 3), ("gyr", "<i2", 3), ("mag", "<i2", 3)])
SAMPLE_BYTES = _PACKET.itemsize
_INTERVAL_MS = 500
"""For the sensor's steps, temperature and compass, which are not used."""


class ThingyDecoder:
    """Decodes one connection's raw data; see `sensor.protocol.driver.StreamDecoder`.

    ``ticks`` is the number of the sample since the connection began: there is no other time.

    Parameters
    ----------
    settings
        Nothing of it is needed.
    """

    def __init__(self, settings: Settings) -> None:
        self._samples = 0
        self._rejected = 0

    @property
    def rejected(self) -> int:
        """Notifications of another size, so far."""
        return self._rejected

    def feed(self, notifications: Sequence[bytes]) -> SampleBlock:
        """Decode the next notifications, see `sensor.protocol.driver.StreamDecoder.feed`."""
        position, rows = read_rows(notifications, _PACKET)
        self._rejected += len(notifications) - len(rows)
        ticks = self._samples + np.arange(len(rows))
        self._samples += len(rows)
        acc_mps2 = rows["acc"].astype(np.float64) * ACC_UNIT_MPS2
        gyr_radps = rows["gyr"].astype(np.float64) * GYR_UNIT_RADPS
        return one_sample_each(
            position,
            ticks,
            acc_sensor_mps2=acc_mps2,
            gyr_sensor_radps=gyr_radps,
            acc_range_mps2=ACC_RANGE_MPS2,
            gyr_range_radps=GYR_RANGE_RADPS,
        )


def encode_samples(
    acc_sensor_mps2: FloatArray, gyr_sensor_radps: FloatArray, *, mag_ut: FloatArray | None = None
) -> tuple[bytes, ...]:
    """Encode (n, 3) samples as notifications; the magnetic field is 0 where absent."""
    rows = np.zeros(len(acc_sensor_mps2), _PACKET)
    rows["acc"] = _fixed(acc_sensor_mps2 / ACC_UNIT_MPS2)
    rows["gyr"] = _fixed(gyr_sensor_radps / GYR_UNIT_RADPS)
    rows["mag"] = 0 if mag_ut is None else _fixed(mag_ut * _MAG_PER_UT)
    return tuple(row.tobytes() for row in rows)


def _fixed(values: FloatArray) -> FloatArray:
    fixed: FloatArray = np.clip(np.rint(values), -(2**15), 2**15 - 1)
    return fixed


def encode_config(rate_hz: int) -> bytes:
    """Encode the motion configuration: the rate, and no waking by motion."""
    return struct.pack("<4HB", _INTERVAL_MS, _INTERVAL_MS, _INTERVAL_MS, rate_hz, 0)


def _start(rate_hz: int) -> tuple[Write, ...]:
    return (Write(CONFIG_UUID, encode_config(rate_hz)),)


CONVERSATION = Conversation(
    key=KEY,
    rates_hz=RATES_HZ,
    data_uuid=RAW_UUID,
    other_uuids=(BATTERY_LEVEL_UUID,),
    start=_start,
)
"""The stream runs while it is subscribed to: there is nothing to stop."""
