"""Questions to a Polar over one connection: for files of its memory, and of its control point."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sensor.download.policy import DownloadPolicy
from sensor.download.response_queue import gone_silent, next_in
from sensor.errors import LinkError, PacketError, RefusalError
from sensor.link.ble import BleLink
from sensor.protocol.polar import control as polar
from sensor.protocol.polar import psftp
from sensor.protocol.polar.control import Answer, AnswerJoiner, Request, Status
from sensor.protocol.polar.psftp import Command, FolderEntry, FrameReader, Operation

_FRAME_BYTES = 20
"""What every connection carries; requests are short."""


class PolarTalk:
    """Asks a connected Polar one thing after the other.

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
        self.name = name
        self._link = link
        self._policy = policy
        self._frames: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._control: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._is_lost = False

    async def open_files(self) -> None:
        """Bond, without which there are no files, and listen for them."""
        await self._link.pair(self._policy.connect_timeout_s)
        await self._listen(psftp.TRANSFER_UUID, self._frames.put_nowait)

    async def open_control(self) -> None:
        """Listen for what the control point answers; it wants the data listened to, too."""
        await self._listen(polar.DATA_UUID, _pass_over)
        await self._listen(polar.CONTROL_UUID, self._control.put_nowait)

    def lost(self) -> None:
        """Tell whoever waits that nothing will come."""
        self._is_lost = True
        self._frames.put_nowait(None)
        self._control.put_nowait(None)

    async def ask(self, request: Request, what: str) -> Answer:
        """Make a request of the control point; return its answer.

        Raises
        ------
        RefusalError
            When the sensor says no; that it is so already is no refusal.
        LinkError
            When it does not answer.
        """
        data = polar.encode_request(request)
        timeout_s = self._policy.request_timeout_s
        await self._link.write(polar.CONTROL_UUID, data, timeout_s, response=True)
        answer = await self._answer(data, timeout_s)
        if answer.status not in (Status.DONE, Status.ALREADY_SO):
            reason = polar.explain_status(answer.status)
            raise RefusalError(
                f"{self.name} refuses {what}: {reason} (status {answer.status})", answer.status
            )
        return answer

    async def folder(self, path: str) -> tuple[FolderEntry, ...]:
        """Return what is in a folder; nothing where there is none.

        Raises
        ------
        RefusalError
            When the sensor says no.
        LinkError
            When it does not answer, or nonsense.
        """
        try:
            return psftp.parse_folder(await self.get(path, _pass_over))
        except RefusalError as error:
            if error.status == psftp.NO_SUCH_FILE:
                return ()
            raise
        except PacketError as error:
            raise self._nonsense() from error

    async def get(self, path: str, on_received: Callable[[int], None]) -> bytes:
        """Return the content of a file.

        Parameters
        ----------
        path
            Its path; of a folder with a slash at the end.
        on_received
            Called with the bytes that have come, again and again.

        Raises
        ------
        RefusalError
            When the sensor says no.
        LinkError
            When the link breaks, or what comes is not whole.
        """
        self._forget_leftovers()
        message = psftp.encode_operation(Operation(Command.GET, path))
        for frame in psftp.encode_frames(message, _FRAME_BYTES):
            await self._link.write(psftp.TRANSFER_UUID, frame, self._policy.request_timeout_s, response=True)
        reader = FrameReader()
        reply = None
        while reply is None:
            frame = await next_in(self._frames, self._policy.silence_s, self.name, f"sending {path}")
            try:
                reply = reader.take(frame)
            except PacketError as error:
                raise self._nonsense() from error
            on_received(reader.received_bytes)
        if reply.error:
            reason = psftp.explain_error(reply.error)
            raise RefusalError(f"{self.name} refuses {path}: {reason} (error {reply.error})", reply.error)
        return reply.content

    async def _answer(self, request: bytes, timeout_s: float) -> Answer:
        """Wait for the whole answer to a request; whatever else comes is passed over."""
        joiner = AnswerJoiner()
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    told = self._parsed(await next_in(self._control, timeout_s, self.name, "answering"))
                    answer = joiner.join(told) if isinstance(told, Answer) else None
                    if answer and (answer.operation, answer.measurement) == (*request[:2], 0)[:2]:
                        return answer
        except TimeoutError as error:
            raise gone_silent(self.name, "answering") from error

    async def _listen(self, characteristic: str, take: Callable[[bytes], None]) -> None:
        if not self._link.offers(characteristic):
            raise LinkError(f"{self.name}: it has no memory to ask for; is its firmware at least 2.1.0?")
        await self._link.subscribe(characteristic, take, self._policy.request_timeout_s)

    def _forget_leftovers(self) -> None:
        """Pass over what belongs to an earlier answer: some sensors send the last frame twice."""
        while not self._frames.empty() and not self._is_lost:
            self._frames.get_nowait()

    def _parsed(self, payload: bytes) -> Answer | polar.StreamsStopped | None:
        try:
            return polar.parse_control(payload)
        except PacketError:
            return None  # no answer to anything

    def _nonsense(self) -> LinkError:
        return LinkError(f"{self.name}: what it sends is not whole; bring it closer and try again")


def _pass_over(_: object) -> None:
    """Take what nobody waits for."""
