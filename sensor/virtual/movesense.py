"""A Movesense made of software: the GATT SensorData protocol of its default firmware, and its quirks."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass

from sensor.errors import PacketError
from sensor.protocol import movesense as wire
from sensor.protocol.driver import ClockReading, Identity
from sensor.protocol.movesense_gsp import (
    Command,
    CommandCode,
    Response,
    SystemMode,
    encode_data,
    encode_response,
    parse_command,
    parse_path,
)
from sensor.protocol.movesense_objects import TIME_PATH, Hello, encode_hello, encode_time_answer
from sensor.samples import ImuSignal
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2
from sensor.virtual.air import Air
from sensor.virtual.peripheral import VirtualPeripheral, now_s
from sensor.virtual.sampling import Readings, SampleTimes, SensorClock
from sensor.virtual.stack import Characteristic, CharacteristicValue, Connection, Service, att

ACC_STEP_MPS2 = 0.244e-3 * STANDARD_GRAVITY_MPS2
GYR_STEP_RADPS = 0.07 * RADPS_PER_DEGPS
"""Steps seen in captures of a real sensor: 0.244 mg and 0.07 deg/s."""

FIRMWARE_MTU = 155
"""What the firmware asks for: a data notification carries 150 bytes of payload."""

MOST_SUBSCRIPTIONS = 4

ENERGY_PATH = "/System/Energy/Level"

_UTC_AFTER_POWER_LOSS_US = 1_420_070_400_000_000
"""1 January 2015: where the clock restarts."""

_REBOOT_DELAY_S = 0.1
_WRITE = Characteristic.Properties.WRITE
_NOTIFY = Characteristic.Properties.NOTIFY


@dataclass(slots=True, eq=False)
class _Stream:
    """One subscription: what is measured, from which sample on, and the timer of the next packet."""

    reference: int
    path: str
    next_index: int
    timer: asyncio.TimerHandle | None = None


class VirtualMovesense(VirtualPeripheral):
    """A chest sensor exposed to a given motion.

    The motion goes on whether or not anyone listens: what is sampled without a subscription is lost, as on
    the real sensor. Before the motion begins and after it ends the sensor stands still.

    Parameters
    ----------
    name
        Advertised name; the real ones are called ``Movesense`` and twelve digits.
    signal
        The motion, sensor axes; its rate is the only one that can be subscribed to.
    clock_ppm
        How much too fast the millisecond counter runs.
    rate_ppm
        How much too fast it samples, against true time.
    start_ticks_ms
        What the counter reads at power-on (it wraps at 2**32).
    battery_pct
        Battery level, percent.
    mtu
        Largest ATT MTU it agrees to.

    Raises
    ------
    ValueError
        When the signal is empty or its rate is none of a Movesense.
    """

    def __init__(
        self,
        name: str = "Movesense 000000000001",
        *,
        signal: ImuSignal,
        clock_ppm: float = 0.0,
        rate_ppm: float = 0.0,
        start_ticks_ms: int = 0,
        battery_pct: int = 100,
        mtu: int = FIRMWARE_MTU,
    ) -> None:
        super().__init__(name, advertised_uuids=wire.ADVERTISED_UUIDS[:1], battery_pct=battery_pct, mtu=mtu)
        if signal.rate_hz not in wire.RATES_HZ:
            known = ", ".join(map(str, wire.RATES_HZ))
            raise ValueError(f"a Movesense does not sample at {signal.rate_hz:g} Hz; it has {known} Hz")
        self._rate_hz = signal.rate_hz
        self._readings = Readings(
            signal,
            acc_step_mps2=ACC_STEP_MPS2,
            acc_range_mps2=wire.ACC_RANGE_MPS2,
            gyr_step_radps=GYR_STEP_RADPS,
            gyr_range_radps=wire.GYR_RANGE_RADPS,
        )
        self._clock_ppm = clock_ppm
        self._rate_ppm = rate_ppm
        self._clock = SensorClock(0.0, start_ticks_ms, clock_ppm)
        self._times = SampleTimes(0.0, signal.rate_hz, rate_ppm)
        self._utc_minus_loop_us = 0.0
        self._refusing = False
        self._streams: dict[int, _Stream] = {}
        self._command = Characteristic[bytes](
            wire.COMMAND_UUID,
            _WRITE,
            Characteristic.READABLE | Characteristic.WRITEABLE,
            CharacteristicValue(read=_refuse_read, write=self._on_command),
        )
        self._data = Characteristic[bytes](
            wire.DATA_UUID, _NOTIFY, Characteristic.READABLE, CharacteristicValue(read=_refuse_read)
        )
        self._answers: dict[CommandCode, Callable[[Command], Response]] = {
            CommandCode.SUBSCRIBE: self._subscribe,
            CommandCode.UNSUBSCRIBE: self._unsubscribe,
            CommandCode.GET: self._get,
            CommandCode.PUT_SYSTEMMODE: self._set_system_mode,
            CommandCode.PUT_UTCTIME: self._set_utc,
        }

    def services(self) -> list[Service]:
        """Return battery and GATT SensorData services."""
        return [*super().services(), Service(wire.SERVICE_UUID, [self._command, self._data])]

    async def power_on(self, air: Air) -> None:
        """Join the air; counter and motion start now."""
        self._clock = SensorClock(now_s(), self._clock.start_ms, self._clock_ppm)
        self._forget_utc()
        self.begin()
        await super().power_on(air)

    def begin(self) -> None:
        """Let the motion start (again) now."""
        self._times = SampleTimes(now_s(), self._rate_hz, self._rate_ppm)
        for stream in self._streams.values():
            stream.next_index = self._times.next_index(now_s())
            self._schedule(stream)

    def reboot(self) -> None:
        """Restart: link and subscriptions are lost, the counter restarts at 0; the motion goes on."""
        super().reboot()
        self.disconnected()
        self._clock = SensorClock(now_s(), 0.0, self._clock_ppm)
        self._forget_utc()
        self._refusing = False

    def refuse(self) -> None:
        """Run out of request slots: streams end, every command is answered 429 until `recover` or restart."""
        self._refusing = True
        self.drop_streams()

    def recover(self) -> None:
        """Have request slots again; who wants a stream has to subscribe again."""
        self._refusing = False

    def drop_streams(self) -> None:
        """Stop all streams without a word while the link lives."""
        for stream in self._streams.values():
            if stream.timer is not None:
                stream.timer.cancel()
        self._streams.clear()

    def disconnected(self) -> None:
        """Forget the subscriptions of the link that is gone."""
        super().disconnected()
        self.drop_streams()

    def _on_command(self, _: Connection, data: bytes) -> None:
        try:
            command = parse_command(data)
        except PacketError as error:
            if len(data) >= 2:
                self._send(encode_response(Response(data[1], 400)))
                return
            raise att.ATT_Error(att.ATT_INVALID_ATTRIBUTE_LENGTH_ERROR) from error
        if command.code is CommandCode.HELLO and not self._refusing:
            self._send(encode_hello(command.reference, self._hello()))
            return
        self._send(encode_response(self._answer(command)))

    def _answer(self, command: Command) -> Response:
        rescue = command.code is CommandCode.PUT_SYSTEMMODE
        if self._refusing and not rescue:
            return Response(command.reference, 429)
        answer = self._answers.get(command.code)
        return answer(command) if answer is not None else Response(command.reference, 501)

    def _subscribe(self, command: Command) -> Response:
        path = parse_path(command.payload)
        if not self._measures(path):
            return Response(command.reference, 404)
        if command.reference in self._streams:
            return Response(command.reference, 409)
        if len(self._streams) >= MOST_SUBSCRIPTIONS:
            return Response(command.reference, 507)
        stream = _Stream(command.reference, path, self._times.next_index(now_s()))
        self._streams[command.reference] = stream
        self._schedule(stream)
        return Response(command.reference, 200)

    def _measures(self, path: str) -> bool:
        """Tell whether the signal holds everything a path carries, at its rate."""
        try:
            blocks = wire.measured_blocks(path)
        except ValueError:
            return False
        has = {"acc"} | ({"gyr"} if self._readings.has_gyroscope else set())
        return set(blocks) <= has and path.endswith(f"/{self._rate_hz:g}")

    def _unsubscribe(self, command: Command) -> Response:
        stream = self._streams.pop(command.reference, None)
        if stream is None:
            return Response(command.reference, 404)
        if stream.timer is not None:
            stream.timer.cancel()
        return Response(command.reference, 200)

    def _get(self, command: Command) -> Response:
        path = parse_path(command.payload)
        if path == TIME_PATH:
            return Response(command.reference, 200, encode_time_answer(self._read_clock()))
        if path == ENERGY_PATH:
            return Response(command.reference, 200, bytes([self.battery_pct]))
        return Response(command.reference, 404)

    def _set_system_mode(self, command: Command) -> Response:
        actions = {SystemMode.APPLICATION: self.reboot, SystemMode.POWER_OFF: self._switch_off}
        mode = command.payload[0] if len(command.payload) == 1 else None
        if mode not in tuple(SystemMode):
            return Response(command.reference, 400)
        if (action := actions.get(SystemMode(mode))) is None:
            return Response(command.reference, 501)
        asyncio.get_running_loop().call_later(_REBOOT_DELAY_S, action)
        return Response(command.reference, 202)

    def _set_utc(self, command: Command) -> Response:
        if len(command.payload) != 8:
            return Response(command.reference, 400)
        self._utc_minus_loop_us = int.from_bytes(command.payload, "little") - 1e6 * now_s()
        return Response(command.reference, 200)

    def _switch_off(self) -> None:
        self.hide(math.inf)
        self.lose_link()

    def _forget_utc(self) -> None:
        self._utc_minus_loop_us = _UTC_AFTER_POWER_LOSS_US - 1e6 * now_s()

    def _read_clock(self) -> ClockReading:
        relative_ms = self._clock.read_ms(now_s()) % 2**32
        return ClockReading(relative_ms, round(self._utc_minus_loop_us + 1e6 * now_s()))

    def _hello(self) -> Hello:
        serial = self.name.split()[-1]
        identity = Identity(serial=serial, product="Movesense (virtual)", firmware="2.3.1")
        return Hello(1, identity, dfu_mac=self.address, app="virtual")

    def _packet_samples(self) -> int:
        return wire.packet_samples(self._rate_hz)

    def _schedule(self, stream: _Stream) -> None:
        """Wake when the last sample of the stream's next packet is taken."""
        if stream.timer is not None:
            stream.timer.cancel()
        full_s = self._times.time_s(stream.next_index + self._packet_samples() - 1)
        stream.timer = asyncio.get_running_loop().call_at(full_s, self._send_packet, stream)

    def _send_packet(self, stream: _Stream) -> None:
        first, count = stream.next_index, self._packet_samples()
        acc_mps2, gyr_radps = self._readings.take(first, count)
        timestamp_ms = self._clock.read_ms(self._times.time_s(first))
        payload = wire.encode_measurement(
            stream.path, wire.Measurement(timestamp_ms, acc_mps2=acc_mps2, gyr_radps=gyr_radps)
        )
        for part in encode_data(stream.reference, payload, self.payload_bytes - 2):
            self._send(part)
        stream.next_index = first + count
        self._schedule(stream)

    def _send(self, notification: bytes) -> None:
        self.notify(self._data, notification)


def _refuse_read(_: Connection) -> bytes:
    """Answer as ATT wants: bumble itself lets a read of what cannot be read hang."""
    raise att.ATT_Error(att.ATT_READ_NOT_PERMITTED_ERROR)
