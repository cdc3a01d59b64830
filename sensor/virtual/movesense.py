"""A Movesense made of software: the GATT SensorData protocol of its default firmware, and its quirks."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable

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
from sensor.virtual.movesense_streams import MovesenseStreams
from sensor.virtual.peripheral import VirtualPeripheral, now_s
from sensor.virtual.sampling import Readings, SampleTimes, SensorClock
from sensor.virtual.stack import Characteristic, CharacteristicValue, Connection, Service, att

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
        super().__init__(name, advertised_uuids=wire.ADVERTISED_UUIDS[:1], battery_pct=battery_pct, mtu=mtu)
        if signal.rate_hz not in wire.RATES_HZ:
            known = ", ".join(map(str, wire.RATES_HZ))
            raise ValueError(f"a Movesense does not sample at {signal.rate_hz:g} Hz; it has {known} Hz")
        self._times = SampleTimes(0.0, signal.rate_hz, rate_ppm)
        clock = SensorClock(0.0, start_ticks_ms, clock_ppm)
        self._readings = _readings(signal)
        self._streams = MovesenseStreams(self._readings, clock, self._times, self._send_data)
        self._utc_minus_loop_us = 0.0
        self._refuses_until_s = -math.inf
        properties, permissions = Characteristic.Properties, Characteristic.Permissions
        self._command = Characteristic[bytes](
            wire.COMMAND_UUID,
            properties.WRITE,
            permissions.WRITEABLE,
            CharacteristicValue(read=_refuse_read, write=self._on_command),
        )
        self._data = Characteristic[bytes](
            wire.DATA_UUID, properties.NOTIFY, permissions.READABLE, CharacteristicValue(read=_refuse_read)
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
        self._restart_clock(self._streams.clock.start_ms)
        self.begin()
        await super().power_on(air)

    def begin(self) -> None:
        """Let the motion start, or start again, now."""
        self._times = SampleTimes(now_s(), self._times.rate_hz, self._times.error_ppm)
        self._streams.restart(self._times)

    def reboot(self) -> None:
        """Restart: link and subscriptions are lost, the counter restarts at 0; the motion goes on."""
        super().reboot()
        self._streams.close_all()
        self._restart_clock(0.0)
        self._refuses_until_s = -math.inf

    def refuse(self, duration_s: float = math.inf) -> None:
        """Have no request slots left: streams end and commands are answered 429, until then or a restart."""
        self._refuses_until_s = now_s() + duration_s
        self._streams.close_all()

    def drop_streams(self) -> None:
        """Stop all streams without a word while the link lives."""
        self._streams.close_all()

    def disconnected(self) -> None:
        """Forget the subscriptions of the link that is gone."""
        super().disconnected()
        self._streams.close_all()

    def _on_command(self, _: Connection, data: bytes) -> None:
        try:
            answer = self._answer(parse_command(data))
        except PacketError as error:
            raise att.ATT_Error(att.ErrorCode.VALUE_NOT_ALLOWED) from error
        self.notify(self._data, answer)

    def _answer(self, command: Command) -> bytes:
        refuses = now_s() < self._refuses_until_s and command.code is not CommandCode.PUT_SYSTEMMODE
        if refuses:
            return encode_response(Response(command.reference, 429))
        if command.code is CommandCode.HELLO:
            return encode_hello(command.reference, self._hello())
        if (answer := self._answers.get(command.code)) is None:
            return encode_response(Response(command.reference, 501))
        return encode_response(answer(command))

    def _subscribe(self, command: Command) -> Response:
        path = parse_path(command.payload)
        if not self._streams.offers(path):
            return Response(command.reference, 404)
        if command.reference in self._streams:
            return Response(command.reference, 409)
        if len(self._streams) >= MOST_SUBSCRIPTIONS:
            return Response(command.reference, 507)
        self._streams.open(command.reference, path)
        return Response(command.reference, 200)

    def _unsubscribe(self, command: Command) -> Response:
        if command.reference not in self._streams:
            return Response(command.reference, 404)
        self._streams.close(command.reference)
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

    def _restart_clock(self, start_ms: float) -> None:
        self._streams.clock = SensorClock(now_s(), start_ms, self._streams.clock.error_ppm)
        self._utc_minus_loop_us = _UTC_AFTER_POWER_LOSS_US - 1e6 * now_s()

    def _read_clock(self) -> ClockReading:
        relative_ms = self._streams.clock.read_ms(now_s()) % 2**32
        return ClockReading(relative_ms, round(self._utc_minus_loop_us + 1e6 * now_s()))

    def _hello(self) -> Hello:
        identity = Identity(self.name.split()[-1], product="Movesense (virtual)", firmware="2.3.1")
        return Hello(1, identity, dfu_mac=self.address, app="virtual")

    def _send_data(self, reference: int, payload: bytes) -> None:
        for part in encode_data(reference, payload, self.payload_bytes - _GSP_HEADER_BYTES):
            self.notify(self._data, part)


def _readings(signal: ImuSignal) -> Readings:
    return Readings(
        signal,
        acc_step_mps2=ACC_STEP_MPS2,
        acc_range_mps2=wire.ACC_RANGE_MPS2,
        gyr_step_radps=GYR_STEP_RADPS,
        gyr_range_radps=wire.GYR_RANGE_RADPS,
    )


def _refuse_read(_: Connection) -> bytes:
    """Answer as ATT wants: bumble itself lets a read of what cannot be read hang."""
    raise att.ATT_Error(att.ATT_READ_NOT_PERMITTED_ERROR)
