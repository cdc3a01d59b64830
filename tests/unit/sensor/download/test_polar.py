"""Record on a Verity Sense of software, fetch what it recorded, import it: real bleak, virtual time."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bleak.exc import BleakGATTProtocolError

from sensor.download.memory import DeviceMemory
from sensor.download.policy import DownloadPolicy
from sensor.errors import LinkError, RefusalError
from sensor.importers.imu_file import read_imu_file
from sensor.protocol.polar import control as polar
from sensor.protocol.polar import psftp
from sensor.protocol.polar.recording import read_recordings
from sensor.virtual.devices.polar import VirtualPolar
from sensor.virtual.devices.polar_hardware import VERITY_SENSE
from sensor.virtual.devices.polar_memory import VirtualVeritySense
from sensor.virtual.radio.timeloop import run_in_virtual_time
from sensor.virtual.radio.virtual_radio import VirtualRadio
from tests.support.memories import fetch_newest, left_over, on_air
from tests.support.recordings_over_air import noise_signal
from tests.support.virtual_radio import client_of, find

UTC_S = 1_777_620_600
"""1 May 2026, 7:30."""

START_NS = (UTC_S - 946_684_800) * 10**9
SIGNAL = noise_signal(100.0, rate_hz=52.0)
ACC_BYTES = bytes(range(256)) * 40
GYRO_BYTES = bytes(range(255, -1, -1)) * 20
FOLDER = "/U/0/20260501/R/073000/"


def sensor_of(**options: Any) -> VirtualVeritySense:
    return VirtualVeritySense(signal=SIGNAL, start_ns=START_NS, **options)


def loaded(**options: Any) -> VirtualVeritySense:
    sensor = sensor_of(**options)
    sensor.files = {FOLDER + "ACC.REC": ACC_BYTES, FOLDER + "GYRO.REC": GYRO_BYTES}
    return sensor


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "run.rec"


def test_what_was_recorded_without_a_link_is_fetched_and_imported(target: Path) -> None:
    sensor = sensor_of()

    async def action(memory: DeviceMemory) -> None:
        await memory.start()
        await asyncio.sleep(20.0)
        assert not sensor.is_connected
        await asyncio.sleep(10.0)
        await memory.stop()
        (entry,) = await memory.list()
        assert entry.log_id == 1
        assert 0 < entry.modified_s - UTC_S < 10
        await memory.download(entry, target)

    on_air(sensor, action)

    file = read_imu_file(target)
    number = np.rint((file.time_s - UTC_S) * 52).astype(int)
    assert file.time_s - UTC_S == pytest.approx(number / 52, abs=1e-3)
    assert len(number) > 29 * 52
    assert (np.diff(number) == 1).all()
    assert np.abs(file.acc_sensor_mps2 - SIGNAL.acc_sensor_mps2[number]).max() < 0.51 * 0.000244 * 9.80665
    assert file.gyr_sensor_radps is not None
    assert SIGNAL.gyr_sensor_radps is not None
    felt_radps = SIGNAL.gyr_sensor_radps[number]
    assert np.abs(file.gyr_sensor_radps - felt_radps).max() < 0.51 * math.radians(0.07)


def test_both_files_come_whole_one_after_the_other(target: Path) -> None:
    progress = fetch_newest(loaded(), target)
    assert target.read_bytes() == ACC_BYTES + GYRO_BYTES
    assert left_over(target) == ["run.rec"]
    assert progress[-1] == (len(ACC_BYTES + GYRO_BYTES),) * 2
    assert progress == sorted(progress)


def test_recordings_are_listed_by_their_time_and_gathered_from_folders_a_moment_apart() -> None:
    sensor = sensor_of()
    sensor.files = {
        "/U/0/20260502/R/070000/ACC0.REC": b"1234",
        "/U/0/20260502/R/070000/ACC1.REC": b"12",
        "/U/0/20260502/R/070001/GYRO0.REC": b"123",
        "/U/0/20260501/R/073000/ACC.REC": b"1",
        "/U/0/20260501/R/073005/ACC.REC": b"12",
        "/U/0/20260501/R/073000/PPG.REC": b"123456",
        "/U/0/20260501/E/070000/ACC.REC": b"a training of another kind",
        "/U/0/20170101/R/000010/ACC.REC": b"12345",
        "/U/0/20260501/R/256199/ACC.REC": b"no time there is",
        "/DEVICE.BPB": b"1",
    }
    entries = on_air(sensor, lambda memory: memory.list())
    assert [(entry.log_id, entry.name, entry.size_bytes) for entry in entries] == [
        (1, "2017-01-01_000010", 5),
        (2, "2026-05-01_073000", 1),
        (3, "2026-05-01_073005", 2),
        (4, "2026-05-02_070000", 9),
    ]
    assert [bool(entry.modified_s) for entry in entries] == [False, True, True, True]


def test_a_transfer_that_comes_with_parts_twice_is_not_taken(target: Path) -> None:
    fetch_newest(loaded(doubled_transfers=2), target)
    assert target.read_bytes() == ACC_BYTES + GYRO_BYTES


def test_a_sensor_that_always_sends_parts_twice_is_given_up_and_nothing_false_is_kept(target: Path) -> None:
    with pytest.raises(LinkError, match="10240"):
        fetch_newest(loaded(doubled_transfers=1000), target)
    assert not target.exists()


def test_a_last_frame_that_comes_twice_is_not_taken_for_the_next_answer(target: Path) -> None:
    fetch_newest(loaded(doubles_last_frame=True), target)
    assert target.read_bytes() == ACC_BYTES + GYRO_BYTES


def test_a_lost_link_costs_one_file_at_most(target: Path) -> None:
    sensor = loaded()
    asked: list[str] = []
    reply = sensor._reply

    def noting(path: str) -> list[bytes]:
        asked.append(path)
        if path.endswith("GYRO.REC") and asked.count(path) == 1:
            asyncio.get_running_loop().call_later(0.2, sensor.lose_link)
        return reply(path)

    sensor._reply = noting  # type: ignore[method-assign]  # to see what is asked for
    fetch_newest(sensor, target)
    assert target.read_bytes() == ACC_BYTES + GYRO_BYTES
    files = [path for path in asked if path.endswith(".REC")]
    assert files == [FOLDER + "ACC.REC", FOLDER + "GYRO.REC", FOLDER + "GYRO.REC"]


def test_a_sensor_in_its_training_mode_says_what_to_do(target: Path) -> None:
    with pytest.raises(RefusalError, match="light is blue"):
        fetch_newest(loaded(is_busy=True), target)


def test_a_recording_that_goes_on_is_not_begun_again_and_ends_with_the_sensor() -> None:
    sensor = sensor_of()

    async def action(memory: DeviceMemory) -> None:
        await memory.start()
        with pytest.raises(RefusalError, match="recording already"):
            await memory.start()
        await asyncio.sleep(15.0)
        sensor.reboot()
        await asyncio.sleep(5.0)
        await memory.stop()
        (entry,) = await memory.list()
        assert entry.size_bytes > 3000

    on_air(sensor, action)
    assert {path.rpartition("/")[2] for path in sensor.files} == {"ACC.REC", "GYRO.REC"}
    for content in sensor.files.values():
        assert len(read_recordings(content)[0].frames) > 10


def test_a_recording_that_cannot_be_is_refused_with_the_sensors_reason() -> None:
    slow = VirtualVeritySense(signal=noise_signal(20.0, rate_hz=104.0), start_ns=START_NS)
    with pytest.raises(RefusalError, match="to record acceleration: no such rate"):
        on_air(slow, lambda memory: memory.start())


@pytest.mark.parametrize("log_id", [0, 2, 99])
def test_a_recording_there_is_not_is_told_with_those_there_are(log_id: int) -> None:
    with pytest.raises(RefusalError, match=f"no recording {log_id}; it has 1"):
        on_air(loaded(), lambda memory: memory.find(log_id))


def test_a_recording_that_has_changed_since_it_was_listed_is_not_fetched(target: Path) -> None:
    sensor = loaded()

    async def action(memory: DeviceMemory) -> None:
        entry = await memory.find(1)
        sensor.files[FOLDER + "GYRO.REC"] += b"more"
        await memory.download(entry, target)

    with pytest.raises(RefusalError, match="list them again"):
        on_air(sensor, action)


def test_files_are_had_over_a_bonded_link_only() -> None:
    async def run() -> None:
        async with VirtualRadio() as radio:
            sensor = loaded()
            await radio.add(sensor)
            async with client_of(radio, await find(radio, sensor)) as client:
                frame = psftp.encode_frames(b"\0\0", 20)[0]
                with pytest.raises(BleakGATTProtocolError, match=r"(?i)encryption"):
                    await client.write_gatt_char(psftp.TRANSFER_UUID, frame, response=True)
                await client.pair()
                await client.write_gatt_char(psftp.TRANSFER_UUID, frame, response=True)

    run_in_virtual_time(run())


def hostile(reply: Callable[[str], list[bytes]]) -> VirtualVeritySense:
    sensor = loaded()
    sensor._reply = reply  # type: ignore[method-assign]  # a sensor that says what it likes
    return sensor


async def try_all(memory: DeviceMemory) -> None:
    await memory.list()


@pytest.mark.parametrize(
    "frames",
    [
        [b"\x0a\xff\xff"],
        [b"\x12abc"],
        [b""],
        [b"\x02\x0a\x05"],
        [b"\x06"] * 5,
        [],
    ],
)
def test_nonsense_ends_in_one_plain_line(frames: list[bytes]) -> None:
    policy = DownloadPolicy(silence_s=1.0)
    with pytest.raises(LinkError, match="Polar Sense") as told:
        on_air(hostile(lambda _: frames), try_all, policy)
    assert "\n" not in str(told.value)


class Babbler(VirtualVeritySense):
    """Answers, again and again, what nobody asked."""

    def _on_control(self, data: bytes) -> None:
        self.indicate(self._control, polar.encode_answer(polar.Answer(9, 9, 0)))
        asyncio.get_running_loop().call_later(0.1, self._on_control, data)


def test_answers_to_something_else_are_not_taken_and_not_waited_for_without_end() -> None:
    sensor = Babbler(signal=SIGNAL, start_ns=START_NS)

    async def action(memory: DeviceMemory) -> None:
        with pytest.raises(LinkError, match="stopped answering"):
            await asyncio.wait_for(memory.start(), 60.0)

    on_air(sensor, action)


def test_folders_without_end_are_not_walked_for_ever() -> None:
    def endless(path: str) -> list[bytes]:
        name = "{:08d}/" if path == "/U/0/" else "{:06d}/"
        entries = [psftp.FolderEntry(name.format(number), 0) for number in range(100)]
        asked.append(path)
        return psftp.encode_frames(psftp.encode_folder(entries), 200)

    asked: list[str] = []

    async def action(memory: DeviceMemory) -> int:
        return len(await memory.list())

    assert on_air(hostile(endless), action) == 0
    assert len(asked) <= 1 + 100 + 500


def test_another_polar_has_no_memory_to_ask() -> None:
    old = VirtualPolar("Polar Sense 00000001", hardware=VERITY_SENSE, signal=SIGNAL)
    with pytest.raises(LinkError, match=r"firmware at least 2\.1\.0"):
        on_air(old, try_all)
