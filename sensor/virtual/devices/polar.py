"""Polar H10, OH1 and Verity Sense made of software: Polar Measurement Data, heart rate, and their quirks."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from functools import partial

from sensor.errors import PacketError
from sensor.protocol.polar import control as wire
from sensor.protocol.polar import psftp
from sensor.protocol.polar.control import Answer, Measurement, Operation, Request, Status, StreamsStopped
from sensor.protocol.polar.settings import Setting, SettingValues, encode_settings
from sensor.protocol.standard import (
    HEART_RATE_SERVICE_UUID,
    HEART_RATE_UUID,
    HeartRate,
    encode_heart_rate,
)
from sensor.samples import ImuSignal
from sensor.units import NS_PER_S
from sensor.virtual.devices.motion_sensor import VirtualMotionSensor
from sensor.virtual.devices.polar_control import answer_parts, judge_settings
from sensor.virtual.devices.polar_hardware import PolarHardware
from sensor.virtual.devices.sampling import SampleTimes, SensorClock
from sensor.virtual.radio.characteristics import control_point, device_information, notify_only
from sensor.virtual.radio.gatt import AttError, AttErrorCode, Service
from sensor.virtual.radio.medium import Medium
from sensor.virtual.radio.peripheral import now_s

CLOCK_AFTER_RESET_NS = 599_616_000 * NS_PER_S
"""1 January 2019, ns since 2000: where the clock restarts."""

OFF_STRAP_LINK_S = 45.0
OFF_STRAP_CLOCK_S = 60.0
"""An H10 that left its strap keeps its link for so long, and after that its clock."""

_HEART_RATE_INTERVAL_S = 1.0
_ATT_HEAD_BYTES = 3
_IDENTITY = {"maker": "Polar Electro Oy", "firmware": "1.0.0"}

Outcome = tuple[Status, bytes]
"""Status and parameters of an answer."""


class VirtualPolar(VirtualMotionSensor):
    """A sensor exposed to a given motion, and a heart that beats evenly.

    Parameters
    ----------
    name
        Advertised name: ``Polar H10``, ``Polar OH1`` or ``Polar Sense`` and eight digits.
    hardware
        Which model.
    signal
        The motion, sensor axes; its rate is the only one a stream can be started at.
    clock_ppm, rate_ppm
        How much too fast its clock runs and it samples, parts per million.
    start_ns
        What its clock reads at power-on, ns since 2000.
    battery_pct, mtu
        As for `VirtualPeripheral`.
    bpm
        Beats per minute.
    deaf_s
        So long after connecting subscriptions fail, as with firmware 3.0.16 of the Verity Sense.

    Raises
    ------
    ValueError
        When the signal is empty or its rate is none of the model.
    """

    def __init__(
        self,
        name: str,
        *,
        hardware: PolarHardware,
        signal: ImuSignal,
        clock_ppm: float = 0.0,
        rate_ppm: float = 0.0,
        start_ns: int = CLOCK_AFTER_RESET_NS,
        battery_pct: int = 100,
        mtu: int = 247,
        bpm: int = 150,
        deaf_s: float = 0.0,
    ) -> None:
        known_hz = hardware.model.rates_hz + hardware.model.sdk_rates_hz
        if signal.rate_hz not in known_hz:
            known = ", ".join(f"{rate_hz:g}" for rate_hz in known_hz)
            raise ValueError(f"{hardware.title} does not sample at {signal.rate_hz:g} Hz; it has {known} Hz")
        super().__init__(
            name,
            readings=hardware.readings(signal),
            times=SampleTimes(0.0, signal.rate_hz, rate_ppm),
            clock=SensorClock(tick_hz=NS_PER_S, start_ticks=start_ns, error_ppm=clock_ppm),
            advertised_uuids=(HEART_RATE_SERVICE_UUID, psftp.SERVICE_UUID),
            battery_pct=battery_pct,
            mtu=mtu,
        )
        self.hardware = hardware
        self.bpm = bpm
        self._deaf_s = deaf_s
        self._connected_s = 0.0
        self._in_sdk_mode = False
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._control = control_point(
            wire.CONTROL_UUID, self._on_control, value=lambda: wire.encode_features(hardware.features)
        )
        self._data = notify_only(wire.DATA_UUID)
        self._heart_rate = notify_only(HEART_RATE_UUID)
        self._outcomes: dict[Operation, Callable[[Request], Outcome]] = {
            Operation.GET_SETTINGS: lambda request: self._settings(request, in_sdk_mode=self._in_sdk_mode),
            Operation.GET_SDK_SETTINGS: lambda request: self._settings(request, in_sdk_mode=True),
            Operation.START: self._start,
            Operation.STOP: self._stop,
            Operation.GET_SDK_STATUS: lambda _: (Status.DONE, bytes([self._in_sdk_mode])),
        }

    def services(self) -> list[Service]:
        """Return battery, device information, heart rate and measurement data."""
        texts = _IDENTITY | {"model": self.hardware.title, "serial": self.name.split()[-1]}
        if self._deaf_s:
            for characteristic in (self._control, self._data):
                characteristic.refuses_subscription = lambda: self._is_deaf
        return [
            *super().services(),
            device_information(texts),
            Service(HEART_RATE_SERVICE_UUID, [self._heart_rate]),
            Service(wire.SERVICE_UUID, [self._control, self._data]),
        ]

    async def power_on(self, medium: Medium) -> None:
        """Join the air; motion, clock and heart begin now."""
        self._beat()
        await super().power_on(medium)

    async def power_off(self) -> None:
        """Leave the air for good."""
        for timer in self._timers.values():
            timer.cancel()
        await super().power_off()

    def restart_clock(self, start_ticks: int = CLOCK_AFTER_RESET_NS) -> None:
        """Let the clock read ``start_ticks``, ns since 2000, now."""
        super().restart_clock(start_ticks)

    def reboot(self) -> None:
        """Restart: link, streams and SDK mode end, the clock is reset; the motion goes on."""
        super().reboot()
        self._in_sdk_mode = False

    def stop_streams(self) -> None:
        """End all streams while the link lives, and say so."""
        stopped = StreamsStopped(tuple(self._streams))
        self.drop_streams()
        self.indicate(self._control, wire.encode_stopped(stopped))

    def drop_stream(self, measurement: Measurement) -> None:
        """End one stream without a word while the other goes on."""
        self._close_stream(measurement)

    def take_off_strap(self) -> None:
        """Leave the strap: after a while the link ends and nothing is heard, then the clock is reset."""
        self._later("link", OFF_STRAP_LINK_S, self._fall_asleep)

    def put_on_strap(self) -> None:
        """Return to the strap: it can be found again."""
        for name in ("link", "clock"):
            if timer := self._timers.pop(name, None):
                timer.cancel()
        self.show()

    def connected(self) -> None:
        """Take note of the time: for a while it lets nobody subscribe."""
        super().connected()
        self._connected_s = now_s()

    @property
    def _is_deaf(self) -> bool:
        return now_s() < self._connected_s + self._deaf_s

    def _fall_asleep(self) -> None:
        self._later("clock", OFF_STRAP_CLOCK_S, self.restart_clock)
        self.take_over(math.inf)

    def _later(self, name: str, delay_s: float, action: Callable[[], None]) -> None:
        self._timers[name] = asyncio.get_running_loop().call_later(delay_s, action)

    def _beat(self) -> None:
        self._later("heart", _HEART_RATE_INTERVAL_S, self._beat)
        if not self._in_sdk_mode:
            self.notify(self._heart_rate, encode_heart_rate(HeartRate(self.bpm, has_contact=True)))

    def _on_control(self, data: bytes) -> None:
        if not (self.is_listened_to(self._control) and self.is_listened_to(self._data)):
            raise AttError(AttErrorCode.CCCD_IMPROPERLY_CONFIGURED)
        operation, what = (*data[:2], 0, 0)[:2]
        status, parameters = self._outcome(data)
        answer = Answer(operation, what, status, parameters=parameters)
        for part in answer_parts(answer, self.payload_bytes):
            self.indicate(self._control, part)

    def _outcome(self, data: bytes) -> Outcome:
        if not data or data[0] not in tuple(Operation):
            return Status.UNKNOWN_OPERATION, b""
        try:
            request = wire.parse_request(data)
        except PacketError:
            is_setting = len(data) > 2
            return Status.WRONG_PARAMETER if is_setting else Status.UNKNOWN_MEASUREMENT, b""
        if request.measurement is not None and request.measurement not in self.hardware.features:
            return Status.UNKNOWN_MEASUREMENT, b""
        if self.is_refusing:
            return Status.WRONG_STATE, b""
        return self._answer(request)

    def _answer(self, request: Request) -> Outcome:
        if request.in_memory or request.operation not in self._outcomes:
            return Status.NOT_SUPPORTED, b""
        return self._outcomes[request.operation](request)

    def _settings(self, request: Request, *, in_sdk_mode: bool) -> Outcome:
        if request.measurement is None or not self._offers(request.measurement):
            return Status.NOT_SUPPORTED, b""
        offered = self.hardware.offered(request.measurement, in_sdk_mode=in_sdk_mode)
        return Status.DONE, encode_settings(offered)

    def _offers(self, measurement: Measurement) -> bool:
        """Tell whether there is such a stream, and this one made of software has it."""
        is_there = self._readings.has_gyroscope or measurement is not Measurement.GYRO
        return is_there and bool(self.hardware.offered(measurement, in_sdk_mode=False))

    def _start(self, request: Request) -> Outcome:
        measurement = request.measurement
        if measurement is Measurement.SDK_MODE:
            return self._set_sdk_mode(is_on=True), b""
        if measurement is None or not self._offers(measurement):
            return Status.NOT_SUPPORTED, b""
        status = self._start_stream(measurement, request.settings)
        factor = encode_settings({Setting.FACTOR: (self.hardware.factor(measurement),)})
        return status, factor if status is Status.DONE else b""

    def _start_stream(self, measurement: Measurement, settings: SettingValues) -> Status:
        if measurement in self._streams:
            return Status.ALREADY_SO
        if self.payload_bytes + _ATT_HEAD_BYTES < wire.SMALLEST_MTU:
            return Status.MTU_TOO_SMALL
        offered = self.hardware.offered(measurement, in_sdk_mode=self._in_sdk_mode)
        if (status := judge_settings(offered, settings)) is not Status.DONE:
            return status
        if settings[Setting.RATE] != (self._times.rate_hz,):
            return Status.NO_SUCH_RATE
        samples = self.hardware.frame_samples(measurement, self.payload_bytes)
        self._open_stream(measurement, samples, partial(self._send_frame, measurement, samples))
        return Status.DONE

    def _stop(self, request: Request) -> Outcome:
        if request.measurement is Measurement.SDK_MODE:
            return self._set_sdk_mode(is_on=False), b""
        if request.measurement not in self._streams:
            return Status.ALREADY_SO, b""
        self._close_stream(request.measurement)
        return Status.DONE, b""

    def _set_sdk_mode(self, *, is_on: bool) -> Status:
        if is_on == self._in_sdk_mode:
            return Status.ALREADY_SO
        if self._streams:
            return Status.WRONG_STATE
        self._in_sdk_mode = is_on
        return Status.DONE

    def _send_frame(self, measurement: Measurement, samples: int, first: int) -> None:
        acc_mps2, gyr_radps = self._readings.take(first, samples)
        values = acc_mps2 if measurement is Measurement.ACC or gyr_radps is None else gyr_radps
        time_ns = self._ticks(first + samples - 1)
        self.notify(self._data, self.hardware.encode_frame(measurement, time_ns, values))
