"""A peripheral that wants to do harm, beside an honest one: the recording goes on, and people see text."""

from __future__ import annotations

import asyncio
import itertools
import logging
import random
import tracemalloc
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from pathlib import Path
from unicodedata import category

import pytest
from click.testing import CliRunner

from analysis.checkup.findings import plan_findings
from analysis.cli.main import cli
from analysis.cli.record.live_line import status_text
from analysis.cli.scan import sightings_table
from analysis.report import page
from sensor.link.ble import Sighting, scan
from sensor.protocol.movesense.driver import STREAM_REFERENCE
from sensor.protocol.registry import device
from sensor.recorder import RecorderPolicy, SensorRequest, limits
from sensor.recorder.clock import SessionClock
from sensor.recorder.context import SensorContext
from sensor.recorder.limits import (
    NOTIFICATIONS_AT_ONCE,
    NOTIFICATIONS_PER_S,
    ConnectionEnd,
    SensorLimits,
    TokenBucket,
)
from sensor.recorder.notification_handler import NotificationHandler
from sensor.recorder.sensor_log import SensorLog
from sensor.recorder.sensor_rows import EVENTS_AT_ONCE, EVENTS_PER_S
from sensor.recorder.watchdog import Watchdog
from sensor.session.reader import read_recording
from sensor.session.rows import Row, SessionRows
from sensor.virtual.radio.timeloop import run_in_virtual_time
from sensor.virtual.radio.virtual_radio import VirtualRadio
from tests.support import sample_report as sample
from tests.support.hostile import FOE, FOUL_NAMES, Hostile, crowd
from tests.support.recordings_over_air import CHEST, STARTED_UTC, Scene, movesense, record_over_air, rows

EVENTS = "SELECT kind, detail FROM event ORDER BY id"
OF_PLACEMENT = "FROM packet JOIN segment ON segment.id = segment_id JOIN sensor ON sensor.id = sensor_id"
FOUL_TEXT = ("\x1b[31m\x1b]0;owned\x07\u202e" * 200).encode()[:512]
BESIDE_THE_CHEST = {"sternum": CHEST, "head": FOE}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sessions" / "2026-05-01_07-30-00_test.runtall"


@pytest.fixture(autouse=True)
def quiet_stack(path: Path) -> None:
    """bumble complains of every packet it did not expect."""
    logging.getLogger("bumble").setLevel(logging.ERROR)
    path.parent.mkdir()


def beside_the_chest(foe: Hostile, act: Callable[[], None]) -> Callable[[Scene], Awaitable[None]]:
    """Return a play with an honest chest sensor and ``foe``, which does its worst from second 1 on."""

    async def play(scene: Scene) -> None:
        await scene.radio.add(movesense(duration_s=200.0))
        await scene.radio.add(foe)
        act()

    return play


def assert_chest_is_whole(path: Path, scene: Scene, duration_s: float) -> None:
    chest = scene.statuses[-1].sensors[0]
    assert chest.placement == "sternum"
    assert chest.gaps == 0
    # The first second is for finding both, one after the other.
    assert chest.samples > 104 * (duration_s - 1.5)
    arrivals = rows(
        path, f"SELECT arrival_ns / 1e9 {OF_PLACEMENT} WHERE placement = 'sternum' ORDER BY packet.id"
    )
    assert max(b - a for (a,), (b,) in itertools.pairwise(arrivals[10:])) < 0.2


def assert_text_only(shown: str) -> None:
    assert all(letter.isprintable() or letter == "\n" for letter in shown), ascii(shown)


def stored_of_foe(path: Path) -> list[bytes]:
    return [row[0] for row in rows(path, f"SELECT payload {OF_PLACEMENT} WHERE placement = 'head'")]


def shown_by_commands(path: Path) -> str:
    """What list and show print of a session."""
    outputs = []
    for arguments in (["list"], ["show", str(path)]):
        result = CliRunner().invoke(cli, ["--home", str(path.parent.parent), *arguments])
        assert result.exit_code == 0, result.output
        outputs.append(result.output)
    return "\n".join(outputs)


@pytest.mark.parametrize("seed", range(3))
def test_notifications_of_any_length_and_content_are_kept_and_harm_nobody(path: Path, seed: int) -> None:
    rng = random.Random(seed)
    foe = Hostile(mtu=517)

    def babble() -> None:
        head = bytes([rng.choice((0, 1, 2, 2, 3, 3, 4, 9)), rng.choice((1, 2, STREAM_REFERENCE, 255))])
        length = rng.choice((0, 1, 2, 3, 4, 100, 198, 514, rng.randrange(515)))
        foe.notify(foe.data, (head + rng.randbytes(512))[:length])

    scene = record_over_air(
        path,
        beside_the_chest(foe, lambda: foe.repeat(150.0, babble, 1.0)),
        sensors=BESIDE_THE_CHEST,
        duration_s=20.0,
    )

    assert_chest_is_whole(path, scene, 20.0)
    payloads = stored_of_foe(path)
    assert len(payloads) > 150 * 17
    assert {0, 514} <= set(map(len, payloads))
    assert "flood" not in [kind for kind, _ in rows(path, EVENTS)]
    read_recording(path)
    assert_text_only(shown_by_commands(path))


