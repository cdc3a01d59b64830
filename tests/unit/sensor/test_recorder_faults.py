"""What goes wrong around a sensor: the adapter, the computer, a phone, namesakes, a stack that hangs."""

from __future__ import annotations

import asyncio
import gc
import itertools
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from bleak.exc import BleakError

from sensor.protocol.movesense_driver import STREAM_REFERENCE, MovesenseDriver
from sensor.protocol.movesense_gsp import CommandCode
from sensor.protocol.movesense_objects import Hello
from sensor.protocol.movesense_stream import MovesenseDecoder
from sensor.recorder import RecorderPolicy, clock
from sensor.session.threaded import ThreadedWriter
from sensor.virtual.adapter import AdapterState
from sensor.virtual.backend_client import VirtualClient
from sensor.virtual.movesense import VirtualMovesense
from sensor.virtual.peripheral import VirtualPeripheral
from sensor.virtual.timeloop import VirtualTimeLoop
from tests.support.hostile import Hostile
from tests.support.recordings_over_air import (
    CAP,
    CHEST,
    Scene,
    movesense,
    noise_signal,
    record_over_air,
    rows,
)

PAYLOADS = "SELECT payload FROM packet ORDER BY id"
EVENTS = "SELECT kind, detail FROM event ORDER BY id"
SEGMENTS = "SELECT start_ns / 1e9, reason FROM segment ORDER BY id"
ADDRESS, OTHER_ADDRESS = "C0:00:00:00:00:01", "C0:00:00:00:00:02"


def call_at(time_s: float, action: Any, *args: Any) -> None:
    asyncio.get_running_loop().call_at(time_s, action, *args)


def kinds(path: Path) -> list[str]:
    return [kind for kind, _ in rows(path, EVENTS)]


def stored(path: Path) -> list[bytes]:
    return [payload for (payload,) in rows(path, PAYLOADS)]


def alone(**kwargs: Any) -> Callable[[Scene], Awaitable[None]]:
    """Return a play with nothing but a chest sensor, on which nothing happens."""

    async def play(scene: Scene) -> None:
        await scene.radio.add(movesense(**kwargs))

    return play


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


def test_a_stranger_at_the_address_of_a_missing_sensor_does_not_end_a_recording_under_way(path: Path) -> None:
    async def play(scene: Scene) -> None:
        await scene.radio.add(movesense(duration_s=200.0))
        stranger = at(ADDRESS, VirtualPeripheral("Toothbrush"))
        await scene.radio.add(stranger)
        stranger.hide(130.0)

    scene = record_over_air(path, play, sensors={"sternum": CHEST, "head": ADDRESS}, duration_s=180.0)

    assert scene.statuses[-1].sensors[0].samples > 104 * 178
    assert any("no sensor runtall knows" in status.message for status in scene.statuses)


def test_a_sensor_first_heard_without_its_name_is_no_stranger_when_it_is_lost_later(path: Path) -> None:
    steps: list[asyncio.Task[None]] = []

    async def play(scene: Scene) -> None:
        nameless, chest = at(ADDRESS, VirtualPeripheral("")), at(ADDRESS, movesense(duration_s=100.0))

        async def tell_name() -> None:
            await asyncio.sleep(2.0)
            await nameless.power_off()
            await scene.radio.add(chest)
            call_at(20.0, chest.take_over, 30.0)

        await scene.radio.add(nameless)
        steps.append(asyncio.create_task(tell_name()))

    scene = record_over_air(path, play, sensors={"sternum": ADDRESS}, duration_s=60.0)

    assert [reason for _, reason in rows(path, SEGMENTS)] == ["start", "link lost"]
    assert not any("no sensor runtall knows" in s.message for s in scene.statuses if s.time_s > 20.0)


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

    def _on_connection(self, connection: Any) -> None:
        self.connections += 1
        super()._on_connection(connection)


def now_s() -> float:
    return asyncio.get_running_loop().time()


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


def at(address: str, sensor: VirtualPeripheral) -> VirtualPeripheral:
    sensor.address = address
    return sensor


