"""Fetch recordings from a virtual Movesense Flash: real bleak, real GATT, simulated radio, virtual time."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest

from sensor.download.movesense_memory import MovesenseMemory
from sensor.errors import LinkError, RefusalError, UnknownSensorError
from sensor.importers.movesense_recording import read_movesense_log
from sensor.protocol.memory import LogEntry
from sensor.virtual.devices.movesense_flash import VirtualFlash
from sensor.virtual.radio.peripheral import VirtualPeripheral
from sensor.virtual.radio.timeloop import run_in_virtual_time
from sensor.virtual.radio.virtual_radio import VirtualRadio
from tests.support.memories import left_over
from tests.support.recordings_over_air import CHEST, noise_signal
from tests.support.virtual_radio import UTC_US

T = TypeVar("T")

CONTENT = random.Random(7).randbytes(30_000)
"""About 2.8 s on the radio."""


def flash(*logs: bytes, **options: Any) -> VirtualFlash:
    sensor = VirtualFlash(CHEST, signal=noise_signal(60.0), **options)
    sensor.logs = dict(enumerate(logs, start=1))
    return sensor


def on_air(sensor: VirtualPeripheral, action: Callable[[MovesenseMemory], Awaitable[T]]) -> T:
    """Do something with a sensor's logbook in virtual time."""

    async def play() -> T:
        async with VirtualRadio(seed=1) as radio:
            await radio.add(sensor)
            return await action(MovesenseMemory(radio.bleak, sensor.name, utc_us=lambda: UTC_US))

    return run_in_virtual_time(play())


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "downloads" / "log.sbem"


def fetch(sensor: VirtualFlash, target: Path, log_id: int = 1) -> list[tuple[int, int]]:
    """Download a recording by the logbook's own entry; return the progress that was told."""
    progress: list[tuple[int, int]] = []

    async def action(memory: MovesenseMemory) -> None:
        entry = next(entry for entry in await memory.list() if entry.log_id == log_id)
        await memory.download(entry, target, on_progress=lambda *told: progress.append(told))

    on_air(sensor, action)
    return progress


def test_a_download_equals_the_recording_byte_for_byte(target: Path) -> None:
    progress = fetch(flash(CONTENT), target)
    assert target.read_bytes() == CONTENT
    assert left_over(target) == ["log.sbem"]
    assert progress[-1] == (len(CONTENT), len(CONTENT))
    assert progress == sorted(progress)


def test_what_the_sensor_recorded_on_its_own_is_what_it_felt(target: Path) -> None:
    sensor = flash()

    async def action(memory: MovesenseMemory) -> None:
        await memory.start()
        await asyncio.sleep(20.0)
        await memory.stop()
        (entry,) = await memory.list()
        await memory.download(entry, target)

    on_air(sensor, action)
    file = read_movesense_log(target)
    assert target.read_bytes() == sensor.logs[1]
    assert file.time_s[-1] - file.time_s[0] == pytest.approx(20.5, abs=0.5)
    assert UTC_US / 1e6 <= file.time_s[0] < UTC_US / 1e6 + 1.0
    assert np.diff(file.time_s) == pytest.approx(1 / 104, abs=3e-4)
    felt = noise_signal(60.0).acc_sensor_mps2
    first = int(np.argmin(np.abs(felt - file.acc_sensor_mps2[0]).sum(axis=1)))
    assert file.acc_sensor_mps2 == pytest.approx(felt[first : first + len(file.time_s)], abs=0.002)


def test_a_link_lost_in_the_middle_is_found_again(target: Path) -> None:
    sensor = flash(CONTENT)

    async def action(memory: MovesenseMemory) -> None:
        entry = LogEntry(1, 0, len(CONTENT))
        for at_s in (1.5, 4.0):
            asyncio.get_running_loop().call_later(at_s, sensor.lose_link)
        await memory.download(entry, target)
        assert asyncio.get_running_loop().time() > 4.0

    on_air(sensor, action)
    assert target.read_bytes() == CONTENT


