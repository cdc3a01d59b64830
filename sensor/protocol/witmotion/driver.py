"""The conversation with one WitMotion sensor: set its rate, see that it took, read its battery."""

from __future__ import annotations

import numpy as np

from sensor.protocol.driver import Accepted, BatteryLevel, DriverEvent, Refused, StreamPacket, Write
from sensor.protocol.simple_driver import Conversation, SimpleDriver
from sensor.protocol.witmotion.control import (
    RATE_CODES,
    SETTLE_S,
    UNLOCK_VALUE,
    Register,
    Request,
    charge_pct,
    encode_request,
)
from sensor.protocol.witmotion.decoder import (
    ANSWER,
    FRAME_BYTES,
    HEADER_BYTES,
    KEY,
    NOTIFY_UUID,
    START_BYTE,
    WRITE_UUID,
    Bytes,
    FrameFinder,
)

RATES_HZ = (50, 100, 200)
"""Rates that suit running."""

_PAUSE_S = SETTLE_S + 0.05
"""Each request waits for a connection event: two of them come up to an interval closer together."""


def _write(register: Register, value: int) -> Write:
    data = encode_request(Request(register, value))
    return Write(WRITE_UUID, data, response=False, settle_s=_PAUSE_S)


def _set_rate(rate_hz: int) -> tuple[Write, ...]:
    """Return what sets the rate and reads it back."""
    return (
        _write(Register.LOCK, UNLOCK_VALUE),
        _write(Register.RATE, RATE_CODES[rate_hz]),
        _write(Register.READ, Register.RATE),
    )


CONVERSATION = Conversation(
    key=KEY,
    rates_hz=RATES_HZ,
    data_uuid=NOTIFY_UUID,
    start=_set_rate,
    poll=(_write(Register.READ, Register.BATTERY),),
)
"""It streams whenever it is connected: there is nothing to stop. One layout and one scale: no settings."""


class WitMotionDriver(SimpleDriver):
    """Streams from a WitMotion with BLE 5; see `sensor.protocol.driver.Driver`.

    Nothing is saved on the sensor: whatever it was set to before comes back when it is switched on again.

    Parameters
    ----------
    rate_hz
        One of `RATES_HZ`, Hz.

    Raises
    ------
    ValueError
        When there is no such rate.
    """

    def __init__(self, rate_hz: float) -> None:
        super().__init__(rate_hz, CONVERSATION)
        self._rate_is_set = False
        self._finder = FrameFinder()

    def start(self, utc_us: int) -> tuple[Write, ...]:
        """Set the rate and read it back; there is no clock to set."""
        self._rate_is_set = False
        return _set_rate(self.rate_hz)

    def poll(self) -> tuple[Write, ...]:
        """Read the battery; set the rate once more if the sensor has not taken it."""
        again = () if self._rate_is_set else _set_rate(self.rate_hz)
        return (*again, *super().poll())

    def receive_data(self, payload: bytes) -> tuple[DriverEvent, ...]:
        """Understand one notification: samples and answers are frames of one stream of bytes."""
        frames = self._finder.feed([payload]).data
        answers = [event for frame in frames[frames[:, 1] == ANSWER] for event in self._answer(frame)]
        return tuple(answers) if _is_answer_alone(payload) else (*answers, StreamPacket())

    def _answer(self, frame: Bytes) -> tuple[DriverEvent, ...]:
        register, value = np.frombuffer(frame.tobytes(), "<u2", 2, HEADER_BYTES).tolist()
        if register == Register.RATE:
            self._rate_is_set = value & 0xFF == RATE_CODES[self.rate_hz]
            if self._rate_is_set:
                return (Accepted("set the rate"),)
            return (Refused("set the rate", value, "it goes on at another; it is asked again in a minute"),)
        if register == Register.BATTERY:
            return (BatteryLevel(charge_pct(value)),)
        return ()


def _is_answer_alone(payload: bytes) -> bool:
    """Tell whether a notification holds no sample: answers must not pass for a stream that lives."""
    return len(payload) == FRAME_BYTES and payload.startswith(bytes([START_BYTE, ANSWER]))
