"""The index: rows as they were put, and what becomes of it when something is wrong with the file."""

from __future__ import annotations

import math
import multiprocessing
import os
import signal
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import analysis.library.index as index_file
from analysis.comparison.run_facts import RunFacts
from analysis.comparison.summing_up import facts_of
from analysis.library.facts_json import facts_from_json, facts_to_json
from analysis.library.index import VERSION, Index
from analysis.library.row import IndexRow
from analysis.library.state import FileState
from tests.support import sample_report as sample

STATE = FileState(4096, 1_700_000_000_123_456_789)


def row(file: str = "a.runtall", **changed: object) -> IndexRow:
    whole = IndexRow(
        file=file,
        state=STATE,
        program="p",
        config_hash="c",
        name="tempo",
        started_utc="2026-05-03T06:00:00+00:00",
        duration_s=1800.5,
        sensors=("sternum", "head"),
        tags=("hills",),
        runner="Ada",
        is_analysed=True,
        distance_m=5012.25,
        verdict="slouched",
        confidence="good",
        placement="sternum",
        facts="{}",
    )
    return replace(whole, **changed)  # type: ignore[arg-type]


def put(home: Path, *rows: IndexRow) -> None:
    with closing(Index(home, "c", say=pytest.fail)) as index:
        for one in rows:
            index.put(one)


def read(home: Path, said: list[str] | None = None, config_hash: str = "c") -> dict[str, IndexRow]:
    say = pytest.fail if said is None else said.append
    with closing(Index(home, config_hash, say=say)) as index:
        return index.rows()


def test_a_row_comes_back_as_it_was_put(tmp_path: Path) -> None:
    put(tmp_path, row())
    assert read(tmp_path) == {"a.runtall": row()}


@pytest.mark.parametrize(
    "name",
    ['<b>"Ada\'s" & run</b>', "\u202eright to left\u202c שלום", "🏃" * 20, "a\x00b\n", "n" * 10_000, "\x1f"],
)
def test_names_of_any_kind_come_back(tmp_path: Path, name: str) -> None:
    put(tmp_path, row(name=name, runner=name, tags=(name,), trouble=name))
    (kept,) = read(tmp_path).values()
    assert (kept.name, kept.runner, kept.tags, kept.trouble) == (name, name, (name,), name)


def test_half_a_letter_is_spelt_out(tmp_path: Path) -> None:
    put(tmp_path, row(name="\ud83c"))
    assert read(tmp_path)["a.runtall"].name == "\\ud83c"


def test_what_is_unknown_stays_unknown(tmp_path: Path) -> None:
    put(tmp_path, row(distance_m=math.nan, duration_s=math.nan))
    (kept,) = read(tmp_path).values()
    assert math.isnan(kept.distance_m)
    assert math.isnan(kept.duration_s)


@pytest.fixture(scope="module")
def facts() -> RunFacts:
    return facts_of(sample.slouching_10k())


def test_facts_come_back_exactly_and_nan_stays_nan(facts: RunFacts) -> None:
    known = facts_from_json(facts_to_json(facts))
    assert repr(known) == repr(facts)
    assert type(known.verdict) is type(facts.verdict)
    assert math.isnan(known.bins[0].grade_pct)


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_any_number_comes_back_exactly(number: float) -> None:
    facts = replace(facts_of(sample.short_run()), level_deg=number)
    assert repr(facts_from_json(facts_to_json(facts)).level_deg) == repr(number)


def test_a_row_of_another_state_takes_the_place_of_all_of_the_old_one(tmp_path: Path) -> None:
    put(tmp_path, row(), row(config_hash="other"), row(state=FileState(1, 2), verdict="usual"))
    assert read(tmp_path)["a.runtall"].verdict == "usual"
    assert read(tmp_path, config_hash="other") == {}


def test_other_numbers_have_rows_of_their_own(tmp_path: Path) -> None:
    put(tmp_path, row(), row(config_hash="other", verdict="usual"))
    assert read(tmp_path)["a.runtall"].verdict == "slouched"
    assert read(tmp_path, config_hash="other")["a.runtall"].verdict == "usual"


def test_what_is_forgotten_is_gone(tmp_path: Path) -> None:
    put(tmp_path, row("a.runtall"), row("b.runtall"))
    with closing(Index(tmp_path, "c", say=pytest.fail)) as index:
        index.forget("a.runtall")
    assert list(read(tmp_path)) == ["b.runtall"]


def test_an_index_that_another_command_makes_meanwhile_is_no_strangers(tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite"
    looked_at = sqlite3.connect(path, isolation_level=None)

    def make(statement: str) -> None:
        """Make the index while it is being looked at, if that can be."""
        if "user_version" not in statement:
            return
        looked_at.set_trace_callback(None)
        opened = sqlite3.connect(path, timeout=0.0, isolation_level=None)
        with closing(opened) as other, suppress(sqlite3.OperationalError):
            other.execute("BEGIN IMMEDIATE")
            index_file._make(other)
            other.execute("COMMIT")

    looked_at.set_trace_callback(make)
    index_file._refuse_foreign(looked_at)
    assert not looked_at.in_transaction


def test_two_that_write_at_once_both_keep_their_work(tmp_path: Path) -> None:
    def write(who: str) -> None:
        with closing(Index(tmp_path, "c", say=pytest.fail)) as index:
            for number in range(20):
                index.put(row(f"{who}{number}.runtall"))

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(write, "abc"))
    assert len(read(tmp_path)) == 60