def test_notifications_longer_than_what_was_agreed_upon_are_bounded_by_their_bytes(path: Path) -> None:
    foe = Hostile(mtu=65_535)
    scene = record_over_air(
        path,
        beside_the_chest(foe, lambda: foe.repeat(50.0, lambda: foe.shout(bytes(20_000)), 1.0)),
        sensors=BESIDE_THE_CHEST,
        duration_s=8.0,
    )

    assert_chest_is_whole(path, scene, 8.0)
    assert sum(map(len, stored_of_foe(path))) < 1_000_000 + 8 * 32_000
    assert any(kind == "flood" for kind, _ in rows(path, EVENTS))


@pytest.mark.parametrize(("services", "characteristics"), [(40, 5), (300, 3)])
def test_hundreds_of_services_harm_nobody(path: Path, services: int, characteristics: int) -> None:
    foe = Hostile(more_services=crowd(services, characteristics))
    scene = record_over_air(
        path, beside_the_chest(foe, lambda: None), sensors=BESIDE_THE_CHEST, duration_s=45.0
    )

    # Whoever is first in the queue to connect makes the other wait, for 20 s at most.
    assert scene.statuses[-1].sensors[0].gaps == 0
    assert scene.statuses[-1].sensors[0].samples > 104 * (45.0 - 23.0)


def test_a_flood_is_bounded_counted_and_told_and_the_other_sensor_loses_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "FLOOD_PATIENCE_S", 3.0)
    foe = Hostile()
    packet = bytes([2, STREAM_REFERENCE]) + bytes(40)
    scene = record_over_air(
        path,
        beside_the_chest(foe, lambda: foe.repeat(5000.0, lambda: foe.notify(foe.data, packet), 2.0)),
        sensors=BESIDE_THE_CHEST,
        duration_s=9.0,
    )

    assert_chest_is_whole(path, scene, 9.0)
    stored = len(stored_of_foe(path))
    assert stored < NOTIFICATIONS_AT_ONCE + 9 * NOTIFICATIONS_PER_S
    told = [detail for kind, detail in rows(path, EVENTS) if kind == "flood"]
    left_out = sum(int(detail.split()[0]) for detail in told if "left out in" in detail)
    of_chest = rows(path, f"SELECT count(*) {OF_PLACEMENT} WHERE placement = 'sternum'")[0][0]
    assert stored + left_out + of_chest == len(scene.delivered)
    assert left_out > 10_000
    # After too long a flood the link is given up, and not taken up again at once.
    assert ("lost", "flood") in rows(path, EVENTS)


class Counting(SessionRows):
    """Counts what it is given."""

    rows = 0

    def put_rows(self, statement: str, rows: Iterable[Row]) -> None:
        self.rows += len(list(rows))


def test_a_flood_takes_no_memory_however_long_it_lasts() -> None:
    now = [0.0]
    clock = SessionClock(STARTED_UTC, lambda: now[0], slept_s=lambda: 0.0)
    kind, sink = device("movesense"), Counting()
    driver = kind.make_driver(104) if kind.make_driver else None
    assert driver is not None
    log = SensorLog(SensorRequest("head", FOE), sink, clock=clock)
    log.connected(run_in_virtual_time(heard(FOE)), kind, settings=driver.settings)
    limits = SensorLimits(restarts=TokenBucket(0.0, 0.0))
    reception = NotificationHandler(
        driver,
        SensorContext(log=log, clock=clock, policy=RecorderPolicy(), limits=limits),
        watchdog=Watchdog(2.5, 0.0),
        ending=ConnectionEnd(),
        wanted_serial="",
    )
    receive = reception.receiver(kind.data_characteristic)
    kept_bytes = []
    tracemalloc.start()
    try:
        for tick in range(4 * 15):
            for number in range(1250):
                now[0] = (tick + number / 1250) / 4
                receive(bytes([2 + number % 3, STREAM_REFERENCE]) + bytes(98))
            log.drain()
            kept_bytes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert sink.rows < NOTIFICATIONS_AT_ONCE + 16 * NOTIFICATIONS_PER_S + 10
    assert max(kept_bytes[40:]) - kept_bytes[39] < 1_000_000


def test_a_flood_of_battery_levels_writes_few_events(path: Path) -> None:
    foe, levels = Hostile(), itertools.cycle((b"\x01", b"\x63", b"\xff", b""))
    packet = bytes([2, STREAM_REFERENCE]) + bytes(100)

    def act() -> None:
        foe.repeat(10.0, lambda: foe.notify(foe.data, packet), 1.0)
        foe.repeat(400.0, lambda: foe.notify(foe.battery, next(levels)), 1.0)

    scene = record_over_air(
        path,
        beside_the_chest(foe, act),
        sensors=BESIDE_THE_CHEST,
        duration_s=20.0,
    )

    assert_chest_is_whole(path, scene, 20.0)
    events = rows(path, EVENTS)
    batteries = [detail for kind, detail in events if kind == "battery"]
    assert EVENTS_AT_ONCE <= len(batteries) <= EVENTS_AT_ONCE + 20 * EVENTS_PER_S + 2
    assert all(0 <= int(detail) <= 100 for detail in batteries)
    left_out = [int(detail.split()[0]) for kind, detail in events if kind == "events left out"]
    # Half of all levels can be true; one subscription begins as soon as the stream is asked for.
    assert sum(left_out) + len(batteries) > 400 * 18 / 2
    assert len(events) < 200


