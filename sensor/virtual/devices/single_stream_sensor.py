"""What sensors have in common that send one thing only, at one rate, as soon as they are told to."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from sensor.samples import FloatArray, ImuSignal
from sensor.virtual.devices.motion_sensor import VirtualMotionSensor
from sensor.virtual.devices.sampling import Readings, SampleTimes, SensorClock

_STREAM = 0


@dataclass(frozen=True, slots=True)
class Scale:
    """Size of one step and full scale of both kinds of values, m/s2 and rad/s."""

    acc_step_mps2: float
    acc_range_mps2: float
    gyr_step_radps: float
    gyr_range_radps: float


class ThinSensor(VirtualMotionSensor, ABC):
    """A sensor exposed to a given motion; its maker's part is what starts it and what it sends.

    Parameters
    ----------
    name
        Advertised name.
    signal
        The motion, sensor axes, with angular rates.
    scale
        What it reads of it.
    rates_hz
        The rates it has; it streams at that of the signal.
    packet_samples
        Samples in a notification.
    clock_ppm, rate_ppm
        How much too fast its microsecond counter and its sampling run, parts per million.
    advertised_uuids, battery_pct, mtu
        As for `sensor.virtual.radio.peripheral.VirtualPeripheral`.

    Raises
    ------
    ValueError
        When the signal is empty, has no angular rates, or a rate that it does not have.
    """

    def __init__(
        self,
        name: str,
        *,
        signal: ImuSignal,
        scale: Scale,
        rates_hz: tuple[int, ...],
        packet_samples: int = 1,
        clock_ppm: float = 0.0,
        rate_ppm: float = 0.0,
        advertised_uuids: tuple[str, ...] = (),
        battery_pct: int = 100,
        mtu: int = 247,
    ) -> None:
        if signal.rate_hz not in rates_hz or signal.gyr_sensor_radps is None:
            known = ", ".join(map(str, rates_hz))
            raise ValueError(f"{name} samples both kinds at {known} Hz, not {signal.rate_hz:g} Hz")
        super().__init__(
            name,
            readings=Readings(
                signal,
                acc_step_mps2=scale.acc_step_mps2,
                acc_range_mps2=scale.acc_range_mps2,
                gyr_step_radps=scale.gyr_step_radps,
                gyr_range_radps=scale.gyr_range_radps,
            ),
            times=SampleTimes(0.0, signal.rate_hz, rate_ppm),
            clock=SensorClock(tick_hz=1e6, error_ppm=clock_ppm),
            advertised_uuids=advertised_uuids,
            battery_pct=battery_pct,
            mtu=mtu,
        )
        self._packet_samples = packet_samples
        self._packets = 0

    @abstractmethod
    def send(self, first: int, acc_mps2: FloatArray, gyr_radps: FloatArray) -> None:
        """Send the packet of some samples, the first of which has this index."""

    def stream(self, is_wanted: bool) -> None:
        """Start anew or stop; while it refuses everything, only stop."""
        self.drop_streams()
        if is_wanted and not self.is_refusing:
            self._open_stream(_STREAM, self._packet_samples, self._send_samples)

    def reboot(self) -> None:
        """Restart; packets are numbered from 0 again."""
        super().reboot()
        self._packets = 0

    def _send_samples(self, first: int) -> None:
        acc_mps2, gyr_radps = self._readings.take(first, self._packet_samples)
        assert gyr_radps is not None, "a thin sensor's signal has angular rates"
        self.send(first, acc_mps2, gyr_radps)
        self._packets += 1
