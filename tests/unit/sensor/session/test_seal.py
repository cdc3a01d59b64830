"""Damage that SQLite does not see, and what strangers put into a file to act on its reader."""

from __future__ import annotations

import random
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from sensor.errors import SessionFileError
from sensor.samples import Recording
from sensor.session.edit import amend_session
from sensor.session.info import read_info
from sensor.session.reader import read_recording
from tests.support.sessions import write_session

BROKEN = "not as it was when its recording ended"
NAMELESS = "does not say what it is called and when it began"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_session(tmp_path_factory.mktemp("whole") / "a.runtall", packets=400)


@pytest.fixture
def session(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copyfile(whole, tmp_path / "a.runtall"))


def run(path: Path, *statements: str) -> Path:
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()
    return path


def is_told(recording: Recording) -> bool:
    return any(BROKEN in notice or NAMELESS in notice for notice in recording.notices)


def same_figures(one: Recording, other: Recording) -> bool:
    return all(
        np.array_equal(a.time_s, b.time_s)
        and np.array_equal(a.acc_sensor_mps2, b.acc_sensor_mps2)
        and a.placement == b.placement
        and a.device == b.device
        for a, b in zip(one.sensors, other.sensors, strict=True)
    ) and (one.started_utc, one.context, one.duration_s) == (
        other.started_utc,
        other.context,
        other.duration_s,
    )


def test_a_session_as_it_was_written_is_not_called_damaged(session: Path) -> None:
    assert read_recording(session).notices == ()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE packet SET payload = zeroblob(length(payload)) WHERE id = 9",
        "UPDATE packet SET arrival_ns = arrival_ns + 1000 WHERE id = 400",
        "DELETE FROM packet WHERE id = 100",
        "UPDATE segment SET start_ns = 1",
        "UPDATE sensor SET firmware = '9'",
        "UPDATE meta SET value = '\"2020-01-01T00:00:00+00:00\"' WHERE key = 'started_utc'",
        "INSERT INTO mark VALUES (9, 0, 'lap', '')",
    ],
)
def test_any_change_by_another_program_is_told(session: Path, change: str) -> None:
    assert is_told(read_recording(run(session, change)))


def test_a_note_seals_anew(session: Path) -> None:
    with amend_session(session) as rows:
        rows.set_context("distance_km", 5.0)
        rows.mark(0, "lap")
    recording = read_recording(session)
    assert recording.notices == ()
    assert recording.context["distance_km"] == 5.0


def test_a_note_does_not_hide_damage(session: Path) -> None:
    run(session, "DELETE FROM packet WHERE id = 100")
    with amend_session(session) as rows:
        rows.set_context("distance_km", 5.0)
    assert is_told(read_recording(session))


def test_without_a_seal_packets_out_of_order_are_told(session: Path) -> None:
    run(session, "DELETE FROM meta WHERE key = 'rows_sha256'")
    assert read_recording(session).notices == ()
    run(session, "UPDATE packet SET arrival_ns = 0 WHERE id = 300")
    assert any("not in the order" in notice for notice in read_recording(session).notices)


def damaged(content: bytes, seed: int) -> bytes:
    """Return a file with one thing gone wrong behind its first page."""
    rng = random.Random(seed)
    page = int.from_bytes(content[16:18], "big")
    pages = [bytearray(content[at : at + page]) for at in range(0, len(content), page)]
    one, other = rng.sample(range(1, len(pages)), 2)
    kind = seed % 4
    if kind == 0:
        pages[one], pages[other] = pages[other], pages[one]
    elif kind == 1:
        start = rng.randrange(page - 64)
        pages[one][start : start + 64] = bytes(64)
    elif kind == 2:
        pages[one][rng.randrange(page)] ^= 1 << rng.randrange(8)
    else:
        pages[one][:] = pages[other]
    return b"".join(pages)


def test_three_hundred_damaged_copies_are_refused_or_told_or_read_the_same(
    whole: Path, tmp_path: Path
) -> None:
    content, sound = whole.read_bytes(), read_recording(whole)
    refused = told = 0
    for seed in range(300):
        path = tmp_path / "b.runtall"
        path.write_bytes(damaged(content, seed))
        try:
            recording = read_recording(path)
        except SessionFileError:
            refused += 1
        else:
            told += is_told(recording)
            assert is_told(recording) or same_figures(recording, sound), seed
    # Most damage hits rows; what hits only unused bytes of a page changes nothing.
    assert refused + told > 200
    assert told > 20


@pytest.mark.parametrize(
    ("statements", "what"),
    [
        (["CREATE TRIGGER t AFTER INSERT ON meta BEGIN DELETE FROM packet; END"], "trigger"),
        (["CREATE VIEW v AS SELECT 1"], "view"),
        (["CREATE INDEX i ON packet (length(payload))"], "index"),
        (["CREATE TABLE other (a)"], "table"),
        (["ALTER TABLE sensor ADD COLUMN big BLOB GENERATED ALWAYS AS (zeroblob(100000000))"], "columns"),
        (["ALTER TABLE meta ADD COLUMN big TEXT DEFAULT 'x'"], "columns"),
    ],
)
def test_what_a_stranger_added_to_the_tables_is_refused_before_it_can_act(
    session: Path, statements: list[str], what: str
) -> None:
    run(session, *statements)
    before = session.read_bytes()
    with pytest.raises(SessionFileError, match=what):
        read_info(session)
    with pytest.raises(SessionFileError, match=what), amend_session(session) as rows:
        rows.set_context("distance_km", 5.0)
    assert session.read_bytes() == before


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("track", "n, 'speed_mps', 'x'"),
        ("sensor", "n, 'beside ' || n, 'd', 'n', 'a', 'f', '{}'"),
        ("segment", "n, 1, n, 'start'"),
    ],
)
def test_more_rows_than_any_session_has_are_refused(session: Path, table: str, row: str) -> None:
    run(
        session,
        "WITH RECURSIVE c (n) AS (SELECT 10 UNION ALL SELECT n + 1 FROM c WHERE n < 30000) "
        f"INSERT INTO {table} SELECT {row} FROM c",
    )
    with pytest.raises(SessionFileError, match=f"table {table} has more than"):
        read_info(session)
