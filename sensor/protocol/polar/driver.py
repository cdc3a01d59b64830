"""The conversation with a Polar H10, OH1 or Verity Sense: start and stop its inertial streams."""

from __future__ import annotations

from dataclasses import dataclass

from sensor.errors import PacketError
from sensor.protocol.driver import (
    BATTERY_LEVEL_UUID,
    Accepted,
    Described,
    DriverEvent,
    Refused,
    Settings,
    StreamPacket,
    Unreadable,
    Write,
    parse_battery_level,
)
from sensor.protocol.polar.control import (
    CONTROL_UUID,
    DATA_UUID,
    Answer,
    AnswerJoiner,
    Measurement,
    Operation,
    Request,
    Status,
    StreamsStopped,
    encode_request,
    explain_status,
    parse_control,
)
from sensor.protocol.polar.frames import MEASUREMENT_MASK
from sensor.protocol.polar.settings import Setting, SettingValues, parse_settings, told_factor

_RESOLUTION_BITS = 16
_CHANNELS = 3
_MOST_ALONE = 8
"""So many frames of one stream without any of the other mean that the other has died. At rest, when frames
hold most, six of one were seen to come between two of the other."""

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
ACC_FACTOR_G = 0.000244
GYR_FACTOR_DPS = 0.07
"""What a count is worth at these ranges (tests of the maker's SDK), where the sensor does not say it."""

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
        self._factors = {Measurement.ACC: ACC_FACTOR_G, Measurement.GYRO: GYR_FACTOR_DPS}
        self._unanswered = set(self._ranges)
        self._told_settings = self.settings
        self._answers = AnswerJoiner()
        self._uses_sdk_mode = rate_hz in model.sdk_rates_hz
        self._alone = dict.fromkeys(self._ranges, 0)

    @property
    def notify_characteristics(self) -> tuple[str, ...]:
        """Data and answers: the sensor wants both on before the first request."""
        return (DATA_UUID, CONTROL_UUID, BATTERY_LEVEL_UUID)

    @property
    def settings(self) -> Settings:
        """Rate, ranges and what a count is worth: usually, until the sensor has said it."""
        of_acc = {
            "rate_hz": self._rate_hz,
            "acc_range_g": ACC_RANGE_G,
            "acc_factor_g": self._factors[Measurement.ACC],
        }
        if not self._model.has_gyroscope:
            return of_acc
        of_gyr = {"gyr_range_dps": GYR_RANGE_DPS, "gyr_factor_dps": self._factors[Measurement.GYRO]}
        return {**of_acc, **of_gyr}

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
        if characteristic == DATA_UUID:
            return self._data(payload)
        if characteristic == CONTROL_UUID:
            return self._control(parse_control(payload))
        if characteristic == BATTERY_LEVEL_UUID:
            return (parse_battery_level(payload),)
        return ()

    def _wanted(self, range_: int) -> SettingValues:
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

    def _control(self, told: Answer | StreamsStopped) -> tuple[DriverEvent, ...]:
        if isinstance(told, StreamsStopped):
            names = " and ".join(_name(one) for one in told.measurements)
            return (Refused(f"go on with {names}", 0, "the sensor stopped by itself"),)
        answer = self._answers.join(told)
        if answer is None:
            return ()
        what = f"{_DOING.get(answer.operation, 'tell of')} {_name(answer.measurement)}"
        if answer.status not in (Status.DONE, Status.ALREADY_SO):
            return (Refused(what, answer.status, explain_status(answer.status)),)
        if answer.operation != Operation.START or answer.measurement not in self._ranges:
            return (Accepted(what),)
        measurement = Measurement(answer.measurement)
        return (Accepted(what), *self._learn_factor(measurement, answer), *self._describe(measurement))

    def _describe(self, answered: Measurement) -> tuple[DriverEvent, ...]:
        """Tell what counts are worth once all streams have said it, if it is not what is known already."""
        self._unanswered.discard(answered)
        if self._unanswered or self.settings == self._told_settings:
            return ()
        self._told_settings = self.settings
        return (Described(self.settings),)

    def _learn_factor(self, measurement: Measurement, answer: Answer) -> tuple[DriverEvent, ...]:
        """Take over what a count is worth, as the answer to a start says."""
        try:
            told = parse_settings(answer.parameters)
            self._factors[measurement] = told_factor(told, self._factors[measurement])
        except PacketError as error:
            return (Unreadable(error),)
        return ()


def _write(request: Request) -> Write:
    return Write(CONTROL_UUID, encode_request(request))


def _name(measurement: int) -> str:
    return _NAMES.get(measurement, f"measurement {measurement}")
