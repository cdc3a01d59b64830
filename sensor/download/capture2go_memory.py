"""The recordings in a Capture2Go's memory: files, listed by name and read by ranges of bytes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from sensor.download.capture2go_client import Capture2GoTalk
from sensor.download.connect import reach
from sensor.download.memory import Progress, fetch_whole, no_recording, require_news
from sensor.download.partial import LogIdentity, PartialLog
from sensor.download.policy import DownloadPolicy
from sensor.errors import RefusalError
from sensor.link.radio import Radio
from sensor.protocol.capture2go import frames as capture2go
from sensor.protocol.capture2go import memory as capture2go_files
from sensor.protocol.capture2go.control import ErrorCode, Mode, State, encode_mode
from sensor.protocol.capture2go.frames import Package
from sensor.protocol.memory import LogEntry, Piece, Span

_RATE_HZ = 100
_MOST_FILES = 1000
"""A sensor that claims to have more is not believed."""


@dataclass(frozen=True, slots=True)
class Capture2GoMemory:
    """One sensor's memory, see `sensor.download.memory.SensorMemory`.

    Parameters
    ----------
    radio
        Which Bluetooth to use.
    name
        The sensor's name or address.
    utc_us
        Returns the time of day, microseconds since 1970; the sensor's clock is set to it before it records.
    policy
        Deadlines.
    """

    radio: Radio
    name: str
    utc_us: Callable[[], int]
    policy: DownloadPolicy = field(default_factory=DownloadPolicy)
    suffix: ClassVar[str] = ".bin"
    after_stop: ClassVar[str] = "Stopped. Now:"

    async def list(self) -> tuple[LogEntry, ...]:
        """Return all recordings in the sensor's order.

        Raises
        ------
        LinkError
            When it cannot be reached, does not answer, refuses, or lists what cannot be.
        """
        async with self._talk() as talk:
            return await talk.list_files(_MOST_FILES)

    async def find(self, log_id: int) -> LogEntry:
        """Return one recording.

        Raises
        ------
        RefusalError
            When there is none of this number.
        LinkError
            As `list`.
        """
        entries = await self.list()
        found = next((entry for entry in entries if entry.log_id == log_id), None)
        if found is None:
            raise no_recording(self.name, log_id, entries, ErrorCode.NO_SUCH_FILE)
        return found

    async def download(self, entry: LogEntry, target: Path, on_progress: Progress) -> None:
        """Fetch a recording into a file, see `sensor.download.memory.SensorMemory.download`."""
        if not entry.size_bytes:
            raise RefusalError(
                f"{self.name}: recording {entry.log_id} holds nothing; fetch another",
                ErrorCode.FILE_TOO_SHORT,
            )
        await fetch_whole(
            target,
            LogIdentity.of(self.name, entry),
            self.policy,
            lambda partial: self._fetch(partial, entry, on_progress),
        )

    async def start(self) -> None:
        """Have the sensor record acceleration and angular rate until `stop`.

        Raises
        ------
        RefusalError
            When it is recording already, or its memory is full.
        LinkError
            When it cannot be reached or does not answer.
        """
        utc_us = self.utc_us()
        began = datetime.fromtimestamp(utc_us // 1_000_000, UTC)
        async with self._talk() as talk:
            if await talk.state() == State.RECORDING:
                raise RefusalError(
                    f"{self.name} is recording already; end that with `runtall download --sensor ... --stop`",
                    ErrorCode.WRONG_STATE,
                )
            await talk.ask(Package(capture2go.CLEAR), capture2go.CLEARED, "to end its stream")
            set_time = Package(capture2go.SET_TIME, (1000 * utc_us).to_bytes(8, "little"))
            await talk.ask(set_time, capture2go.TIME_SET, "to set its clock")
            mode = encode_mode(Mode(_RATE_HZ, status_interval_s=60))
            await talk.ask(mode, capture2go.MODE, "to measure what is asked")
            recording = capture2go_files.encode_recording(f"runtall_{began:%Y-%m-%d_%H%M%S}")
            await talk.ask(recording, capture2go_files.RECORDING_SET, "to record")
            start = Package(capture2go_files.START_RECORDING)
            await talk.ask(start, capture2go_files.RECORDING_STARTED, "to record")

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
            stop = Package(capture2go_files.STOP_RECORDING)
            await talk.ask(stop, capture2go_files.RECORDING_STOPPED, "to stop recording")

    async def _fetch(self, partial: PartialLog, entry: LogEntry, on_progress: Progress) -> None:
        """Fetch over one connection what is missing, as long as anything new comes."""

        def take(piece: Piece) -> None:
            partial.take(Piece(piece.offset, piece.data[: entry.size_bytes - piece.offset]))
            on_progress(partial.received_bytes, entry.size_bytes)

        async with self._talk() as talk:
            while partial.holes:
                before = partial.received_bytes
                for span in partial.holes:
                    await self._fetch_span(talk, entry, span, take)
                require_news(self.name, entry.log_id, partial, before)
        partial.take(Piece(entry.size_bytes, b""))

    async def _fetch_span(
        self, talk: Capture2GoTalk, entry: LogEntry, span: Span, take: Callable[[Piece], None]
    ) -> None:
        whole = (0, entry.size_bytes)
        try:
            await talk.fetch(entry, span, take)
        except RefusalError as error:
            # Should the sensor mean the end of a range differently, all of it can be had all the same.
            if error.status != ErrorCode.FILE_TOO_SHORT or span == whole:
                raise
            await talk.fetch(entry, whole, take)

    @asynccontextmanager
    async def _talk(self) -> AsyncIterator[Capture2GoTalk]:
        async with reach(self.radio, self.name, capture2go.KEY, self.policy, Capture2GoTalk) as talk:
            await talk.open()
            yield talk
