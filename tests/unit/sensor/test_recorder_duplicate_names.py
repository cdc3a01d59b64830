"""Which sensor is meant: duplicate names, changed addresses, serial numbers."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sensor.protocol.movesense.driver import STREAM_REFERENCE
from sensor.protocol.movesense.objects import Hello
from sensor.virtual.devices.movesense import VirtualMovesense
from sensor.virtual.radio.peripheral import VirtualPeripheral
from tests.support.hostile import Hostile
from tests.support.recordings_over_air import (
    CHEST,
    EVENTS,
    SEGMENTS,
    Scene,
    call_at,
    movesense,
    noise_signal,
    record_over_air,
    rows,
    stored,
)

ADDRESS, OTHER_ADDRESS = "C0:00:00:00:00:01", "C0:00:00:00:00:02"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "session.runtall"


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


def test_a_sensor_asked_for_by_its_address_is_not_taken_for_another_of_its_name_asked_for_by_name(
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


def test_another_of_the_name_with_another_serial_number_is_left_alone_however_long_the_sensor_is_away(
    path: Path,
) -> None:
    ours, theirs = set[bytes](), set[bytes]()

    async def play(scene: Scene) -> None:
        chest, duplicate = numbered("1", seed=1), numbered("2", seed=2)
        note_sent(chest, ours)
        note_sent(duplicate, theirs)
        await scene.radio.add(at(ADDRESS, chest))
        await scene.radio.add(at(OTHER_ADDRESS, duplicate))
        duplicate.hide(5.0)
        call_at(10.0, chest.hide, 60.0)
        call_at(10.0, chest.lose_link)

    record_over_air(path, play, duration_s=90.0)

    samples = {payload for payload in stored(path) if len(payload) > 40}
    assert not samples & theirs
    assert rows(path, SEGMENTS)[-1][0] < 70.0 + 1.0
    assert ("lost", "another sensor of the same name") in rows(path, EVENTS)


def test_a_serial_number_of_the_device_information_tells_duplicate_names_apart_too(path: Path) -> None:
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
        chest, duplicate = numbered("", seed=1), numbered("", seed=2)
        await scene.radio.add(at(ADDRESS, chest))
        await scene.radio.add(at(OTHER_ADDRESS, duplicate))
        duplicate.hide(5.0)
        for lost_s, away_s in ((10.0, 4.0), (30.0, 600.0)):
            call_at(lost_s, chest.hide, away_s)
            call_at(lost_s, chest.lose_link)

    record_over_air(path, play, duration_s=60.0)

    starts = [start_s for start_s, _ in rows(path, SEGMENTS)]
    changes = [detail for kind, detail in rows(path, EVENTS) if kind == "connected" and "now at" in detail]
    assert 14.0 < starts[1] < 15.0
    assert 35.0 < starts[2] < 36.0
    assert len(changes) == 1


def test_an_unknown_device_at_the_address_of_a_missing_sensor_does_not_end_a_recording_under_way(
    path: Path,
) -> None:
    async def play(scene: Scene) -> None:
        await scene.radio.add(movesense(duration_s=200.0))
        toothbrush = at(ADDRESS, VirtualPeripheral("Toothbrush"))
        await scene.radio.add(toothbrush)
        toothbrush.hide(130.0)

    scene = record_over_air(path, play, sensors={"sternum": CHEST, "head": ADDRESS}, duration_s=180.0)

    assert scene.statuses[-1].sensors[0].samples > 104 * 178
    assert any("no sensor runtall knows" in status.message for status in scene.statuses)


def test_a_sensor_first_heard_without_its_name_is_no_unknown_device_when_it_is_lost_later(path: Path) -> None:
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
