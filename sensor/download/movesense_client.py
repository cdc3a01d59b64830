"""Questions to a Movesense over one connection, and its answers."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from sensor.download.connect import reach
from sensor.download.policy import DownloadPolicy
from sensor.download.response_queue import next_in
from sensor.errors import LinkError, PacketError, RefusalError
from sensor.link.ble import BleLink
from sensor.link.radio import Radio
from sensor.protocol.memory import Piece
from sensor.protocol.movesense import control as movesense_gsp
from sensor.protocol.movesense import frames as movesense
from sensor.protocol.movesense import memory as movesense_logbook
from sensor.protocol.movesense.control import (
    Command,
    CommandCode,
    Notification,
    NotificationType,
    Response,
    SystemMode,
)
from sensor.protocol.movesense.memory import LoggerState

_HIGHEST_REFERENCE = 255
_SMALLEST_PIECE_BYTES = 2


class Conversation:
    """Asks a connected Movesense one thing after the other; open it with `converse`.

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
        self._last_reference = 0
        self._inboxes: dict[int, asyncio.Queue[Notification | None]] = {}

    async def open(self, utc_us: int) -> None:
        """Listen for answers and set the sensor's clock, which is lost with its power."""
        await self._link.subscribe(movesense.DATA_UUID, self.receive, self._policy.request_timeout_s)
        await self.ask(CommandCode.PUT_UTCTIME, "to set its clock", struct.pack("<Q", utc_us))

    def receive(self, payload: bytes) -> None:
        """Take one notification; what answers nothing that was asked is dropped."""
        with suppress(PacketError):
            notification = movesense_gsp.parse_notification(payload)
            if inbox := self._inboxes.get(notification.reference):
                inbox.put_nowait(notification)

    def lost(self) -> None:
        """Tell whoever waits that nothing will come."""
        for inbox in self._inboxes.values():
            inbox.put_nowait(None)

    async def ask(self, code: CommandCode, what: str, payload: bytes = b"") -> Response:
        """Ask for something and return the answer.

        Parameters
        ----------
        code, payload
            The command.
        what
            What is asked, as in "it refuses to list its recordings".

        Raises
        ------
        RefusalError
            When the sensor says no.
        LinkError
            When it does not answer.
        """
        with self._inbox() as (reference, inbox):
            return await self._ask(Command(code, reference, payload), what, inbox)

    async def logger_state(self) -> int:
        """Return what the sensor's logger does, see `LoggerState`."""
        path = movesense_gsp.encode_path(movesense_logbook.STATE_PATH)
        answer = await self.ask(CommandCode.GET, "to tell whether it is logging", path)
        return answer.payload[0] if answer.payload else LoggerState.UNKNOWN

    async def restart(self) -> None:
        """Tell the sensor to restart: the link goes, recordings get their numbers, conflicts end.

        Raises
        ------
        RefusalError
            When the sensor says no.
        LinkError
            When it does not answer.
        """
        await self.ask(CommandCode.PUT_SYSTEMMODE, "to restart", bytes([SystemMode.APPLICATION]))

    async def fetch(self, log_id: int, take: Callable[[Piece], bool]) -> None:
        """Have a recording sent from its beginning, until it ends or enough has come.

        Parameters
        ----------
        log_id
            Number of the recording.
        take
            Called with every piece, the empty one of the end included; returns whether that is enough.

        Raises
        ------
        RefusalError
            When the sensor says no.
        LinkError
            When the link breaks, nothing more comes, or more than the sensor's memory holds.
        """
        with self._inbox() as (reference, inbox):
            command = Command(CommandCode.FETCH_LOG, reference, movesense_logbook.encode_fetch(log_id))
            await self._ask(command, f"recording {log_id}", inbox)
            came_bytes = 0
            while came_bytes < movesense_logbook.MEMORY_BYTES:
                notification = await next_in(
                    inbox, self._policy.silence_s, self.name, f"sending recording {log_id}"
                )
                if notification.type is NotificationType.RESPONSE:
                    continue
                with suppress(PacketError):  # a damaged piece is one more hole, and fetched again
                    if take(movesense_logbook.parse_piece(notification.body)):
                        return
                came_bytes += _SMALLEST_PIECE_BYTES + len(notification.body)
        raise LinkError(f"{self.name}: recording {log_id} has no end; restart the sensor and try again")

    def _inbox(self) -> _Inbox:
        self._last_reference = self._last_reference % _HIGHEST_REFERENCE + 1
        return _Inbox(self._inboxes, self._last_reference)

    async def _ask(self, command: Command, what: str, inbox: asyncio.Queue[Notification | None]) -> Response:
        timeout_s = self._policy.request_timeout_s
        data = movesense_gsp.encode_command(command)
        await self._link.write(movesense.COMMAND_UUID, data, timeout_s, response=True)
        notification = await next_in(inbox, timeout_s, self.name, "answering")
        try:
            answer = movesense_gsp.parse_response(notification)
        except PacketError as error:
            raise LinkError(f"{self.name}: asked {what}, it answers nonsense; restart it") from error
        if not movesense_gsp.is_success(answer.status):
            reason = movesense_gsp.explain_status(answer.status)
            raise RefusalError(
                f"{self.name} refuses {what}: {reason} (status {answer.status})", answer.status
            )
        return answer


class _Inbox:
    """Room for the answers to one command, made before the command is sent."""

    def __init__(self, inboxes: dict[int, asyncio.Queue[Notification | None]], reference: int) -> None:
        self._inboxes = inboxes
        self._reference = reference

    def __enter__(self) -> tuple[int, asyncio.Queue[Notification | None]]:
        inbox = self._inboxes[self._reference] = asyncio.Queue()
        return self._reference, inbox

    def __exit__(self, *_: object) -> None:
        del self._inboxes[self._reference]


@asynccontextmanager
async def converse(
    radio: Radio, name: str, utc_us: Callable[[], int], policy: DownloadPolicy
) -> AsyncIterator[Conversation]:
    """Find a Movesense, connect, set its clock; disconnect at the end.

    Parameters
    ----------
    radio
        Which Bluetooth to use.
    name
        The sensor's name or address.
    utc_us
        Returns the time of day, microseconds since 1970.
    policy
        Deadlines.

    Raises
    ------
    LinkError
        When it is not in reach or cannot be connected to.
    UnknownSensorError
        When it is no Movesense.
    """
    async with reach(radio, name, movesense.KEY, policy, Conversation) as conversation:
        await conversation.open(utc_us())
        yield conversation
