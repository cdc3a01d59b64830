"""A Capture2Go made of software: packages with checksums, states that refuse requests, a buffered stream."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable

import numpy as np

from sensor.errors import PacketError
from sensor.protocol.capture2go import frames as wire
from sensor.protocol.capture2go.control import (
    ErrorCode,
    Mode,
    State,
    Status,
    encode_error,
    encode_info,
    encode_status,
    parse_mode,
)
from sensor.protocol.capture2go.frames import Package
from sensor.samples import FloatArray, ImuSignal
from sensor.units import NS_PER_S
from sensor.virtual.devices.motion_sensor import VirtualMotionSensor
from sensor.virtual.devices.package_queue import PackageQueue
from sensor.virtual.devices.sampling import Readings, SampleTimes, SensorClock
from sensor.virtual.radio.characteristics import notify_only, write_only
from sensor.virtual.radio.gatt import Service
from sensor.virtual.radio.peripheral import now_s

BUFFER_BYTES = 32_768
"""Of the stream, while nobody listens; the maker does not tell how much it is."""

_MEASURES, _REAL_TIME = 1, 2
_REAL_TIME_HZ = 50
_REAL_TIME_SAMPLE = 0x0247
_REAL_TIME_LAYOUT = struct.Struct("<q9hQhB")
_MOST_COUNTS = 2**15 - 1
_NOTHING = Mode(0.0, status_interval_s=0)


class VirtualCapture2Go(VirtualMotionSensor):
    """A sensor exposed to a given motion.

    A stream that was started goes on, into a buffer, when its link breaks; what finds no room there is lost,
    and the package after it is flagged.

    Parameters
    ----------
    name
        Advertised name; the real ones are called ``IMU_`` and six hex digits.
    signal
        The motion, sensor axes; its rate is the only one it measures at.
    clock_ppm, rate_ppm
        How much too fast its clock runs and it samples, parts per million.
    start_ns
        What its clock reads at power-on, ns since 1970.
    battery_pct
        Battery level, percent.
    mtu
        Largest ATT MTU it agrees to, bytes.

    Raises
    ------
    ValueError
        When the signal is empty, has no gyroscope, or a rate that is none of a Capture2Go.
    """

    streams_without_link = True

    def __init__(
        self,
        name: str = "IMU_0a1b2c",
        *,
        signal: ImuSignal,
        clock_ppm: float = 0.0,
        rate_ppm: float = 0.0,
        start_ns: int = 0,
        battery_pct: int = 100,
        mtu: int = 247,
    ) -> None:
        wire.measurement_header(signal.rate_hz)
        if signal.gyr_sensor_radps is None:
            raise ValueError("a Capture2Go has a gyroscope; give a signal with angular rates")
        super().__init__(
            name,
            readings=_readings(signal),
            times=SampleTimes(0.0, signal.rate_hz, rate_ppm),
            clock=SensorClock(tick_hz=NS_PER_S, start_ticks=start_ns, error_ppm=clock_ppm),
            advertised_uuids=(wire.SERVICE_UUID,),
            battery_pct=battery_pct,
            mtu=mtu,
        )
        self._mode = _NOTHING
        self._is_started = self._has_lost = False
        self._status_timer: asyncio.TimerHandle | None = None
        self._requests = write_only(wire.WRITE_UUID, self._on_write)
        self._packages = notify_only(wire.NOTIFY_UUID)
        self._queue = PackageQueue(self._room, self._send, BUFFER_BYTES)
        self._answers: dict[int, Callable[[bytes], Package | None]] = {
            wire.GET_INFO: lambda _: Package(
                wire.INFO, encode_info(self.name[-6:], "virtual", version="1.0.1")
            ),
            wire.GET_STATUS: lambda _: self._status(),
            wire.SET_MODE: self._set_mode,
            wire.SET_TIME: self._set_time,
            wire.START: self._start,
            wire.STOP: self._stop,
            wire.CLEAR: self._clear,
            wire.START_REAL_TIME: self._start_real_time,
            wire.STOP_REAL_TIME: self._stop_real_time,
        }

    @property
    def state(self) -> State:
        """What it does."""
        return State.STREAMING if self._is_started else State.IDLE

    @property
    def _can_measure(self) -> bool:
        """Whether its mode is one it can measure in."""
        return self._mode.rate_hz == self._times.rate_hz and not self._mode.has_magnetometer

    def services(self) -> list[Service]:
        """Return battery and the service of the packages."""
        return [*super().services(), Service(wire.SERVICE_UUID, [self._requests, self._packages])]

    def reboot(self) -> None:
        """Restart: mode, clock and whatever waited are lost."""
        super().reboot()
        self._queue.forget()
        self._mode, self._has_lost = _NOTHING, False

    def drop_streams(self) -> None:
        """Stop measuring and telling how it is doing, without a word."""
        self._stop_measuring()
        super().drop_streams()

    def _stop_measuring(self) -> None:
        self._is_started = False
        if _MEASURES in self._streams:
            self._close_stream(_MEASURES)
        if self._status_timer is not None:
            self._status_timer.cancel()
            self._status_timer = None

    def _on_write(self, data: bytes) -> None:
        try:
            request = wire.parse_package(data)
        except PacketError:
            self._put(encode_error(ErrorCode.UNREADABLE_REQUEST, wire.ERROR))
            return
        try:
            answer = self._answer(request)
        except PacketError:
            answer = encode_error(ErrorCode.UNREADABLE_REQUEST, request.header)
        if answer is not None:
            self._put(answer)

    def _answer(self, request: Package) -> Package | None:
        if self.is_refusing:
            return encode_error(ErrorCode.WRONG_STATE, request.header)
        if (answer := self._answers.get(request.header)) is None:
            return encode_error(ErrorCode.UNKNOWN_REQUEST, request.header)
        return answer(request.payload)

    def _set_mode(self, payload: bytes) -> Package:
        if self.state is not State.IDLE:
            return encode_error(ErrorCode.WRONG_STATE, wire.SET_MODE)
        self._mode = parse_mode(payload)
        return Package(wire.MODE, payload)

    def _set_time(self, payload: bytes) -> Package:
        if len(payload) != 8:
            raise PacketError(wire.KEY, "a time has eight bytes", payload)
        if self.state is not State.IDLE:
            return encode_error(ErrorCode.WRONG_STATE, wire.SET_TIME)
        self.restart_clock(struct.unpack("<q", payload)[0])
        return Package(wire.TIME_SET, payload)

    def _start(self, _: bytes) -> Package:
        if self.state is not State.IDLE:
            return encode_error(ErrorCode.WRONG_STATE, wire.START)
        self._is_started = True
        if self._can_measure:
            self._open_stream(_MEASURES, wire.SAMPLES_PER_PACKAGE, self._stream)
        self._tell_status_later()
        return Package(wire.STARTED)

    def _stop(self, _: bytes) -> Package:
        self._stop_measuring()
        return Package(wire.STOPPED)

    def _clear(self, _: bytes) -> Package:
        self._stop_measuring()
        self._queue.clear()
        return Package(wire.CLEARED)

    def _start_real_time(self, payload: bytes) -> Package:
        if _REAL_TIME not in self._streams:
            every = max(1, round(self._times.rate_hz / _REAL_TIME_HZ))
            self._open_stream(_REAL_TIME, every, self._send_real_time)
        return Package(wire.REAL_TIME_STARTED, payload)

    def _stop_real_time(self, _: bytes) -> Package:
        if _REAL_TIME in self._streams:
            self._close_stream(_REAL_TIME)
        return Package(wire.REAL_TIME_STOPPED)

    def _send_real_time(self, index: int) -> None:
        """Send one sample past everything that waits."""
        gyr, acc = self._counts(index, 1)
        values = (*gyr[0].astype(int).tolist(), *acc[0].astype(int).tolist(), 0, 0, 0)
        payload = _REAL_TIME_LAYOUT.pack(self._ticks(index), *values, 0, 0, 0)
        self.notify(self._packages, wire.encode_notification([Package(_REAL_TIME_SAMPLE, payload)]))

    def _stream(self, first: int) -> None:
        header, payload = self._measured(first)
        if self._has_lost:
            payload = payload[:-1] + bytes([payload[-1] | wire.TIME_GAP])
        self._has_lost = not self._put(Package(header, payload))

    def _measured(self, first: int) -> Package:
        """Return the package of the samples from ``first`` on."""
        time_ns = np.array([self._ticks(first)], np.int64)
        gyr_counts, acc_counts = self._counts(first, wire.SAMPLES_PER_PACKAGE)
        return wire.encode_measurements(
            self._times.rate_hz, time_ns, gyr_counts=gyr_counts, acc_counts=acc_counts
        )[0]

    def _counts(self, first: int, samples: int) -> tuple[FloatArray, FloatArray]:
        """Return (samples, 3) counts of the gyroscope and the accelerometer."""
        acc_mps2, gyr_radps = self._readings.take(first, samples)
        assert gyr_radps is not None, "its signal has angular rates"
        return np.rint(gyr_radps / wire.GYR_UNIT_RADPS), np.rint(acc_mps2 / wire.ACC_UNIT_MPS2)

    def _tell_status_later(self) -> None:
        if self._mode.status_interval_s:
            loop = asyncio.get_running_loop()
            self._status_timer = loop.call_later(self._mode.status_interval_s, self._tell_status)

    def _tell_status(self) -> None:
        self._put(self._status())
        self._tell_status_later()

    def _status(self) -> Package:
        time_ns = self._clock.read(now_s())
        status = Status(time_ns, self.state, self.battery_pct, is_charging=False, free_pct=self._free_pct())
        return Package(wire.STATUS, encode_status(status))

    def _free_pct(self) -> int:
        return 100

    def _put(self, package: Package) -> bool:
        return self._queue.put(wire.encode_package(package))

    def _room(self) -> int:
        return self.payload_bytes - 1 if self.is_listened_to(self._packages) else 0

    def _send(self, part: bytes) -> None:
        self.notify(self._packages, wire.encode_notification(queued=part))


def _readings(signal: ImuSignal) -> Readings:
    return Readings(
        signal,
        acc_step_mps2=wire.ACC_UNIT_MPS2,
        acc_range_mps2=wire.ACC_UNIT_MPS2 * _MOST_COUNTS,
        gyr_step_radps=wire.GYR_UNIT_RADPS,
        gyr_range_radps=wire.GYR_UNIT_RADPS * _MOST_COUNTS,
    )
