"""A board made of software that speaks the project's own profile, as the reference firmware does."""

from __future__ import annotations

import asyncio

import numpy as np

from sensor.errors import PacketError
from sensor.protocol.open_profile import control as gatt
from sensor.protocol.open_profile import frames as wire
from sensor.protocol.open_profile.driver import ACC_RANGE_G, GYR_RANGE_DPS, RATES_HZ
from sensor.samples import ImuSignal
from sensor.virtual.devices.motion_sensor import VirtualMotionSensor
from sensor.virtual.devices.sampling import Readings, SampleTimes, SensorClock
from sensor.virtual.radio.characteristics import (
    control_point,
    device_information,
    notify_only,
    read_and_notify,
    read_only,
    write_and_notify,
)
from sensor.virtual.radio.gatt import Service
from sensor.virtual.radio.medium import Medium
from sensor.virtual.radio.peripheral import now_s

QUEUE_PACKETS = 64
"""Packets the reference firmware keeps for the radio: 4.9 s of 8 samples at 104 Hz."""

MOST_SAMPLES = 19
"""Most samples the reference firmware puts into one packet."""

_FIRMWARE = "runtall virtual 1"
_UNKNOWN_CHIP = 0
_STREAM = 0
_ATT_HEADER_BYTES = 3
_SETTINGS = {"acc_range_g": ACC_RANGE_G, "gyr_range_dps": GYR_RANGE_DPS}
_STATUS_INTERVAL_S = 1.0
_ROOM_CDEG = 2150