def _write_for_ever(home: Path, begun: object) -> None:
    index = Index(home, "c", say=print)
    for number in range(1_000_000):
        index.put(row(f"{number % 500}.runtall", facts="x" * 3000))
        if number == 20:
            begun.set()  # type: ignore[attr-defined]


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal there")
def test_a_writer_that_is_killed_leaves_a_whole_index_with_what_was_done(tmp_path: Path) -> None:
    forking = multiprocessing.get_context("forkserver")
    begun = forking.Event()
    writer = forking.Process(target=_write_for_ever, args=(tmp_path, begun))
    writer.start()
    assert begun.wait(60)
    assert writer.pid is not None
    os.kill(writer.pid, signal.SIGKILL)
    writer.join()
    rows = read(tmp_path)
    assert len(rows) > 20
    assert {kept.facts for kept in rows.values()} == {"x" * 3000}
    with closing(sqlite3.connect(tmp_path / "library.sqlite")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_an_index_of_a_newer_program_is_left_alone_and_one_is_made_beside_it(tmp_path: Path) -> None:
    put(tmp_path, row())
    newer = tmp_path / "library.sqlite"
    with closing(sqlite3.connect(newer)) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    before, said = newer.read_bytes(), list[str]()
    assert read(tmp_path, said) == {}
    (line,) = said
    assert "newer" in line
    put(tmp_path, row("mine.runtall"))
    assert list(read(tmp_path)) == ["mine.runtall"]
    assert newer.read_bytes() == before


def test_an_index_of_an_older_program_is_made_anew(tmp_path: Path) -> None:
    put(tmp_path, row())
    with closing(sqlite3.connect(tmp_path / "library.sqlite")) as connection:
        connection.execute("ALTER TABLE session DROP COLUMN verdict")
        connection.execute(f"PRAGMA user_version = {VERSION - 1}")
    assert read(tmp_path) == {}
    put(tmp_path, row())
    assert read(tmp_path) == {"a.runtall": row()}


def _damage(path: Path, how: str) -> None:
    if how == "text":
        path.write_text("no database at all, but long enough to have a header " * 10)
    elif how == "page":
        content = bytearray(path.read_bytes())
        content[4096:4196] = b"\xff" * 100
        path.write_bytes(content)
    elif how == "cut":
        path.write_bytes(path.read_bytes()[:5000])
    else:
        path.unlink()
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE other (id)")


@pytest.mark.parametrize("how", ["text", "page", "cut", "another program's"])
def test_a_damaged_index_is_moved_aside_and_made_anew_in_one_line(tmp_path: Path, how: str) -> None:
    put(tmp_path, *(row(f"{number}.runtall", facts="x" * 1000) for number in range(40)))
    _damage(tmp_path / "library.sqlite", how)
    damaged, said = (tmp_path / "library.sqlite").read_bytes(), list[str]()
    assert read(tmp_path, said) == {}
    (line,) = said
    assert "moved aside to library-damaged-1.sqlite" in line
    assert (tmp_path / "library-damaged-1.sqlite").read_bytes() == damaged
    put(tmp_path, row())
    assert read(tmp_path) == {"a.runtall": row()}


def test_a_row_that_is_not_as_it_was_put_is_left_out(tmp_path: Path) -> None:
    put(tmp_path, row("a.runtall"), row("b.runtall"))
    with closing(sqlite3.connect(tmp_path / "library.sqlite")) as connection:
        connection.execute("UPDATE session SET distance_m = 9 WHERE file = 'a.runtall'")
        connection.commit()
    assert list(read(tmp_path)) == ["b.runtall"]


def test_where_no_index_can_be_made_the_rows_are_in_memory_and_one_line_says_so(tmp_path: Path) -> None:
    (tmp_path / "library.sqlite").mkdir()
    said: list[str] = []
    with closing(Index(tmp_path, "c", say=said.append)) as index:
        index.put(row())
    (line,) = said
    assert "cannot be written" in line
    assert list((tmp_path / "library.sqlite").iterdir()) == []


def test_an_index_that_can_only_be_read_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, row())

    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("analysis.library.index.open_private", refuse)
    said: list[str] = []
    assert read(tmp_path, said) == {"a.runtall": row()}
    (line,) = said
    assert "Permission denied" in line


def test_an_index_that_takes_no_more_rows_is_kept_in_memory_from_then_on(tmp_path: Path) -> None:
    put(tmp_path, row())
    said: list[str] = []
    with closing(Index(tmp_path, "c", say=said.append)) as index:
        index._connection.execute("PRAGMA query_only = ON")
        index.put(row("b.runtall"))
        index.put(row("c.runtall"))
    assert len(said) == 1
    assert list(read(tmp_path)) == ["a.runtall"]


@pytest.mark.skipif(sys.platform == "win32", reason="other rights there")
def test_the_index_is_its_owners_alone(tmp_path: Path) -> None:
    with closing(Index(tmp_path, "c", say=pytest.fail)) as index:
        index.put(row())
        for path in tmp_path.iterdir():
            assert path.stat().st_mode & 0o777 == 0o600, path
