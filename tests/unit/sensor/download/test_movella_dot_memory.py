"""Record on a virtual DOT, and fetch what it recorded, whatever the link does."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sensor.download.memory import DeviceMemory
from sensor.download.policy import DownloadPolicy
from sensor.errors import LinkError, RefusalError, SensorError
from sensor.importers.imu_file import read_imu_file
from sensor.protocol.memory import LogEntry
from sensor.protocol.movella_dot import memory as messages
from sensor.protocol.movella_dot.decoder import RATE_QUANTITIES, encode_samples
from sensor.protocol.movella_dot.memory import Message, What
from sensor.protocol.movella_dot.recording import HEAD_BYTES, SAMPLE, SAMPLE_BYTES, encode_sample
from sensor.samples import ImuSignal
from sensor.virtual.devices.movella_dot_memory import DotRecording, VirtualDotMemory
from tests.support.memories import fetch_newest, left_over, on_air
from tests.support.recordings_over_air import noise_signal
from tests.support.virtual_radio import UTC_US

BEGAN_S = 1_748_673_000
"""31 May 2025, 06:30 UTC."""

SAMPLES = 700
"""Twelve seconds, 3.5 on the radio."""

ENTRY = LogEntry(1, BEGAN_S, 0)


def noise(rate_hz: float = 60.0) -> ImuSignal:
    return noise_signal(60.0, rate_hz=rate_hz)


def recording(samples: int = SAMPLES, first_us: int = 5_000_000) -> DotRecording:
    signal = noise()
    time_us = first_us + np.rint(np.arange(samples) * 1e6 / 60).astype(np.int64)
    rows = slice(0, samples)
    content = encode_samples(
        RATE_QUANTITIES,
        time_us,
        acc_sensor_mps2=signal.acc_sensor_mps2[rows],
        gyr_sensor_radps=signal.gyr_sensor_radps[rows],
    )
    return DotRecording(BEGAN_S, b"".join(content))


def sensor_with(*recordings: DotRecording, **options: Any) -> VirtualDotMemory:
    sensor = VirtualDotMemory(**({"signal": noise()} | options))
    sensor.recordings = list(recordings)
    return sensor


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "downloads" / "run.dot"


def check_is_the_recording(target: Path, samples: int = SAMPLES) -> None:
    assert target.stat().st_size == HEAD_BYTES + samples * SAMPLE_BYTES
    file = read_imu_file(target)
    assert file.time_s == pytest.approx(BEGAN_S + np.arange(samples) / 60, abs=1e-5)
    assert file.acc_sensor_mps2 == pytest.approx(noise().acc_sensor_mps2[:samples], abs=1e-5)
    assert file.gyr_sensor_radps == pytest.approx(noise().gyr_sensor_radps[:samples], abs=1e-5)
    assert file.notices == ()


def test_a_download_is_the_recording(target: Path) -> None:
    progress = fetch_newest(sensor_with(recording(100), recording()), target)
    check_is_the_recording(target)
    assert left_over(target) == ["run.dot"]
    assert progress == sorted(progress)


@pytest.mark.parametrize(("product", "rate_hz"), [("XS-T01", 60), ("XS-T02", 120)])
def test_what_the_sensor_recorded_on_its_own_is_what_it_felt(
    target: Path, product: str, rate_hz: int
) -> None:
    sensor = VirtualDotMemory(signal=noise(rate_hz), product=product)

    async def action(memory: DeviceMemory) -> None:
        await memory.start()
        await asyncio.sleep(20.0)
        assert not sensor.is_connected
        await memory.stop()
        (entry,) = await memory.list()
        assert entry == LogEntry(1, UTC_US // 1_000_000, 0)
        assert await memory.find(1) == entry
        await memory.download(entry, target)

    on_air(sensor, action)
    file = read_imu_file(target)
    assert file.time_s[-1] - file.time_s[0] == pytest.approx(20.5, abs=0.6)
    assert np.diff(file.time_s) == pytest.approx(1 / rate_hz, abs=2e-6)
    felt = noise(rate_hz)
    first = int(np.argmin(np.abs(felt.acc_sensor_mps2 - file.acc_sensor_mps2[0]).sum(axis=1)))
    rows = slice(first, first + len(file.time_s))
    assert file.acc_sensor_mps2 == pytest.approx(felt.acc_sensor_mps2[rows], abs=2.0**-9 + 1e-6)
    assert file.gyr_sensor_radps == pytest.approx(felt.gyr_sensor_radps[rows], abs=2.0**-13 + 1e-6)


@pytest.mark.parametrize("goes_on", [True, False])
def test_a_link_lost_in_the_middle_is_found_again(target: Path, goes_on: bool) -> None:
    sensor = sensor_with(recording(), goes_on=goes_on)
    sent: list[int] = []
    export = sensor._export

    def count(exported: DotRecording, first: int) -> Any:
        sent.append(first)
        return export(exported, first)

    sensor._export = count

    async def action(memory: DeviceMemory) -> None:
        asyncio.get_running_loop().call_later(3.0, sensor.lose_link)
        await memory.download(ENTRY, target)

    on_air(sensor, action)
    check_is_the_recording(target)
    assert (sent[-1] > SAMPLES / 4) is goes_on


def test_a_download_that_was_given_up_goes_on_where_it_was(target: Path) -> None:
    gone = sensor_with(recording())

    async def vanish(memory: DeviceMemory) -> None:
        asyncio.get_running_loop().call_later(3.0, gone.hide)
        asyncio.get_running_loop().call_later(3.0, gone.lose_link)
        await memory.download(ENTRY, target)

    with pytest.raises(LinkError, match="not in reach"):
        on_air(gone, vanish)
    assert left_over(target) == ["run.dot.part", "run.dot.part.json"]
    came = target.with_name("run.dot.part").stat().st_size
    assert HEAD_BYTES < came < HEAD_BYTES + SAMPLES * SAMPLE_BYTES

    progress = fetch_newest(sensor_with(recording()), target)
    assert progress[0][0] >= came
    check_is_the_recording(target)


def test_a_part_of_a_recording_that_began_at_another_time_is_not_gone_on_with(target: Path) -> None:
    gone = sensor_with(DotRecording(BEGAN_S - 1, recording().content[::-1]))

    async def vanish(memory: DeviceMemory) -> None:
        asyncio.get_running_loop().call_later(3.0, gone.hide)
        asyncio.get_running_loop().call_later(3.0, gone.lose_link)
        await memory.download(LogEntry(1, BEGAN_S - 1, 0), target)

    with pytest.raises(LinkError):
        on_air(gone, vanish)
    fetch_newest(sensor_with(recording()), target)
    check_is_the_recording(target)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("goes_on", [True, False])
def test_lost_samples_and_lost_links_together(target: Path, seed: int, goes_on: bool) -> None:
    sensor = sensor_with(recording(), lost_share=0.02, seed=seed, goes_on=goes_on)
    rng = random.Random(seed)

    async def action(memory: DeviceMemory) -> None:
        for _ in range(3):
            asyncio.get_running_loop().call_later(rng.uniform(0.5, 12.0), sensor.lose_link)
        await memory.download(ENTRY, target)

    on_air(sensor, action)
    check_is_the_recording(target)


def test_the_last_samples_are_missed_when_they_are_lost_just_before_the_end(target: Path) -> None:
    class Swallowing(VirtualDotMemory):
        """Loses the last twenty samples, but only of an export from the first one."""

        def _export(self, exported: DotRecording, first: int) -> Any:
            messages = list(super()._export(exported, first))
            yield from messages if first else [*messages[:-21], messages[-1]]

    sensor = Swallowing(signal=noise())
    sensor.recordings = [recording()]
    fetch_newest(sensor, target)
    check_is_the_recording(target)


def test_a_recording_without_samples_is_a_file_without_samples(target: Path) -> None:
    fetch_newest(sensor_with(recording(0)), target)
    assert target.stat().st_size == HEAD_BYTES


def test_samples_damaged_in_the_memory_are_kept_as_such_and_left_out_of_the_session(target: Path) -> None:
    fetch_newest(sensor_with(recording(), invalid=(100, 101)), target)
    file = read_imu_file(target)
    assert len(file.time_s) == SAMPLES - 2
    assert file.notices == (f"{target}: 2 samples are damaged and left out.",)
    assert np.flatnonzero(np.diff(file.time_s) > 0.02).tolist() == [99]


def test_a_recording_goes_on_over_the_wrap_of_the_counter(target: Path) -> None:
    fetch_newest(sensor_with(recording(first_us=2**32 - 4_000_000)), target)
    check_is_the_recording(target)


def test_an_empty_memory_is_an_empty_list_and_what_is_not_there_is_refused(target: Path) -> None:
    assert on_air(sensor_with(), lambda memory: memory.list()) == ()
    for log_id in (0, 2, 255):
        with pytest.raises(RefusalError, match=f"no recording {log_id}; see --list"):
            on_air(sensor_with(recording()), lambda memory, log_id=log_id: memory.find(log_id))
    with pytest.raises(RefusalError, match="no such recording 1 any more"):
        on_air(sensor_with(), lambda memory: memory.download(ENTRY, target))


@pytest.mark.parametrize("what", ["list", "find", "download", "start"])
def test_while_it_records_the_sensor_is_left_alone_and_it_is_said_why(what: str, target: Path) -> None:
    async def action(memory: DeviceMemory) -> None:
        await memory.start()
        arguments = {"find": (1,), "download": (ENTRY, target)}.get(what, ())
        await getattr(memory, what)(*arguments)

    with pytest.raises(RefusalError, match=r"is recording; end that with .* --stop"):
        on_air(sensor_with(recording()), action)


def test_what_is_not_recording_cannot_be_stopped() -> None:
    with pytest.raises(RefusalError, match="refuses to stop recording: the sensor records nothing"):
        on_air(sensor_with(), lambda memory: memory.stop())


def test_a_full_memory_records_nothing_and_ends_a_recording_that_fills_it(target: Path) -> None:
    with pytest.raises(RefusalError, match="its memory is full"):
        on_air(sensor_with(recording(900), storage_samples=1000), lambda memory: memory.start())

    sensor = sensor_with(storage_samples=1000)

    async def action(memory: DeviceMemory) -> None:
        await memory.start()
        await asyncio.sleep(40.0)
        await memory.stop()
        await memory.download((await memory.list())[0], target)

    on_air(sensor, action)
    assert target.stat().st_size == HEAD_BYTES + 900 * SAMPLE_BYTES


def test_a_restart_ends_a_recording_and_keeps_it() -> None:
    sensor = sensor_with()

    async def action(memory: DeviceMemory) -> tuple[LogEntry, ...]:
        await memory.start()
        await asyncio.sleep(12.0)
        sensor.reboot()
        await asyncio.sleep(5.0)
        return await memory.list()

    assert len(on_air(sensor, action)) == 1
    assert len(sensor.recordings[0].content) // SAMPLE.itemsize == pytest.approx(12.2 * 60, abs=20)


def test_a_measurement_that_was_left_running_does_not_keep_it_from_recording() -> None:
    sensor = sensor_with()

    async def action(memory: DeviceMemory) -> None:
        sensor._measure(bytes([1, 1, RATE_QUANTITIES]))
        await memory.start()

    on_air(sensor, action)
    assert sensor.state == messages.Result.RECORDING


def test_what_a_killed_download_left_coming_is_ended_first(target: Path) -> None:
    class Tireless(VirtualDotMemory):
        """Goes on exporting when its link breaks."""

        def _end_export(self) -> None:
            if self.is_connected:
                super()._end_export()

    sensor = Tireless(signal=noise())
    sensor.recordings = [DotRecording(BEGAN_S, recording().content[::-1]), recording()]

    async def action(memory: DeviceMemory) -> None:
        asyncio.get_running_loop().call_later(2.0, sensor.lose_link)
        first, second = await memory.list()
        task = asyncio.create_task(memory.download(first, target.with_name("first")))
        await asyncio.sleep(1.9)
        task.cancel()
        await asyncio.sleep(0.5)
        await memory.download(second, target)

    on_air(sensor, action)
    check_is_the_recording(target)


class Babbler(VirtualDotMemory):
    """Acknowledges as it likes, and tells of anything."""

    def __init__(self, seed: int) -> None:
        super().__init__(signal=noise())
        self.recordings = [recording(10)]
        self._noise = random.Random(seed)

    def _on_request(self, data: bytes) -> None:
        super()._on_request(data)
        for _ in range(20):
            size = self._noise.choice((0, 1, 4, 32, 128, 150))
            what = self._noise.choice([*What, self._noise.randrange(256)])
            self._tell(Message(what, self._noise.randbytes(size)))
            self.notify(self._notifications, self._noise.randbytes(size))
        if self._noise.random() < 0.3:
            self._acknowledged = self._noise.randbytes(6)


@pytest.mark.parametrize("seed", range(12))
def test_noise_for_answers_is_an_error_of_ours(seed: int, target: Path) -> None:
    async def action(memory: DeviceMemory) -> None:
        await memory.list()
        await memory.download(ENTRY, target)

    with pytest.raises(SensorError, match=r"\A[^\n]+\Z"):
        on_air(Babbler(seed), action, DownloadPolicy(fruitless_attempts=2))


def test_samples_with_numbers_beyond_any_memory_do_not_fill_the_disk(target: Path) -> None:
    class Liar(VirtualDotMemory):
        """Exports one sample of every number it likes, and never comes to an end."""

        def _export(self, exported: DotRecording, first: int) -> Any:
            number = messages.MOST_SAMPLES
            while number < messages.MOST_SAMPLES + 2000:
                yield encode_sample(number, bytes(SAMPLE.itemsize))
                number += 1

    sensor = Liar(signal=noise())
    sensor.recordings = [recording()]
    policy = DownloadPolicy(fruitless_attempts=2)
    with pytest.raises(LinkError, match="stopped sending"):
        on_air(sensor, lambda memory: memory.download(ENTRY, target), policy)
    assert target.with_name("run.dot.part").stat().st_size == HEAD_BYTES
