"""The recordings in the memory of a Verity Sense: files of two measurements, fetched one after the other.

Spoken as the maker's software does; not yet tried with a physical sensor.
"""

from __future__ import annotations

from sensor.download.memory import DeviceMemory
from sensor.download.partial import PartialLog
from sensor.download.polar_client import PolarClient
from sensor.errors import LinkError, RefusalError
from sensor.protocol.memory import LogEntry, Piece
from sensor.protocol.polar import memory, psftp
from sensor.protocol.polar.control import Measurement, Operation, Request, Status
from sensor.protocol.polar.memory import RecordedFile, Run

_MEASURED = {Measurement.ACC: "acceleration", Measurement.GYRO: "angular rate"}
_MOST_FOLDERS = 500
"""A sensor that claims to have more is not believed."""


class PolarMemory(DeviceMemory):
    """The memory of one Verity Sense.

    The sensor's clock is left as it is, for it takes a new time at its next start only.
    """

    key = "polar-sense"
    suffix = ".rec"
    no_recording = psftp.NO_SUCH_FILE
    tells_sizes = True
    after_stop = "Stopped. Now, with the sensor on and its light blue:"

    async def list(self) -> tuple[LogEntry, ...]:
        """Return all recordings of acceleration or angular rate, see `DeviceMemory.list`.

        The sensor refuses while it is in its training or swimming mode.
        """
        async with self._connected(PolarClient.for_files) as client:
            return tuple(run.entry(number) for number, run in enumerate(await _runs(client), 1))

    async def start(self) -> None:
        """Have the sensor record, see `DeviceMemory.start`; it refuses while it is being charged, too."""
        async with self._connected(PolarClient.for_control) as client:
            status = await client.ask(Request(Operation.GET_STATUS), what="to tell what it does")
            if not memory.parse_recording(status.parameters).isdisjoint(_MEASURED):
                raise self._busy("is recording already", Status.ALREADY_SO)
            try:
                await _ask_all(client, Operation.START, what="to record")
            except RefusalError:
                await _ask_all(client, Operation.STOP, what="to stop recording")
                raise

    async def stop(self) -> None:
        """End what the sensor records, see `DeviceMemory.stop`; that it records nothing is no refusal."""
        async with self._connected(PolarClient.for_control) as client:
            await _ask_all(client, Operation.STOP, what="to stop recording")

    async def _fetch(self, partial: PartialLog, entry: LogEntry) -> None:
        """Fetch the files that are missing; each is taken whole or not at all."""
        async with self._connected(PolarClient.for_files) as client:
            run = next((run for run in await _runs(client) if run.name == entry.name), None)
            if run is None or run.entry(entry.log_id) != entry:
                raise self._changed(entry.log_id)
            offset = 0
            for file in run.files:
                end = offset + file.size_bytes
                if any(start < end and offset < stop for start, stop in partial.holes):
                    content = await self._whole_file(client, file, offset=offset, partial=partial)
                    partial.take(Piece(offset, content))
                offset = end
        partial.take(Piece(entry.size_bytes, b""))

    async def _whole_file(
        self, client: PolarClient, file: RecordedFile, *, offset: int, partial: PartialLog
    ) -> bytes:
        """Return a file; some sensors send parts of it twice, which only its size tells."""

        def report(came_bytes: int) -> None:
            partial.report(offset + min(came_bytes, file.size_bytes))

        content = await client.get(file.path, on_received=report)
        if len(content) != file.size_bytes:
            raise LinkError(
                f"{self.name}: of {file.path} came {len(content)} bytes, it has {file.size_bytes}; try again"
            )
        return content


async def _ask_all(client: PolarClient, operation: Operation, *, what: str) -> None:
    for measurement, name in _MEASURED.items():
        await client.ask(memory.recording_request(operation, measurement), what=f"{what} {name}")


async def _runs(client: PolarClient) -> tuple[Run, ...]:
    """Look through the folders of all days; return what was recorded."""
    root = memory.ROOT
    days = [f"{root}{entry.name}R/" for entry in await client.folder(root) if memory.is_day(entry.name)]
    folders: dict[str, list[RecordedFile]] = {}
    for day in days[:_MOST_FOLDERS]:
        times = [f"{day}{entry.name}" for entry in await client.folder(day) if memory.is_time(entry.name)]
        for path in times[: _MOST_FOLDERS - len(folders)]:
            files = await client.folder(path)
            folders[path] = [RecordedFile(path + file.name, file.size_bytes) for file in files]
    return memory.gather_runs(folders)
