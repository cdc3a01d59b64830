"""The conversation with one WitMotion sensor: set its rate, see that it took, read its battery."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from sensor.protocol import witmotion
from sensor.protocol.driver import (
    Accepted,
    BatteryLevel,
    DriverEvent,
    Refused,
    Settings,
    StreamPacket,
    Write,
)
from sensor.protocol.witmotion import FrameFinder

RATE_CODES = {50: 0x08, 100: 0x09, 200: 0x0B}
"""Codes of the rates that suit running."""


class Register(IntEnum):
    """Registers that are read or written."""

    RATE = 0x03
    BATTERY = 0x64


_UNLOCK = bytes.fromhex("ffaa6988b5")
_BATTERY_CURVE = (
    (396, 100),
    (393, 90),
    (387, 75),
    (382, 60),
    (379, 50),
    (377, 40),
    (373, 30),
    (370, 20),
    (368, 15),
    (350, 10),
    (340, 5),
)
"""Hundredths of a volt and the charge from there on, percent, as the maker tells it."""


class WitMotionDriver:
    """Streams from a WitMotion with BLE 5; it streams whenever it is connected.

    Nothing is saved on the sensor: whatever it was set to before comes back when it is switched on again.

    Parameters
    ----------
    rate_hz
        One of `RATE_CODES`.

    Raises
    ------
    ValueError
        When there is no such rate.
    """

    def __init__(self, rate_hz: float) -> None:
        if rate_hz not in RATE_CODES:
            known = ", ".join(map(str, RATE_CODES))
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
            _write(_UNLOCK),
            _write(bytes([0xFF, 0xAA, Register.RATE, self._rate_code, 0])),
            _read(Register.RATE),
        )

    def poll(self) -> tuple[Write, ...]:
        """Read the battery; set the rate once more if the sensor has not taken it."""
        again = () if self._rate_is_set else self.start(0)
        return (*again, _read(Register.BATTERY))

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
        return (*answers, StreamPacket())

    def _answer(self, frame: witmotion.Bytes) -> tuple[DriverEvent, ...]:
        register, value = np.frombuffer(frame.tobytes(), "<u2", 2, witmotion.HEADER_BYTES).tolist()
        if register == Register.RATE:
            self._rate_is_set = value & 0xFF == self._rate_code
            if self._rate_is_set:
                return (Accepted("set the rate"),)
            return (Refused("set the rate", value, "it goes on at another; it is asked again in a minute"),)
        if register == Register.BATTERY:
            return (BatteryLevel(_charge_pct(value)),)
        return ()


def encode_answer(register: int, values: tuple[int, ...]) -> bytes:
    """Encode the answer to a reading: the register and up to eight values from there on."""
    words = np.zeros(9, "<u2")
    words[0] = register
    words[1 : 1 + len(values)] = values
    return bytes([witmotion.START_BYTE, witmotion.ANSWER]) + words.tobytes()


def _charge_pct(centivolts: int) -> int:
    return next((percent for least, percent in _BATTERY_CURVE if centivolts >= least), 0)


def _read(register: Register) -> Write:
    return _write(bytes([0xFF, 0xAA, 0x27, register, 0]))


def _write(data: bytes) -> Write:
    return Write(witmotion.WRITE_UUID, data, response=False)
