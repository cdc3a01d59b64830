"""A Movesense made of software: the GATT SensorData protocol of its default firmware, and its quirks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from sensor.errors import PacketError
from sensor.protocol.driver import ClockReading, Identity
from sensor.protocol.movesense import frames as wire
from sensor.protocol.movesense.control import (
    Command,
    CommandCode,
    Response,
    SystemMode,
    encode_data,
    encode_response,
    parse_command,
    parse_path,
)
from sensor.protocol.movesense.objects import TIME_PATH, Hello, encode_hello, encode_time_answer
from sensor.samples import ImuSignal
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2
from sensor.virtual.devices.motion_sensor import VirtualMotionSensor
from sensor.virtual.devices.sampling import Readings, SampleTimes, SensorClock
from sensor.virtual.radio.characteristics import notify_only, write_only
from sensor.virtual.radio.gatt import AttError, AttErrorCode, Service
from sensor.virtual.radio.peripheral import now_s

ACC_STEP_MPS2 = 0.244e-3 * STANDARD_GRAVITY_MPS2
GYR_STEP_RADPS = 0.07 * RADPS_PER_DEGPS
"""Steps seen in captures of a real sensor: 0.244 mg and 0.07 deg/s."""

FIRMWARE_MTU = 155
"""What the firmware asks for: a data notification carries 150 bytes of payload."""

MOST_SUBSCRIPTIONS = 4
"""The firmware's limit; a further one is answered 507."""

ENERGY_PATH = "/System/Energy/Level"

_UTC_AFTER_POWER_LOSS_US = 1_420_070_400_000_000
"""1 January 2015: where the wall clock restarts."""

_MODE_CHANGE_S = 0.1
"""Time to answer a change of system mode before it happens."""

_GSP_HEADER_BYTES = 2


