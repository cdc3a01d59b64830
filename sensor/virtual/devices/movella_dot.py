"""A Movella DOT made of software: one sample a notification, its own battery, and a sleep it falls into."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

import numpy as np

from sensor.errors import PacketError
from sensor.protocol.driver import BatteryLevel
from sensor.protocol.movella_dot import decoder as wire
from sensor.protocol.movella_dot.control import (
    SET_RATE,
    encode_battery,
    encode_control,
    encode_info,
    parse_control,
    parse_measurement,
)
from sensor.samples import ImuSignal
from sensor.virtual.devices.motion_sensor import VirtualMotionSensor
from sensor.virtual.devices.sampling import Readings, SampleTimes, SensorClock
from sensor.virtual.radio.characteristics import notify_only, read_and_notify, read_and_write, read_only
from sensor.virtual.radio.gatt import AttError, AttErrorCode, Service
from sensor.virtual.radio.medium import Medium
from sensor.virtual.radio.peripheral import now_s

ACC_STEP_MPS2 = 2.0**-8
GYR_STEP_RADPS = 2.0**-12
"""Of the converters of this one; the values on the wire are floats and have no steps of their own."""

SLEEPS_UNCONNECTED_S = 600.0
SLEEPS_IDLE_S = 1800.0
"""Without a link, and within one without a measurement."""

_FIRST_RATE_HZ = 60
_REST_CHECK_S = 30.0


class VirtualMovellaDot(VirtualMotionSensor):
    """A sensor exposed to a given motion.

    Parameters
    ----------
    name
        Advertised name; the real ones are all called alike.
    signal
        The motion, sensor axes; at any rate but its own nothing is measured.
    clock_ppm, rate_ppm
        How much too fast its microseconds run and it samples, parts per million.
    start_ticks_us
        What its counter reads at power-on (it wraps at 2**32).
    battery_pct
        Battery level, percent.
    mtu
        Largest ATT MTU it agrees to, bytes.

    Raises
    ------
    ValueError
        When the signal is empty, has no gyroscope, or a rate a DOT does not measure at.

    Attributes
    ----------
    rates_hz
        Those a signal can have.
    product
        Which generation it is.
    """

    rates_hz: tuple[int, ...] = wire.RATES_HZ
    product = "XS-T01"

    def __init__(
        self,
        name: str = "Movella DOT",
        *,
        signal: ImuSignal,
        clock_ppm: float = 0.0,
        rate_ppm: float = 0.0,
        start_ticks_us: int = 0,
        battery_pct: int = 100,
        mtu: int = 247,
    ) -> None:
        if signal.rate_hz not in self.rates_hz or signal.gyr_sensor_radps is None:
            known = ", ".join(map(str, self.rates_hz))
            raise ValueError(f"a DOT measures acceleration and angular rate at {known} Hz, not such a signal")
        super().__init__(
            name,
            readings=_readings(signal),
            times=SampleTimes(0.0, signal.rate_hz, rate_ppm),
            clock=SensorClock(tick_hz=1e6, start_ticks=start_ticks_us, error_ppm=clock_ppm),
            battery_pct=battery_pct,
            mtu=mtu,
        )
        self._rate_hz = _FIRST_RATE_HZ
        self._measuring = bytes(3)
        self._resting_since_s = 0.0
        self._was_connected = False
        self._control = read_and_write(
            wire.CONTROL_UUID, lambda: encode_control(self._rate_hz), self._willing(self._set_control)
        )
        self._measurement = read_and_write(
            wire.MEASUREMENT_UUID, lambda: self._measuring, self._willing(self._measure)
        )
        self._medium = notify_only(wire.MEDIUM_UUID)
        self._info = read_only(wire.INFO_UUID, lambda: encode_info(self.product))
        self._battery = read_and_notify(wire.BATTERY_UUID, self._battery_value)

    def services(self) -> list[Service]:
        """Return configuration, measurement and battery, all the maker's own."""
        return [
            Service(wire.CONFIGURATION_SERVICE_UUID, [self._info, self._control]),
            Service(wire.MEASUREMENT_SERVICE_UUID, [self._measurement, self._medium]),
            Service(wire.BATTERY_SERVICE_UUID, [self._battery]),
        ]

    @property
    def _is_busy(self) -> bool:
        """Whether it cannot be set to anything, and does not sleep."""
        return bool(self._streams)

    async def power_on(self, medium: Medium) -> None:
        """Join the air; what is not used falls asleep again."""
        await super().power_on(medium)
        self._resting_since_s = now_s()
        self._check_rest()

    def reboot(self) -> None:
        """Restart: its rate is what it was set to, its counter begins anew."""
        super().reboot()
        self._measuring = bytes(3)

    def _set_control(self, data: bytes) -> None:
        fields, rate_hz = parse_control(data)
        if fields & SET_RATE:
            if self._is_busy or rate_hz not in (*wire.LIVE_RATES_HZ, wire.RECORDING_RATE_HZ):
                raise PacketError(wire.KEY, "no such rate, or not while it measures", data)
            self._rate_hz = rate_hz

    def _measure(self, data: bytes) -> None:
        request = parse_measurement(data)
        if request.starts and request.mode not in wire.LAYOUTS:
            raise PacketError(wire.KEY, "this one measures in modes 20 and 21 only", data)
        self.drop_streams()
        self._measuring = data
        if request.starts and self._rate_hz == self._times.rate_hz in wire.LIVE_RATES_HZ:
            self._open_stream(request.mode, 1, partial(self._send_sample, request.mode))

    def _send_sample(self, mode: int, index: int) -> None:
        self.notify(self._medium, self._samples(mode, index, 1)[0])

    def _samples(self, mode: int, first: int, count: int) -> tuple[bytes, ...]:
        """Return samples from ``first`` on, laid out as in a mode."""
        acc_mps2, gyr_radps = self._readings.take(first, count)
        assert gyr_radps is not None, "its signal has angular rates"
        time_us = np.array([self._ticks(index) for index in range(first, first + count)], np.int64)
        return wire.encode_samples(mode, time_us, acc_sensor_mps2=acc_mps2, gyr_sensor_radps=gyr_radps)

    def _battery_value(self) -> bytes:
        return encode_battery(BatteryLevel(self.battery_pct))

    def _willing(self, do: Callable[[bytes], None]) -> Callable[[bytes], None]:
        """Return what takes a write: it does as asked, or refuses as ATT does."""

        def take(data: bytes) -> None:
            try:
                if self.is_refusing:
                    raise PacketError(wire.KEY, "not now", data)
                do(data)
            except PacketError as error:
                raise AttError(AttErrorCode.VALUE_NOT_ALLOWED) from error

        return take

    def _check_rest(self) -> None:
        """Fall asleep after a long rest: only its button wakes it."""
        if self._is_busy or self._was_connected is not self.is_connected:
            self._resting_since_s, self._was_connected = now_s(), self.is_connected
        allowed_s = SLEEPS_IDLE_S if self.is_connected else SLEEPS_UNCONNECTED_S
        if now_s() - self._resting_since_s >= allowed_s:
            self.hide()
            self.lose_link()
        else:
            asyncio.get_running_loop().call_later(_REST_CHECK_S, self._check_rest)


def _readings(signal: ImuSignal) -> Readings:
    return Readings(
        signal,
        acc_step_mps2=ACC_STEP_MPS2,
        acc_range_mps2=wire.ACC_RANGE_MPS2,
        gyr_step_radps=GYR_STEP_RADPS,
        gyr_range_radps=wire.GYR_RANGE_RADPS,
    )
