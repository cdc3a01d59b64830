"""What goes wrong with the computer: sleep, a locked file, clocks that jump, mistakes of our own."""

from __future__ import annotations

import asyncio
import itertools
import time
from pathlib import Path
from typing import Any

import pytest

from sensor.protocol.movesense.control import CommandCode
from sensor.protocol.movesense.decoder import MovesenseDecoder
from sensor.protocol.movesense.driver import MovesenseDriver
from sensor.recorder import clock
from sensor.session.threaded import ThreadedWriter
from sensor.virtual.devices.movesense import VirtualMovesense
from sensor.virtual.radio.peripheral import now_s
from sensor.virtual.radio.timeloop import VirtualTimeLoop
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


def test_a_computer_that_sleeps_makes_a_gap_as_long_as_its_sleep(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Linux and macOS: the loop's clock stands still, and the link is dead without a word."""
    asleep_s = [5.0]

    def fall_asleep(chest: VirtualMovesense) -> None:
        asleep_s[0] += 3600.0
        # The link ended while nobody listened; nothing tells.
        chest.drop_streams()

    monkeypatch.setattr(clock.SessionClock.__init__, "__kwdefaults__", {"slept_s": lambda: asleep_s[0]})

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
    assert told_s == [status.time_s for status in scene.statuses if not status.is_kept]
    assert stored(path) == scene.delivered


def test_a_full_disk_is_told_while_it_is_and_what_was_lost_in_the_session(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        ThreadedWriter, "is_full", property(lambda _: 10.0 < now_s() < 15.0, lambda *_: None), raising=False
    )
    left_out = property(lambda _: 0 if now_s() < 13.0 else 42, lambda *_: None)
    monkeypatch.setattr(ThreadedWriter, "left_out", left_out, raising=False)

    scene = record_over_air(path, alone(), duration_s=20.0)

    told = [(status.time_s, status.message) for status in scene.statuses if not status.is_kept]
    assert {message for _, message in told} == {
        "the disk is full: make room; nothing is lost within 10 min",
        "the disk is full: make room; what comes now is lost",
    }
    assert max(time_s for time_s, message in told if "nothing" in message) == pytest.approx(13.0, abs=0.3)
    lost = [detail for kind, detail in rows(path, EVENTS) if kind == "not written"]
    assert lost == ["42 notifications, because the file could not be written for too long"]


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