def test_a_battery_beyond_all_measure_is_no_battery(path: Path) -> None:
    foe = Hostile(battery=b"\xff")
    scene = record_over_air(
        path, beside_the_chest(foe, lambda: None), sensors=BESIDE_THE_CHEST, duration_s=5.0
    )

    assert scene.statuses[-1].sensors[1].battery_pct is None
    assert any("0 to 100" in detail for kind, detail in rows(path, EVENTS) if kind == "request failed")


def test_texts_of_the_device_information_are_cut_and_made_printable(path: Path) -> None:
    foe = Hostile(text=FOUL_TEXT, mtu=517)
    record_over_air(path, beside_the_chest(foe, lambda: None), sensors=BESIDE_THE_CHEST, duration_s=5.0)

    ((firmware,),) = rows(path, "SELECT firmware FROM sensor WHERE placement = 'head'")
    assert firmware.startswith("�[31m�]0;owned�")
    assert len(firmware) <= 100
    details = [detail for _, detail in rows(path, EVENTS)]
    assert_text_only("".join(details))
    assert max(map(len, details)) < 400
    assert_text_only(shown_by_commands(path))


def test_answers_nobody_asked_for_change_nothing(path: Path) -> None:
    rng, commands = random.Random(1), list[bytes]()
    foe = Hostile(on_command=commands.append)

    def answer() -> None:
        status = rng.choice((200, 404, 429, 429, 429, 65_535)).to_bytes(2, "little")
        foe.notify(foe.data, bytes([1, rng.randrange(256)]) + status + rng.randbytes(20))

    scene = record_over_air(
        path,
        beside_the_chest(foe, lambda: foe.repeat(100.0, answer, 1.0)),
        sensors=BESIDE_THE_CHEST,
        duration_s=30.0,
    )

    assert_chest_is_whole(path, scene, 30.0)
    restarts = [command for command in commands if command[:1] == b"\x07"]
    assert len(restarts) <= 1
    assert len(rows(path, EVENTS)) < 500
    for status in scene.statuses:
        assert_text_only(status_text(status))


def test_connecting_and_hanging_up_twenty_times_a_second_is_not_joined_in(path: Path) -> None:
    connections = 0

    def count_and_hang_up(_: bytes) -> None:
        nonlocal connections
        connections += 1
        foe.notify(foe.data, bytes([2, STREAM_REFERENCE]) + bytes(100))
        asyncio.get_running_loop().call_later(0.05, foe.lose_link)

    foe = Hostile(on_command=count_and_hang_up)
    scene = record_over_air(
        path, beside_the_chest(foe, lambda: None), sensors=BESIDE_THE_CHEST, duration_s=120.0
    )

    assert_chest_is_whole(path, scene, 120.0)
    assert 20 < connections < 60
    assert len(rows(path, EVENTS)) < 400


async def heard(name: str) -> Sighting:
    async with VirtualRadio() as radio:
        await radio.add(Hostile(name))
        (sighting,) = await scan(radio.bleak, 3.0)
        return sighting


@pytest.mark.parametrize("name", FOUL_NAMES)
def test_a_name_is_text_wherever_it_is_shown(path: Path, name: str) -> None:
    sighting = run_in_virtual_time(heard(name))
    assert_text_only(sightings_table([sighting]))
    foe = Hostile(name)
    scene = record_over_air(
        path,
        beside_the_chest(foe, lambda: foe.repeat(10.0, lambda: foe.notify(foe.data, b"\2\x63abc"), 1.0)),
        sensors={"sternum": CHEST, "head": sighting.name},
        duration_s=5.0,
    )

    for status in scene.statuses:
        assert_text_only(status_text(status))
        assert "\n" not in status_text(status)
    assert_text_only(shown_by_commands(path))
    recording = read_recording(path)
    findings = plan_findings({"sternum": CHEST, "head": sighting.name}, recording, if_missing="")
    assert_text_only("\n".join(finding.line() for finding in findings))
    assert_page_shows_text(sighting.name)


def assert_page_shows_text(name: str) -> None:
    report = sample.slouching_10k()
    sensors = (replace(report.session.sensors[0], name=name),)
    html = page.render(replace(report, session=replace(report.session, sensors=sensors)))
    assert "<script>alert" not in html
    assert "Movesense 49" not in html
    assert not {"Cc", "Cf", "Cs"} & {category(letter) for letter in html if letter != "\n"}


def test_the_longest_name_there_can_be_is_shown_in_a_table() -> None:
    sighting = run_in_virtual_time(heard(FOE))
    assert_text_only(sightings_table([replace(sighting, name="Movesense " + "W" * 238)]))