class Numbered(VirtualMovesense):
    """Tells a serial number of its own, whatever its name."""

    serial = "1"

    def _hello(self) -> Hello:
        hello = super()._hello()
        return replace(hello, identity=replace(hello.identity, serial=self.serial))


def numbered(serial: str, seed: int) -> Numbered:
    sensor = Numbered(CHEST, signal=noise_signal(200.0, seed))
    sensor.serial = serial
    return sensor


def test_two_sensors_of_one_name_are_told_apart_by_their_addresses(path: Path) -> None:
    payloads: dict[str, set[bytes]] = {ADDRESS: set(), OTHER_ADDRESS: set()}

    async def play(scene: Scene) -> None:
        for seed, address in enumerate((ADDRESS, OTHER_ADDRESS)):
            sensor = VirtualMovesense(CHEST, signal=noise_signal(60.0, seed))
            note_sent(sensor, payloads[address])
            await scene.radio.add(at(address, sensor))
            call_at(10.0, sensor.lose_link)
            call_at(20.0, sensor.reboot)

    record_over_air(path, play, sensors={"sternum": OTHER_ADDRESS, "head": ADDRESS})

    by_placement = rows(
        path,
        "SELECT placement, payload FROM packet JOIN segment ON segment.id = segment_id "
        "JOIN sensor ON sensor.id = sensor_id WHERE length(payload) > 40",
    )
    assert len(by_placement) > 2 * 13 * 24
    for placement, payload in by_placement:
        assert payload in payloads[OTHER_ADDRESS if placement == "sternum" else ADDRESS]


def note_sent(sensor: VirtualMovesense, sent: set[bytes]) -> None:
    notify = sensor.notify

    def noting(characteristic: Any, value: bytes) -> None:
        sent.add(value)
        notify(characteristic, value)

    sensor.notify = noting  # type: ignore[method-assign]  # of this one sensor


def test_a_sensor_asked_for_by_its_address_is_not_taken_for_its_namesake_asked_for_by_name(
    path: Path,
) -> None:
    async def play(scene: Scene) -> None:
        await scene.radio.add(at(ADDRESS, movesense()))
        late = at(OTHER_ADDRESS, movesense())
        await scene.radio.add(late)
        late.hide(5.0)

    record_over_air(path, play, sensors={"sternum": CHEST, "head": ADDRESS})

    assert rows(path, "SELECT placement, address FROM sensor ORDER BY placement") == [
        ("head", ADDRESS),
        ("sternum", OTHER_ADDRESS),
    ]


def test_a_namesake_with_another_serial_number_is_left_alone_however_long_the_sensor_is_away(
    path: Path,
) -> None:
    ours, theirs = set[bytes](), set[bytes]()

    async def play(scene: Scene) -> None:
        chest, namesake = numbered("1", seed=1), numbered("2", seed=2)
        note_sent(chest, ours)
        note_sent(namesake, theirs)
        await scene.radio.add(at(ADDRESS, chest))
        await scene.radio.add(at(OTHER_ADDRESS, namesake))
        namesake.hide(5.0)
        call_at(10.0, chest.hide, 60.0)
        call_at(10.0, chest.lose_link)

    record_over_air(path, play, duration_s=90.0)

    samples = {payload for payload in stored(path) if len(payload) > 40}
    assert not samples & theirs
    assert rows(path, SEGMENTS)[-1][0] < 70.0 + 1.0
    assert ("lost", "another sensor of the same name") in rows(path, EVENTS)


def test_a_serial_number_of_the_device_information_tells_namesakes_apart_too(path: Path) -> None:
    async def play(scene: Scene) -> None:
        for number, address in enumerate((ADDRESS, OTHER_ADDRESS), 1):
            sensor = Hostile(CHEST, text=b"serial %d" % number)
            sensor.address = address
            packet = bytes([2, STREAM_REFERENCE, number]) + bytes(99)
            await scene.radio.add(sensor)
            sensor.repeat(13.0, partial(sensor.notify, sensor.data, packet))
            if number == 1:
                call_at(10.0, sensor.hide, 30.0)
                call_at(10.0, sensor.lose_link)
            else:
                sensor.hide(5.0)

    record_over_air(path, play, duration_s=60.0)

    assert {payload[2] for payload in stored(path) if len(payload) > 100} == {1}
    assert ("lost", "another sensor of the same name") in rows(path, EVENTS)
    assert 40.0 < rows(path, SEGMENTS)[-1][0] < 41.0


