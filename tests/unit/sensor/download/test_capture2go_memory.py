"""Record on a virtual Capture2Go, and fetch what it recorded, whatever the link does."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sensor.download.memory import DeviceMemory
from sensor.download.policy import DownloadPolicy
from sensor.errors import LinkError, RefusalError, SensorError, UnknownSensorError
from sensor.importers.imu_file import read_imu_file
from sensor.protocol.capture2go import memory as files
from sensor.protocol.capture2go.frames import Package, encode_package
from sensor.protocol.memory import LogEntry, Piece
from sensor.virtual.devices.capture2go_memory import VirtualCapture2GoMemory
from sensor.virtual.radio.peripheral import VirtualPeripheral
from tests.support.memories import fetch_newest, left_over, on_air
from tests.support.recordings_over_air import noise_signal
from tests.support.virtual_radio import UTC_US

CONTENT = random.Random(7).randbytes(40_000)
"""About 1.7 s on the radio."""

ENTRY = LogEntry(0, 0, len(CONTENT), "run")


def sensor_with(*contents: bytes, **options: Any) -> VirtualCapture2GoMemory:
    sensor = VirtualCapture2GoMemory(signal=noise_signal(60.0, rate_hz=100.0), **options)
    names = ("run", "walk", "hop")
    sensor.files = dict(zip(names, contents, strict=False))
    return sensor


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "downloads" / "run.bin"


def test_a_download_equals_the_recording_byte_for_byte(target: Path) -> None:
    progress = fetch_newest(sensor_with(b"other", CONTENT), target)
    assert target.read_bytes() == CONTENT
    assert left_over(target) == ["run.bin"]
    assert progress[-1] == (len(CONTENT), len(CONTENT))
    assert progress == sorted(progress)


def test_what_the_sensor_recorded_on_its_own_is_what_it_felt(target: Path) -> None:
    sensor = sensor_with()

    async def action(memory: DeviceMemory) -> None:
        await memory.start()
        await asyncio.sleep(20.0)
        assert not sensor.is_connected
        await memory.stop()
        (entry,) = await memory.list()
        assert entry.name == "runtall_2023-11-14_221320"
        await memory.download(entry, target)

    on_air(sensor, action)
    file = read_imu_file(target)
    assert file.time_s[-1] - file.time_s[0] == pytest.approx(20.5, abs=0.6)
    assert UTC_US / 1e6 <= file.time_s[0] < UTC_US / 1e6 + 1.0
    assert np.diff(file.time_s) == pytest.approx(0.01, abs=1e-6)
    assert file.notices == ()
    felt = noise_signal(60.0, rate_hz=100.0)
    first = int(np.argmin(np.abs(felt.acc_sensor_mps2 - file.acc_sensor_mps2[0]).sum(axis=1)))
    rows = slice(first, first + len(file.time_s))
    assert file.acc_sensor_mps2 == pytest.approx(felt.acc_sensor_mps2[rows], abs=0.0024)
    assert file.gyr_sensor_radps == pytest.approx(felt.gyr_sensor_radps[rows], abs=0.00054)


def test_a_link_lost_in_the_middle_is_found_again_and_nothing_comes_twice(target: Path) -> None:
    sensor = sensor_with(CONTENT)

    async def action(memory: DeviceMemory) -> None:
        for at_s in (1.5, 3.5):
            asyncio.get_running_loop().call_later(at_s, sensor.lose_link)
        await memory.download(ENTRY, target)
        assert asyncio.get_running_loop().time() > 3.5

    sent: list[int] = []
    pieces = sensor._pieces

    def count(content: bytes, start: int, end: int) -> Any:
        sent.append(end - start)
        return pieces(content, start, end)

    sensor._pieces = count
    on_air(sensor, action)
    assert target.read_bytes() == CONTENT
    assert len(sent) > 1
    assert sent == sorted(set(sent), reverse=True)


def test_a_download_that_was_given_up_goes_on_where_it_was(target: Path) -> None:
    gone = sensor_with(CONTENT)

    async def vanish(memory: DeviceMemory) -> None:
        asyncio.get_running_loop().call_later(1.0, gone.hide)
        asyncio.get_running_loop().call_later(1.0, gone.lose_link)
        await memory.download(ENTRY, target)

    with pytest.raises(LinkError, match="not in reach"):
        on_air(gone, vanish)
    assert left_over(target) == ["run.bin.part", "run.bin.part.json"]
    came = target.with_name("run.bin.part").read_bytes()
    assert 0 < len(came) < len(CONTENT)
    assert CONTENT.startswith(came)

    progress = fetch_newest(sensor_with(CONTENT), target)
    assert progress[0][0] > len(came)
    assert target.read_bytes() == CONTENT
    assert left_over(target) == ["run.bin"]


def test_a_part_of_a_file_of_another_name_is_not_gone_on_with(target: Path) -> None:
    gone = sensor_with(CONTENT[::-1])

    async def vanish(memory: DeviceMemory) -> None:
        asyncio.get_running_loop().call_later(1.0, gone.hide)
        asyncio.get_running_loop().call_later(1.0, gone.lose_link)
        await memory.download(ENTRY, target)

    with pytest.raises(LinkError):
        on_air(gone, vanish)
    other = sensor_with(CONTENT)
    other.files = {"other": CONTENT}
    fetch_newest(other, target)
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("seed", range(3))
def test_lost_pieces_and_lost_links_together(target: Path, seed: int) -> None:
    sensor = sensor_with(CONTENT, lost_share=0.1, seed=seed)
    rng = random.Random(seed)

    async def action(memory: DeviceMemory) -> None:
        for _ in range(4):
            asyncio.get_running_loop().call_later(rng.uniform(0.5, 10.0), sensor.lose_link)
        await memory.download(ENTRY, target)

    on_air(sensor, action)
    assert target.read_bytes() == CONTENT


def test_a_sensor_that_counts_the_end_of_a_range_differently_is_fetched_all_the_same(target: Path) -> None:
    class Inclusive(VirtualCapture2GoMemory):
        """Takes the end of a range for the last byte wanted."""

        def _get_bytes(self, payload: bytes) -> Package | None:
            name, (start, end) = files.parse_range(payload)
            end += (start, end) != files.WHOLE
            return super()._get_bytes(files.encode_range(files.ByteRange(name, (start, end))).payload)

    sensor = Inclusive(signal=noise_signal(1.0, rate_hz=100.0))
    sensor.files = {"run": CONTENT}

    async def action(memory: DeviceMemory) -> None:
        asyncio.get_running_loop().call_later(1.0, sensor.lose_link)
        await memory.download(ENTRY, target)

    on_air(sensor, action)
    assert target.read_bytes() == CONTENT


def test_an_empty_memory_is_an_empty_list_and_many_files_are_all_listed() -> None:
    assert on_air(sensor_with(), lambda memory: memory.list()) == ()
    sensor = sensor_with()
    sensor.files = {f"run {number}": bytes(number) for number in range(60)}
    entries = on_air(sensor, lambda memory: memory.list())
    assert [(e.log_id, e.name, e.size_bytes) for e in entries] == [(n, f"run {n}", n) for n in range(60)]


def test_a_recording_that_is_not_there_or_holds_nothing_is_refused(target: Path) -> None:
    with pytest.raises(RefusalError, match="has no recording 3; it has 0"):
        on_air(sensor_with(CONTENT), lambda memory: memory.find(3))
    with pytest.raises(RefusalError, match="recording 0 holds nothing"):
        on_air(sensor_with(b""), lambda memory: memory.download(LogEntry(0, 0, 0, "run"), target))
    with pytest.raises(RefusalError, match="no such recording"):
        on_air(sensor_with(), lambda memory: memory.download(ENTRY, target))


def test_what_it_does_not_do_in_its_state_is_said() -> None:
    async def twice(memory: DeviceMemory) -> None:
        await memory.start()
        await memory.start()

    with pytest.raises(RefusalError, match=r"is recording already; end that with .* --stop"):
        on_air(sensor_with(), twice)
    with pytest.raises(RefusalError, match="refuses to stop recording: not possible in the sensor's present"):
        on_air(sensor_with(), lambda memory: memory.stop())


def test_a_full_memory_refuses_a_recording_and_ends_one_that_fills_it(target: Path) -> None:
    with pytest.raises(RefusalError, match="refuses to record: the sensor's memory is full"):
        on_air(sensor_with(CONTENT, storage_bytes=len(CONTENT)), lambda memory: memory.start())

    sensor = sensor_with(storage_bytes=30_000)

    async def action(memory: DeviceMemory) -> None:
        await memory.start()
        await asyncio.sleep(40.0)
        await memory.stop()
        await memory.download((await memory.list())[0], target)

    on_air(sensor, action)
    assert 29_000 < target.stat().st_size <= 30_000
    assert read_imu_file(target).time_s[-1] - UTC_US / 1e6 == pytest.approx(19.5, abs=0.5)


def test_a_restart_ends_a_recording_and_keeps_it() -> None:
    sensor = sensor_with()

    async def action(memory: DeviceMemory) -> tuple[LogEntry, ...]:
        await memory.start()
        await asyncio.sleep(12.0)
        sensor.reboot()
        await asyncio.sleep(5.0)
        return await memory.list()

    (entry,) = on_air(sensor, action)
    assert entry.size_bytes == pytest.approx(12.2 * 100 / 8 * 123, rel=0.05)


def test_of_a_sensor_without_a_memory_nothing_is_fetched() -> None:
    with pytest.raises(UnknownSensorError, match="nothing can be fetched, record it live"):
        on_air(VirtualPeripheral("WT901BLE68"), lambda memory: memory.list())
    with pytest.raises(UnknownSensorError, match="no sensor runtall knows"):
        on_air(VirtualPeripheral("Toothbrush"), lambda memory: memory.list())


class Babbler(VirtualCapture2GoMemory):
    """Answers every request with noise, whole packages of it, and some true words."""

    def __init__(self, seed: int) -> None:
        super().__init__(signal=noise_signal(1.0, rate_hz=100.0))
        self._noise = random.Random(seed)

    def _answer(self, request: Package) -> Package | None:
        headers = (0x0201, 0x0501, 0x0502, 0x0504, 0x0506, 0xFFFF, request.header, request.header + 1)
        for _ in range(20):
            payload = self._noise.randbytes(self._noise.choice((0, 2, 3, 17, 71, 100)))
            self._put(Package(self._noise.choice(headers), payload))
            self.notify(self._packages, self._noise.randbytes(self._noise.randrange(40)))
        return super()._answer(request) if self._noise.random() < 0.5 else None


@pytest.mark.parametrize("seed", range(12))
def test_noise_for_answers_is_an_error_of_ours(seed: int, target: Path) -> None:
    async def action(memory: DeviceMemory) -> None:
        await memory.list()
        await memory.download(LogEntry(0, 0, 1000, "run"), target)

    with pytest.raises(SensorError, match=r"\A[^\n]+\Z"):
        on_air(Babbler(seed), action, DownloadPolicy(fruitless_attempts=2))


def test_pieces_from_elsewhere_do_not_fill_the_disk(target: Path) -> None:
    class Liar(VirtualCapture2GoMemory):
        """Sends a file's bytes to places far behind its end."""

        def _pieces(self, content: bytes, start: int, end: int) -> Any:
            yield from (Piece(at + 2**31, content[at : at + 200]) for at in range(start, end, 200))

    sensor = Liar(signal=noise_signal(1.0, rate_hz=100.0))
    sensor.files = {"run": CONTENT}
    policy = DownloadPolicy(fruitless_attempts=2)
    with pytest.raises(LinkError, match=r"lost every time|stopped sending"):
        on_air(sensor, lambda memory: memory.download(ENTRY, target), policy)
    assert target.with_name("run.bin.part").stat().st_size <= len(CONTENT)


def test_a_name_with_escape_sequences_reaches_no_message(target: Path) -> None:
    sensor = sensor_with()
    name = "\x1b[2J\udcff"
    sensor.files = {name: CONTENT}
    sensor._answers[files.GET_BYTES] = lambda _: None
    policy = DownloadPolicy(fruitless_attempts=1)
    with pytest.raises(LinkError) as error:
        on_air(sensor, lambda memory: memory.download(LogEntry(0, 0, 9, name), target), policy)
    assert str(error.value).isprintable()


def test_a_file_is_what_it_would_have_sent() -> None:
    sensor = sensor_with()

    async def action(memory: DeviceMemory) -> None:
        await memory.start()
        await asyncio.sleep(10.0)
        await memory.stop()

    on_air(sensor, action)
    (content,) = sensor.files.values()
    assert len(content) % 123 == 0
    assert content[:1] == encode_package(Package(0))[:1]
