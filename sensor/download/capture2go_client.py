"""Questions to a Capture2Go over one connection, and its answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from sensor.download.policy import DownloadPolicy
from sensor.download.response_queue import gone_silent, link_lost
from sensor.errors import LinkError, PacketError, RefusalError
from sensor.link.ble import BleLink
from sensor.protocol.capture2go import control as capture2go_state
from sensor.protocol.capture2go import frames as capture2go
from sensor.protocol.capture2go import memory as capture2go_files
from sensor.protocol.capture2go.frames import Package, PackageReader, encode_package
from sensor.protocol.capture2go.memory import ByteRange
from sensor.protocol.memory import LogEntry, Piece, Span


class Capture2GoTalk:
    """Asks a connected Capture2Go one thing after the other.

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
        self._reader = PackageReader()
        self._inbox: asyncio.Queue[Package | None] = asyncio.Queue()

    async def open(self) -> None:
        """Listen for packages, and end what a killed download may have left coming."""
        await self._link.subscribe(capture2go.NOTIFY_UUID, self.receive, self._policy.request_timeout_s)
        with suppress(RefusalError):  # nothing was coming
            await self.ask(
                Package(capture2go_files.STOP_BYTES), capture2go_files.BYTES_STOPPED, "to stop sending"
            )

    def receive(self, payload: bytes) -> None:
        """Take one notification."""
        for received in self._reader.feed([payload]):
            if not received.is_real_time:
                self._inbox.put_nowait(received.package)

    def lost(self) -> None:
        """Tell whoever waits that nothing will come."""
        self._inbox.put_nowait(None)

    async def ask(self, request: Package, answer: int, what: str) -> bytes:
        """Ask for something and return what the answer holds; whatever else comes is passed over.

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
        try:
            async with asyncio.timeout(self._policy.request_timeout_s):
                return await self._answer(request.header, answer, what)
        except TimeoutError as error:
            raise gone_silent(self._name, "answering") from error

    async def state(self) -> int:
        """Return what the sensor does, see `sensor.protocol.capture2go.control.State`.

        Raises
        ------
        LinkError
            When it does not answer, or nonsense.
        """
        payload = await self.ask(Package(capture2go.GET_STATUS), capture2go.STATUS, "to tell what it does")
        try:
            return capture2go_state.parse_status(payload).state
        except PacketError as error:
            raise self._nonsense("what it does") from error

    async def list_files(self, most: int) -> tuple[LogEntry, ...]:
        """Return the recordings, at most so many.

        Raises
        ------
        LinkError
            When it does not answer, or nonsense.
        """
        list_files = Package(capture2go_files.LIST_FILES)
        try:
            count = capture2go_files.parse_count(
                await self.ask(list_files, capture2go_files.FILE_COUNT, "to list its recordings")
            )
            entries: dict[int, LogEntry] = {}
            async with asyncio.timeout(self._policy.silence_s + self._policy.request_timeout_s):
                while len(entries) < min(count, most):
                    payload = await self._answer(
                        list_files.header, capture2go_files.FILE, "to list its recordings"
                    )
                    entry = capture2go_files.parse_file(payload)
                    entries[entry.log_id] = entry
        except PacketError as error:
            raise self._nonsense("its recordings") from error
        except TimeoutError as error:
            raise gone_silent(self._name, "listing its recordings") from error
        return tuple(entries[index] for index in sorted(entries))

    async def fetch(self, entry: LogEntry, span: Span, take: Callable[[Piece], None]) -> None:
        """Have bytes of a recording sent, until the last of them came or nothing more comes.

        Parameters
        ----------
        entry
            The recording.
        span
            Which bytes.
        take
            Called with every piece that begins among them.

        Raises
        ------
        RefusalError
            When the sensor says no.
        LinkError
            When the link breaks, or nothing comes at all.
        """
        asked = capture2go_files.WHOLE if span == (0, entry.size_bytes) else span
        await self._send(capture2go_files.encode_range(ByteRange(entry.name, asked)))
        what = f"recording {entry.log_id}"
        start, end = span
        reached, came_bytes = start, 0
        while reached < end and came_bytes < 2 * (end - start) + capture2go_files.MOST_PIECE_BYTES:
            try:
                async with asyncio.timeout(self._policy.silence_s):
                    piece = await self._piece(what)
            except TimeoutError as error:
                if reached > start:
                    return  # its last pieces are lost: they are asked for again
                raise gone_silent(self._name, f"sending {what}") from error
            came_bytes += len(piece.data)
            if start <= piece.offset < end:
                take(piece)
                reached = max(reached, piece.offset + len(piece.data))

    async def _piece(self, what: str) -> Piece:
        while True:
            with suppress(PacketError):  # a damaged piece is one more hole, and fetched again
                return capture2go_files.parse_bytes(
                    await self._answer(capture2go_files.GET_BYTES, capture2go_files.BYTES, what)
                )

    async def _send(self, request: Package) -> None:
        timeout_s = self._policy.request_timeout_s
        await self._link.write(capture2go.WRITE_UUID, encode_package(request), timeout_s, response=True)

    async def _answer(self, request: int, answer: int, what: str) -> bytes:
        while (package := await self._inbox.get()) is not None:
            if package.header == answer:
                return package.payload
            if package.header == capture2go.ERROR:
                self._refuse(package.payload, request, what)
        raise link_lost(self._name)

    def _refuse(self, payload: bytes, request: int, what: str) -> None:
        """Raise where an error answers a request; one that cannot be read answers nothing."""
        with suppress(PacketError):
            code, refused = capture2go_state.parse_error(payload)
            if refused == request:
                reason = capture2go_state.explain_error(code)
                raise RefusalError(f"{self._name} refuses {what}: {reason} (error {code:02x})", code)

    def _nonsense(self, what: str) -> LinkError:
        return LinkError(f"{self._name}: what it tells of {what} makes no sense; restart it")
