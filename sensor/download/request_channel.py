"""Ask a connected sensor, wait for what answers it, and say what is wrong where nothing comes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Generic, TypeVar

from sensor.download.policy import DownloadPolicy
from sensor.errors import LinkError, PacketError, RefusalError
from sensor.link.ble import BleLink

_Message = TypeVar("_Message")
_Answer = TypeVar("_Answer")


class SilenceError(LinkError):
    """The sensor stopped answering or sending."""


class RequestChannel(Generic[_Message]):
    """Requests to one connected sensor, and the messages it sends; the same for all makers.

    Messages are kept in the order they came. Whoever waits takes the first that answers; those before it are
    passed over, so that what nobody asked for disturbs nothing.

    Parameters
    ----------
    link
        The connection, nothing subscribed yet.
    name
        How error messages call the sensor.
    policy
        Deadlines.
    """

    def __init__(self, link: BleLink, name: str, *, policy: DownloadPolicy) -> None:
        self.name = name
        self.policy = policy
        self._link = link
        self._messages: asyncio.Queue[_Message | None] = asyncio.Queue()
        self._is_lost = False

    async def listen(
        self,
        characteristic: str,
        parse: Callable[[bytes], Iterable[_Message]],
        *,
        hint: str = "update its firmware",
    ) -> None:
        """Subscribe to a characteristic.

        Parameters
        ----------
        characteristic
            Its UUID.
        parse
            Returns the messages that end in a notification; one it raises `PacketError` at is dropped.
        hint
            What to do about a sensor that does not have the characteristic.

        Raises
        ------
        LinkError
            When the sensor does not have it, or the link breaks.
        """
        if not self._link.offers(characteristic):
            raise LinkError(f"{self.name}: it has no memory to ask for; {hint}")

        def receive(payload: bytes) -> None:
            # What is no message of this protocol belongs to another talk on the same characteristic, or to
            # nobody.
            with suppress(PacketError):
                for message in parse(payload):
                    self._messages.put_nowait(message)

        await self._link.subscribe(characteristic, receive, self.policy.request_timeout_s)

    async def bond(self) -> None:
        """Pair with the sensor.

        Raises
        ------
        LinkError
            When that fails.
        """
        await self._link.pair(self.policy.connect_timeout_s)

    async def send(self, characteristic: str, data: bytes) -> None:
        """Write to a characteristic and wait until the sensor confirmed it.

        Raises
        ------
        LinkError
            When it does not.
        """
        await self._link.write(characteristic, data, self.policy.request_timeout_s, response=True)

    async def read(self, characteristic: str) -> bytes:
        """Return the present value of a characteristic.

        Raises
        ------
        LinkError
            When the sensor does not tell it.
        """
        return await self._link.read(characteristic, self.policy.request_timeout_s)

    async def next(
        self, pick: Callable[[_Message], _Answer | None], *, timeout_s: float, doing: str
    ) -> _Answer:
        """Return what ``pick`` makes of the first message that it makes anything of.

        Parameters
        ----------
        pick
            Returns the answer a message holds, None where it holds none. What it raises ends the waiting.
        timeout_s
            How long to wait in all, s.
        doing
            What the sensor is to be doing, as in "it stopped answering".

        Raises
        ------
        SilenceError
            When no answer comes in time.
        LinkError
            When the link breaks.
        """
        try:
            async with asyncio.timeout(timeout_s):
                while (message := await self._messages.get()) is not None:
                    if (answer := pick(message)) is not None:
                        return answer
        except TimeoutError as error:
            raise SilenceError(
                f"{self.name} stopped {doing}; bring it closer, and restart it if that does not help"
            ) from error
        self.lost()  # for whoever asks after this
        raise LinkError(f"{self.name}: the link broke; keep the sensor within a few metres")

    async def answer(self, pick: Callable[[_Message], _Answer | None]) -> _Answer:
        """Return the answer to a request, see `next`."""
        return await self.next(pick, timeout_s=self.policy.request_timeout_s, doing="answering")

    def lost(self) -> None:
        """Tell whoever waits, now or later, that nothing more will come."""
        self._is_lost = True
        self._messages.put_nowait(None)

    def forget(self) -> None:
        """Pass over all that has come; nothing once the link is lost, for that is still to be told."""
        # The mark of a lost link must stay: whoever waits next would else wait in vain until time is up.
        while not self._messages.empty() and not self._is_lost:
            self._messages.get_nowait()

    @contextmanager
    def making_sense(self, complaint: str) -> Iterator[None]:
        """Complain about the sensor where what it sent cannot be read.

        Raises
        ------
        LinkError
            In place of `PacketError`.
        """
        try:
            yield
        except PacketError as error:
            raise LinkError(f"{self.name}: {complaint}") from error

    def refusal(self, what: str, reason: str, *, status: int, code: str) -> RefusalError:
        """Return the error of a sensor that says no.

        Parameters
        ----------
        what
            What was asked, as in "it refuses to list its recordings".
        reason
            Why it refuses, in words.
        status
            The sensor's own number for it.
        code
            The number as the maker's documents write it, and what they call it.
        """
        return RefusalError(f"{self.name} refuses {what}: {reason} ({code})", status)