class VirtualBoard(VirtualMotionSensor):
    """A board exposed to a given motion.

    Parameters
    ----------
    name
        Advertised name: ``runtall`` and four hex digits.
    signal
        The motion, sensor axes, with angular rates; its rate is the only one that can be asked for.
    clock_ppm
        How much too fast the microsecond counter runs, parts per million.
    rate_ppm
        How much too fast it samples, against true time, parts per million.
    start_ticks_us
        What the counter reads at power-on; packets carry its lower 32 bits.
    queue_packets
        How many packets wait for the radio at most; further ones are dropped whole.
    battery_pct, mtu
        As for `sensor.virtual.radio.peripheral.VirtualPeripheral`.

    Raises
    ------
    ValueError
        When the signal is empty, has no angular rates, or a rate that no board has.
    """

    def __init__(
        self,
        name: str = "runtall 0001",
        *,
        signal: ImuSignal,
        clock_ppm: float = 0.0,
        rate_ppm: float = 0.0,
        start_ticks_us: int = 0,
        queue_packets: int = QUEUE_PACKETS,
        battery_pct: int = 100,
        mtu: int = 247,
    ) -> None:
        if signal.rate_hz not in RATES_HZ or signal.gyr_sensor_radps is None:
            known = ", ".join(map(str, RATES_HZ))
            raise ValueError(f"a board samples both kinds at {known} Hz, not {signal.rate_hz:g} Hz")
        super().__init__(
            name,
            readings=_readings(signal),
            times=SampleTimes(0.0, signal.rate_hz, rate_ppm),
            clock=SensorClock(tick_hz=1e6, start_ticks=start_ticks_us, error_ppm=clock_ppm),
            advertised_uuids=(gatt.SERVICE_UUID,),
            battery_pct=battery_pct,
            mtu=mtu,
        )
        self._queue_packets = queue_packets
        self._packet_samples = 0
        self._sequence = self._produced = self._dropped = 0
        self._has_dropped = False
        self._reporting: asyncio.TimerHandle | None = None
        self._info = read_only(gatt.INFO_UUID, self._describe)
        self._control = control_point(gatt.CONTROL_UUID, self._on_control)
        self._data = notify_only(gatt.DATA_UUID)
        self._sync = write_and_notify(gatt.SYNC_UUID, self._on_sync)
        self._status = read_and_notify(gatt.STATUS_UUID, self._tell_status)

    @property
    def packets_waiting(self) -> int:
        """How many packets wait for the radio; none without a link."""
        return self._station.waiting

    def services(self) -> list[Service]:
        """Return battery, device information and the profile's own service."""
        about = device_information({"maker": "runtall", "model": "virtual board", "firmware": _FIRMWARE})
        own = [self._info, self._control, self._data, self._sync, self._status]
        return [*super().services(), about, Service(gatt.SERVICE_UUID, own)]

    async def power_on(self, medium: Medium) -> None:
        """Join the air; counter and motion start now, and so does the status once a second."""
        await super().power_on(medium)
        self._report()

    async def power_off(self) -> None:
        """Leave the air for good."""
        if self._reporting is not None:
            self._reporting.cancel()
        await super().power_off()

    def _report(self) -> None:
        self.notify(self._status, self._tell_status())
        self._reporting = asyncio.get_running_loop().call_later(_STATUS_INTERVAL_S, self._report)

    def _describe(self) -> bytes:
        rate_mhz = round(1000 * self._times.rate_hz)
        return gatt.encode_info(
            gatt.BoardInfo(
                sensor_kind=_UNKNOWN_CHIP,
                acc_range_g=ACC_RANGE_G,
                gyr_range_dps=GYR_RANGE_DPS,
                rate_mhz=rate_mhz,
                clock_hz=1_000_000,
                flags=0,
                firmware=_FIRMWARE,
            )
        )

    def _tell_status(self) -> bytes:
        return gatt.encode_status(
            gatt.BoardStatus(
                time_us=self._clock.read(now_s()),
                produced=self._produced,
                dropped=self._dropped,
                queued=min(self.packets_waiting, 255),
                temperature_cdeg=_ROOM_CDEG,
                battery_mv=3400 + 8 * self.battery_pct,
            )
        )

    def _on_control(self, data: bytes) -> None:
        operation = data[0] if data else 0
        answer = gatt.ControlAnswer(operation, self._obey(operation, data))
        self.indicate(self._control, gatt.encode_answer(answer))

    def _obey(self, operation: int, data: bytes) -> gatt.AnswerStatus:
        if self.is_refusing:
            return gatt.AnswerStatus.WRONG_STATE
        if operation == gatt.Operation.START:
            return self._start(data)
        if operation == gatt.Operation.STOP:
            self.drop_streams()
            return gatt.AnswerStatus.DONE
        if operation == gatt.Operation.IDENTIFY:
            return gatt.AnswerStatus.DONE
        return gatt.AnswerStatus.UNKNOWN_REQUEST

    def _start(self, data: bytes) -> gatt.AnswerStatus:
        try:
            asked = gatt.parse_start(data)
        except PacketError:
            return gatt.AnswerStatus.WRONG_LENGTH
        if self.payload_bytes < gatt.LEAST_MTU - _ATT_HEADER_BYTES:
            return gatt.AnswerStatus.MTU_TOO_SMALL
        if asked.rate_mhz != round(1000 * self._times.rate_hz):
            return gatt.AnswerStatus.NO_SUCH_RATE
        if (asked.acc_range_g, asked.gyr_range_dps) != (ACC_RANGE_G, GYR_RANGE_DPS):
            return gatt.AnswerStatus.NO_SUCH_RANGE
        self.drop_streams()
        fitting = min(wire.fitting_samples(self.payload_bytes), MOST_SAMPLES)
        self._packet_samples = min(max(asked.samples_per_packet, 1), fitting)
        self._sequence = self._produced = self._dropped = 0
        self._has_dropped = False
        self._open_stream(_STREAM, self._packet_samples, self._send_packet)
        return gatt.AnswerStatus.DONE

    def _send_packet(self, first: int) -> None:
        """Send the packet that begins with a sample, or drop it whole where too many wait already."""
        samples = self._packet_samples
        sequence, index = self._sequence, self._produced
        self._sequence, self._produced = sequence + 1, index + samples
        if self.packets_waiting >= self._queue_packets:
            self._dropped += samples
            self._has_dropped = True
            return
        acc_mps2, gyr_radps = self._readings.take(first, samples)
        assert gyr_radps is not None, "a board's signal has angular rates"
        (packet,) = wire.encode_live_packets(
            np.array([self._ticks(first)]),
            acc_mps2,
            gyr_sensor_radps=gyr_radps,
            settings=_SETTINGS,
            samples_per_packet=samples,
            first_sequence=sequence,
            first_index=index,
            after_dropped=self._has_dropped,
        )
        self._has_dropped = False
        self.notify(self._data, packet)

    def _on_sync(self, data: bytes) -> None:
        try:
            sequence, flags, host_time = gatt.parse_sync_question(data)
        except PacketError:
            return
        us = self._clock.read(now_s())
        self.notify(
            self._sync,
            gatt.encode_sync_echo(
                gatt.SyncEcho(sequence=sequence, flags=flags, host_time=host_time, received_us=us, sent_us=us)
            ),
        )


def _readings(signal: ImuSignal) -> Readings:
    acc_step_mps2, gyr_step_radps = wire.live_units(_SETTINGS)
    return Readings(
        signal,
        acc_step_mps2=acc_step_mps2,
        acc_range_mps2=acc_step_mps2 * (wire.COUNTS - 1),
        gyr_step_radps=gyr_step_radps,
        gyr_range_radps=gyr_step_radps * (wire.COUNTS - 1),
    )
