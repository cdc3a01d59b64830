"""Straps, pods and treadmills beside a chest sensor: real bleak, real GATT, simulated radio, virtual time."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from sensor.errors import LinkError
from sensor.recorder import RecorderPolicy
from sensor.samples import Recording, Track
from sensor.session.info import read_info
from sensor.session.reader import read_recording
from sensor.virtual.devices.standard import VirtualStandard, foot_pod, heart_rate_strap, treadmill
from sensor.virtual.radio.peripheral import VirtualPeripheral
from tests.support.recordings_over_air import Scene, movesense, record_over_air, rows

SPEED_MPS = 3.0
EVENTS = (
    "SELECT kind, detail FROM event WHERE sensor_id = (SELECT id FROM sensor WHERE placement = 'beside 1')"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "session.runtall"


def strap() -> VirtualStandard:
    return heart_rate_strap(lambda time_s: 120.0 + time_s, battery_pct=55)


def pod() -> VirtualStandard:
    return foot_pod(lambda _: SPEED_MPS, lambda time_s: 700.0 + SPEED_MPS * time_s)


def belt() -> VirtualStandard:
    return treadmill(lambda _: SPEED_MPS, lambda time_s: SPEED_MPS * time_s, grade_pct=2.0)


def track(recording: Recording, quantity: str, source: str) -> Track:
    (found,) = [t for t in recording.tracks if (t.quantity, t.source) == (quantity, source)]
    return found


def test_three_devices_are_recorded_at_once_beside_the_sensor(path: Path) -> None:
    devices = (strap(), pod(), belt())

    async def play(scene: Scene) -> None:
        for device in (movesense(), *devices):
            await scene.radio.add(device)

    scene = record_over_air(path, play, beside=tuple(device.name for device in devices))
    recording = read_recording(path)

    assert [row[0] for row in rows(path, "SELECT payload FROM packet ORDER BY id")] == scene.delivered
    assert [sensor.placement for sensor in recording.sensors] == ["sternum"]
    assert sorted(info.placement for info in read_info(path).beside) == ["beside 1", "beside 2", "beside 3"]
    heart = track(recording, "heart_rate_bpm", "heart-rate strap")
    # The strap told 120 + its age; it was switched on when the session began.
    assert np.abs(heart.value - 120.0 - heart.time_s).max() < 1.6
    assert len(heart.time_s) > 20
    assert set(track(recording, "speed_mps", "foot pod").value) == {SPEED_MPS}
    assert set(track(recording, "cadence_spm", "foot pod").value) == {168.0}
    assert set(track(recording, "grade_pct", "treadmill").value) == {2.0}
    assert recording.context["surface"] == "treadmill"
    assert [status.link for status in scene.statuses[-5].sensors] == ["streaming"] * 4
    assert scene.statuses[-1].sensors[1].battery_pct == 55


def test_nothing_is_written_to_a_treadmill(path: Path) -> None:
    device = belt()

    async def play(scene: Scene) -> None:
        await scene.radio.add(movesense())
        await scene.radio.add(device)
        asyncio.get_running_loop().call_at(10.0, device.lose_link)

    record_over_air(path, play, beside=(device.name,))
    assert rows(path, "SELECT count(*) FROM packet WHERE channel LIKE '00002acd%'")[0][0] > 30
    assert device.written == []


def test_a_device_says_once_who_it_is_and_its_firmware_is_kept(path: Path) -> None:
    device = strap()

    async def play(scene: Scene) -> None:
        await scene.radio.add(movesense())
        await scene.radio.add(device)
        asyncio.get_running_loop().call_at(10.0, device.lose_link)

    record_over_air(path, play, beside=(device.name,))
    told = [detail for kind, detail in rows(path, EVENTS) if kind == "identity"]
    assert told == ["runtall virtual serial 0001 firmware 1.2"]
    (info,) = read_info(path).beside
    assert info.firmware == "1.2"


def test_a_lost_pod_is_found_again_and_its_way_goes_on(path: Path) -> None:
    device = pod()

    async def play(scene: Scene) -> None:
        await scene.radio.add(movesense(duration_s=90.0))
        await scene.radio.add(device)
        asyncio.get_running_loop().call_at(20.0, device.hide, 15.0)
        asyncio.get_running_loop().call_at(20.0, device.lose_link)

    record_over_air(path, play, beside=(device.name,), duration_s=60.0)
    way = track(read_recording(path), "distance_m", "foot pod")

    reasons = [row[0] for row in rows(path, "SELECT reason FROM segment ORDER BY id")]
    assert reasons.count("link lost") == 1
    assert 14.0 < np.diff(way.time_s).max() < 20.0
    assert way.time_s[-1] > 55.0
    # 3 m/s all the time, also while nobody listened; the counter shows tenths of a metre.
    assert way.value[-1] == pytest.approx(SPEED_MPS * (way.time_s[-1] - way.time_s[0]), abs=3.0)


def test_a_pod_that_rests_with_its_runner_is_left_in_peace(path: Path) -> None:
    device = pod()

    async def play(scene: Scene) -> None:
        await scene.radio.add(movesense(duration_s=60.0))
        await scene.radio.add(device)
        asyncio.get_running_loop().call_at(10.0, device.pause, 15.0)

    record_over_air(path, play, beside=(device.name,), duration_s=40.0)
    assert not {"watchdog", "lost"} & {kind for kind, _ in rows(path, EVENTS)}


def test_a_pod_that_falls_silent_for_good_is_asked_again_and_then_connected_anew(path: Path) -> None:
    device = pod()

    async def play(scene: Scene) -> None:
        await scene.radio.add(movesense(duration_s=90.0))
        await scene.radio.add(device)
        asyncio.get_running_loop().call_at(10.0, device.pause, 45.0)

    record_over_air(path, play, beside=(device.name,), duration_s=70.0)
    kinds = [kind for kind, _ in rows(path, EVENTS)]
    assert kinds.count("watchdog") >= 1
    assert ("lost", "stream silent") in rows(path, EVENTS)
    assert read_recording(path).tracks[0].time_s[-1] > 60.0


def test_a_device_that_never_comes_does_not_hold_up_the_recording(path: Path) -> None:
    async def play(scene: Scene) -> None:
        await scene.radio.add(movesense())

    scene = record_over_air(path, play, beside=("Foot Pod 1",))
    assert scene.statuses[-1].sensors[0].samples > 104 * 25
    assert "Foot Pod 1 is not in reach" in scene.statuses[-5].message
    assert read_recording(path).tracks == ()


def test_a_device_with_nothing_but_a_battery_is_said_to_have_no_data(path: Path) -> None:
    async def play(scene: Scene) -> None:
        await scene.radio.add(movesense())
        await scene.radio.add(VirtualPeripheral("Toothbrush"))

    record_over_air(path, play, beside=("Toothbrush",))
    assert any(
        kind == "connect failed" and "no data to subscribe to" in text for kind, text in rows(path, EVENTS)
    )


def test_without_a_motion_sensor_the_session_is_given_up_and_what_came_is_kept(path: Path) -> None:
    device = strap()

    async def play(scene: Scene) -> None:
        await scene.radio.add(device)

    policy = RecorderPolicy(first_data_s=10.0)
    with pytest.raises(LinkError, match="no data from Movesense"):
        record_over_air(path, play, beside=(device.name,), policy=policy)
    assert len(read_recording(path).tracks) == 1
