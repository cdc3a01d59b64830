"""The conversation with one WitMotion sensor: set its rate, see that it took, read its battery."""

from __future__ import annotations

import numpy as np

from sensor.protocol.driver import (
    Accepted,
    BatteryLevel,
    DriverEvent,
    Refused,
    Settings,
    StreamPacket,
    Write,
)
from sensor.protocol.witmotion import decoder as witmotion
from sensor.protocol.witmotion.control import (
    RATE_CODES,
    SETTLE_S,
    UNLOCK_VALUE,
    Register,
    Request,
    charge_pct,
    encode_request,
)
from sensor.protocol.witmotion.decoder import FrameFinder

RATES_HZ = (50, 100, 200)
"""Rates that suit running."""

_PAUSE_S = SETTLE_S + 0.05
"""Each request waits for a connection event: two of them come up to an interval closer together."""


class WitMotionDriver:
    """Streams from a WitMotion with BLE 5; it streams whenever it is connected.

    Nothing is saved on the sensor: whatever it was set to before comes back when it is switched on again.

    Parameters
    ----------
    rate_hz
        One of `RATES_HZ`.

    Raises
    ------
    ValueError
        When there is no such rate.
    """

    def __init__(self, rate_hz: float) -> None:
        if rate_hz not in RATES_HZ:
            known = ", ".join(map(str, RATES_HZ))
            raise ValueError(f"witmotion: no rate of {rate_hz:g} Hz; there are {known}")
        self._rate_code = RATE_CODES[int(rate_hz)]
        self._rate_is_set = False
        self._finder = FrameFinder()

    @property
    def notify_characteristics(self) -> tuple[str, ...]:
        """One for everything."""
        return (witmotion.NOTIFY_UUID,)

    @property
    def settings(self) -> Settings:
        """Nothing: there is one layout and one scale."""
        return {}

    def start(self, utc_us: int) -> tuple[Write, ...]:
        """Set the rate and read it back; there is no clock to set."""
        self._rate_is_set = False
        return (
            _write(Register.LOCK, UNLOCK_VALUE),
            _write(Register.RATE, self._rate_code),
            _write(Register.READ, Register.RATE),
        )

    def poll(self) -> tuple[Write, ...]:
        """Read the battery; set the rate once more if the sensor has not taken it."""
        again = () if self._rate_is_set else self.start(0)
        return (*again, _write(Register.READ, Register.BATTERY))

    def stop(self) -> tuple[Write, ...]:
        """Do nothing: it stops when the link ends."""
        return ()

    def receive(self, characteristic: str, payload: bytes) -> tuple[DriverEvent, ...]:
        """Understand one notification: samples and answers."""
        if characteristic.lower() != witmotion.NOTIFY_UUID:
            return ()
        frames = self._finder.feed([payload]).data
        answers = [
            event for frame in frames[frames[:, 1] == witmotion.ANSWER] for event in self._answer(frame)
        ]
        return tuple(answers) if _is_answer_alone(payload) else (*answers, StreamPacket())

    def _answer(self, frame: witmotion.Bytes) -> tuple[DriverEvent, ...]:
        register, value = np.frombuffer(frame.tobytes(), "<u2", 2, witmotion.HEADER_BYTES).tolist()
        if register == Register.RATE:
            self._rate_is_set = value & 0xFF == self._rate_code
            if self._rate_is_set:
                return (Accepted("set the rate"),)
            return (Refused("set the rate", value, "it goes on at another; it is asked again in a minute"),)
        if register == Register.BATTERY:
            return (BatteryLevel(charge_pct(value)),)
        return ()


def _is_answer_alone(payload: bytes) -> bool:
    """Tell whether a notification holds no sample: answers must not pass for a stream that lives."""
    head = bytes([witmotion.START_BYTE, witmotion.ANSWER])
    return len(payload) == witmotion.FRAME_BYTES and payload.startswith(head)


def _write(register: Register, value: int) -> Write:
    data = encode_request(Request(register, value))
    return Write(witmotion.WRITE_UUID, data, response=False, settle_s=_PAUSE_S)
