"""OpenEarable 2: its inertial stream, and the conversation that turns it on.

A data packet is sensor number, size, time (u64, us), values; the IMU is number 0 and sends one sample of
acceleration, angular rate and magnetic field. Source: vendor firmware and app. Little-endian.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from sensor.protocol.driver import BATTERY_LEVEL_UUID, Settings, Write
from sensor.protocol.sample_blocks import one_sample_each, read_rows
from sensor.protocol.simple_driver import Conversation
from sensor.samples import FloatArray, IntArray, SampleBlock
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2

KEY = "openearable"
SERVICE_UUID = "34c2e3bb-34aa-11eb-adc1-0242ac120002"
DATA_UUID = "34c2e3bc-34aa-11eb-adc1-0242ac120002"
CONFIG_UUID = "34c2e3be-34aa-11eb-adc1-0242ac120002"

RATES_HZ = (25, 50, 100)
"""Rates that exist over the radio; a rate's index is what is written."""

ACC_RANGE_MPS2 = 2 * STANDARD_GRAVITY_MPS2
"""As the firmware sets it: a running head exceeds it at every foot strike."""

GYR_RANGE_RADPS = 2000 * RADPS_PER_DEGPS

_IMU = 0
_STREAM = 1
_OFF = 0
_LATEST_US = 2**62
_VALUES = [("acc_mps2", "<f4", 3), ("gyr_degps", "<f4", 3), ("mag_ut", "<f4", 3)]
_PACKET = np.dtype([("sensor", "u1"), ("size", "u1"), ("time_us", "<u8"), *_VALUES])
_IMU_HEAD = bytes([_IMU, np.dtype(_VALUES).itemsize])


class OpenEarableDecoder:
    """Decodes one connection's data notifications; see `sensor.protocol.driver.StreamDecoder`.

    ``ticks`` is the sample's time in us. Packets of the other sensors are passed over.

    Parameters
    ----------
    settings
        Nothing of it is needed.
    """

    def __init__(self, settings: Settings) -> None:
        self._rejected = 0

    @property
    def rejected(self) -> int:
        """Packets of the IMU that do not fit, and notifications that are no packet, so far."""
        return self._rejected

    def feed(self, notifications: Sequence[bytes]) -> SampleBlock:
        """Decode the next notifications, see `sensor.protocol.driver.StreamDecoder.feed`."""
        position, rows = read_rows(notifications, _PACKET, starts_with=_IMU_HEAD)
        sound = np.isfinite(rows["acc_mps2"]).all(axis=1) & np.isfinite(rows["gyr_degps"]).all(axis=1)
        sound &= rows["time_us"] < _LATEST_US
        position, rows = position[sound], rows[sound]
        others = sum(len(one) > 1 and one[0] != _IMU for one in notifications)
        self._rejected += len(notifications) - others - len(rows)
        acc_mps2 = rows["acc_mps2"].astype(np.float64)
        gyr_radps = rows["gyr_degps"].astype(np.float64) * RADPS_PER_DEGPS
        return one_sample_each(
            position,
            rows["time_us"].astype(np.int64),
            acc_sensor_mps2=acc_mps2,
            gyr_sensor_radps=gyr_radps,
            acc_range_mps2=ACC_RANGE_MPS2,
            gyr_range_radps=GYR_RANGE_RADPS,
        )


def encode_samples(
    time_us: IntArray,
    acc_sensor_mps2: FloatArray,
    *,
    gyr_sensor_radps: FloatArray,
    mag_ut: FloatArray | None = None,
) -> tuple[bytes, ...]:
    """Encode (n,) times and (n, 3) vectors as packets; the magnetic field is 0 where absent."""
    rows = np.zeros(len(time_us), _PACKET)
    rows["sensor"], rows["size"] = _IMU_HEAD
    rows["time_us"] = time_us
    rows["acc_mps2"] = acc_sensor_mps2
    rows["gyr_degps"] = gyr_sensor_radps / RADPS_PER_DEGPS
    rows["mag_ut"] = 0.0 if mag_ut is None else mag_ut
    return tuple(row.tobytes() for row in rows)


def encode_config(rate_index: int, *, is_on: bool) -> bytes:
    """Encode what turns the IMU's stream on or off, at a rate of `RATES_HZ`."""
    return bytes([_IMU, rate_index, _STREAM if is_on else _OFF])


def _switch(rate_hz: int, *, is_on: bool) -> tuple[Write, ...]:
    return (Write(CONFIG_UUID, encode_config(RATES_HZ.index(rate_hz), is_on=is_on)),)


CONVERSATION = Conversation(
    key=KEY,
    rates_hz=RATES_HZ,
    data_uuid=DATA_UUID,
    other_uuids=(BATTERY_LEVEL_UUID,),
    packet_head=bytes([_IMU]),
    start=partial(_switch, is_on=True),
    stop=partial(_switch, is_on=False),
)
"""Data of all its sensors share one characteristic. Its clock counts from its start and is left alone."""
