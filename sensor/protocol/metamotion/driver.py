"""The conversation with one MetaMotion: ask for its chip, then turn both packed streams on."""

from __future__ import annotations

from collections.abc import Iterator

from sensor.errors import PacketError
from sensor.protocol.driver import BATTERY_LEVEL_UUID, Accepted, DriverEvent, Refused, Write
from sensor.protocol.metamotion.control import (
    ACC_MODULE,
    ASK_MODULE,
    COMMAND_UUID,
    GYR_MODULE,
    KEY,
    NOTIFY_UUID,
    Chip,
    is_answer,
    parse_module,
    start_commands,
    stop_commands,
)
from sensor.protocol.simple_driver import Conversation, SimpleDriver

RATES_HZ = (50, 100)
ACC_RANGE_G = 16
GYR_RANGE_DPS = 2000

_QUESTION_S = 0.1
_MOST_QUESTIONS = 10
"""The chip is asked for every tenth of a second, and given up after a second: then nothing is started."""

CONVERSATION = Conversation(
    key=KEY,
    rates_hz=RATES_HZ,
    data_uuid=NOTIFY_UUID,
    other_uuids=(BATTERY_LEVEL_UUID,),
    settings={"acc_range_g": ACC_RANGE_G, "gyr_range_dps": GYR_RANGE_DPS},
)
"""Both streams and all answers share one characteristic; what starts and stops them depends on the chip."""


class MetaMotionDriver(SimpleDriver):
    """Streams from a MetaMotion R, RL or S; see `sensor.protocol.driver.Driver`.

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
        self._chip: Chip | None = None

    def start(self, utc_us: int) -> Iterator[Write]:
        """Find out the chip, end what an earlier connection left running, start; there is no clock to set."""
        for _ in range(_MOST_QUESTIONS):
            if self._chip is not None:
                break
            yield Write(COMMAND_UUID, ASK_MODULE, response=False, settle_s=_QUESTION_S)
        self.streams.restart()
        yield from self.stop()
        if self._chip is not None:
            commands = start_commands(
                self._chip, self.rate_hz, acc_range_g=ACC_RANGE_G, gyr_range_dps=GYR_RANGE_DPS
            )
            yield from map(_write, commands)

    def stop(self) -> tuple[Write, ...]:
        """Turn both streams off; nothing was started where the chip is unknown."""
        return () if self._chip is None else tuple(map(_write, stop_commands(self._chip)))

    def receive_data(self, payload: bytes) -> tuple[DriverEvent, ...]:
        """Understand one notification: samples of either stream, or an answer.

        Raises
        ------
        PacketError
            When an answer about the chip names none.
        """
        if payload.startswith(ASK_MODULE):
            return (self._meet_chip(payload),)
        module = 0 if is_answer(payload) or not payload else payload[0]
        if module == GYR_MODULE:
            self.streams.angular_rate()
        return self.streams.acceleration() if module == ACC_MODULE else ()

    def _meet_chip(self, payload: bytes) -> DriverEvent:
        if len(payload) <= len(ASK_MODULE):
            raise PacketError(KEY, "the answer about the accelerometer names none", payload)
        try:
            self._chip = parse_module(payload)
        except PacketError:
            chip = payload[len(ASK_MODULE)]
            return Refused("tell a chip that is known", chip, "only a MetaMotion R, RL or S can be recorded")
        return Accepted(f"find a {self._chip.name}")


def _write(command: bytes) -> Write:
    return Write(COMMAND_UUID, command, response=False)
