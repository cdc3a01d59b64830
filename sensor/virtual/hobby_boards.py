"""Boards with a maker's demonstration firmware, made of software: Thingy:52."""

from __future__ import annotations

from sensor.protocol import thingy52
from sensor.samples import FloatArray, ImuSignal
from sensor.virtual.characteristics import notify_only, when_subscribed, write_only
from sensor.virtual.stack import Service
from sensor.virtual.thin_sensor import Scale, ThinSensor

THINGY_SCALE = Scale(
    thingy52.ACC_UNIT_MPS2,
    thingy52.ACC_RANGE_MPS2,
    thingy52.GYR_UNIT_RADPS,
    thingy52.GYR_RANGE_RADPS - thingy52.GYR_UNIT_RADPS,
)


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
        when_subscribed(self._raw, self._on_subscription)

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
