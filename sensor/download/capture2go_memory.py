"""The recordings in a Capture2Go's memory: files, listed by name and read by ranges of bytes."""

from __future__ import annotations

from datetime import UTC, datetime

from sensor.download.capture2go_client import Capture2GoClient
from sensor.download.memory import DeviceMemory
from sensor.download.partial import PartialLog
from sensor.errors import RefusalError
from sensor.protocol.capture2go import frames, memory
from sensor.protocol.capture2go.control import ErrorCode, Mode, State, encode_mode
from sensor.protocol.capture2go.frames import Package
from sensor.protocol.memory import LogEntry, Piece, Span

_RATE_HZ = 100
_MOST_RECORDINGS = 1000
"""A sensor that claims to have more is not believed."""


class Capture2GoMemory(DeviceMemory):
    """The memory of one Capture2Go; its clock is set before it records."""

    key = frames.KEY
    suffix = ".bin"
    no_recording = ErrorCode.NO_SUCH_FILE
    tells_sizes = True

    async def list(self) -> tuple[LogEntry, ...]:
        """Return all recordings in the sensor's order, see `DeviceMemory.list`."""
        async with self._connected(Capture2GoClient.open) as client:
            return await client.entries(_MOST_RECORDINGS)

    async def start(self) -> None:
        """Have the sensor record at 100 Hz, see `DeviceMemory.start`."""
        utc_us = self.utc_us()
        began = datetime.fromtimestamp(utc_us // 1_000_000, UTC)
        async with self._connected(Capture2GoClient.open) as client:
            if await client.state() == State.RECORDING:
                raise self._busy("is recording already", ErrorCode.WRONG_STATE)
            await client.ask(Package(frames.CLEAR), frames.CLEARED, what="to end its stream")
            set_time = Package(frames.SET_TIME, (1000 * utc_us).to_bytes(8, "little"))
            await client.ask(set_time, frames.TIME_SET, what="to set its clock")
            mode = encode_mode(Mode(_RATE_HZ, status_interval_s=60))
            await client.ask(mode, frames.MODE, what="to measure what is asked")
            recording = memory.encode_recording(f"runtall_{began:%Y-%m-%d_%H%M%S}")
            await client.ask(recording, memory.RECORDING_SET, what="to record")
            await client.ask(Package(memory.START_RECORDING), memory.RECORDING_STARTED, what="to record")

    async def stop(self) -> None:
        """End what the sensor records, see `DeviceMemory.stop`."""
        async with self._connected(Capture2GoClient.open) as client:
            stop = Package(memory.STOP_RECORDING)
            await client.ask(stop, memory.RECORDING_STOPPED, what="to stop recording")

    async def _fetch(self, partial: PartialLog, entry: LogEntry) -> None:
        """Fetch hole by hole; the list told where the end is."""
        async with self._connected(Capture2GoClient.open) as client:
            for _ in partial.rounds():
                for span in partial.holes:
                    await _fetch_span(client, entry, span=span, partial=partial)
                if not partial.holes:
                    partial.take(Piece(entry.size_bytes, b""))


async def _fetch_span(client: Capture2GoClient, entry: LogEntry, *, span: Span, partial: PartialLog) -> None:
    whole = (0, entry.size_bytes)
    try:
        await client.fetch(entry, span, take=partial.take)
    except RefusalError as error:
        # Should the sensor mean the end of a range differently, all of it can be had all the same.
        if error.status != ErrorCode.FILE_TOO_SHORT or span == whole:
            raise
        await client.fetch(entry, whole, take=partial.take)
