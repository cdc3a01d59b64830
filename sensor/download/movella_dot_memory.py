"""The recordings in a Movella DOT's memory: numbered, exported sample by sample."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from sensor.download.connect import reach
from sensor.download.memory import Progress, fetch_whole, require_news
from sensor.download.movella_dot_client import MovellaDotTalk
from sensor.download.partial import LogIdentity, PartialLog
from sensor.download.policy import DownloadPolicy
from sensor.errors import LinkError, PacketError, RefusalError
from sensor.link.radio import Radio
from sensor.protocol.memory import LogEntry, Piece
from sensor.protocol.movella_dot import decoder as movella_dot
from sensor.protocol.movella_dot import memory as movella_dot_messages
from sensor.protocol.movella_dot import recording as movella_dot_export
from sensor.protocol.movella_dot.control import SECOND_GENERATION
from sensor.protocol.movella_dot.memory import Message, Result, What

_MOST_FILES = 0xFE
_RATE_HZ = 60
"""A first-generation sensor holds 88 minutes at this rate; what lies above is averaged in, not lost."""


@dataclass(frozen=True, slots=True)
class MovellaDotMemory:
    """One sensor's memory, see `sensor.download.memory.SensorMemory`.

    Parameters
    ----------
    radio
        Which Bluetooth to use.
    name
        The sensor's name or address; DOTs are all called alike.
    utc_us
        Returns the time of day, microseconds since 1970; recordings keep it.
    policy
        Deadlines.
    """

    radio: Radio
    name: str
    utc_us: Callable[[], int]
    policy: DownloadPolicy = field(default_factory=DownloadPolicy)
    suffix: ClassVar[str] = ".dot"
    after_stop: ClassVar[str] = "Stopped. Now:"

    async def list(self) -> tuple[LogEntry, ...]:
        """Return all recordings, the oldest first, with the time they began; their sizes are not told.

        Raises
        ------
        RefusalError
            While the sensor is recording.
        LinkError
            When it cannot be reached or does not answer.
        """
        entries: list[LogEntry] = []
        async with self._talk() as talk:
            while len(entries) < _MOST_FILES:
                info = await self._info(talk, len(entries) + 1)
                if info is None:
                    break
                entries.append(_entry(len(entries) + 1, info))
        return tuple(entries)

    async def find(self, log_id: int) -> LogEntry:
        """Return one recording.

        Raises
        ------
        RefusalError
            When there is none of this number, or the sensor is recording.
        LinkError
            When it cannot be reached or does not answer.
        """
        async with self._talk() as talk:
            info = await self._info(talk, log_id) if 0 < log_id <= _MOST_FILES else None
        if info is None:
            raise RefusalError(f"{self.name} has no recording {log_id}; see --list", What.NO_FILE)
        return _entry(log_id, info)

    async def download(self, entry: LogEntry, target: Path, on_progress: Progress) -> None:
        """Fetch a recording into a file, see `sensor.download.memory.SensorMemory.download`."""
        await fetch_whole(
            target,
            LogIdentity.of(self.name, entry),
            self.policy,
            lambda partial: self._fetch(partial, entry, on_progress),
        )

    async def start(self) -> None:
        """Have the sensor record acceleration and angular rate until `stop`.

        At 120 Hz where the memory holds three hours of that, else at 60 Hz.

        Raises
        ------
        RefusalError
            When it is recording already, or its memory is full.
        LinkError
            When it cannot be reached or does not answer.
        """
        async with self._talk() as talk:
            await self._refuse_if_recording(talk)
            has_room = await talk.product() == SECOND_GENERATION
            await talk.set_rate(movella_dot.RECORDING_RATE_HZ if has_room else _RATE_HZ)
            start = movella_dot_messages.start_recording(self.utc_us() // 1_000_000)
            await talk.ask(start, "to record")
            if await talk.state() != Result.RECORDING:
                raise RefusalError(
                    f"{self.name} does not record: its memory is full; fetch what it holds, then erase it "
                    "with the maker's app",
                    What.FULL,
                )

    async def stop(self) -> None:
        """End what the sensor records.

        Raises
        ------
        RefusalError
            When it records nothing.
        LinkError
            When it cannot be reached or does not answer.
        """
        async with self._talk() as talk:
            await talk.ask(Message(What.STOP), "to stop recording")

    async def _info(self, talk: MovellaDotTalk, number: int) -> bytes | None:
        """Return what the sensor tells of a recording; None where there is none of this number."""
        await self._refuse_if_recording(talk)
        await talk.ask(Message(What.FILE_INFO_WANTED, bytes([number])), "to tell of its recordings")
        wanted = (What.FILE_INFO, What.FILE_INFO_DONE, What.NO_FILE)
        told = await talk.next_of(wanted, "telling of its recordings")
        if told.what != What.FILE_INFO:
            return None
        await talk.next_of((What.FILE_INFO_DONE,), "telling of its recordings")
        try:
            movella_dot_messages.parse_file_info(told.data)
        except PacketError as error:
            raise LinkError(f"{self.name}: what it tells of recording {number} makes no sense") from error
        return told.data

    async def _fetch(self, partial: PartialLog, entry: LogEntry, on_progress: Progress) -> None:
        """Fetch over one connection what is missing, again as long as anything new comes."""
        async with self._talk() as talk:
            info = await self._info(talk, entry.log_id)
            if info is None or _entry(entry.log_id, info) != entry:
                raise RefusalError(
                    f"{self.name} has no such recording {entry.log_id} any more; see --list", What.NO_FILE
                )
            partial.take(movella_dot_export.encode_head(info))
            has_ended = False
            while not partial.is_complete:
                before = partial.received_bytes
                await self._export(talk, partial, entry.log_id, has_ended, on_progress)
                has_ended = True
                require_news(self.name, entry.log_id, partial, before)

    async def _export(
        self,
        talk: MovellaDotTalk,
        partial: PartialLog,
        log_id: int,
        has_ended: bool,
        on_progress: Progress,
    ) -> None:
        """Have everything from the first missing sample on sent.

        The end is believed once an export from behind the last sample brings nothing more, for samples could
        be lost on the way just before it. Of a sensor that always begins anew it is believed at once.
        """
        first, what = movella_dot_export.number_at(partial.first_missing), f"recording {log_id}"
        is_whole = has_ended and partial.first_missing == partial.end
        before = partial.received_bytes
        await talk.ask(movella_dot_messages.select_data(), "to send acceleration and angular rate")
        await talk.ask(Message(What.DATA_WANTED, bytes([log_id])), what)
        goes_on = first == 0 or await talk.goes_on_from(first, what)
        if is_whole and not goes_on:
            await talk.stop_data()
            partial.take(Piece(partial.end, b""))
            return
        for _ in range(2 * movella_dot_messages.MOST_SAMPLES):
            message = await talk.next(self.policy.silence_s, f"sending {what}")
            if message.what == What.DATA_DONE:
                if not goes_on or partial.received_bytes == before:
                    partial.take(Piece(partial.end, b""))
                return
            if message.what == What.STOP_DATA:
                raise LinkError(f"{self.name} broke off sending {what}; try again, what came is kept")
            if message.what in (What.DATA, What.DATA_INVALID):
                self._take(partial, message, on_progress)
        raise LinkError(f"{self.name}: {what} has no end; restart the sensor and try again")

    def _take(self, partial: PartialLog, message: Message, on_progress: Progress) -> None:
        """Put a sample in its place."""
        with suppress(PacketError):  # a damaged message is one more hole, and fetched again
            partial.take(movella_dot_export.parse_sample(message))
            on_progress(partial.received_bytes, partial.size_bytes)

    async def _refuse_if_recording(self, talk: MovellaDotTalk) -> None:
        if await talk.state() == Result.RECORDING:
            raise RefusalError(
                f"{self.name} is recording; end that with `runtall download --sensor ... --stop`",
                Result.RECORDING,
            )

    @asynccontextmanager
    async def _talk(self) -> AsyncIterator[MovellaDotTalk]:
        async with reach(self.radio, self.name, movella_dot.KEY, self.policy, MovellaDotTalk) as talk:
            await talk.open()
            yield talk


def _entry(log_id: int, info: bytes) -> LogEntry:
    return LogEntry(log_id, movella_dot_messages.parse_file_info(info), 0)