def test_a_sensor_that_was_connected_before_needs_no_name_to_be_known_again(path: Path) -> None:
    async def play(scene: Scene) -> None:
        chest = movesense()
        await scene.radio.add(chest)
        # What is heard first of a sensor is its advertisement alone; the name follows in a second packet.
        call_at(9.0, setattr, chest, "_scan_response", b"")
        call_at(10.0, chest.lose_link)

    record_over_air(path, play)

    assert rows(path, SEGMENTS)[1][0] < 11.0


def test_a_sensor_that_comes_back_under_another_address_is_known_by_its_serial_number(path: Path) -> None:
    async def play(scene: Scene) -> None:
        before, after = numbered("1", seed=1), numbered("1", seed=2)
        await scene.radio.add(at(ADDRESS, before))
        await scene.radio.add(at(OTHER_ADDRESS, after))
        after.hide(10.0)
        call_at(10.0, before.hide)
        call_at(10.0, before.lose_link)

    record_over_air(path, play)

    assert rows(path, SEGMENTS)[1][0] < 11.0
    assert ("connected", f"{CHEST}, -50 dBm, now at {OTHER_ADDRESS}") in rows(path, EVENTS)
    assert rows(path, "SELECT count(*) FROM sensor") == [(1,)]


def test_a_sensor_without_serial_number_is_first_looked_for_under_its_old_address(path: Path) -> None:
    async def play(scene: Scene) -> None:
        chest, namesake = numbered("", seed=1), numbered("", seed=2)
        await scene.radio.add(at(ADDRESS, chest))
        await scene.radio.add(at(OTHER_ADDRESS, namesake))
        namesake.hide(5.0)
        for lost_s, away_s in ((10.0, 4.0), (30.0, 600.0)):
            call_at(lost_s, chest.hide, away_s)
            call_at(lost_s, chest.lose_link)

    record_over_air(path, play, duration_s=60.0)

    starts = [start_s for start_s, _ in rows(path, SEGMENTS)]
    changes = [detail for kind, detail in rows(path, EVENTS) if kind == "connected" and "now at" in detail]
    assert 14.0 < starts[1] < 15.0
    assert 35.0 < starts[2] < 36.0
    assert len(changes) == 1


def test_a_computer_that_sleeps_makes_a_gap_as_long_as_its_sleep(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Linux and macOS: the loop's clock stands still, and the link is dead without a word."""
    asleep_s = [5.0]

    def fall_asleep(chest: VirtualMovesense) -> None:
        asleep_s[0] += 3600.0
        # The link ended while nobody listened; nothing tells.
        chest.drop_streams()

    monkeypatch.setattr(clock.SessionClock.__init__, "__defaults__", (lambda: asleep_s[0],))

    async def play(scene: Scene) -> None:
        chest = movesense(duration_s=120.0)
        await scene.radio.add(chest)
        call_at(10.0, fall_asleep, chest)

    scene = record_over_air(path, play, duration_s=40.0)

    (_, first_reason), (second, second_reason) = rows(path, SEGMENTS)
    assert (first_reason, second_reason) == ("start", "stream silent")
    # The watchdog looks once a second.
    assert 3610.0 < second < 3610.0 + 1.0 + 1.0
    assert "watchdog" not in kinds(path)
    assert scene.statuses[-1].sensors[0].link == "stopped"
    assert scene.statuses[-1].time_s == pytest.approx(3640.0, abs=1.0)


def test_a_computer_whose_clock_ran_on_while_it_slept_reconnects_at_once(path: Path) -> None:
    """Windows: the loop's clock has jumped, and all its timers are due together."""

    def sleep(chest: VirtualMovesense) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualTimeLoop)
        chest.drop_streams()
        loop.jump(3600.0)

    async def play(scene: Scene) -> None:
        chest = movesense(duration_s=120.0)
        await scene.radio.add(chest)
        call_at(10.0, sleep, chest)

    record_over_air(path, play, duration_s=3640.0)

    reasons = rows(path, SEGMENTS)
    assert [reason for _, reason in reasons] == ["start", "stream silent"]
    assert reasons[1][0] < 3610.0 + 1.0
    assert "watchdog" not in kinds(path)


