"""A WitMotion made of software: a byte stream without time or number, registers that lock themselves."""

from __future__ import annotations

import math

from sensor.errors import PacketError
from sensor.protocol.witmotion import decoder as wire
from sensor.protocol.witmotion.control import (
    RATE_CODES,
    SETTLE_S,
    UNLOCK_VALUE,
    UNLOCKED_S,
    Register,
    Request,
    centivolts,
    encode_answer,
    parse_request,
)
from sensor.samples import ImuSignal
from sensor.virtual.devices.motion_sensor import VirtualMotionSensor
from sensor.virtual.devices.sampling import Readings, SampleTimes, SensorClock
from sensor.virtual.radio.characteristics import notify_only, write_only
from sensor.virtual.radio.gatt import Service
from sensor.virtual.radio.peripheral import now_s

NOTIFICATION_BYTES = 50
"""Two and a half frames: notifications hold several frames and parts of some, as the maker warns."""

_ROUNDING_S = 1e-6
_STREAM = 0
_CODE_RATES = {code: rate_hz for rate_hz, code in RATE_CODES.items()}


class VirtualWitMotion(VirtualMotionSensor):
    """A sensor exposed to a given motion, which it streams to whoever subscribes.

    Parameters
    ----------
    name
        Advertised name; the real ones begin with ``WT``.
    signal
        The motion, sensor axes, with angular rates. It can be streamed at its rate and at whole parts of it.
    rate_ppm
        How much too fast it samples, against true time, parts per million.
    saved_rate_hz
        The rate it starts with; a new one has 10 Hz.
    notification_bytes
        Into how long notifications the stream is cut, where the MTU allows it.
    is_on_sig_base
        Whether its service and characteristics are numbered on the Bluetooth SIG's base, as some are.
    battery_pct, mtu
        As for `sensor.virtual.radio.peripheral.VirtualPeripheral`; the battery is read from a register only.

    Raises
    ------
    ValueError
        When the signal is empty, has no angular rates, or cannot be streamed at ``saved_rate_hz``.
    """

    def __init__(
        self,
        name: str = "WT901BLE01",
        *,
        signal: ImuSignal,
        rate_ppm: float = 0.0,
        saved_rate_hz: int = 100,
        notification_bytes: int = NOTIFICATION_BYTES,
        is_on_sig_base: bool = False,
        battery_pct: int = 100,
        mtu: int = 247,
    ) -> None:
        if signal.gyr_sensor_radps is None or signal.rate_hz % saved_rate_hz:
            raise ValueError(
                f"a WitMotion cannot stream this {signal.rate_hz:g} Hz signal at {saved_rate_hz} Hz"
            )
        service, data, command = (
            wire.on_sig_base(uuid) if is_on_sig_base else uuid
            for uuid in (wire.SERVICE_UUID, wire.NOTIFY_UUID, wire.WRITE_UUID)
        )
        super().__init__(
            name,
            readings=_readings(signal),
            times=SampleTimes(0.0, signal.rate_hz, rate_ppm),
            clock=SensorClock(),
            advertised_uuids=(service,),
            battery_pct=battery_pct,
            mtu=mtu,
        )
        self._notification_bytes = notification_bytes
        self._rate_code = self._saved_code = RATE_CODES[saved_rate_hz]
        self._unlocked_until_s = self._settled_s = -math.inf
        self._unsent = b""
        self._service_uuid = service
        self._data = notify_only(data)
        self._command = write_only(command, self._on_write, response=False)
        self._data.on_subscription = self._on_subscription

    def services(self) -> list[Service]:
        """Return the one service there is."""
        return [Service(self._service_uuid, [self._data, self._command])]

    def reboot(self) -> None:
        """Restart with what was saved."""
        super().reboot()
        self._rate_code = self._saved_code
        self._unlocked_until_s = -math.inf

    def _on_subscription(self, is_wanted: bool) -> None:
        self.drop_streams()
        self._unsent = b""
        if is_wanted and not self.is_refusing:
            self._begin_stream()

    def _begin_stream(self) -> None:
        every = round(self._times.rate_hz / _CODE_RATES[self._rate_code])
        self._open_stream(_STREAM, every, lambda first: self._send_sample(first + every - 1))

    def _send_sample(self, index: int) -> None:
        acc_mps2, gyr_radps = self._readings.take(index, 1)
        assert gyr_radps is not None, "a WitMotion's signal has angular rates"
        self._send(wire.encode_frames(acc_mps2, gyr_radps))

    def _send(self, frame: bytes, *, holds_back: bool = True) -> None:
        """Send what there is, cut into notifications; hold back what does not fill one."""
        self._unsent += frame
        size = min(self._notification_bytes, self.payload_bytes)
        while len(self._unsent) >= (size if holds_back else 1):
            self.notify(self._data, self._unsent[:size])
            self._unsent = self._unsent[size:]

    def _on_write(self, data: bytes) -> None:
        is_settled = now_s() >= self._settled_s - _ROUNDING_S
        self._settled_s = now_s() + SETTLE_S
        if self.is_refusing or not is_settled:
            return
        try:
            self._obey(parse_request(data))
        except PacketError:
            return

    def _obey(self, request: Request) -> None:
        if request.register == Register.READ:
            self._answer(request.value & 0xFF)
        elif request.register == Register.LOCK:
            self._unlocked_until_s = now_s() + UNLOCKED_S if request.value == UNLOCK_VALUE else -math.inf
        elif now_s() < self._unlocked_until_s:
            if request.register == Register.SAVE:
                self._saved_code = self._rate_code
            elif request.register == Register.RATE:
                self._set_rate(request.value)

    def _answer(self, register: int) -> None:
        values: dict[int, int] = {
            Register.RATE: self._rate_code,
            Register.BATTERY: centivolts(self.battery_pct),
        }
        self._send(encode_answer(register, (values.get(register, 0),)), holds_back=False)

    def _set_rate(self, code: int) -> None:
        """Take a rate that the signal can be streamed at; any other changes nothing."""
        if code not in _CODE_RATES or self._times.rate_hz % _CODE_RATES[code] or code == self._rate_code:
            return
        self._rate_code = code
        if self._streams:
            self.drop_streams()
            self._begin_stream()


def _readings(signal: ImuSignal) -> Readings:
    acc_step_mps2, gyr_step_radps = wire.ACC_RANGE_MPS2 / wire.COUNTS, wire.GYR_RANGE_RADPS / wire.COUNTS
    return Readings(
        signal,
        acc_step_mps2=acc_step_mps2,
        acc_range_mps2=acc_step_mps2 * (wire.COUNTS - 1),
        gyr_step_radps=gyr_step_radps,
        gyr_range_radps=gyr_step_radps * (wire.COUNTS - 1),
    )
