from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path
from unittest.mock import ANY

import pytest

from sensor.errors import SessionFileError, UnknownSensorError
from sensor.session import writer as writer_module
from sensor.session.info import read_info
from sensor.session.opening import open_session
from sensor.session.writer import SessionWriter, choose_journal
from tests.support.sessions import STARTED_UTC, add_movesense, count_packets, new_writer, write_session


def _rows(path: Path, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_everything_written_is_found_by_plain_sqlite(tmp_path: Path) -> None:
    path = tmp_path / "a.runtall"
    writer = SessionWriter(path, name="tempo", started_utc=STARTED_UTC, simulated=True)
    sensor_id = writer.add_sensor(
        "sternum", "movesense", name="M 1", address="AA:BB", firmware="2.3", settings={"n": 8}
    )
    segment_id = writer.start_segment(sensor_id, 5, reason="start")
    writer.packet(segment_id, "data", arrival_ns=7, payload=b"\x00\xff")
    writer.packets(segment_id, "data", packets=[(8, b"x"), (9, b"")])
    writer.event(10, "connected", detail="M 1", sensor_id=sensor_id)
    writer.event(11, "paused")
    writer.mark(12, "standing", text="tall")
    track_id = writer.add_track("speed_mps", "foot pod")
    writer.track_points(track_id, [(13, 3)])
    writer.source_file("chest.csv", 4, sha256="0" * 64, sensor_id=sensor_id)
    writer.set_context("surface", "road")
    writer.set_context("surface", "trail")
    writer.close()

    assert _rows(path, "SELECT * FROM sensor") == [
        (1, "sternum", "movesense", "M 1", "AA:BB", "2.3", '{"n": 8}')
    ]
    assert _rows(path, "SELECT * FROM segment") == [(1, 1, 5, "start")]
    assert _rows(path, "SELECT * FROM packet") == [
        (1, 1, "data", 7, b"\x00\xff"),
        (2, 1, "data", 8, b"x"),
        (3, 1, "data", 9, b""),
    ]
    assert _rows(path, "SELECT * FROM event") == [(1, 10, 1, "connected", "M 1"), (2, 11, None, "paused", "")]
    assert _rows(path, "SELECT * FROM mark") == [(1, 12, "standing", "tall")]
    assert _rows(path, "SELECT * FROM track") == [(1, "speed_mps", "foot pod")]
    assert _rows(path, "SELECT * FROM track_point") == [(1, 1, 13, 3.0)]
    assert _rows(path, "SELECT * FROM source_file") == [("chest.csv", 4, "0" * 64, 1)]
    meta = {key: json.loads(str(value)) for key, value in _rows(path, "SELECT key, value FROM meta")}
    assert meta == {
        "name": "tempo",
        "started_utc": STARTED_UTC,
        "simulated": True,
        "ended": True,
        "context.surface": "trail",
        "rows_sha256": ANY,
    }


def test_a_new_session_never_overwrites_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.runtall"
    path.write_text("mine")
    with pytest.raises(SessionFileError, match=r"a\.runtall.*exists already"):
        new_writer(path)
    assert path.read_text() == "mine"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SessionFileError, match=r"nowhere/a\.runtall.*No such file"):
        new_writer(tmp_path / "nowhere" / "a.runtall")


def test_an_unknown_placement_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    writer = new_writer(tmp_path / "a.runtall")
    with pytest.raises(UnknownSensorError, match=r"'knee'.*sternum, upper-back"):
        writer.add_sensor("knee", "movesense", name="M 1")
    writer.close()


@pytest.mark.parametrize(("word", "placement"), [("chest", "sternum"), (" Back ", "upper-back")])
def test_everyday_words_for_a_placement_are_stored_as_the_placement(
    tmp_path: Path, word: str, placement: str
) -> None:
    writer = new_writer(tmp_path / "a.runtall")
    writer.add_sensor(word, "movesense", name="M 1")
    writer.close()
    assert [sensor.placement for sensor in read_info(writer.path).sensors] == [placement]


def test_a_session_is_whole_from_its_first_moment(tmp_path: Path) -> None:
    writer = new_writer(tmp_path / "a.runtall")
    (tmp_path / "copy").mkdir()
    for file in tmp_path.glob("a.runtall*"):
        (tmp_path / "copy" / file.name).write_bytes(file.read_bytes())
    writer.close()
    assert count_packets(tmp_path / "copy" / "a.runtall") == 0


def test_a_recording_killed_right_after_its_file_appeared_knows_its_name_and_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[sqlite3.Connection] = []

    def die(connection: sqlite3.Connection) -> str:
        held.append(connection)
        raise KeyboardInterrupt

    monkeypatch.setattr(writer_module, "choose_journal", die)
    with pytest.raises(KeyboardInterrupt):
        new_writer(tmp_path / "a.runtall")
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        held[0].execute("SELECT 1")
    info = read_info(tmp_path / "a.runtall")
    assert (info.name, info.started_utc, info.simulated, info.ended) == ("tempo", STARTED_UTC, False, False)


def test_where_files_cannot_have_two_names_a_session_is_made_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(source: object, target: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    new_writer(tmp_path / "a.runtall").close()
    assert read_info(tmp_path / "a.runtall").name == "tempo"
    with pytest.raises(SessionFileError, match="exists already"):
        new_writer(tmp_path / "a.runtall")
    assert os.listdir(tmp_path) == ["a.runtall"]


def test_an_ended_session_is_a_single_file(tmp_path: Path) -> None:
    write_session(tmp_path / "a.runtall")
    assert os.listdir(tmp_path) == ["a.runtall"]


def test_a_session_can_end_while_somebody_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "a.runtall"
    writer = new_writer(path)
    writer._connection.execute("PRAGMA busy_timeout = 0")
    segment_id = writer.start_segment(add_movesense(writer), 0, reason="start")
    writer.packet(segment_id, "data", arrival_ns=1, payload=b"one")
    writer.commit()
    with open_session(path):
        writer.packet(segment_id, "data", arrival_ns=2, payload=b"two")
        writer.close()
    assert count_packets(path) == 2


def test_where_no_write_ahead_log_is_possible_a_rollback_journal_serves(tmp_path: Path) -> None:
    path = tmp_path / "a.runtall"
    new_writer(path).close()
    without_shared_memory = f"{path.as_uri()}?vfs=unix-dotfile"
    connection = sqlite3.connect(without_shared_memory, uri=True, isolation_level=None)
    assert choose_journal(connection) == "truncate"
    connection.execute("INSERT INTO mark VALUES (1, 0, 'lap', '')")
    connection.close()
    assert _rows(path, "SELECT kind FROM mark") == [("lap",)]


def test_every_commit_is_forced_to_the_disk(tmp_path: Path) -> None:
    writer = new_writer(tmp_path / "a.runtall")
    full = 2
    assert writer.journal == "wal"
    assert writer._connection.execute("PRAGMA synchronous").fetchone() == (full,)
    writer.close()
