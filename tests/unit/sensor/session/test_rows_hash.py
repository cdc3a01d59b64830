from __future__ import annotations

import hashlib
import shutil
import sqlite3
import struct
from pathlib import Path

import pytest

from sensor.session import packets
from sensor.session.reader import read_recording
from sensor.session.rows_hash import Rows, RowsHash
from tests.support.sessions import new_writer, write_session


def _hash_of(*tables: Rows) -> str:
    digest = RowsHash()
    for rows in tables:
        digest.add_table(rows)
    return digest.hexdigest()


def test_the_hash_is_that_of_the_documented_bytes() -> None:
    table = [(7, "é", b"\x01\x02", 2.5), (-1, "", b"\x03", -0.5)]
    by_hand = (
        struct.pack("<q", 2)
        + struct.pack("<qq", 7, -1)
        + struct.pack("<qq", 2, 0)
        + b"\xc3\xa9"
        + struct.pack("<qq", 2, 1)
        + b"\x01\x02\x03"
        + struct.pack("<dd", 2.5, -0.5)
    )
    assert _hash_of(table) == hashlib.sha256(by_hand).hexdigest()
    assert _hash_of(table, []) == hashlib.sha256(by_hand + struct.pack("<q", 0)).hexdigest()


@pytest.mark.parametrize("part", [1, 7, 1000])
def test_packets_read_in_parts_hash_like_their_whole_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    path = write_session(tmp_path / "a.runtall", packets=20)
    _change(path, "INSERT INTO packet VALUES (7000, 1, 'é', -5, x'')")
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT segment_id, channel, arrival_ns, payload FROM packet ORDER BY id")
    whole = _hash_of(rows.fetchall(), [], [], [], [])
    connection.close()
    monkeypatch.setattr(packets, "PACKETS_PER_PART", part)
    assert _hash(path) == whole


def _hash(path: Path) -> str:
    return read_recording(path).file_hash


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """A session with a row in every table the hash covers."""
    path = write_session(tmp_path / "a.runtall", packets=20)
    _change(path, "INSERT INTO event VALUES (1, 5, NULL, 'paused', '')")
    _change(path, "INSERT INTO mark VALUES (1, 5, 'lap', '')")
    _change(path, "INSERT INTO track VALUES (1, 'speed_mps', 'foot pod')")
    _change(path, "INSERT INTO track_point VALUES (1, 1, 5, 3.0)")
    return path


def _change(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(statement)
    connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE packet SET payload = CAST(payload || x'00' AS BLOB) WHERE id = 7",
        "UPDATE packet SET arrival_ns = arrival_ns + 1 WHERE id = 7",
        "UPDATE packet SET channel = 'x' WHERE id = 7",
        "DELETE FROM packet WHERE id = 40",
        "UPDATE event SET detail = 'x'",
        "UPDATE event SET sensor_id = 1",
        "UPDATE mark SET t_ns = 6",
        "UPDATE mark SET text = 'x'",
        "DELETE FROM mark",
        "UPDATE track SET source = 'typed'",
        "UPDATE track_point SET value = 3.5",
        "INSERT INTO track_point VALUES (2, 1, 6, 3.0)",
    ],
)
def test_any_change_of_a_row_changes_the_hash(session: Path, statement: str) -> None:
    before = _hash(session)
    _change(session, statement)
    assert _hash(session) != before


@pytest.mark.parametrize(
    "statement",
    ["VACUUM", "PRAGMA user_version = 0", "UPDATE meta SET value = '\"other\"' WHERE key = 'name'"],
)
def test_what_changes_no_row_leaves_the_hash(session: Path, statement: str) -> None:
    before = _hash(session)
    connection = sqlite3.connect(session, isolation_level=None)
    connection.execute(statement)
    connection.close()
    assert _hash(session) == before


def test_a_copy_has_the_same_hash_and_another_session_has_not(session: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(session, tmp_path / "b.runtall"))
    assert _hash(copy) == _hash(session)
    new_writer(tmp_path / "c.runtall").close()
    assert _hash(tmp_path / "c.runtall") != _hash(session)
