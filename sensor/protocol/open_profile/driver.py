"""The conversation with one board that speaks the project's own profile."""

from __future__ import annotations

from sensor.errors import PacketError
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
from sensor.protocol.open_profile.control import (
    CONTROL_UUID,
    DATA_UUID,
    STATUS_UUID,
    AnswerStatus,
    ControlAnswer,
    Operation,
    StartRequest,
    encode_start,
    explain_answer,
    parse_answer,
    parse_status,
)

RATES_HZ = (104, 208, 416)
ACC_RANGE_G = 16
GYR_RANGE_DPS = 2000
SAMPLES_PER_PACKET = 8

_WORDS: dict[int, str] = {Operation.START: "start the stream", Operation.STOP: "stop the stream"}


class OpenProfileDriver:
    """Streams from a board with the reference firmware, or any other that keeps to the profile.

    A board either streams exactly what it was asked for or refuses, so the ranges asked for are the ranges
    of the stream.

    Parameters
    ----------
    rate_hz
        One of `RATES_HZ`.

    Raises
    ------
    ValueError
        When the profile's boards have no such rate.
    """

    def __init__(self, rate_hz: float) -> None:
        if rate_hz not in RATES_HZ:
            raise ValueError(f"runtall: no rate of {rate_hz:g} Hz; there are {', '.join(map(str, RATES_HZ))}")
        self._request = StartRequest(round(rate_hz * 1000), ACC_RANGE_G, GYR_RANGE_DPS, SAMPLES_PER_PACKET)

    @property
    def notify_characteristics(self) -> tuple[str, ...]:
        """Data first, then the answers to requests, then the once-a-second status."""
        return (DATA_UUID, CONTROL_UUID, STATUS_UUID, BATTERY_LEVEL_UUID)

    @property
    def settings(self) -> Settings:
        """The full scales that were asked for."""
        return {"acc_range_g": ACC_RANGE_G, "gyr_range_dps": GYR_RANGE_DPS}

    def start(self, utc_us: int) -> tuple[Write, ...]:
        """Start the stream; a board has no wall clock to set."""
        return (Write(CONTROL_UUID, encode_start(self._request)),)

    def poll(self) -> tuple[Write, ...]:
        """Ask nothing: a board tells by itself."""
        return ()

    def stop(self) -> tuple[Write, ...]:
        """Stop the stream."""
        return (Write(CONTROL_UUID, bytes([Operation.STOP])),)

    def receive(self, characteristic: str, payload: bytes) -> tuple[DriverEvent, ...]:
        """Understand one notification."""
        try:
            return self._understand(characteristic.lower(), payload)
        except PacketError as error:
            return (Unreadable(error),)

    def _understand(self, characteristic: str, payload: bytes) -> tuple[DriverEvent, ...]:
        if characteristic == DATA_UUID:
            return (StreamPacket(),)
        if characteristic == CONTROL_UUID:
            return (_answered(parse_answer(payload)),)
        if characteristic == BATTERY_LEVEL_UUID:
            return (parse_battery_level(payload),)
        if characteristic == STATUS_UUID:
            parse_status(payload)  # kept in the session as it came; here only its shape matters
        return ()


def _answered(answer: ControlAnswer) -> DriverEvent:
    what = _WORDS.get(answer.operation, f"operation {answer.operation}")
    if answer.status == AnswerStatus.DONE:
        return Accepted(what)
    return Refused(what, answer.status, explain_answer(answer.status))
