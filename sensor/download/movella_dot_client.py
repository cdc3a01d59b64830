"""Questions to a Movella DOT over one connection, and its answers."""

from __future__ import annotations

import asyncio
from collections.abc import Container
from contextlib import suppress

from sensor.download.policy import DownloadPolicy
from sensor.download.response_queue import next_in
from sensor.errors import LinkError, PacketError, RefusalError
from sensor.link.ble import BleLink
from sensor.protocol.movella_dot import control as movella_dot_control
from sensor.protocol.movella_dot import decoder as movella_dot
from sensor.protocol.movella_dot import memory as movella_dot_messages
from sensor.protocol.movella_dot.control import SET_RATE, Measurement, encode_control, encode_measurement
from sensor.protocol.movella_dot.memory import (
    RESULT_WORDS,
    Acknowledgement,
    Message,
    Result,
    What,
    encode_message,
    parse_acknowledgement,
    parse_message,
)

_MOST_READS = 5
_BETWEEN_READS_S = 0.1
_MOST_OTHERS = 10_000


class MovellaDotTalk:
    """Asks a connected DOT one thing after the other.

    Parameters
    ----------
    link
        The connection, nothing subscribed yet.
    name
        How messages call the sensor.
    policy
        Deadlines.
    """

    def __init__(self, link: BleLink, name: str, policy: DownloadPolicy) -> None:
        self._link = link
        self._name = name
        self._policy = policy
        self._inbox: asyncio.Queue[Message | None] = asyncio.Queue()

    async def open(self) -> None:
        """Listen for messages, and end what a killed download may have left coming."""
        uuid, timeout_s = movella_dot_messages.NOTIFICATION_UUID, self._policy.request_timeout_s
        if not self._link.offers(uuid):
            raise LinkError(f"{self._name}: has no memory to speak to; update its firmware")
        await self._link.subscribe(uuid, self.receive, timeout_s)
        if await self.state() == Result.EXPORTING_DATA:
            await self.stop_data()

    def receive(self, payload: bytes) -> None:
        """Take one notification; what is no message is dropped."""
        with suppress(PacketError):
            self._inbox.put_nowait(parse_message(payload))

    def lost(self) -> None:
        """Tell whoever waits that nothing will come."""
        self._inbox.put_nowait(None)

    async def state(self) -> int:
        """Return what its memory does, see `Result`.

        Raises
        ------
        LinkError
            When it does not answer.
        """
        return (await self._acknowledged(Message(What.GET_STATE))).result

    async def ask(self, request: Message, what: str) -> None:
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
            reason = RESULT_WORDS.get(result, "an undocumented reason")
            raise RefusalError(f"{self._name} refuses {what}: {reason} (result {result:02x})", result)

    async def stop_data(self) -> None:
        """End an export and wait until nothing of it is on its way: samples do not tell whose they are.

        Raises
        ------
        LinkError
            When the sensor does not end it.
        """
        with suppress(RefusalError):  # it has just ended by itself
            await self.ask(Message(What.STOP_DATA), "to stop sending")
            await self.next_of((What.STOP_DATA,), "answering")

    async def goes_on_from(self, number: int, what: str) -> bool:
        """Tell an export to go on from a sample; return whether the sensor can.

        Raises
        ------
        LinkError
            When it does not answer.
        """
        try:
            await self.ask(movella_dot_messages.data_again_from(number), what)
        except RefusalError:
            return False
        return True

    async def next_of(self, wanted: Container[int], doing: str) -> Message:
        """Return the next message about any of what is wanted; others are passed over.

        Raises
        ------
        LinkError
            When none comes, or the link breaks.
        """
        for _ in range(_MOST_OTHERS):
            message = await self.next(self._policy.request_timeout_s, doing)
            if message.what in wanted:
                return message
        raise LinkError(f"{self._name} sends everything but what was asked for; restart it and try again")

    async def next(self, timeout_s: float, doing: str) -> Message:
        """Return the next message of those that come by themselves.

        Raises
        ------
        LinkError
            When none comes, or the link breaks.
        """
        return await next_in(self._inbox, timeout_s, self._name, doing)

    async def product(self) -> str:
        """Return its product code; empty where it does not tell."""
        with suppress(LinkError, PacketError):
            payload = await self._link.read(movella_dot.INFO_UUID, self._policy.request_timeout_s)
            return movella_dot_control.parse_product(payload)
        return ""

    async def set_rate(self, rate_hz: int) -> None:
        """Set how often it measures; a measurement that a killed recording left is ended first.

        Raises
        ------
        LinkError
            When it does not take it.
        """
        stop = encode_measurement(Measurement(starts=False, mode=movella_dot.RATE_QUANTITIES))
        control, timeout_s = encode_control(rate_hz, SET_RATE), self._policy.request_timeout_s
        await self._link.write(movella_dot.MEASUREMENT_UUID, stop, timeout_s, response=True)
        await self._link.write(movella_dot.CONTROL_UUID, control, timeout_s, response=True)

    async def _acknowledged(self, request: Message) -> Acknowledgement:
        """Write a request and read until its own acknowledgement stands there."""
        timeout_s = self._policy.request_timeout_s
        data = encode_message(request)
        await self._link.write(movella_dot_messages.REQUEST_UUID, data, timeout_s, response=True)
        for _ in range(_MOST_READS):
            payload = await self._link.read(movella_dot_messages.ACKNOWLEDGE_UUID, timeout_s)
            with suppress(PacketError):
                acknowledgement = parse_acknowledgement(payload)
                if acknowledgement.request == request.what:
                    return acknowledgement
            await asyncio.sleep(_BETWEEN_READS_S)
        raise LinkError(f"{self._name} does not say how it took a request; restart it and try again")
