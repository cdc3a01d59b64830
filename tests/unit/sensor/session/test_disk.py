from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sensor.errors import SessionFileError
from sensor.session.reader import read_recording
from sensor.session.threaded import ROOM_RETRY_S, ThreadedWriter
from sensor.session.writer import SessionWriter
from tests.support.disks import make_read_only, small_disk
from tests.support.sessions import (
    DATA,
    STARTED_UTC,
    add_movesense,
    count_packets,
    killed_session,
    movesense_notifications,
    new_writer,
)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 400 kB."""
    with small_disk(tmp_path / "disk", kilobytes=400) as folder:
        yield folder


@pytest.fixture
def card(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB."""
    with small_disk(tmp_path / "card", kilobytes=2000) as folder:
        yield folder


def _write_packets(writer: SessionWriter, committed: list[int]) -> None:
    """Write and commit packet after packet, and note how many notifications were committed so far."""
    segment_id = writer.start_segment(add_movesense(writer), 0, reason="start")
    for packet in range(100_000):
        writer.packets(segment_id, DATA, packets=movesense_notifications(packet, 1))
        writer.commit()
        committed.append(2 * (packet + 1))


def _write_until_full(writer: SessionWriter) -> int:
    """Write until the disk is full; return how many notifications were committed."""
    committed: list[int] = []
    with pytest.raises(SessionFileError, match=r"full.*is kept"):
        _write_packets(writer, committed)
    writer.abandon()
    return committed[-1]


def test_a_full_disk_keeps_everything_committed(disk: Path) -> None:
    writer = new_writer(disk / "a.runtall")
    committed = _write_until_full(writer)
    assert committed > 200
    recording = read_recording(writer.path)
    assert len(recording.sensors[0].time_s) == committed // 2 * 8


def test_a_session_from_a_full_disk_can_be_copied_and_read_elsewhere(disk: Path, tmp_path: Path) -> None:
    writer = new_writer(disk / "a.runtall")
    committed = _write_until_full(writer)
    for file in disk.glob("a.runtall*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    assert count_packets(tmp_path / "a.runtall") == committed


class Pouring:
    """A writer that is fed with notifications, more of them than a small disk takes."""

    def __init__(self, disk: Path) -> None:
        self.writer = ThreadedWriter(disk / "a.runtall", name="tempo", started_utc=STARTED_UTC)
        self.put = 0
        self._segment_id = self.writer.start_segment(add_movesense(self.writer), 0, reason="start")

    def pour(self, packets: int = 50) -> None:
        for arrival_ns, payload in movesense_notifications(self.put // 2, packets):
            self.writer.packet(self._segment_id, DATA, arrival_ns=arrival_ns, payload=payload)
        self.put += 2 * packets

    def pour_until(self, is_so: Callable[[], bool]) -> None:
        until_s = time.monotonic() + 60.0
        while not is_so():
            assert time.monotonic() < until_s
            self.pour()
            time.sleep(0.1)

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        until_s = time.monotonic() + 60.0
        while not is_so():
            assert time.monotonic() < until_s
            time.sleep(0.05)


def test_what_comes_while_the_disk_is_full_is_written_when_there_is_room_again(card: Path) -> None:
    film = card / "film.mp4"
    film.write_bytes(bytes(1_500_000))
    pouring = Pouring(card)
    pouring.pour_until(lambda: pouring.writer.is_full)
    for _ in range(3):
        pouring.pour()
        time.sleep(ROOM_RETRY_S)
    assert pouring.writer.is_full
    assert count_packets(pouring.writer.path) < pouring.put
    film.unlink()
    pouring.wait_until(lambda: not pouring.writer.is_full)
    pouring.pour()
    pouring.writer.close()

    assert pouring.writer.left_out == 0
    recording = read_recording(pouring.writer.path)
    assert recording.notices == ()
    assert recording.sensors[0].gaps == ()
    assert count_packets(pouring.writer.path) == pouring.put
    assert [file.name for file in card.iterdir()] == ["a.runtall"]


def test_a_little_room_takes_a_part_of_what_waits(card: Path) -> None:
    films = [card / f"{number}.mp4" for number in range(2)]
    for film in films:
        film.write_bytes(bytes(700_000))
    pouring = Pouring(card)
    pouring.pour_until(lambda: pouring.writer.is_full)
    for _ in range(12):
        pouring.pour()
    before = count_packets(pouring.writer.path)
    films[0].unlink()
    pouring.wait_until(lambda: count_packets(pouring.writer.path) > before)
    films[1].unlink()
    pouring.writer.close()
    assert count_packets(pouring.writer.path) == pouring.put


def test_what_waits_too_long_for_room_is_left_out_and_counted(
    card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sensor.session.threaded.KEPT_S", 2.0)
    film = card / "film.mp4"
    film.write_bytes(bytes(1_500_000))
    pouring = Pouring(card)
    pouring.pour_until(lambda: pouring.writer.is_full)
    pouring.pour()
    assert pouring.writer.left_out == 0
    pouring.pour_until(lambda: pouring.writer.left_out > 0)
    pouring.writer.event(1, "not written", detail="is kept however long it lasts")
    film.unlink()
    pouring.wait_until(lambda: not pouring.writer.is_full)
    pouring.pour()
    pouring.writer.close()

    assert 0 < pouring.writer.left_out < pouring.put
    assert count_packets(pouring.writer.path) == pouring.put - pouring.writer.left_out
    assert [event.kind for event in read_recording(pouring.writer.path).events] == ["not written"]


def test_a_disk_that_stays_full_after_the_end_is_given_up_and_keeps_what_was_committed(
    disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sensor.session.threaded.END_PATIENCE_S", 1.0)
    pouring = Pouring(disk)
    pouring.pour_until(lambda: pouring.writer.is_full)
    committed = count_packets(pouring.writer.path)
    pouring.pour()
    with pytest.raises(SessionFileError, match=r"full.*is kept.*in the last [0-9]+ s is lost"):
        pouring.writer.close()
    assert count_packets(pouring.writer.path) == committed > 0


def test_a_full_disk_is_told_when_the_session_begins(disk: Path) -> None:
    (disk / "film.mp4").write_bytes(bytes(390_000))
    with pytest.raises(SessionFileError, match=r"a\.runtall.*No space left"):
        new_writer(disk / "a.runtall")
    assert [file.name for file in disk.iterdir()] == ["film.mp4"]


def test_a_disk_that_fills_up_while_the_session_begins_is_told(disk: Path) -> None:
    (disk / "film.mp4").write_bytes(bytes(330_000))
    with pytest.raises(SessionFileError, match=r"a\.runtall: cannot be written"):
        new_writer(disk / "a.runtall")


def test_a_killed_recording_on_a_disk_that_cannot_be_written_is_read(disk: Path, tmp_path: Path) -> None:
    killed = killed_session(tmp_path)
    for file in killed.parent.iterdir():
        (disk / file.name).write_bytes(file.read_bytes())
    make_read_only(disk)
    recording = read_recording(disk / killed.name)
    assert len(recording.sensors[0].time_s) == 130 * 8
    assert any("recovered" in notice for notice in recording.notices)
