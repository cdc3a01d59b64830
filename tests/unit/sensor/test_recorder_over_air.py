"""The recorder against virtual sensors: real bleak, real GATT, simulated radio, virtual time."""

from __future__ import annotations

import asyncio
import itertools
import random
from pathlib import Path
from typing import Any

import bleak
import pytest
from bleak import BleakScanner
from bleak.backends.device import BLEDevice
from bleak.exc import BleakError

from sensor.errors import LinkError, RecordingPlanError, SessionFileError, UnknownSensorError
from sensor.link.radio import Radio
from sensor.protocol.movesense.driver import STREAM_REFERENCE
from sensor.recorder import RecorderPolicy, RecorderStatus, RecordingPlan, SensorRequest, record_session
from sensor.recorder.limits import ConnectionEnd, EndReason
from sensor.session.reader import read_recording
from sensor.session.threaded import ThreadedWriter
from sensor.virtual.devices.faults import draw_faults, play_faults
from sensor.virtual.radio.backend_scanner import VirtualScanner
from sensor.virtual.radio.peripheral import VirtualPeripheral
from sensor.virtual.radio.timeloop import run_in_virtual_time
from sensor.virtual.radio.virtual_radio import VirtualRadio
from tests.support.recordings_over_air import (
    CAP,
    CHEST,
    EVENTS,
    PAYLOADS,
    STARTED_UTC,
    Scene,
    call_at,
    kinds,
    movesense,
    record_over_air,
    rows,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "session.runtall"


def test_two_link_losses_give_three_segments_and_every_delivered_notification_is_kept(path: Path) -> None:
    async def play(scene: Scene) -> None:
        chest = movesense()
        await scene.radio.add(chest)
        call_at(10.0, chest.lose_link)
        call_at(20.0, chest.lose_link)

    scene = record_over_air(path, play)

    assert [row[0] for row in rows(path, PAYLOADS)] == scene.delivered
    assert len(scene.delivered) > 27 * 26
    reasons = [row[0] for row in rows(path, "SELECT reason FROM segment ORDER BY id")]
    assert reasons == ["start", "link lost", "link lost"]
    assert scene.statuses[-1].sensors[0].gaps == 2


def test_every_notification_carries_the_moment_it_arrived(path: Path) -> None:
    async def play(scene: Scene) -> None:
        await scene.radio.add(movesense())

    record_over_air(path, play, duration_s=10.0)

    arrivals = [row[0] / 1e9 for row in rows(path, "SELECT arrival_ns FROM packet ORDER BY id")]
    assert arrivals == sorted(arrivals)
    # 8 samples at 104 Hz come every 77 ms, as 2 notifications in connection events 15 ms apart.
    assert max(b - a for a, b in itertools.pairwise(arrivals[10:])) < 0.1
    assert 9.0 < arrivals[-1] <= 10.2


@pytest.mark.parametrize("away_s", [3.0, 33.0, 120.0])
def test_the_first_packet_comes_within_half_a_second_of_the_first_advertisement(
    path: Path, away_s: float
) -> None:
    async def play(scene: Scene) -> None:
        chest = movesense(duration_s=200.0)
        await scene.radio.add(chest)
        call_at(10.0, chest.hide, away_s)
        call_at(10.0, chest.lose_link)

    # 7.5 ms is the shortest interval Bluetooth has: finding a sensor's services takes a dozen of them.
    record_over_air(path, play, duration_s=away_s + 20.0, connection_interval_s=0.0075)

    ((start_ns,),) = rows(
        path, "SELECT min(arrival_ns) FROM packet WHERE segment_id = 2 AND length(payload) > 100"
    )
    # An advertisement comes every 0.1 s once the sensor is back.
    assert start_ns / 1e9 - (10.0 + away_s) < 0.1 + 0.5


def test_a_stream_that_dies_while_the_link_lives_is_asked_for_again(path: Path) -> None:
    async def play(scene: Scene) -> None:
        chest = movesense()
        await scene.radio.add(chest)
        call_at(10.0, chest.drop_streams)

    scene = record_over_air(path, play)

    assert kinds(path).count("watchdog") == 1
    assert rows(path, "SELECT count(*) FROM segment") == [(1,)]
    silent = [status.time_s for status in scene.statuses if status.sensors[0].link == "silent"]
    assert 12.4 < silent[0] < 13.0
    assert scene.statuses[-5].sensors[0].link == "streaming"
    assert scene.statuses[-1].sensors[0].samples > 104 * 26


def test_a_sensor_without_request_slots_is_reported_in_words_and_restarted(path: Path) -> None:
    async def play(scene: Scene) -> None:
        chest = movesense(duration_s=120.0)
        await scene.radio.add(chest)
        call_at(10.0, chest.refuse)

    scene = record_over_air(path, play, duration_s=40.0)

    refusals = [detail for kind, detail in rows(path, EVENTS) if kind == "refused"]
    assert any("429" in detail for detail in refusals)
    messages = {status.message for status in scene.statuses}
    assert any(CHEST in message and "refuses" in message for message in messages)
    assert kinds(path).count("restarting") == 1
    reasons = rows(path, "SELECT start_ns / 1e9, reason FROM segment ORDER BY id")
    assert [reason for _, reason in reasons] == ["start", "sensor restarted"]
    # 2.5 s of silence, the restart, 2 s until it advertises again.
    assert reasons[1][0] < 10.0 + 2.5 + 3.0
    assert scene.statuses[-5].sensors[0].link == "streaming"
    assert scene.statuses[-5].message == ""


def test_a_sensor_that_sleeps_at_the_start_is_waited_for(path: Path) -> None:
    async def play(scene: Scene) -> None:
        chest = movesense(duration_s=90.0)
        await scene.radio.add(chest)
        chest.hide(40.0)

    scene = record_over_air(path, play, duration_s=60.0)

    ((start_ns,),) = rows(path, "SELECT start_ns FROM segment")
    assert 40.0 < start_ns / 1e9 < 41.0
    assert any("not in reach" in status.message for status in scene.statuses if status.time_s < 40.0)


def test_chest_and_head_are_recorded_side_by_side(path: Path) -> None:
    async def play(scene: Scene) -> None:
        chest, cap = movesense(), movesense(CAP)
        await scene.radio.add(chest)
        await scene.radio.add(cap)
        call_at(10.0, cap.lose_link)

    scene = record_over_air(path, play, sensors={"sternum": CHEST, "head": CAP})

    by_sensor = dict(
        rows(path, "SELECT placement, count(*) FROM segment JOIN sensor ON sensor.id = sensor_id GROUP BY 1")
    )
    assert by_sensor == {"sternum": 1, "head": 2}
    assert sorted(row[0] for row in rows(path, PAYLOADS)) == sorted(scene.delivered)
    for sensor in scene.statuses[-1].sensors:
        assert sensor.samples > 104 * 27


def test_two_recordings_in_one_process_connect_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, now, most = bleak.BleakClient.connect, 0, 0

    async def counting(client: bleak.BleakClient, **options: Any) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(1.0)
        await connect(client, **options)
        now -= 1

    monkeypatch.setattr(bleak.BleakClient, "connect", counting)

    async def record() -> None:
        async with VirtualRadio(seed=1) as radio:
            recordings = []
            for number, name in enumerate((CHEST, CAP)):
                await radio.add(movesense(name))
                plan = RecordingPlan((SensorRequest("sternum", name),))
                recordings.append(
                    record_session(
                        plan,
                        tmp_path / f"{number}.runtall",
                        radio.bleak,
                        name="test",
                        started_utc=STARTED_UTC,
                        duration_s=10.0,
                        rng=random.Random(1),
                    )
                )
            await asyncio.gather(*recordings)

    run_in_virtual_time(record())
    assert most == 1
    assert all(rows(tmp_path / f"{n}.runtall", "SELECT count(*) > 50 FROM packet") == [(1,)] for n in (0, 1))


def test_a_clean_end_stops_the_stream_before_it_disconnects(path: Path) -> None:
    async def play(scene: Scene) -> None:
        await scene.radio.add(movesense())

    scene = record_over_air(path, play, duration_s=10.0)

    # The last thing heard is the answer to "unsubscribe": response, the stream's reference, status 200.
    assert scene.delivered[-1] == bytes([1, STREAM_REFERENCE, 200, 0])
    assert [row[0] for row in rows(path, PAYLOADS)] == scene.delivered
    assert rows(path, EVENTS)[-1] == ("ended", "stopped")
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
    assert scene.statuses[-1].sensors[0].link == "stopped"


def test_a_sensor_that_does_not_answer_the_goodbye_delays_the_end_by_seconds_only(path: Path) -> None:
    async def play(scene: Scene) -> None:
        chest = movesense()
        await scene.radio.add(chest)
        call_at(9.9, chest.silence, 3600.0)

    scene = record_over_air(path, play, duration_s=10.0, supervision_timeout_s=60.0)

    assert scene.statuses[-1].time_s < 10.0 + 4 * RecorderPolicy().goodbye_timeout_s + 0.1
    assert "request failed" in kinds(path)


def test_battery_and_identity_are_written_down_at_every_connection(path: Path) -> None:
    async def play(scene: Scene) -> None:
        chest = movesense(battery_pct=73)
        await scene.radio.add(chest)
        call_at(10.0, chest.set_battery, 71)
        call_at(15.0, chest.lose_link)

    scene = record_over_air(path, play)

    batteries = [detail for kind, detail in rows(path, EVENTS) if kind == "battery"]
    assert batteries == ["73", "71", "71"]
    identities = [detail for kind, detail in rows(path, EVENTS) if kind == "identity"]
    assert len(identities) == 2
    assert "2.3.1" in identities[0]
    assert rows(path, "SELECT firmware FROM sensor") == [("2.3.1",)]
    assert scene.statuses[-1].sensors[0].battery_pct == 71


def test_the_sensors_clock_is_read_once_a_minute(path: Path) -> None:
    async def play(scene: Scene) -> None:
        await scene.radio.add(movesense(duration_s=200.0))

    record_over_air(path, play, duration_s=185.0)

    # An answer with a clock in it: type 1, reference, status 200, 20 bytes.
    readings = [payload for (payload,) in rows(path, PAYLOADS) if payload[0] == 1 and len(payload) == 24]
    assert len(readings) == 4


def test_a_deadline_just_missed_by_rounding_is_waited_for_once(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """10.9 s + 60 s - 10.9 s is a little less than 60 s, by less than an event loop can wait."""
    comes_within, waits = ConnectionEnd.comes_within, 0

    async def counting(self: ConnectionEnd, timeout_s: float) -> EndReason | None:
        nonlocal waits
        waits += 1
        assert waits < 1000, "it waits for ever without time passing"
        return await comes_within(self, timeout_s)

    monkeypatch.setattr(ConnectionEnd, "comes_within", counting)

    async def play(scene: Scene) -> None:
        await scene.radio.add(movesense(duration_s=90.0))
        await asyncio.sleep(10.9)

    scene = record_over_air(path, play, duration_s=65.0)

    assert scene.statuses[-1].time_s == pytest.approx(65.0, abs=1.0)


def test_a_radio_stall_loses_nothing(path: Path) -> None:
    async def play(scene: Scene) -> None:
        chest = movesense()
        await scene.radio.add(chest)
        call_at(10.0, chest.silence, 1.5)

    scene = record_over_air(path, play)

    assert rows(path, "SELECT count(*) FROM segment") == [(1,)]
    assert "watchdog" not in kinds(path)
    assert scene.statuses[-1].sensors[0].samples > 104 * 29


@pytest.mark.parametrize("stall_s", [2.45, 2.51, 2.6, 3.3])
def test_a_stall_that_outlasts_the_watchdogs_patience_loses_nothing(path: Path, stall_s: float) -> None:
    async def play(scene: Scene) -> None:
        chest = movesense()
        await scene.radio.add(chest)
        call_at(10.0, chest.silence, stall_s)

    scene = record_over_air(path, play)

    (sensor,) = read_recording(path).sensors
    assert sensor.gaps == ()
    assert len(sensor.segment_start) == 1
    assert scene.statuses[-1].message == ""


def test_a_sensor_that_restarts_is_taken_up_again(path: Path) -> None:
    async def play(scene: Scene) -> None:
        chest = movesense(start_ticks_ms=5_000_000)
        await scene.radio.add(chest)
        call_at(10.0, chest.reboot)

    record_over_air(path, play)

    starts = [row[0] / 1e9 for row in rows(path, "SELECT start_ns FROM segment ORDER BY id")]
    assert len(starts) == 2
    assert 12.0 < starts[1] < 13.0


def test_a_full_disk_ends_the_recording_with_its_reason(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = SessionFileError("session.runtall: cannot be written (database or disk is full)")

    async def play(scene: Scene) -> None:
        await scene.radio.add(movesense())
        call_at(10.0, lambda: setattr(writers[0], "failure", full))

    writers: list[ThreadedWriter] = []
    make = ThreadedWriter.__init__

    def remember(self: ThreadedWriter, *args: Any, **kwargs: Any) -> None:
        make(self, *args, **kwargs)
        writers.append(self)

    monkeypatch.setattr(ThreadedWriter, "__init__", remember)
    with pytest.raises(SessionFileError, match="disk is full"):
        record_over_air(path, play)
    assert path.exists()


def test_a_sensor_that_never_shows_up_ends_in_one_line_and_leaves_no_file(path: Path) -> None:
    async def play(scene: Scene) -> None:
        await scene.radio.add(movesense(CAP))

    with pytest.raises(LinkError, match=r"no data from Movesense 000000000001 within 120 s: .*wake"):
        record_over_air(path, play, duration_s=600.0)
    assert not path.exists()


def test_a_name_in_reach_that_is_no_known_sensor_is_refused(path: Path) -> None:
    async def play(scene: Scene) -> None:
        await scene.radio.add(VirtualPeripheral("Toothbrush"))

    with pytest.raises(UnknownSensorError, match="Toothbrush is in reach, but it is no sensor"):
        record_over_air(path, play, sensors={"sternum": "Toothbrush"}, duration_s=600.0)
    assert not path.exists()


def test_a_sensor_is_found_by_its_address_too(path: Path) -> None:
    async def play(scene: Scene) -> None:
        await scene.radio.add(movesense())

    address = movesense().address.lower()
    scene = record_over_air(path, play, sensors={"sternum": address}, duration_s=5.0)

    assert scene.statuses[-1].sensors[0].samples > 300
    assert rows(path, "SELECT name FROM sensor") == [(CHEST,)]


def test_an_adapter_that_goes_away_during_the_run_is_waited_for(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = VirtualScanner.start

    async def start_if_there(self: VirtualScanner) -> None:
        if 10.0 <= asyncio.get_running_loop().time() < 30.0:
            raise BleakError("[org.bluez.Error.NotReady] Resource Not Ready")
        await start(self)

    monkeypatch.setattr(VirtualScanner, "start", start_if_there)

    async def play(scene: Scene) -> None:
        chest = movesense(duration_s=120.0)
        await scene.radio.add(chest)
        call_at(10.0, chest.lose_link)

    scene = record_over_air(path, play, duration_s=60.0)

    assert kinds(path).count("no radio") == 1
    assert any("switch it on" in status.message for status in scene.statuses)
    # The waits are 0.5, 1, 2, 4, 8 and then at most 30 s.
    ((second_ns,),) = rows(path, "SELECT start_ns FROM segment WHERE id = 2")
    assert second_ns / 1e9 < 56.5


@pytest.mark.parametrize("seed", range(3))
def test_whatever_goes_wrong_everything_delivered_is_kept_and_the_stream_comes_back(
    path: Path, seed: int
) -> None:
    faults: list[asyncio.Task[None]] = []

    async def play(scene: Scene) -> None:
        for number, name in enumerate((CHEST, CAP)):
            sensor = movesense(name, duration_s=300.0)
            await scene.radio.add(sensor)
            drawn = draw_faults(10 * seed + number, within_s=(0.0, 150.0), count=15)
            faults.append(asyncio.create_task(play_faults(drawn, sensor)))

    scene = record_over_air(path, play, sensors={"sternum": CHEST, "head": CAP}, duration_s=270.0)

    assert all(fault.done() and fault.exception() is None for fault in faults)
    assert sorted(row[0] for row in rows(path, PAYLOADS)) == sorted(scene.delivered)
    last = [status for status in scene.statuses if 240.0 < status.time_s < 269.0]
    assert {sensor.link for status in last for sensor in status.sensors} == {"streaming"}
    assert {status.message for status in last} == {""}


def test_a_sensor_this_computer_still_holds_is_taken_over(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A killed recording leaves BlueZ connected to its sensor, which then does not advertise."""

    class HoldingAdapter:
        @classmethod
        async def get(cls) -> HoldingAdapter:
            return cls()

        async def get_connected_devices(self) -> list[BLEDevice]:
            return [BLEDevice(movesense().address, CHEST, None)]

    async def record() -> RecorderStatus:
        async with VirtualRadio(seed=1) as radio:
            # Only the platform's own radio holds links of other programs: make the simulated one that.
            client = radio.bleak.client_backend
            monkeypatch.setattr(bleak, "BleakAdapter", HoldingAdapter)
            monkeypatch.setattr(bleak, "get_platform_client_backend_type", lambda: (client, ""))
            monkeypatch.setattr(BleakScanner, "start", never)
            await radio.add(movesense())
            return await record_session(
                RecordingPlan((SensorRequest("sternum", CHEST),)),
                path,
                Radio(),
                name="test",
                started_utc=STARTED_UTC,
                duration_s=5.0,
                rng=random.Random(1),
            )

    async def never(_: BleakScanner) -> None:
        raise AssertionError("nothing had to be searched for")

    assert run_in_virtual_time(record()).sensors[0].samples > 300


def test_the_file_is_an_ordinary_sqlite_file_that_says_it_is_simulated(path: Path) -> None:
    async def play(scene: Scene) -> None:
        await scene.radio.add(movesense())

    record_over_air(path, play, duration_s=5.0)

    meta = dict(rows(path, "SELECT key, value FROM meta"))
    assert meta["simulated"] == "true"
    assert meta["started_utc"].startswith('"2026-05-01T07:30:00')
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]


def test_a_plan_names_each_placement_and_sensor_once() -> None:
    with pytest.raises(RecordingPlanError, match="placement 'sternum' is named twice"):
        RecordingPlan((SensorRequest("sternum", "a"), SensorRequest("sternum", "b")))
    with pytest.raises(RecordingPlanError, match="sensor 'a' is named twice"):
        RecordingPlan((SensorRequest("sternum", "A"), SensorRequest("head", "a")))
    with pytest.raises(RecordingPlanError, match="no sensor to record from"):
        RecordingPlan(())
    with pytest.raises(UnknownSensorError, match="unknown placement 'knee'; use one of sternum"):
        SensorRequest("knee", "a")
    with pytest.raises(RecordingPlanError, match="placement 'sternum' is named twice"):
        RecordingPlan((SensorRequest("sternum", "a"), SensorRequest("chest", "b")))
