"""Questions to a Movesense over one connection, and its answers."""

from __future__ import annotations

import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Self

from sensor.download.request_channel import RequestChannel
from sensor.errors import LinkError, PacketError
from sensor.protocol.memory import LogEntry, Piece
from sensor.protocol.movesense import control, frames, memory
from sensor.protocol.movesense.control import (
    Command,
    CommandCode,
    Notification,
    NotificationType,
    Response,
    SystemMode,
)
from sensor.protocol.movesense.memory import LoggerState
from sensor.protocol.movesense.objects import parse_log_entries

_HIGHEST_REFERENCE = 255
_SMALLEST_PIECE_BYTES = 2


class MovesenseClient:
    """Asks a connected Movesense one thing after the other.

    Parameters
    ----------
    channel
        To the sensor.
    """

    def __init__(self, channel: RequestChannel[Notification]) -> None:
        self._channel = channel
        self._last_reference = 0

    @classmethod
    async def open(cls, channel: RequestChannel[Notification], *, utc_us: Callable[[], int]) -> Self:
        """Listen for answers and set the sensor's clock, which is lost with its power.

        Parameters
        ----------
        channel
            To the sensor, listening to nothing yet.
        utc_us
            Returns the time of day, us since 1970.
        """
        client = cls(channel)
        time_us = utc_us()
        await channel.listen(frames.DATA_UUID, lambda payload: (control.parse_notification(payload),))
        await client.ask(CommandCode.PUT_UTCTIME, "to set its clock", payload=struct.pack("<Q", time_us))
        return client

    async def ask(self, code: CommandCode, what: str, *, payload: bytes = b"") -> Response:
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
        # The next number for every command: leftovers of the one before carry another.
        self._last_reference = self._last_reference % _HIGHEST_REFERENCE + 1
        command = Command(code, self._last_reference, payload)
        await self._channel.send(frames.COMMAND_UUID, control.encode_command(command))
        notification = await self._channel.answer(self._own)
        with self._channel.making_sense(f"asked {what}, it answers nonsense; restart it"):
            answer = control.parse_response(notification)
        if not control.is_success(answer.status):
            reason, status = control.explain_status(answer.status), answer.status
            raise self._channel.refusal(what, reason, status=status, code=f"status {status}")
        return answer

    async def entries(self) -> tuple[tuple[LogEntry, ...], bool]:
        """Return what the sensor lists, and whether that is all.

        Raises
        ------
        RefusalError
            When the sensor says no.
        LinkError
            When it does not answer, or nonsense.
        """
        path = control.encode_path(memory.ENTRIES_PATH)
        answer = await self.ask(CommandCode.GET, "to list its recordings", payload=path)
        with self._channel.making_sense("its list of recordings makes no sense; restart it"):
            return parse_log_entries(answer.payload), answer.status != memory.MORE_ENTRIES

    async def logger_state(self) -> int:
        """Return what the sensor's logger does, see `LoggerState`."""
        path = control.encode_path(memory.STATE_PATH)
        answer = await self.ask(CommandCode.GET, "to tell whether it is logging", payload=path)
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
        mode = bytes([SystemMode.APPLICATION])
        await self.ask(CommandCode.PUT_SYSTEMMODE, "to restart", payload=mode)

    async def fetch(self, log_id: int, *, take: Callable[[Piece], bool]) -> None:
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
        what = f"recording {log_id}"
        await self.ask(CommandCode.FETCH_LOG, what, payload=memory.encode_fetch(log_id))
        timeout_s = self._channel.policy.silence_s
        came_bytes = 0
        while came_bytes < memory.MEMORY_BYTES:
            notification = await self._channel.next(self._own, timeout_s=timeout_s, doing=f"sending {what}")
            if notification.type is NotificationType.RESPONSE:
                continue
            with suppress(PacketError):  # a damaged piece is one more hole, and fetched again
                if take(memory.parse_piece(notification.body)):
                    return
            came_bytes += _SMALLEST_PIECE_BYTES + len(notification.body)
        raise LinkError(f"{self._channel.name}: {what} has no end; restart the sensor and try again")

    def _own(self, notification: Notification) -> Notification | None:
        """Return what answers the last command; None for all else."""
        return notification if notification.reference == self._last_reference else None
