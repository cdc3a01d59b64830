"""Questions to a Capture2Go over one connection, and its answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Self

from sensor.download.request_channel import RequestChannel, SilenceError
from sensor.errors import PacketError, RefusalError
from sensor.protocol.capture2go import control, frames, memory
from sensor.protocol.capture2go.frames import Package, PackageReader, encode_package
from sensor.protocol.capture2go.memory import ByteRange
from sensor.protocol.memory import LogEntry, Piece, Span

_LEAST_SLICE_BYTES = 20
"""A slice of a package at the least MTU: two of them may well be alike."""


class Capture2GoClient:
    """Asks a connected Capture2Go one thing after the other.

    Parameters
    ----------
    channel
        To the sensor.
    """

    def __init__(self, channel: RequestChannel[Package]) -> None:
        self._channel = channel
        self._reader = PackageReader()

    @classmethod
    async def open(cls, channel: RequestChannel[Package]) -> Self:
        """Listen for packages, and end what a killed download may have left coming."""
        client = cls(channel)
        await channel.listen(frames.NOTIFY_UUID, client._packages, cut_bytes=_LEAST_SLICE_BYTES)
        with suppress(RefusalError):  # nothing was coming
            await client.ask(Package(memory.STOP_BYTES), memory.BYTES_STOPPED, what="to stop sending")
        return client

    async def ask(self, request: Package, answer: int, *, what: str) -> bytes:
        """Ask for something and return what the answer holds.

        Parameters
        ----------
        request
            What is sent.
        answer
            Header of the answer.
        what
            What is asked, as in "it refuses to list its recordings".

        Raises
        ------
        RefusalError
            When the sensor says no.
        LinkError
            When it does not answer.
        """
        await self._send(request)
        return await self._channel.answer(
            lambda package: self._content(package, answer, request=request.header, what=what)
        )

    async def state(self) -> int:
        """Return what the sensor does, see `sensor.protocol.capture2go.control.State`.

        Raises
        ------
        LinkError
            When it does not answer, or nonsense.
        """
        payload = await self.ask(Package(frames.GET_STATUS), frames.STATUS, what="to tell what it does")
        with self._channel.making_sense("what it tells of what it does makes no sense; restart it"):
            return control.parse_status(payload).state

    async def entries(self, most: int) -> tuple[LogEntry, ...]:
        """Return the recordings, at most so many.

        Raises
        ------
        LinkError
            When it does not answer, or nonsense.
        """
        what = "to list its recordings"
        found: dict[int, LogEntry] = {}

        def gather(package: Package) -> bool | None:
            payload = self._content(package, memory.FILE, request=memory.LIST_FILES, what=what)
            if payload is not None:
                entry = memory.parse_file(payload)
                found[entry.log_id] = entry
            return len(found) >= count or None

        with self._channel.making_sense("what it tells of its recordings makes no sense; restart it"):
            told = await self.ask(Package(memory.LIST_FILES), memory.FILE_COUNT, what=what)
            count = min(memory.parse_count(told), most)
            if count:
                timeout_s = self._channel.policy.silence_s + self._channel.policy.request_timeout_s
                await self._channel.next(gather, timeout_s=timeout_s, doing="listing its recordings")
        return tuple(found[index] for index in sorted(found))

    async def fetch(self, entry: LogEntry, span: Span, *, take: Callable[[Piece], object]) -> None:
        """Have bytes of a recording sent, until the last of them came or nothing more comes.

        Parameters
        ----------
        entry
            The recording.
        span
            Which bytes.
        take
            Called with every piece that begins among them; none reaches beyond the recording.

        Raises
        ------
        RefusalError
            When the sensor says no.
        LinkError
            When the link breaks, or nothing comes at all.
        """
        asked = memory.WHOLE if span == (0, entry.size_bytes) else span
        await self._send(memory.encode_range(ByteRange(entry.name, asked)))
        start, end = span
        reached, came_bytes = start, 0
        while reached < end and came_bytes < 2 * (end - start) + memory.MOST_PIECE_BYTES:
            try:
                piece = await self._piece(f"recording {entry.log_id}")
            except SilenceError:
                if reached > start:
                    return  # its last pieces are lost: they are asked for again
                raise
            came_bytes += len(piece.data)
            if start <= piece.offset < end:
                take(Piece(piece.offset, piece.data[: entry.size_bytes - piece.offset]))
                reached = max(reached, piece.offset + len(piece.data))

    async def _piece(self, what: str) -> Piece:
        def pick(package: Package) -> Piece | None:
            payload = self._content(package, memory.BYTES, request=memory.GET_BYTES, what=what)
            with suppress(PacketError):  # a damaged piece is one more hole, and fetched again
                return None if payload is None else memory.parse_bytes(payload)
            return None

        timeout_s = self._channel.policy.silence_s
        return await self._channel.next(pick, timeout_s=timeout_s, doing=f"sending {what}")

    async def _send(self, request: Package) -> None:
        await self._channel.send(frames.WRITE_UUID, encode_package(request))

    def _packages(self, payload: bytes) -> Iterator[Package]:
        for received in self._reader.feed([payload]):
            if not received.is_real_time:
                yield received.package

    def _content(self, package: Package, answer: int, *, request: int, what: str) -> bytes | None:
        """Return what an answer holds; raise where the package refuses the request."""
        if package.header == answer:
            return package.payload
        if package.header == frames.ERROR:
            with suppress(PacketError):  # an error that cannot be read answers nothing
                code, refused = control.parse_error(package.payload)
                if refused == request:
                    reason = control.explain_error(code)
                    raise self._channel.refusal(what, reason, status=code, code=f"error {code:02x}")
        return None
