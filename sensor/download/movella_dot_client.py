"""Questions to a Movella DOT over one connection, and its answers."""

from __future__ import annotations

import asyncio
from collections.abc import Container
from contextlib import suppress
from typing import Self

from sensor.download.request_channel import RequestChannel
from sensor.errors import LinkError, PacketError, RefusalError
from sensor.protocol.movella_dot import control, decoder, memory
from sensor.protocol.movella_dot.control import SET_RATE, Measurement, encode_control, encode_measurement
from sensor.protocol.movella_dot.memory import Acknowledgement, Message, Result, What

_MOST_READS = 5
_BETWEEN_READS_S = 0.1


class MovellaDotClient:
    """Asks a connected DOT one thing after the other.

    Parameters
    ----------
    channel
        To the sensor.
    """

    def __init__(self, channel: RequestChannel[Message]) -> None:
        self._channel = channel

    @classmethod
    async def open(cls, channel: RequestChannel[Message]) -> Self:
        """Listen for messages, and end what a killed download may have left coming."""
        client = cls(channel)
        await channel.listen(memory.NOTIFICATION_UUID, lambda payload: (memory.parse_message(payload),))
        if await client.state() == Result.EXPORTING_DATA:
            await client.stop_data()
        return client

    async def state(self) -> int:
        """Return what its memory does, see `Result`.

        Raises
        ------
        LinkError
            When it does not answer.
        """
        return (await self._acknowledged(Message(What.GET_STATE))).result

    async def ask(self, request: Message, *, what: str) -> None:
        """Ask for something.

        Parameters
        ----------
        request
            What is sent.
        what
            What is asked, as in "it refuses to record".

        Raises
        ------
        RefusalError
            When the sensor says no.
        LinkError
            When it does not answer.
        """
        result = (await self._acknowledged(request)).result
        if result != Result.DONE:
            reason = memory.RESULT_WORDS.get(result, "an undocumented reason")
            raise self._channel.refusal(what, reason, status=result, code=f"result {result:02x}")

    async def info(self, number: int) -> bytes | None:
        """Return what the sensor tells of a recording; None where there is none of this number.

        Raises
        ------
        RefusalError
            When the sensor says no.
        LinkError
            When it does not answer, or nonsense.
        """
        doing = "telling of its recordings"
        await self.ask(Message(What.FILE_INFO_WANTED, bytes([number])), what="to tell of its recordings")
        told = await self._next_of((What.FILE_INFO, What.FILE_INFO_DONE, What.NO_FILE), doing)
        if told.what != What.FILE_INFO:
            return None
        await self._next_of((What.FILE_INFO_DONE,), doing)
        with self._channel.making_sense(f"what it tells of recording {number} makes no sense"):
            memory.parse_file_info(told.data)
        return told.data

    async def ask_for_data(self, log_id: int, first: int) -> bool:
        """Have a recording exported; return whether the sensor can begin with sample number ``first``.

        Raises
        ------
        RefusalError
            When the sensor says no.
        LinkError
            When it does not answer.
        """
        what = f"recording {log_id}"
        await self.ask(memory.select_data(), what="to send acceleration and angular rate")
        await self.ask(Message(What.DATA_WANTED, bytes([log_id])), what=what)
        if first:
            try:
                await self.ask(memory.data_again_from(first), what=what)
            except RefusalError:
                return False
        return True

    async def stop_data(self) -> None:
        """End an export and wait until nothing of it is on its way: samples do not tell whose they are.

        Raises
        ------
        LinkError
            When the sensor does not end it.
        """
        with suppress(RefusalError):  # it has just ended by itself
            await self.ask(Message(What.STOP_DATA), what="to stop sending")
            await self._next_of((What.STOP_DATA,), "answering")

    async def next_data(self, doing: str) -> Message:
        """Return the next message of an export, whatever it is about.

        Raises
        ------
        LinkError
            When none comes, or the link breaks.
        """
        timeout_s = self._channel.policy.silence_s
        return await self._channel.next(lambda message: message, timeout_s=timeout_s, doing=doing)

    async def product(self) -> str:
        """Return its product code; empty where it does not tell."""
        with suppress(LinkError, PacketError):
            return control.parse_product(await self._channel.read(decoder.INFO_UUID))
        return ""

    async def set_rate(self, rate_hz: int) -> None:
        """Set how often it measures; a measurement that a killed recording left is ended first.

        Raises
        ------
        LinkError
            When it does not take it.
        """
        stop = encode_measurement(Measurement(starts=False, mode=decoder.RATE_QUANTITIES))
        await self._channel.send(decoder.MEASUREMENT_UUID, stop)
        await self._channel.send(decoder.CONTROL_UUID, encode_control(rate_hz, SET_RATE))

    async def _next_of(self, wanted: Container[int], doing: str) -> Message:
        """Return the next message about any of what is wanted."""
        timeout_s = self._channel.policy.request_timeout_s
        return await self._channel.next(
            lambda message: message if message.what in wanted else None, timeout_s=timeout_s, doing=doing
        )

    async def _acknowledged(self, request: Message) -> Acknowledgement:
        """Write a request and read until its own acknowledgement stands there."""
        await self._channel.send(memory.REQUEST_UUID, memory.encode_message(request))
        for _ in range(_MOST_READS):
            payload = await self._channel.read(memory.ACKNOWLEDGE_UUID)
            with suppress(PacketError):
                acknowledgement = memory.parse_acknowledgement(payload)
                if acknowledgement.request == request.what:
                    return acknowledgement
            await asyncio.sleep(_BETWEEN_READS_S)
        raise LinkError(f"{self._channel.name} does not say how it took a request; restart it and try again")
