from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sensor.errors import SessionFileError
from sensor.session.reader import read_recording
from sensor.session.threaded import ThreadedWriter
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


def test_the_writing_thread_stops_on_a_full_disk_and_says_so(disk: Path) -> None:
    writer = ThreadedWriter(disk / "a.runtall", name="tempo", started_utc=STARTED_UTC)
    segment_id = writer.start_segment(add_movesense(writer), 0, reason="start")
    packet, deadline = 0, time.monotonic() + 60
    while writer.failure is None and time.monotonic() < deadline:
        for arrival_ns, payload in movesense_notifications(packet, 50):
            writer.packet(segment_id, DATA, arrival_ns=arrival_ns, payload=payload)
        packet += 50
        time.sleep(0.1)
    with pytest.raises(SessionFileError, match=r"full.*is kept"):
        writer.close()
    assert count_packets(writer.path) > 0


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
