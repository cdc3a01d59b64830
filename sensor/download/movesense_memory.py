"""The recordings in a Movesense's memory: list them, fetch one, whatever the link does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from sensor.download.memory import Progress, fetch_whole, no_recording, require_news
from sensor.download.movesense_client import Conversation, converse
from sensor.download.partial import LogIdentity, PartialLog
from sensor.download.policy import DownloadPolicy
from sensor.errors import LinkError, PacketError, RefusalError
from sensor.link.radio import Radio
from sensor.protocol.memory import LogEntry, Piece
from sensor.protocol.movesense import control as movesense_gsp
from sensor.protocol.movesense import memory as movesense_logbook
from sensor.protocol.movesense.control import CommandCode
from sensor.protocol.movesense.memory import IN_CONFLICT, MORE_ENTRIES, NO_SUCH_LOG, LoggerState
from sensor.protocol.movesense.objects import parse_log_entries

_RATE_HZ = 104
"""Below, the accelerometer sleeps between samples; above, the memory cannot follow."""

_MOST_LOGS = 1000
"""A sensor that claims to have more is not believed."""


@dataclass(frozen=True, slots=True)
class Logbook:
    """One sensor's memory, reached anew for whatever is asked.

    Parameters
    ----------
    radio
        Which Bluetooth to use.
    name
        The sensor's name or address.
    utc_us
        Returns the time of day, microseconds since 1970; the sensor's clock is set to it.
    policy
        Deadlines.
    """

    radio: Radio
    name: str
    utc_us: Callable[[], int]
    policy: DownloadPolicy = field(default_factory=DownloadPolicy)
    suffix: ClassVar[str] = ".sbem"
    after_stop: ClassVar[str] = "Stopped; it restarts now. In ten seconds:"

    async def list(self) -> tuple[LogEntry, ...]:
        """Return all recordings, the oldest first; those the sensor does not list without time and size (0).

        Raises
        ------
        RefusalError
            While the sensor is logging.
        LinkError
            When it cannot be reached or does not answer.
        """
        entries, is_whole = await self._entries()
        number = max((entry.log_id for entry in entries), default=0) + 1
        while not is_whole and len(entries) < _MOST_LOGS and await self._has(number):
            entries = (*entries, LogEntry(number, 0, 0))
            number += 1
        return tuple(sorted(entries, key=lambda entry: entry.log_id))

    async def find(self, log_id: int) -> LogEntry:
        """Return one recording; without time and size (0) where the sensor lists only others.

        Raises
        ------
        RefusalError
            When there is none of this number, or the sensor is logging.
        LinkError
            When it cannot be reached or does not answer.
        """
        entries, is_whole = await self._entries()
        found = next((entry for entry in entries if entry.log_id == log_id), None)
        if found is None and is_whole:
            raise no_recording(self.name, log_id, entries, NO_SUCH_LOG)
        return found or LogEntry(log_id, 0, 0)

    async def download(self, entry: LogEntry, target: Path, on_progress: Progress) -> None:
        """Fetch a recording into a file, over as many connections as it takes.

        What came stays beside ``target`` as ``.part`` until it is whole; a later call goes on from there.

        Parameters
        ----------
        entry
            Which, as `list` tells.
        target
            Where it goes; nothing may be there yet.
        on_progress
            Called after every piece.

        Raises
        ------
        RefusalError
            When there is no such recording, or the sensor is logging.
        LinkError
            When several attempts in a row bring nothing new.
        SessionFileError
            When the disk is full or fails.
        """
        await fetch_whole(
            target,
            LogIdentity.of(self.name, entry),
            self.policy,
            lambda partial: self._fetch(partial, entry.log_id, on_progress),
        )

    async def start(self) -> None:
        """Have the sensor log acceleration, angular rate and the time of day until `stop`.

        Raises
        ------
        RefusalError
            When it is logging already, or has no memory to log into.
        LinkError
            When it cannot be reached or does not answer.
        """
        config = movesense_logbook.encode_config(_RATE_HZ)
        async with self._settled() as conversation:
            await conversation.ask(CommandCode.PUT_DATALOGGER_CONFIG, "to log what is asked", config)
            await conversation.ask(
                CommandCode.PUT_DATALOGGER_STATE, "to start logging", bytes([LoggerState.LOGGING])
            )

    async def stop(self) -> None:
        """End what the sensor logs; the restart that follows gives the recording its number.

        Raises
        ------
        RefusalError
            When the sensor says no.
        LinkError
            When it cannot be reached or does not answer.
        """
        async with converse(self.radio, self.name, self.utc_us, self.policy) as conversation:
            await conversation.ask(
                CommandCode.PUT_DATALOGGER_STATE, "to stop logging", bytes([LoggerState.READY])
            )
            await conversation.restart()

    async def _entries(self) -> tuple[tuple[LogEntry, ...], bool]:
        """Return what the sensor lists, and whether that is all."""
        async with self._settled() as conversation:
            path = movesense_gsp.encode_path(movesense_logbook.ENTRIES_PATH)
            answer = await conversation.ask(CommandCode.GET, "to list its recordings", path)
            try:
                return parse_log_entries(answer.payload), answer.status != MORE_ENTRIES
            except PacketError as error:
                raise LinkError(f"{self.name}: its list of recordings makes no sense; restart it") from error

    async def _fetch(self, partial: PartialLog, log_id: int, on_progress: Progress) -> None:
        """Fetch over one connection, again as long as there are holes and anything new comes."""

        def take(piece: Piece) -> bool:
            is_enough = partial.take(piece)
            on_progress(partial.received_bytes, partial.size_bytes)
            return is_enough

        async with self._settled() as conversation:
            while not partial.is_complete:
                before = partial.received_bytes
                await conversation.fetch(log_id, take)
                require_news(self.name, log_id, partial, before)

    async def _has(self, log_id: int) -> bool:
        """Tell whether there is a recording of this number; the connection that was asked is spent."""
        for _ in range(self.policy.fruitless_attempts):
            try:
                async with self._settled() as conversation:
                    await conversation.fetch(log_id, lambda _: True)
                return True
            except RefusalError as error:
                if error.status == NO_SUCH_LOG:
                    return False
                raise
            except RestartedError:
                continue
        return False

    @asynccontextmanager
    async def _settled(self) -> AsyncIterator[Conversation]:
        """Converse; where the sensor is in conflict with itself, restart it or say what it is busy with."""
        async with converse(self.radio, self.name, self.utc_us, self.policy) as conversation:
            try:
                yield conversation
                return
            except RefusalError as error:
                if error.status != IN_CONFLICT:
                    raise
                if await conversation.logger_state() == LoggerState.LOGGING:
                    raise RefusalError(
                        f"{self.name} is logging; stop it with `runtall download --sensor ... --stop`, "
                        "which also restarts it, then try again",
                        error.status,
                    ) from error
                await conversation.restart()
                reason = error
        await asyncio.sleep(self.policy.restart_s)
        raise RestartedError(f"{self.name} had to be restarted; try again") from reason


class RestartedError(LinkError):
    """The sensor refused because of what went before, and was restarted: ask again."""