class VirtualMovesense(VirtualMotionSensor):
    """A chest sensor exposed to a given motion.

    Parameters
    ----------
    name
        Advertised name; the real ones are called ``Movesense`` and twelve digits.
    signal
        The motion, sensor axes; its rate is the only one that can be subscribed to.
    clock_ppm
        How much too fast the millisecond counter runs, parts per million.
    rate_ppm
        How much too fast it samples, against true time, parts per million.
    start_ticks_ms
        What the counter reads at power-on (it wraps at 2**32).
    battery_pct
        Battery level, percent.
    mtu
        Largest ATT MTU it agrees to, bytes.

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
        if signal.rate_hz not in wire.RATES_HZ:
            known = ", ".join(map(str, wire.RATES_HZ))
            raise ValueError(f"a Movesense does not sample at {signal.rate_hz:g} Hz; it has {known} Hz")
        super().__init__(
            name,
            readings=_readings(signal),
            times=SampleTimes(0.0, signal.rate_hz, rate_ppm),
            clock=SensorClock(start_ticks=start_ticks_ms, error_ppm=clock_ppm),
            advertised_uuids=wire.ADVERTISED_UUIDS[:1],
            battery_pct=battery_pct,
            mtu=mtu,
        )
        self._packet_samples = wire.packet_samples(signal.rate_hz)
        self._utc_minus_loop_us = 0.0
        self._command = write_only(wire.COMMAND_UUID, self._on_command)
        self._data = notify_only(wire.DATA_UUID)
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

    def restart_clock(self, start_ticks: int = 0) -> None:
        """Let the counter read ``start_ticks`` now; the wall clock is that of a sensor after a power loss."""
        super().restart_clock(start_ticks)
        self._utc_minus_loop_us = _UTC_AFTER_POWER_LOSS_US - 1e6 * now_s()

    def _on_command(self, data: bytes) -> None:
        try:
            answer = self._answer(parse_command(data))
        except PacketError as error:
            raise AttError(AttErrorCode.VALUE_NOT_ALLOWED) from error
        self.notify(self._data, answer)

    def _answer(self, command: Command) -> bytes:
        if self.is_refusing and command.code is not CommandCode.PUT_SYSTEMMODE:
            return encode_response(Response(command.reference, 429))
        if command.code is CommandCode.HELLO:
            return encode_hello(command.reference, self._hello())
        if (answer := self._answers.get(command.code)) is None:
            return encode_response(Response(command.reference, 501))
        return encode_response(answer(command))

    def _subscribe(self, command: Command) -> Response:
        path = parse_path(command.payload)
        if not self._offers(path):
            return Response(command.reference, 404)
        if command.reference in self._streams:
            return Response(command.reference, 409)
        if len(self._streams) >= MOST_SUBSCRIPTIONS:
            return Response(command.reference, 507)
        send = partial(self._send_packet, command.reference, path)
        self._open_stream(command.reference, self._packet_samples, send)
        return Response(command.reference, 200)

    def _unsubscribe(self, command: Command) -> Response:
        if command.reference not in self._streams:
            return Response(command.reference, 404)
        self._close_stream(command.reference)
        return Response(command.reference, 200)

    def _get(self, command: Command) -> Response:
        path = parse_path(command.payload)
        if path == TIME_PATH:
            return Response(command.reference, 200, encode_time_answer(self._read_clock()))
        if path == ENERGY_PATH:
            return Response(command.reference, 200, bytes([self.battery_pct]))
        return Response(command.reference, 404)

    def _set_system_mode(self, command: Command) -> Response:
        changes = {bytes([SystemMode.APPLICATION]): self.reboot, bytes([SystemMode.POWER_OFF]): self._sleep}
        if (change := changes.get(command.payload)) is None:
            return Response(command.reference, 400)
        asyncio.get_running_loop().call_later(_MODE_CHANGE_S, change)
        return Response(command.reference, 202)

    def _set_utc(self, command: Command) -> Response:
        if len(command.payload) != 8:
            return Response(command.reference, 400)
        self._utc_minus_loop_us = int.from_bytes(command.payload, "little") - 1e6 * now_s()
        return Response(command.reference, 200)

    def _sleep(self) -> None:
        self.hide()
        self.lose_link()

    def _read_clock(self) -> ClockReading:
        relative_ms = self._clock.read(now_s()) % 2**32
        return ClockReading(relative_ms, round(self._utc_minus_loop_us + 1e6 * now_s()))

    def _hello(self) -> Hello:
        identity = Identity(self.name.split()[-1], product="Movesense (virtual)", firmware="2.3.1")
        return Hello(1, identity, dfu_mac=self.address, app="virtual")

    def _offers(self, path: str) -> bool:
        """Tell whether the signal holds everything a path carries, at its rate."""
        try:
            blocks = wire.measured_blocks(path)
        except ValueError:
            return False
        has = {"acc", "gyr"} if self._readings.has_gyroscope else {"acc"}
        return has.issuperset(blocks) and path.endswith(f"/{self._times.rate_hz:g}")

    def _measurement(self, path: str, first: int) -> bytes:
        """Return the payload of the packet that begins with sample ``first``."""
        acc_mps2, gyr_radps = self._readings.take(first, self._packet_samples)
        measured = wire.Measurement(self._ticks(first), acc_mps2=acc_mps2, gyr_radps=gyr_radps)
        return wire.encode_measurement(path, measured)

    def _send_packet(self, reference: int, path: str, first: int) -> None:
        self._send_data(reference, self._measurement(path, first))

    def _send_data(self, reference: int, payload: bytes) -> None:
        for part in encode_data(reference, payload, body_bytes=self.payload_bytes - _GSP_HEADER_BYTES):
            self.notify(self._data, part)


def _readings(signal: ImuSignal) -> Readings:
    return Readings(
        signal,
        acc_step_mps2=ACC_STEP_MPS2,
        acc_range_mps2=wire.ACC_RANGE_MPS2,
        gyr_step_radps=GYR_STEP_RADPS,
        gyr_range_radps=wire.GYR_RANGE_RADPS,
    )