def test_a_download_that_was_given_up_goes_on_where_it_was(target: Path) -> None:
    gone = flash(CONTENT)
    entry = LogEntry(1, 0, len(CONTENT))

    async def vanish(memory: MovesenseMemory) -> None:
        def leave() -> None:
            gone.hide()
            gone.lose_link()

        asyncio.get_running_loop().call_later(2.0, leave)
        await memory.download(entry, target)

    with pytest.raises(LinkError, match="not in reach"):
        on_air(gone, vanish)
    assert left_over(target) == ["log.sbem.part", "log.sbem.part.json"]
    came = target.with_name("log.sbem.part").read_bytes()
    assert 0 < len(came) < len(CONTENT)
    assert CONTENT.startswith(came)

    progress = fetch(flash(CONTENT), target)
    assert progress[0][0] == len(came)
    assert target.read_bytes() == CONTENT
    assert left_over(target) == ["log.sbem"]


def test_a_part_of_another_recording_is_not_gone_on_with(target: Path) -> None:
    other = flash(random.Random(8).randbytes(30_100))

    async def vanish(memory: MovesenseMemory) -> None:
        asyncio.get_running_loop().call_later(2.0, other.hide)
        asyncio.get_running_loop().call_later(2.0, other.lose_link)
        await memory.download(LogEntry(1, 0, 30_100), target)

    with pytest.raises(LinkError):
        on_air(other, vanish)
    fetch(flash(CONTENT), target)
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("seed", range(4))
def test_lost_pieces_are_fetched_again(target: Path, seed: int) -> None:
    sensor = flash(CONTENT, lost_share=0.1, seed=seed)
    sent = fetch(sensor, target)
    assert target.read_bytes() == CONTENT
    assert len(sent) > len(CONTENT) / 150


def test_firmware_that_must_restart_between_fetches_is_restarted(target: Path) -> None:
    fetch(flash(CONTENT, lost_share=0.05, seed=3, needs_restart_after_fetch=True), target)
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("seed", range(3))
def test_lost_pieces_and_lost_links_together(target: Path, seed: int) -> None:
    sensor = flash(CONTENT, lost_share=0.05, seed=seed)
    rng = random.Random(seed)

    async def action(memory: MovesenseMemory) -> None:
        for _ in range(4):
            asyncio.get_running_loop().call_later(rng.uniform(0.5, 15.0), sensor.lose_link)
        await memory.download(LogEntry(1, 0, len(CONTENT)), target)

    on_air(sensor, action)
    assert target.read_bytes() == CONTENT


def test_a_recording_that_is_longer_in_the_list_than_in_fact_ends_all_the_same(target: Path) -> None:
    sensor = flash(CONTENT)
    on_air(sensor, lambda memory: memory.download(LogEntry(1, 0, 40_000), target))
    assert target.read_bytes() == CONTENT


def test_a_list_that_is_cut_is_completed_by_asking(target: Path) -> None:
    sensor = flash(*(bytes([i]) * 400 for i in range(12)))
    entries = on_air(sensor, MovesenseMemory.list)
    assert [entry.log_id for entry in entries] == list(range(1, 13))
    assert [entry.size_bytes for entry in entries] == [400] * 9 + [0] * 3
    fetch(flash(*sensor.logs.values()), target, log_id=12)
    assert target.read_bytes() == bytes([11]) * 400


def test_an_empty_memory_is_an_empty_list() -> None:
    assert on_air(flash(), MovesenseMemory.list) == ()


@pytest.mark.parametrize("what", ["list", "download", "start"])
def test_while_it_logs_the_sensor_refuses_and_it_is_said_why(what: str, target: Path) -> None:
    async def action(memory: MovesenseMemory) -> None:
        await memory.start()
        if what == "list":
            await memory.list()
        elif what == "download":
            await memory.download(LogEntry(1, 0, 0), target)
        else:
            await memory.start()

    with pytest.raises(RefusalError, match=r"is logging; stop it with .*--stop"):
        on_air(flash(CONTENT), action)


def test_a_recording_that_is_not_there_is_refused_at_once(target: Path) -> None:
    with pytest.raises(RefusalError, match="recording 9") as refused:
        on_air(flash(CONTENT), lambda memory: memory.download(LogEntry(9, 0, 0), target))
    assert refused.value.status == 404


def test_a_sensor_that_is_not_there_is_said(target: Path) -> None:
    sensor = flash(CONTENT)

    async def action(memory: MovesenseMemory) -> None:
        sensor.hide()
        await memory.list()

    with pytest.raises(LinkError, match=f"{CHEST} is not in reach"):
        on_air(sensor, action)


def test_another_kind_of_sensor_is_refused() -> None:
    with pytest.raises(UnknownSensorError, match="no Movesense"):
        on_air(VirtualPeripheral("Polar H10 12345678"), MovesenseMemory.list)
