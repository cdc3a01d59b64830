"""The conversation with a Polar H10, OH1 or Verity Sense: start and stop its inertial streams."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sensor.errors import PacketError
from sensor.protocol import polar
from sensor.protocol.driver import (
    BATTERY_LEVEL_UUID,
    Accepted,
    DriverEvent,
    Refused,
    Settings,
    StreamPacket,
    Unreadable,
    Write,
    parse_battery_level,
)
from sensor.protocol.polar import Measurement, Operation, Request, Setting
from sensor.protocol.polar_frames import MEASUREMENT_MASK
from sensor.protocol.polar_stream import count_of_dps, count_of_g

_RESOLUTION_BITS = 16
_CHANNELS = 3
_MOST_ALONE = 20
"""So many frames of one stream without any of the other mean that the other has died."""

_NAMES: dict[int, str] = {
    Measurement.ACC: "the accelerometer",
    Measurement.GYRO: "the gyroscope",
    Measurement.SDK_MODE: "SDK mode",
}


@dataclass(frozen=True, slots=True)
class PolarModel:
    """What differs between models.

    Parameters
    ----------
    rates_hz
        Rates of the accelerometer, and of the gyroscope where there is one.
    sdk_rates_hz
        Rates that exist in SDK mode only, in which the sensor computes no heart rate.
    has_gyroscope
        Whether it has one.
    names_channels
        Whether requests must name the number of channels.
    """

    rates_hz: tuple[float, ...]
    sdk_rates_hz: tuple[float, ...] = ()
    has_gyroscope: bool = False
    names_channels: bool = False


H10 = PolarModel((25, 50, 100, 200))
OH1 = PolarModel((50,), names_channels=True)
VERITY_SENSE = PolarModel((52,), (104, 208, 416), has_gyroscope=True, names_channels=True)

ACC_RANGE_G = 8
GYR_RANGE_DPS = 2000
_COUNT_WORTH: dict[int, float] = {
    Measurement.ACC: count_of_g(ACC_RANGE_G),
    Measurement.GYRO: count_of_dps(GYR_RANGE_DPS),
}
_DOING: dict[int, str] = {Operation.START: "start", Operation.STOP: "stop"}


class PolarDriver:
    """Streams from a Polar sensor.

    Parameters
    ----------
    rate_hz
        One of the model's rates.
    model
        `H10`, `OH1` or `VERITY_SENSE`.

    Raises
    ------
    ValueError
        When the model has no such rate.
    """

    def __init__(self, rate_hz: float, model: PolarModel) -> None:
        known = model.rates_hz + model.sdk_rates_hz
        if rate_hz not in known:
            raise ValueError(f"polar: no rate of {rate_hz:g} Hz; there are {', '.join(map(str, known))}")
        self._rate_hz = int(rate_hz)
        self._model = model
        self._ranges = {Measurement.ACC: ACC_RANGE_G}
        if model.has_gyroscope:
            self._ranges[Measurement.GYRO] = GYR_RANGE_DPS
        self._uses_sdk_mode = rate_hz in model.sdk_rates_hz
        self._alone = dict.fromkeys(self._ranges, 0)

    @property
    def notify_characteristics(self) -> tuple[str, ...]:
        """Data and answers: the sensor wants both on before the first request."""
        return (polar.DATA_UUID, polar.CONTROL_UUID, BATTERY_LEVEL_UUID)

    @property
    def settings(self) -> Settings:
        """Rate, ranges and what a count is worth."""
        of_acc = {
            "rate_hz": self._rate_hz,
            "acc_range_g": ACC_RANGE_G,
            "acc_factor_g": count_of_g(ACC_RANGE_G),
        }
        if not self._model.has_gyroscope:
            return of_acc
        return {**of_acc, "gyr_range_dps": GYR_RANGE_DPS, "gyr_factor_dps": count_of_dps(GYR_RANGE_DPS)}

    def start(self, utc_us: int) -> tuple[Write, ...]:
        """Start the streams, in SDK mode where the rate needs it; the sensor's clock is left alone."""
        self._alone = dict.fromkeys(self._ranges, 0)
        sdk_mode = [Request(Operation.START, Measurement.SDK_MODE)] if self._uses_sdk_mode else []
        streams = [
            Request(Operation.START, measurement, self._wanted(range_))
            for measurement, range_ in self._ranges.items()
        ]
        return tuple(_write(request) for request in (*sdk_mode, *streams))

    def poll(self) -> tuple[Write, ...]:
        """Ask nothing: what the sensor has to say comes by itself."""
        return ()

    def stop(self) -> tuple[Write, ...]:
        """Stop the streams: an H10 that is not told drains its battery."""
        ended = [*self._ranges, *([Measurement.SDK_MODE] if self._uses_sdk_mode else [])]
        return tuple(_write(Request(Operation.STOP, measurement)) for measurement in ended)

    def receive(self, characteristic: str, payload: bytes) -> tuple[DriverEvent, ...]:
        """Understand one notification or indication."""
        try:
            return self._understand(characteristic.lower(), payload)
        except PacketError as error:
            return (Unreadable(error),)

    def _understand(self, characteristic: str, payload: bytes) -> tuple[DriverEvent, ...]:
        if characteristic == polar.DATA_UUID:
            return self._data(payload)
        if characteristic == polar.CONTROL_UUID:
            return self._control(polar.parse_control(payload))
        if characteristic == BATTERY_LEVEL_UUID:
            return (parse_battery_level(payload),)
        return ()

    def _wanted(self, range_: int) -> polar.SettingValues:
        wanted = {
            Setting.RATE: (self._rate_hz,),
            Setting.RESOLUTION: (_RESOLUTION_BITS,),
            Setting.RANGE: (range_,),
        }
        if self._model.names_channels:
            wanted[Setting.CHANNELS] = (_CHANNELS,)
        return wanted

    def _data(self, payload: bytes) -> tuple[DriverEvent, ...]:
        """Tell a living stream; one of two streams going on alone is none."""
        found = payload[0] & MEASUREMENT_MASK if payload else -1
        for measurement in self._alone:
            self._alone[measurement] = 0 if measurement == found else self._alone[measurement] + 1
        is_alive = found in self._alone and max(self._alone.values()) <= _MOST_ALONE
        return (StreamPacket(),) if is_alive else ()

    def _control(self, told: polar.Answer | polar.StreamsStopped) -> tuple[DriverEvent, ...]:
        if isinstance(told, polar.StreamsStopped):
            names = " and ".join(_name(one) for one in told.measurements)
            return (Refused(f"go on with {names}", 0, "the sensor stopped by itself"),)
        what = f"{_DOING.get(told.operation, 'tell of')} {_name(told.measurement)}"
        if told.status not in (0, polar.ALREADY_SO):
            return (Refused(what, told.status, polar.explain_status(told.status)),)
        return (Accepted(what), *_unlike_expected(told))


def _unlike_expected(answer: polar.Answer) -> tuple[Unreadable, ...]:
    """Complain about a stream whose counts are not worth what the decoder takes them for."""
    if answer.operation != Operation.START or answer.measurement not in _COUNT_WORTH or answer.has_more:
        return ()
    expected = _COUNT_WORTH[answer.measurement]
    for factor in polar.parse_settings(answer.parameters).get(Setting.FACTOR, ()):
        # A factor of 1 says that samples come in the unit itself, which the frame type says, too.
        if isinstance(factor, float) and not _is_about(factor, expected) and not _is_about(factor, 1.0):
            reason = f"a count of {_name(answer.measurement)} is worth {factor:g}, expected {expected:g}"
            return (Unreadable(PacketError(polar.KEY, reason, answer.parameters)),)
    return ()


def _is_about(value: float, expected: float) -> bool:
    return math.isclose(value, expected, rel_tol=0.01)


def _write(request: Request) -> Write:
    return Write(polar.CONTROL_UUID, polar.encode_request(request))


def _name(measurement: int) -> str:
    return _NAMES.get(measurement, f"measurement {measurement}")
