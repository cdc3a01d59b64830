"""The conversation with one MetaMotion: ask for its chip, then turn both packed streams on."""

from __future__ import annotations

from collections.abc import Iterator

from sensor.errors import PacketError
from sensor.protocol.driver import (
    BATTERY_LEVEL_UUID,
    Accepted,
    DriverEvent,
    Refused,
    Settings,
    Unreadable,
    Write,
    parse_battery_level,
)
from sensor.protocol.metamotion import control as metamotion
from sensor.protocol.metamotion.control import ACC_MODULE, ASK_MODULE, GYR_MODULE, Chip
from sensor.protocol.two_streams import BothStreams

RATES_HZ = (50, 100)
ACC_RANGE_G = 16
GYR_RANGE_DPS = 2000

_QUESTION_S = 0.1
_MOST_QUESTIONS = 10
"""The chip is asked for every tenth of a second, and given up after a second: then nothing is started."""


class MetaMotionDriver:
    """Streams from a MetaMotion R, RL or S.

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
            raise ValueError(f"metamotion: no rate of {rate_hz:g} Hz; there are {known}")
        self._rate_hz = int(rate_hz)
        self._chip: Chip | None = None
        self._streams = BothStreams()

    @property
    def notify_characteristics(self) -> tuple[str, ...]:
        """One for data and answers, and the battery."""
        return (metamotion.NOTIFY_UUID, BATTERY_LEVEL_UUID)

    @property
    def settings(self) -> Settings:
        """The full scales that are asked for."""
        return {"acc_range_g": ACC_RANGE_G, "gyr_range_dps": GYR_RANGE_DPS}

    def start(self, utc_us: int) -> Iterator[Write]:
        """Find out the chip, end what an earlier connection left running, start; there is no clock to set."""
        for _ in range(_MOST_QUESTIONS):
            if self._chip is not None:
                break
            yield Write(metamotion.COMMAND_UUID, ASK_MODULE, response=False, settle_s=_QUESTION_S)
        self._streams.restart()
        yield from self.stop()
        if self._chip is not None:
            commands = metamotion.start_commands(self._chip, self._rate_hz, ACC_RANGE_G, GYR_RANGE_DPS)
            yield from map(_write, commands)

    def poll(self) -> tuple[Write, ...]:
        """Ask nothing."""
        return ()

    def stop(self) -> tuple[Write, ...]:
        """Turn both streams off; nothing was started where the chip is unknown."""
        return () if self._chip is None else tuple(map(_write, metamotion.stop_commands(self._chip)))

    def receive(self, characteristic: str, payload: bytes) -> tuple[DriverEvent, ...]:
        """Understand one notification."""
        try:
            return self._understand(characteristic.lower(), payload)
        except PacketError as error:
            return (Unreadable(error),)

    def _understand(self, characteristic: str, payload: bytes) -> tuple[DriverEvent, ...]:
        if characteristic == BATTERY_LEVEL_UUID:
            return (parse_battery_level(payload),)
        if characteristic != metamotion.NOTIFY_UUID:
            return ()
        if payload.startswith(ASK_MODULE):
            return (self._meet_chip(payload),)
        module = 0 if metamotion.is_answer(payload) or not payload else payload[0]
        if module == GYR_MODULE:
            self._streams.angular_rate()
        return self._streams.acceleration() if module == ACC_MODULE else ()

    def _meet_chip(self, payload: bytes) -> DriverEvent:
        if len(payload) <= len(ASK_MODULE):
            raise PacketError(metamotion.KEY, "the answer about the accelerometer names none", payload)
        try:
            self._chip = metamotion.parse_module(payload)
        except PacketError:
            chip = payload[len(ASK_MODULE)]
            return Refused("tell a chip that is known", chip, "only a MetaMotion R, RL or S can be recorded")
        return Accepted(f"find a {self._chip.name}")


def _write(command: bytes) -> Write:
    return Write(metamotion.COMMAND_UUID, command, response=False)
