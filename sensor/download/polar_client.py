"""Questions to a Polar over one connection: for files of its memory, or of its control point."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Self

from sensor.download.request_channel import RequestChannel
from sensor.errors import PacketError, RefusalError
from sensor.protocol.polar import control, psftp
from sensor.protocol.polar.control import Answer, AnswerJoiner, Request, Status
from sensor.protocol.polar.psftp import Command, FolderEntry, FrameReader, Operation

_FRAME_BYTES = 20
"""What every connection carries; requests are short."""

_NOT_WHOLE = "what it sends is not whole; bring it closer and try again"
_HINT = "is its firmware at least 2.1.0?"


class PolarClient:
    """Asks a connected Polar one thing after the other.

    Parameters
    ----------
    channel
        To the sensor.
    """

    def __init__(self, channel: RequestChannel[bytes]) -> None:
        self._channel = channel

    @classmethod
    async def for_files(cls, channel: RequestChannel[bytes]) -> Self:
        """Bond, without which there are no files, and listen for them."""
        await channel.bond()
        await channel.listen(psftp.TRANSFER_UUID, lambda payload: (payload,), hint=_HINT)
        return cls(channel)

    @classmethod
    async def for_control(cls, channel: RequestChannel[bytes]) -> Self:
        """Listen for what the control point answers; it wants the data listened to, too."""
        await channel.listen(control.DATA_UUID, lambda _: (), hint=_HINT)
        await channel.listen(control.CONTROL_UUID, lambda payload: (payload,), hint=_HINT)
        return cls(channel)

    async def ask(self, request: Request, *, what: str) -> Answer:
        """Make a request of the control point; return its answer.

        Parameters
        ----------
        request
            What is sent.
        what
            What is asked, as in "it refuses to record acceleration".

        Raises
        ------
        RefusalError
            When the sensor says no; that it is so already is no refusal.
        LinkError
            When it does not answer.
        """
        data = control.encode_request(request)
        joiner = AnswerJoiner()

        def pick(payload: bytes) -> Answer | None:
            with suppress(PacketError):  # no answer to anything
                told = control.parse_control(payload)
                answer = joiner.join(told) if isinstance(told, Answer) else None
                # Requests about the whole sensor have no measurement; their answers bring nought in its
                # place.
                if answer and (answer.operation, answer.measurement) == (*data[:2], 0)[:2]:
                    return answer
            return None

        await self._channel.send(control.CONTROL_UUID, data)
        answer = await self._channel.answer(pick)
        if answer.status not in (Status.DONE, Status.ALREADY_SO):
            reason, status = control.explain_status(answer.status), answer.status
            raise self._channel.refusal(what, reason, status=status, code=f"status {status}")
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
            with self._channel.making_sense(_NOT_WHOLE):
                return psftp.parse_folder(await self.get(path))
        except RefusalError as error:
            # A memory without recordings has no such folder: an empty list, not a failure.
            if error.status == psftp.NO_SUCH_FILE:
                return ()
            raise

    async def get(self, path: str, *, on_received: Callable[[int], None] = lambda _: None) -> bytes:
        """Return the content of a file.

        Parameters
        ----------
        path
            Its path; of a folder with a slash at the end.
        on_received
            Told the bytes that have come, again and again.

        Raises
        ------
        RefusalError
            When the sensor says no.
        LinkError
            When the link breaks, or what comes is not whole.
        """
        self._channel.forget()  # some sensors send the last frame twice
        message = psftp.encode_operation(Operation(Command.GET, path))
        for frame in psftp.encode_frames(message, _FRAME_BYTES):
            await self._channel.send(psftp.TRANSFER_UUID, frame)
        reader = FrameReader()
        timeout_s = self._channel.policy.silence_s
        reply = None
        while reply is None:
            frame = await self._channel.next(
                lambda frame: frame, timeout_s=timeout_s, doing=f"sending {path}"
            )
            with self._channel.making_sense(_NOT_WHOLE):
                reply = reader.take(frame)
            on_received(reader.received_bytes)
        if reply.error:
            reason = psftp.explain_error(reply.error)
            raise self._channel.refusal(path, reason, status=reply.error, code=f"error {reply.error}")
        return reply.content
