"""The recordings in a Movella DOT's memory: numbered, exported sample by sample."""

from __future__ import annotations

from contextlib import suppress

from sensor.download.memory import DeviceMemory
from sensor.download.movella_dot_client import MovellaDotClient
from sensor.download.partial import PartialLog
from sensor.errors import LinkError, PacketError, RefusalError
from sensor.protocol.memory import LogEntry, Piece
from sensor.protocol.movella_dot import decoder, memory, recording
from sensor.protocol.movella_dot.control import SECOND_GENERATION
from sensor.protocol.movella_dot.memory import Message, Result, What

_RATE_HZ = 60
"""A first-generation sensor holds 88 minutes at this rate; what lies above is averaged in, not lost."""

_MOST_RECORDINGS = 0xFE


class MovellaDotMemory(DeviceMemory):
    """The memory of one DOT; recordings keep the time of day they are started with.

    DOTs are all called alike: name one by its address.
    """

    key = decoder.KEY
    suffix = ".dot"
    no_recording = What.NO_FILE

    async def list(self) -> tuple[LogEntry, ...]:
        """Return all recordings with the time they began, see `DeviceMemory.list`; sizes are not told."""
        entries: list[LogEntry] = []
        async with self._connected(MovellaDotClient.open) as client:
            while len(entries) < _MOST_RECORDINGS:
                info = await self._info(client, len(entries) + 1)
                if info is None:
                    break
                entries.append(_entry(len(entries) + 1, info))
        return tuple(entries)

    async def find(self, log_id: int) -> LogEntry:
        """Return one recording, see `DeviceMemory.find`; the sensor is asked for no other."""
        async with self._connected(MovellaDotClient.open) as client:
            info = await self._info(client, log_id) if 0 < log_id <= _MOST_RECORDINGS else None
        if info is None:
            raise RefusalError(f"{self.name} has no recording {log_id}; see --list", self.no_recording)
        return _entry(log_id, info)

    async def start(self) -> None:
        """Have the sensor record, see `DeviceMemory.start`.

        At 120 Hz where the memory holds three hours of that, else at 60 Hz.
        """
        async with self._connected(MovellaDotClient.open) as client:
            await self._refuse_if_recording(client)
            has_room = await client.product() == SECOND_GENERATION
            await client.set_rate(decoder.RECORDING_RATE_HZ if has_room else _RATE_HZ)
            await client.ask(memory.start_recording(self.utc_us() // 1_000_000), what="to record")
            if await client.state() != Result.RECORDING:
                raise RefusalError(
                    f"{self.name} does not record: its memory is full; fetch what it holds, then erase it "
                    "with the maker's app",
                    What.FULL,
                )

    async def stop(self) -> None:
        """End what the sensor records, see `DeviceMemory.stop`."""
        async with self._connected(MovellaDotClient.open) as client:
            await client.ask(Message(What.STOP), what="to stop recording")

    async def _fetch(self, partial: PartialLog, entry: LogEntry) -> None:
        """Fetch by exports, each from the first missing sample on."""
        async with self._connected(MovellaDotClient.open) as client:
            info = await self._info(client, entry.log_id)
            if info is None or _entry(entry.log_id, info) != entry:
                raise self._changed(entry.log_id)
            partial.take(recording.encode_head(info))
            for number in partial.rounds():
                await self._export(client, partial, log_id=entry.log_id, has_ended=number > 0)

    async def _export(
        self, client: MovellaDotClient, partial: PartialLog, *, log_id: int, has_ended: bool
    ) -> None:
        """Have everything from the first missing sample on sent.

        The end is believed once an export from behind the last sample brings nothing more, for samples could
        be lost on the way just before it. Of a sensor that always begins anew it is believed at once.
        """
        what = f"recording {log_id}"
        is_whole = has_ended and partial.first_missing == partial.end
        before = partial.received_bytes
        goes_on = await client.ask_for_data(log_id, recording.number_at(partial.first_missing))
        if is_whole and not goes_on:
            await client.stop_data()
            partial.take(Piece(partial.end, b""))
            return
        for _ in range(2 * memory.MOST_SAMPLES):
            message = await client.next_data(f"sending {what}")
            if message.what == What.DATA_DONE:
                if not goes_on or partial.received_bytes == before:
                    partial.take(Piece(partial.end, b""))
                return
            if message.what == What.STOP_DATA:
                raise LinkError(f"{self.name} broke off sending {what}; try again, what came is kept")
            if message.what in (What.DATA, What.DATA_INVALID):
                with suppress(PacketError):  # a damaged message is one more hole, and fetched again
                    partial.take(recording.parse_sample(message))
        raise LinkError(f"{self.name}: {what} has no end; restart the sensor and try again")

    async def _info(self, client: MovellaDotClient, number: int) -> bytes | None:
        await self._refuse_if_recording(client)
        return await client.info(number)

    async def _refuse_if_recording(self, client: MovellaDotClient) -> None:
        if await client.state() == Result.RECORDING:
            raise self._busy("is recording", Result.RECORDING)


def _entry(log_id: int, info: bytes) -> LogEntry:
    return LogEntry(log_id, memory.parse_file_info(info), 0)