def test_a_session_file_locked_by_another_program_is_told_while_it_is(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_locked = property(lambda _: 10.0 < now_s() < 15.0, lambda *_: None)
    monkeypatch.setattr(ThreadedWriter, "is_locked", is_locked, raising=False)

    scene = record_over_air(path, alone(), duration_s=20.0)

    told_s = [status.time_s for status in scene.statuses if "another program" in status.message]
    assert 10.0 < min(told_s) < 10.5
    assert 14.5 < max(told_s) < 15.0
    assert stored(path) == scene.delivered


def test_a_mistake_in_one_conversation_ends_no_recording(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start, calls = MovesenseDriver.start, itertools.count()

    def stumble_once(self: MovesenseDriver, utc_us: int) -> Any:
        if next(calls) == 2:
            raise KeyError("no such request")
        return start(self, utc_us)

    monkeypatch.setattr(MovesenseDriver, "start", stumble_once)

    async def play(scene: Scene) -> None:
        cap = movesense(CAP)
        await scene.radio.add(movesense())
        await scene.radio.add(cap)
        call_at(10.0, cap.lose_link)

    scene = record_over_air(path, play, sensors={"sternum": CHEST, "head": CAP})

    chest, cap = scene.statuses[-1].sensors
    assert chest.samples > 104 * 28
    assert cap.samples > 104 * 24
    assert any("a fault in this program" in detail for kind, detail in rows(path, EVENTS))


def test_a_mistake_in_reading_bytes_ends_no_recording(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    receive, calls = MovesenseDriver.receive, itertools.count()

    def stumble(self: MovesenseDriver, characteristic: str, payload: bytes) -> Any:
        if next(calls) % 10 == 9:
            raise KeyError(payload[1])
        return receive(self, characteristic, payload)

    def fall(self: MovesenseDecoder, notifications: Any) -> Any:
        raise ValueError("cannot reshape array")

    monkeypatch.setattr(MovesenseDriver, "receive", stumble)
    monkeypatch.setattr(MovesenseDecoder, "feed", fall)
    scene = record_over_air(path, alone(), duration_s=10.0)

    assert stored(path) == scene.delivered
    assert len(scene.delivered) > 26 * 9
    assert rows(path, SEGMENTS)[0][1] == "start"
    assert len(rows(path, SEGMENTS)) == 1
    told = [detail for kind, detail in rows(path, EVENTS) if kind in ("not shown", "unreadable")]
    assert any("a fault in this program" in detail for detail in told)


def test_a_wall_clock_that_jumps_changes_no_time_of_the_session(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told_us: list[tuple[float, int]] = []

    class Told(VirtualMovesense):
        def _answer(self, command: Any) -> bytes:
            if command.code is CommandCode.PUT_UTCTIME:
                told_us.append((now_s(), int.from_bytes(command.payload, "little")))
            return super()._answer(command)

    async def play(scene: Scene) -> None:
        chest = Told(CHEST, signal=noise_signal(60.0))
        await scene.radio.add(chest)
        call_at(10.0, lambda: monkeypatch.setattr(time, "time", lambda: 0.0))
        call_at(10.0, lambda: monkeypatch.setattr(time, "time_ns", lambda: 0))
        call_at(15.0, chest.lose_link)

    record_over_air(path, play)

    arrivals_s = [arrival_s for (arrival_s,) in rows(path, "SELECT arrival_ns / 1e9 FROM packet ORDER BY id")]
    assert arrivals_s == sorted(arrivals_s)
    assert max(b - a for a, b in itertools.pairwise(arrivals_s)) < 1.0
    (first_s, first_us), (second_s, second_us) = told_us
    assert (second_us - first_us) / 1e6 == pytest.approx(second_s - first_s, abs=0.1)
