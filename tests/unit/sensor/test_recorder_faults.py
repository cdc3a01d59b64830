"""What goes wrong with a sensor and its link: the adapter, a phone, a restart, a stack that hangs."""

from __future__ import annotations

import asyncio
import gc
import itertools
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from bleak.exc import BleakError

from sensor.recorder import RecorderPolicy
from sensor.virtual.devices.movesense import VirtualMovesense
from sensor.virtual.radio.backend_client import VirtualClient
from sensor.virtual.radio.peripheral import now_s
from sensor.virtual.radio.simulated_adapter import AdapterState
from tests.support.recordings_over_air import (
    CAP,
    CHEST,
    EVENTS,
    SEGMENTS,
    Scene,
    alone,
    call_at,
    kinds,
    movesense,
    noise_signal,
    record_over_air,
    rows,
    stored,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "session.runtall"


@pytest.mark.parametrize("state", [AdapterState.OFF, AdapterState.UNPLUGGED, AdapterState.HUNG])
def test_an_adapter_that_goes_during_the_run_is_taken_up_again_within_seconds_of_its_return(
    path: Path, state: AdapterState
) -> None:
    async def play(scene: Scene) -> None:
        for name in (CHEST, CAP):
            await scene.radio.add(movesense(name, duration_s=120.0))
        call_at(10.0, scene.radio.turn_adapter, state)
        call_at(70.0, scene.radio.turn_adapter, AdapterState.ON)

    scene = record_over_air(path, play, sensors={"sternum": CHEST, "head": CAP}, duration_s=90.0)

    assert sorted(stored(path)) == sorted(scene.delivered)
    starts = [start_s for start_s, _ in rows(path, SEGMENTS)]
    assert len(starts) == 4
    # A look every 2 s, each of which may hang for 5 s and another to be given up.
    assert max(starts) < 70.0 + 2.0 + 5.0 + 1.0 + 1.0
    assert kinds(path).count("no radio") == 2
    assert all("Bluetooth" in status.message for status in scene.statuses if 30.0 < status.time_s < 70.0)
    assert {sensor.link for sensor in scene.statuses[-5].sensors} == {"streaming"}


def test_an_adapter_switched_off_and_on_during_a_search_does_not_leave_the_recorder_deaf(path: Path) -> None:
    async def play(scene: Scene) -> None:
        chest = movesense(duration_s=200.0)
        await scene.radio.add(chest)
        call_at(10.0, chest.hide, 80.0)
        call_at(10.0, chest.lose_link)
        # In the middle of a scan, and back before anybody asks.
        call_at(86.0, scene.radio.turn_adapter, AdapterState.OFF)
        call_at(86.5, scene.radio.turn_adapter, AdapterState.ON)

    record_over_air(path, play, duration_s=120.0)

    assert rows(path, SEGMENTS)[1][0] < 90.0 + RecorderPolicy().last_waits_s[1]


def test_a_sensor_that_comes_back_after_half_an_hour_is_recorded_within_half_a_second(path: Path) -> None:
    async def play(scene: Scene) -> None:
        chest = movesense(duration_s=1900.0)
        await scene.radio.add(chest)
        call_at(10.0, chest.hide, 1800.0)
        call_at(10.0, chest.lose_link)

    record_over_air(path, play, duration_s=1830.0, connection_interval_s=0.0075)

    ((first_ns,),) = rows(
        path, "SELECT min(arrival_ns) FROM packet WHERE segment_id = 2 AND length(payload) > 100"
    )
    assert first_ns / 1e9 - 1810.0 < 0.1 + 0.5


def test_a_sensor_taken_over_by_a_phone_is_recorded_again_when_the_phone_lets_go(path: Path) -> None:
    async def play(scene: Scene) -> None:
        chest = movesense(duration_s=120.0)
        await scene.radio.add(chest)
        call_at(10.0, chest.take_over, 50.0)

    scene = record_over_air(path, play, duration_s=80.0)

    assert [reason for _, reason in rows(path, SEGMENTS)] == ["start", "link lost"]
    assert 60.0 < rows(path, SEGMENTS)[1][0] < 61.0
    assert any("no phone holds it" in status.message for status in scene.statuses if status.time_s > 20.0)
    assert stored(path) == scene.delivered


def test_a_link_of_the_smallest_mtu_loses_nothing(path: Path) -> None:
    scene = record_over_air(path, alone(mtu=23))

    assert max(map(len, stored(path))) == 20
    assert scene.statuses[-1].sensors[0].samples > 104 * 29
    assert stored(path) == scene.delivered


class Refusing(VirtualMovesense):
    """Has no request slots, however often it is restarted."""

    restarts = 0

    def reboot(self) -> None:
        self.restarts += 1
        super().reboot()
        self.refuse()


def test_a_sensor_that_refuses_after_a_restart_too_is_not_restarted_again_and_again(path: Path) -> None:
    chests: list[Refusing] = []

    async def play(scene: Scene) -> None:
        chests.append(Refusing(CHEST, signal=noise_signal(60.0)))
        await scene.radio.add(chests[0])
        call_at(10.0, chests[0].refuse)

    record_over_air(path, play, duration_s=150.0, policy=RecorderPolicy(restart_pause_s=60.0))

    assert chests[0].restarts == 3
    # It is not tried without end either: 5 s a connection, and soon 4 s between two.
    assert kinds(path).count("connected") < 150.0 / 8.0


class Restless(VirtualMovesense):
    """Hangs up as soon as samples flow."""

    connections = 0

    def _send_data(self, reference: int, payload: bytes) -> None:
        super()._send_data(reference, payload)
        if now_s() > 10.0:
            call_at(now_s() + 0.05, self.lose_link)

    def connected(self) -> None:
        self.connections += 1
        super().connected()


def test_a_sensor_that_hangs_up_at_once_is_tried_ever_less_often(path: Path) -> None:
    chests: list[Restless] = []

    async def play(scene: Scene) -> None:
        chests.append(Restless(CHEST, signal=noise_signal(60.0)))
        await scene.radio.add(chests[0])

    scene = record_over_air(path, play, duration_s=110.0)

    assert 15 < chests[0].connections < 40
    assert stored(path) == scene.delivered


def test_a_subscription_that_fails_once_is_tried_again_after_a_second(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_notify, times_s = VirtualClient.start_notify, []

    async def fail_once(self: VirtualClient, characteristic: Any, callback: Any, **options: Any) -> None:
        times_s.append(now_s())
        await start_notify(self, characteristic, callback, **options)
        if len(times_s) == 1:
            raise BleakError("[org.bluez.Error.Failed] Operation failed with ATT error: 0x0e")

    monkeypatch.setattr(VirtualClient, "start_notify", fail_once)
    scene = record_over_air(path, alone(), duration_s=10.0)

    assert kinds(path).count("connected") == 1
    assert 1.0 <= times_s[1] - times_s[0] < 1.2
    assert scene.statuses[-1].sensors[0].samples > 104 * 8


def test_a_connection_attempt_that_hangs_is_given_up_and_made_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, attempts = VirtualClient.connect, itertools.count()

    async def hang_twice(self: VirtualClient, pair: bool, **options: Any) -> None:
        while next(attempts) < 2:
            # Not even cancelling helps: the driver tidies up by asking the adapter.
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                await asyncio.sleep(3600.0)
        await connect(self, pair, **options)

    monkeypatch.setattr(VirtualClient, "connect", hang_twice)
    record_over_air(path, alone(duration_s=90.0), duration_s=60.0)

    failures = [detail for kind, detail in rows(path, EVENTS) if kind == "connect failed"]
    assert len(failures) == 2
    assert all("does not answer in time" in failure for failure in failures)
    # Twice 20 s and a second to be given up, half a second and a second between.
    assert rows(path, SEGMENTS)[0][0] < 2 * 21.0 + 2.5


def test_a_goodbye_that_hangs_does_not_hold_up_the_end(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(_: VirtualClient) -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    monkeypatch.setattr(VirtualClient, "disconnect", hang)

    scene = record_over_air(path, alone(), duration_s=10.0)

    assert scene.statuses[-1].time_s < 10.0 + RecorderPolicy().goodbye_timeout_s + 1.5
    assert rows(path, "SELECT value FROM meta WHERE key = 'ended'") == [("true",)]


def test_a_link_that_breaks_under_a_question_leaves_no_error_behind(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    read, chest = VirtualClient.read_gatt_char, movesense()

    async def break_off(self: VirtualClient, *args: Any, **options: Any) -> bytearray:
        chest.lose_link()
        return await read(self, *args, **options)

    monkeypatch.setattr(VirtualClient, "read_gatt_char", break_off)

    async def play(scene: Scene) -> None:
        await scene.radio.add(chest)

    record_over_air(path, play, duration_s=2.0)
    gc.collect()

    assert ("lost", "link lost") in rows(path, EVENTS)
    assert [record.getMessage() for record in caplog.records if record.name == "asyncio"] == []


def test_a_sensor_that_never_says_who_it_is_does_not_keep_the_watchdog_from_looking(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(self: VirtualClient, characteristic: Any, **_: Any) -> bytearray:
        await asyncio.Event().wait()
        return bytearray()

    monkeypatch.setattr(VirtualClient, "read_gatt_char", hang)

    async def play(scene: Scene) -> None:
        chest = movesense()
        await scene.radio.add(chest)
        call_at(1.0, chest.drop_streams)

    scene = record_over_air(path, play, duration_s=10.0)

    silent_s = [status.time_s for status in scene.statuses if status.sensors[0].link == "silent"]
    assert 3.4 < silent_s[0] < 4.0
    assert scene.statuses[-3].sensors[0].link == "streaming"
