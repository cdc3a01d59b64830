"""The recordings in a Movesense's memory: a logbook, each sent from its beginning to its end."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from sensor.download.memory import DeviceMemory
from sensor.download.movesense_client import MovesenseClient
from sensor.download.partial import PartialLog
from sensor.errors import LinkError, RefusalError
from sensor.protocol.memory import LogEntry
from sensor.protocol.movesense import frames, memory
from sensor.protocol.movesense.control import CommandCode
from sensor.protocol.movesense.memory import IN_CONFLICT, NO_SUCH_LOG, LoggerState

_RATE_HZ = 104
"""Below, the accelerometer sleeps between samples; above, the memory cannot follow."""

_MOST_RECORDINGS = 1000
"""A sensor that claims to have more is not believed."""


class RestartedError(LinkError):
    """The sensor refused because of what went before, and was restarted: ask again."""


class MovesenseMemory(DeviceMemory):
    """The memory of one Movesense; its clock is set with every connection."""

    key = frames.KEY
    suffix = ".sbem"
    no_recording = NO_SUCH_LOG
    after_stop = "Stopped; it restarts now. In ten seconds:"

    async def list(self) -> tuple[LogEntry, ...]:
        """Return all recordings, see `DeviceMemory.list`; unlisted ones without time and size (0)."""
        entries, is_whole = await self._entries()
        number = max((entry.log_id for entry in entries), default=0) + 1
        while not is_whole and len(entries) < _MOST_RECORDINGS and await self._has(number):
            entries = (*entries, LogEntry(number, 0, 0))
            number += 1
        return tuple(sorted(entries, key=lambda entry: entry.log_id))

    async def find(self, log_id: int) -> LogEntry:
        """Return one recording, see `DeviceMemory.find`; one that a cut list lacks may be there."""
        entries, is_whole = await self._entries()
        found = next((entry for entry in entries if entry.log_id == log_id), None)
        if found is None and is_whole:
            raise self._not_among(entries, log_id)
        return found or LogEntry(log_id, 0, 0)

    async def start(self) -> None:
        """Have the sensor log the time of day, too, see `DeviceMemory.start`."""
        config, logging = memory.encode_config(_RATE_HZ), bytes([LoggerState.LOGGING])
        async with self._settled() as client:
            await client.ask(CommandCode.PUT_DATALOGGER_CONFIG, "to log what is asked", payload=config)
            await client.ask(CommandCode.PUT_DATALOGGER_STATE, "to start logging", payload=logging)

    async def stop(self) -> None:
        """End what the sensor logs; the restart that follows gives the recording its number."""
        ready = bytes([LoggerState.READY])
        async with self._client() as client:
            await client.ask(CommandCode.PUT_DATALOGGER_STATE, "to stop logging", payload=ready)
            await client.restart()

    async def _fetch(self, partial: PartialLog, entry: LogEntry) -> None:
        """Fetch from the beginning, again as long as there are holes."""
        async with self._settled() as client:
            for _ in partial.rounds():
                await client.fetch(entry.log_id, take=partial.take)

    async def _entries(self) -> tuple[tuple[LogEntry, ...], bool]:
        """Return what the sensor lists, and whether that is all."""
        async with self._settled() as client:
            return await client.entries()

    async def _has(self, log_id: int) -> bool:
        """Tell whether there is a recording of this number; the connection that was asked is spent."""
        for _ in range(self.policy.fruitless_attempts):
            try:
                async with self._settled() as client:
                    await client.fetch(log_id, take=lambda _: True)
                return True
            except RefusalError as error:
                if error.status == NO_SUCH_LOG:
                    return False
                raise
            except RestartedError:
                continue
        return False

    def _client(self) -> AbstractAsyncContextManager[MovesenseClient]:
        return self._connected(functools.partial(MovesenseClient.open, utc_us=self.utc_us))

    @asynccontextmanager
    async def _settled(self) -> AsyncIterator[MovesenseClient]:
        """Connect; where the sensor is in conflict with itself, restart it or say what it is busy with."""
        async with self._client() as client:
            try:
                yield client
                return
            except RefusalError as error:
                if error.status != IN_CONFLICT:
                    raise
                if await client.logger_state() == LoggerState.LOGGING:
                    raise RefusalError(
                        f"{self.name} is logging; stop it with `runtall download --sensor ... --stop`, "
                        "which also restarts it, then try again",
                        error.status,
                    ) from error
                await client.restart()
                reason = error
        await asyncio.sleep(self.policy.restart_s)
        raise RestartedError(f"{self.name} had to be restarted; try again") from reason
