"""Sensors for the head made of software: OpenEarable 2, eSense, Muse."""

from __future__ import annotations

import numpy as np

from sensor.protocol.simple import esense, muse, openearable
from sensor.samples import FloatArray, ImuSignal
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2
from sensor.virtual.devices.single_stream_sensor import Scale, ThinSensor
from sensor.virtual.radio.characteristics import notify_only, write_and_notify, write_only
from sensor.virtual.radio.gatt import Service

OPENEARABLE_SCALE = Scale(
    openearable.ACC_RANGE_MPS2 / 2**15,
    openearable.ACC_RANGE_MPS2,
    openearable.GYR_RANGE_RADPS / 2**15,
    openearable.GYR_RANGE_RADPS,
)
"""What the firmware sets its chip to."""

_ESENSE_SETTINGS = {"acc_range_g": esense.ACC_RANGE_G, "gyr_range_dps": esense.GYR_RANGE_DPS}
_ESENSE_ACC_STEP = esense.ACC_RANGE_G * STANDARD_GRAVITY_MPS2 / esense.COUNTS
_ESENSE_GYR_STEP = RADPS_PER_DEGPS / esense.GYR_COUNTS_PER_DPS[esense.GYR_RANGE_DPS]
ESENSE_SCALE = Scale(
    _ESENSE_ACC_STEP,
    _ESENSE_ACC_STEP * (esense.COUNTS - 1),
    _ESENSE_GYR_STEP,
    _ESENSE_GYR_STEP * (esense.COUNTS - 1),
)

MUSE_SCALE = Scale(
    muse.ACC_UNIT_MPS2,
    muse.ACC_UNIT_MPS2 * (2**15 - 1),
    muse.GYR_UNIT_RADPS,
    muse.GYR_UNIT_RADPS * (2**15 - 1),
)


class VirtualOpenEarable(ThinSensor):
    """An OpenEarable 2: dated samples, one in a notification; options as for `ThinSensor`."""

    def __init__(
        self,
        name: str = "OpenEarable-04AF",
        *,
        signal: ImuSignal,
        clock_ppm: float = 0.0,
        rate_ppm: float = 0.0,
        battery_pct: int = 100,
        mtu: int = 247,
    ) -> None:
        super().__init__(
            name,
            signal=signal,
            scale=OPENEARABLE_SCALE,
            rates_hz=openearable.RATES_HZ,
            clock_ppm=clock_ppm,
            rate_ppm=rate_ppm,
            battery_pct=battery_pct,
            mtu=mtu,
        )
        self._data = notify_only(openearable.DATA_UUID)
        self._config = write_only(openearable.CONFIG_UUID, self._configure)

    def services(self) -> list[Service]:
        """Return battery and the service of all sensors."""
        return [*super().services(), Service(openearable.SERVICE_UUID, [self._data, self._config])]

    def send(self, first: int, acc_mps2: FloatArray, gyr_radps: FloatArray) -> None:
        """Send one sample with its time."""
        time_us = np.array([self._ticks(first)])
        (packet,) = openearable.encode_samples(time_us, acc_mps2, gyr_sensor_radps=gyr_radps)
        self.notify(self._data, packet)

    def _configure(self, data: bytes) -> None:
        rate_index = openearable.RATES_HZ.index(round(self._times.rate_hz))
        self.stream(data == openearable.encode_config(rate_index, is_on=True))


class VirtualESense(ThinSensor):
    """The left earbud of an eSense: numbered samples, one in a notification; options as for `ThinSensor`."""

    def __init__(
        self,
        name: str = "eSense-0123",
        *,
        signal: ImuSignal,
        rate_ppm: float = 0.0,
        mtu: int = 247,
    ) -> None:
        super().__init__(
            name, signal=signal, scale=ESENSE_SCALE, rates_hz=esense.RATES_HZ, rate_ppm=rate_ppm, mtu=mtu
        )
        self._command = write_only(esense.WRITE_UUID, self._obey)
        self._data = notify_only(esense.DATA_UUID)

    def services(self) -> list[Service]:
        """Return the one service there is."""
        return [Service(esense.SERVICE_UUID, [self._command, self._data])]

    def send(self, first: int, acc_mps2: FloatArray, gyr_radps: FloatArray) -> None:
        """Send one sample with its number."""
        (packet,) = esense.encode_samples(
            acc_mps2, gyr_radps, settings=_ESENSE_SETTINGS, first_number=self._packets
        )
        self.notify(self._data, packet)

    def _obey(self, data: bytes) -> None:
        self.stream(data == esense.encode_sampling(is_on=True, rate_hz=round(self._times.rate_hz)))


class VirtualMuse(ThinSensor):
    """A Muse headband: two streams of numbered packets of three samples; options as for `ThinSensor`."""

    def __init__(
        self, name: str = "Muse-1A2B", *, signal: ImuSignal, rate_ppm: float = 0.0, mtu: int = 247
    ) -> None:
        super().__init__(
            name,
            signal=signal,
            scale=MUSE_SCALE,
            rates_hz=(muse.RATE_HZ,),
            packet_samples=muse.SAMPLES_PER_PACKET,
            rate_ppm=rate_ppm,
            advertised_uuids=(muse.ADVERTISED_UUID,),
            mtu=mtu,
        )
        self._control = write_and_notify(muse.CONTROL_UUID, self._obey)
        self._acc, self._gyr = notify_only(muse.ACC_UUID), notify_only(muse.GYR_UUID)

    def services(self) -> list[Service]:
        """Return the one service there is."""
        return [Service(muse.ADVERTISED_UUID, [self._control, self._gyr, self._acc])]

    def send(self, first: int, acc_mps2: FloatArray, gyr_radps: FloatArray) -> None:
        """Send a packet of each kind; both are numbered."""
        for characteristic, values, unit in (
            (self._acc, acc_mps2, muse.ACC_UNIT_MPS2),
            (self._gyr, gyr_radps, muse.GYR_UNIT_RADPS),
        ):
            (packet,) = muse.encode_packets(values, unit, first_number=self._packets)
            self.notify(characteristic, packet)

    def _obey(self, data: bytes) -> None:
        if data == muse.encode_command(muse.START):
            self.stream(True)
        elif data == muse.encode_command(muse.HALT):
            self.stream(False)
