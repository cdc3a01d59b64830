"""Boards with their makers' demonstration firmware, made of software: Thingy:52 and Adafruit's."""

from __future__ import annotations

from functools import partial

from sensor.protocol.simple import adafruit, thingy52
from sensor.samples import FloatArray, ImuSignal
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2
from sensor.virtual.devices.single_stream_sensor import Scale, ThinSensor
from sensor.virtual.radio.characteristics import notify_only, write_only
from sensor.virtual.radio.gatt import Service

THINGY_SCALE = Scale(
    thingy52.ACC_UNIT_MPS2,
    thingy52.ACC_RANGE_MPS2,
    thingy52.GYR_UNIT_RADPS,
    thingy52.GYR_RANGE_RADPS - thingy52.GYR_UNIT_RADPS,
)

ADAFRUIT_SCALE = Scale(
    4 * STANDARD_GRAVITY_MPS2 / 2**15,
    4 * STANDARD_GRAVITY_MPS2,
    500 * RADPS_PER_DEGPS / 2**15,
    500 * RADPS_PER_DEGPS,
)
"""A chip's usual setting; the floats that are sent resolve more."""


class VirtualThingy(ThinSensor):
    """A Thingy:52, which streams to whoever subscribes; options as for `ThinSensor`."""

    def __init__(
        self,
        name: str = "Thingy",
        *,
        signal: ImuSignal,
        rate_ppm: float = 0.0,
        battery_pct: int = 100,
        mtu: int = 247,
    ) -> None:
        super().__init__(
            name,
            signal=signal,
            scale=THINGY_SCALE,
            rates_hz=thingy52.RATES_HZ,
            rate_ppm=rate_ppm,
            advertised_uuids=(thingy52.ADVERTISED_UUID,),
            battery_pct=battery_pct,
            mtu=mtu,
        )
        self._is_at_rate = False
        self._config = write_only(thingy52.CONFIG_UUID, self._configure)
        self._raw = notify_only(thingy52.RAW_UUID)
        self._raw.on_subscription = self._on_subscription

    def services(self) -> list[Service]:
        """Return battery and the motion service."""
        return [*super().services(), Service(thingy52.MOTION_UUID, [self._config, self._raw])]

    def reboot(self) -> None:
        """Restart; the rate has to be set anew."""
        super().reboot()
        self._is_at_rate = False

    def send(self, first: int, acc_mps2: FloatArray, gyr_radps: FloatArray) -> None:
        """Send one sample."""
        (packet,) = thingy52.encode_samples(acc_mps2, gyr_radps)
        self.notify(self._raw, packet)

    def _configure(self, data: bytes) -> None:
        self._is_at_rate = data == thingy52.encode_config(round(self._times.rate_hz))
        self.stream(self._is_at_rate and self.is_listened_to(self._raw))

    def _on_subscription(self, is_wanted: bool) -> None:
        self.stream(is_wanted and self._is_at_rate)


class VirtualAdafruit(ThinSensor):
    """A CLUE: two services, each with a period, a sample a notification; options as for `ThinSensor`."""

    def __init__(
        self,
        name: str = "CLUE",
        *,
        signal: ImuSignal,
        rate_ppm: float = 0.0,
        battery_pct: int = 100,
        mtu: int = 247,
    ) -> None:
        super().__init__(
            name,
            signal=signal,
            scale=ADAFRUIT_SCALE,
            rates_hz=adafruit.RATES_HZ,
            rate_ppm=rate_ppm,
            battery_pct=battery_pct,
            mtu=mtu,
        )
        self._periods: dict[str, bytes] = {}
        self._acc, self._gyr = notify_only(adafruit.ACC_UUID), notify_only(adafruit.GYR_UUID)

    def services(self) -> list[Service]:
        """Return battery, accelerometer and gyroscope."""
        values = {adafruit.ACC_SERVICE_UUID: self._acc, adafruit.GYR_SERVICE_UUID: self._gyr}
        own = [
            Service(uuid, [write_only(adafruit.PERIOD_UUID, partial(self._set_period, uuid)), value])
            for uuid, value in values.items()
        ]
        return [*super().services(), *own]

    def reboot(self) -> None:
        """Restart; the periods have to be set anew."""
        super().reboot()
        self._periods.clear()

    def send(self, first: int, acc_mps2: FloatArray, gyr_radps: FloatArray) -> None:
        """Send one sample of each service that is on."""
        values = {adafruit.ACC_SERVICE_UUID: acc_mps2, adafruit.GYR_SERVICE_UUID: gyr_radps}
        characteristics = {adafruit.ACC_SERVICE_UUID: self._acc, adafruit.GYR_SERVICE_UUID: self._gyr}
        for uuid in filter(self._is_on, values):
            (packet,) = adafruit.encode_vectors(values[uuid])
            self.notify(characteristics[uuid], packet)

    def _set_period(self, uuid: str, data: bytes) -> None:
        self._periods[uuid] = data
        is_wanted = any(map(self._is_on, self._periods))
        if not (is_wanted and self._streams):
            self.stream(is_wanted)

    def _is_on(self, uuid: str) -> bool:
        return self._periods.get(uuid) == adafruit.encode_period(round(1000 / self._times.rate_hz))
