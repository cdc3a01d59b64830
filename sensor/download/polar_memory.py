"""The recordings in the memory of a Verity Sense: files of two measurements, fetched one after the other.

Spoken as the maker's software does; not yet tried with a physical sensor.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from sensor.download.connect import reach
from sensor.download.memory import Progress, fetch_whole, no_recording
from sensor.download.partial import LogIdentity, PartialLog
from sensor.download.polar_client import PolarTalk
from sensor.download.policy import DownloadPolicy
from sensor.errors import LinkError, RefusalError
from sensor.link.radio import Radio
from sensor.protocol.memory import LogEntry, Piece
from sensor.protocol.polar import psftp
from sensor.protocol.polar.control import Measurement, Operation, Request, Status
from sensor.protocol.polar.memory import (
    ROOT,
    RecordedFile,
    Run,
    gather_runs,
    is_day,
    is_time,
    parse_recording,
    recording_request,
)

KEY = "polar-sense"

_MEASURED = {Measurement.ACC: "acceleration", Measurement.GYRO: "angular rate"}
_MOST_FOLDERS = 500
"""A sensor that claims to have more is not believed."""


@dataclass(frozen=True, slots=True)
class PolarMemory:
    """One sensor's memory, see `sensor.download.memory.SensorMemory`.

    Parameters
    ----------
    radio
        Which Bluetooth to use.
    name
        The sensor's name or address.
    utc_us
        Not needed: the sensor's clock is left as it is, for it takes a new time at its next start only.
    policy
        Deadlines.
    """

    radio: Radio
    name: str
    utc_us: Callable[[], int]
    policy: DownloadPolicy = field(default_factory=DownloadPolicy)
    suffix: ClassVar[str] = ".rec"
    after_stop: ClassVar[str] = "Stopped. Now, with the sensor on and its light blue:"

    async def list(self) -> tuple[LogEntry, ...]:
        """Return all recordings of acceleration or angular rate, the oldest first.

        Raises
        ------
        RefusalError
            While the sensor is in its training or swimming mode.
        LinkError
            When it cannot be reached, or lists what cannot be.
        """
        async with self._talk() as talk:
            await talk.open_files()
            return tuple(run.entry(number) for number, run in enumerate(await _runs(talk), 1))

    async def find(self, log_id: int) -> LogEntry:
        """Return one recording.

        Raises
        ------
        RefusalError
            When there is none of this number, or as `list`.
        LinkError
            As `list`.
        """
        entries = await self.list()
        if not 1 <= log_id <= len(entries):
            raise no_recording(self.name, log_id, entries, psftp.NO_SUCH_FILE)
        return entries[log_id - 1]

    async def download(self, entry: LogEntry, target: Path, on_progress: Progress) -> None:
        """Fetch a recording into a file, its own files one after the other; see `SensorMemory.download`."""
        if not entry.size_bytes:
            raise RefusalError(
                f"{self.name}: recording {entry.log_id} holds nothing; fetch another", psftp.NO_SUCH_FILE
            )
        identity = LogIdentity.of(self.name, entry)
        await fetch_whole(
            target, identity, self.policy, lambda partial: self._fetch(partial, entry, on_progress)
        )

    async def start(self) -> None:
        """Have the sensor record acceleration and angular rate until `stop`.

        Raises
        ------
        RefusalError
            When it is recording already, is being charged, or its memory is full.
        LinkError
            When it cannot be reached or does not answer.
        """
        async with self._talk() as talk:
            await talk.open_control()
            status = await talk.ask(Request(Operation.GET_STATUS), "to tell what it does")
            if not parse_recording(status.parameters).isdisjoint(_MEASURED):
                raise RefusalError(
                    f"{self.name} is recording already; end that with `runtall download --sensor ... --stop`",
                    Status.ALREADY_SO,
                )
            try:
                await _ask_all(talk, Operation.START, "to record")
            except RefusalError:
                await _ask_all(talk, Operation.STOP, "to stop recording")
                raise

    async def stop(self) -> None:
        """End what the sensor records.

        Raises
        ------
        LinkError
            When it cannot be reached, does not answer or refuses.
        """
        async with self._talk() as talk:
            await talk.open_control()
            await _ask_all(talk, Operation.STOP, "to stop recording")

    async def _fetch(self, partial: PartialLog, entry: LogEntry, on_progress: Progress) -> None:
        """Fetch over one connection the files that are missing; each is taken whole or not at all."""
        async with self._talk() as talk:
            await talk.open_files()
            run = next((run for run in await _runs(talk) if run.name == entry.name), None)
            if run is None or run.entry(entry.log_id) != entry:
                raise RefusalError(
                    f"{self.name}: recording {entry.log_id} is no longer as it was listed; list them again",
                    psftp.NO_SUCH_FILE,
                )
            offset = 0
            for file in run.files:
                end = offset + file.size_bytes
                if any(start < end and offset < stop for start, stop in partial.holes):
                    content = await self._whole_file(talk, file, offset, entry, on_progress)
                    partial.take(Piece(offset, content))
                offset = end
        partial.take(Piece(entry.size_bytes, b""))

    async def _whole_file(
        self, talk: PolarTalk, file: RecordedFile, offset: int, entry: LogEntry, on_progress: Progress
    ) -> bytes:
        """Return a file; some sensors send parts of it twice, which only its size tells."""

        def report(came_bytes: int) -> None:
            on_progress(offset + min(came_bytes, file.size_bytes), entry.size_bytes)

        content = await talk.get(file.path, report)
        if len(content) != file.size_bytes:
            raise LinkError(
                f"{self.name}: of {file.path} came {len(content)} bytes, it has {file.size_bytes}; try again"
            )
        return content

    @asynccontextmanager
    async def _talk(self) -> AsyncIterator[PolarTalk]:
        async with reach(self.radio, self.name, KEY, self.policy, PolarTalk) as talk:
            yield talk


async def _ask_all(talk: PolarTalk, operation: Operation, what: str) -> None:
    for measurement, name in _MEASURED.items():
        await talk.ask(recording_request(operation, measurement), f"{what} {name}")


async def _runs(talk: PolarTalk) -> tuple[Run, ...]:
    """Look through the folders of all days; return what was recorded."""
    days = [f"{ROOT}{entry.name}R/" for entry in await talk.folder(ROOT) if is_day(entry.name)]
    folders: dict[str, list[RecordedFile]] = {}
    for day in days[:_MOST_FOLDERS]:
        times = [f"{day}{entry.name}" for entry in await talk.folder(day) if is_time(entry.name)]
        for path in times[: _MOST_FOLDERS - len(folders)]:
            files = await talk.folder(path)
            folders[path] = [RecordedFile(path + file.name, file.size_bytes) for file in files]
    return gather_runs(folders)
