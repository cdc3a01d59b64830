"""What is common to all memories, shown with one whose connections bring what a test likes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from sensor.download.memories import MEMORIES
from sensor.download.memory import DeviceMemory
from sensor.download.partial import PartialLog
from sensor.download.policy import DownloadPolicy
from sensor.errors import LinkError, RefusalError
from sensor.protocol.memory import LogEntry, Piece
from sensor.protocol.registry import device
from sensor.virtual.radio.timeloop import run_in_virtual_time

CONTENT = bytes(range(100))
ENTRY = LogEntry(1, 0, len(CONTENT))
NO_RADIO: Any = None
POLICY = DownloadPolicy(fruitless_attempts=3)


class ScriptedMemory(DeviceMemory):
    """Every connection brings the bytes a script tells and then ends with its error."""

    key = "scripted"
    suffix = ".bin"
    no_recording = 404

    script: Sequence[tuple[int, int, LinkError | None]] = ()
    connections = 0

    async def list(self) -> tuple[LogEntry, ...]:
        return (LogEntry(1, 0, 100), LogEntry(7, 0, 0))

    async def start(self) -> None:
        raise self._busy("is recording already", 1)

    async def stop(self) -> None:
        raise self._changed(1)

    async def _fetch(self, partial: PartialLog, entry: LogEntry) -> None:
        start, end, error = self.script[self.connections]
        type(self).connections += 1
        if end > start:
            partial.take(Piece(start, CONTENT[start:end]))
        if error is not None:
            raise error
        partial.take(Piece(entry.size_bytes, b""))


def scripted(*script: tuple[int, int, LinkError | None], is_sized: bool = False) -> ScriptedMemory:
    kind = type("One", (ScriptedMemory,), {"script": script, "tells_sizes": is_sized})
    memory: ScriptedMemory = kind(NO_RADIO, "Sensor 1", utc_us=lambda: 0, policy=POLICY)
    return memory


LOST = LinkError("the link broke")


def test_it_tries_again_until_the_recording_is_whole(tmp_path: Path) -> None:
    memory = scripted(
        (0, 40, LOST), (0, 0, LOST), (0, 0, LOST), (40, 70, LOST), (0, 0, LOST), (70, 100, None)
    )
    told: list[tuple[int, int]] = []
    target = tmp_path / "one.bin"
    run_in_virtual_time(memory.download(ENTRY, target, on_progress=lambda *now: told.append(now)))
    assert target.read_bytes() == CONTENT
    assert told == [(40, 100), (70, 100), (100, 100)]


def test_attempts_in_a_row_that_bring_nothing_new_end_it_and_what_came_is_kept(tmp_path: Path) -> None:
    memory = scripted((0, 40, LOST), *[(0, 40, LOST)] * 9)
    target = tmp_path / "one.bin"
    with pytest.raises(LinkError, match="the link broke"):
        run_in_virtual_time(memory.download(ENTRY, target))
    assert memory.connections == 1 + POLICY.fruitless_attempts
    assert (tmp_path / "one.bin.part").read_bytes() == CONTENT[:40]


def test_a_refusal_ends_it_at_once(tmp_path: Path) -> None:
    memory = scripted((0, 40, RefusalError("no", 403)), (40, 100, None))
    with pytest.raises(RefusalError, match="no"):
        run_in_virtual_time(memory.download(ENTRY, tmp_path / "one.bin"))
    assert memory.connections == 1


@pytest.mark.parametrize("is_sized", [True, False])
def test_a_size_of_nothing_is_refused_only_of_a_sensor_that_tells_sizes(
    is_sized: bool, tmp_path: Path
) -> None:
    memory = scripted((0, 100, None), (0, 100, None), is_sized=is_sized)
    download = memory.download(LogEntry(7, 0, 0), tmp_path / "one.bin")
    if is_sized:
        with pytest.raises(RefusalError, match="recording 7 holds nothing"):
            run_in_virtual_time(download)
    else:
        run_in_virtual_time(download)
        assert (tmp_path / "one.bin").read_bytes() == CONTENT


def test_a_recording_is_found_by_its_number_or_those_there_are_are_told() -> None:
    assert run_in_virtual_time(scripted().find(7)) == LogEntry(7, 0, 0)
    with pytest.raises(RefusalError, match="Sensor 1 has no recording 2; it has 1, 7") as refused:
        run_in_virtual_time(scripted().find(2))
    assert refused.value.status == 404


def test_every_memory_is_of_a_kind_of_sensor_and_names_its_files_apart_from_the_others() -> None:
    assert [device(key).key for key in MEMORIES] == list(MEMORIES)
    suffixes = [memory.suffix for memory in MEMORIES.values()]
    assert len(set(suffixes)) == len(suffixes) == 4
