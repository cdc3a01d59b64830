"""OpenEarable 2: its inertial stream, and the conversation that turns it on.

A data packet is sensor number, size, time (u64, us), values; the IMU is number 0 and sends one sample of
acceleration, angular rate and magnetic field. Source: vendor firmware and app. Little-endian.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sensor.errors import PacketError
from sensor.protocol.driver import (
    BATTERY_LEVEL_UUID,
    DriverEvent,
    Settings,
    StreamPacket,
    Unreadable,
    Write,
    parse_battery_level,
)
from sensor.protocol.whole_rows import one_sample_each, read_rows
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
        position, rows = read_rows(notifications, _PACKET, _IMU_HEAD)
        sound = np.isfinite(rows["acc_mps2"]).all(axis=1) & np.isfinite(rows["gyr_degps"]).all(axis=1)
        sound &= rows["time_us"] < _LATEST_US
        position, rows = position[sound], rows[sound]
        others = sum(len(one) > 1 and one[0] != _IMU for one in notifications)
        self._rejected += len(notifications) - others - len(rows)
        acc_mps2 = rows["acc_mps2"].astype(np.float64)
        gyr_radps = rows["gyr_degps"].astype(np.float64) * RADPS_PER_DEGPS
        return one_sample_each(
            position, rows["time_us"].astype(np.int64), acc_mps2, gyr_radps, ACC_RANGE_MPS2, GYR_RANGE_RADPS
        )


def encode_samples(
    time_us: IntArray,
    acc_sensor_mps2: FloatArray,
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


class OpenEarableDriver:
    """Streams the inertial sensor of an OpenEarable 2.

    Parameters
    ----------
    rate_hz
        One of `RATES_HZ`.

    Raises
    ------
    ValueError
        When there is no such rate.
    """

    def __init__(self, rate_hz: float) -> None:
        if rate_hz not in RATES_HZ:
            known = ", ".join(map(str, RATES_HZ))
            raise ValueError(f"openearable: no rate of {rate_hz:g} Hz; there are {known}")
        self._rate_index = RATES_HZ.index(int(rate_hz))

    @property
    def notify_characteristics(self) -> tuple[str, ...]:
        """Data of all sensors, and the battery."""
        return (DATA_UUID, BATTERY_LEVEL_UUID)

    @property
    def settings(self) -> Settings:
        """Nothing: there is one layout and one scale."""
        return {}

    def start(self, utc_us: int) -> tuple[Write, ...]:
        """Turn the IMU on; its clock counts from its start and is left alone."""
        return (Write(CONFIG_UUID, encode_config(self._rate_index, is_on=True)),)

    def poll(self) -> tuple[Write, ...]:
        """Ask nothing."""
        return ()

    def stop(self) -> tuple[Write, ...]:
        """Turn the IMU off."""
        return (Write(CONFIG_UUID, encode_config(self._rate_index, is_on=False)),)

    def receive(self, characteristic: str, payload: bytes) -> tuple[DriverEvent, ...]:
        """Understand one notification."""
        if characteristic.lower() == DATA_UUID:
            return (StreamPacket(),) if payload[:1] == bytes([_IMU]) else ()
        if characteristic.lower() != BATTERY_LEVEL_UUID:
            return ()
        try:
            return (parse_battery_level(payload),)
        except PacketError as error:
            return (Unreadable(error),)
