"""From folders to data set: what is kept, passed over, replaced, and told as an error."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analysis.batch import run as batch
from analysis.batch.dataset import open_data_set
from analysis.batch.run import Progress, run_batch
from analysis.batch.schema import TABLES
from analysis.errors import DataSetError, OutputError, UsageError
from sensor.session.edit import amend_session
from tests.support.many_sessions import Threads, told_anew, write_run

pq = pytest.importorskip(
    "pyarrow.parquet", reason="the extra [batch-tests] is left out, with it pandas loads slower everywhere"
)


def do(folder: Path, out: Path, **more: Any) -> Progress:
    return run_batch([str(folder)], out, workers=Threads(), **more)


def rows(out: Path, table: str) -> list[dict[str, Any]]:
    found = pq.read_table(out / table)
    by = [(name, "ascending") for name in found.column_names[:2]]
    listed: list[dict[str, Any]] = found.sort_by(by).to_pylist()
    return listed


def everything(out: Path) -> dict[str, list[dict[str, Any]]]:
    return {table: rows(out, table) for table in TABLES}


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("original") / "run.runtall", surface="road")


@pytest.fixture(scope="module")
def made(original: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with two sessions of two runners, a torn one, another's file, and their data set."""
    folder = tmp_path_factory.mktemp("made")
    club = folder / "club"
    told_anew(original, club / "anna" / "1.runtall", 1, pack="vest", notes="secret", pain_during=["knee 3"])
    told_anew(original, club / "ben" / "sessions" / "1.runtall", 2, hours_sat_before=4)
    (club / "ben" / "torn.runtall").write_bytes(original.read_bytes()[:5000])
    (club / "readme.txt").write_text("no session")
    do(club, folder / "out")
    return folder


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Return sessions and data set of the same, to be changed."""
    club, out = tmp_path / "club", tmp_path / "out"
    shutil.copytree(made / "club", club)
    do(club, out)
    return club, out


def test_every_table_tells_of_every_session(made: Path) -> None:
    sessions = rows(made / "out", "sessions")
    assert len(sessions) == 2
    for table in ("segments", "strides"):
        assert {row["session"] for row in rows(made / "out", table)} == {row["session"] for row in sessions}
    assert sorted(row["hours_sat_before"] or 0.0 for row in sessions) == [0.0, 4.0]
    assert [row["surface"] for row in sessions] == ["road", "road"]


def test_a_bad_file_is_an_error_with_its_path_and_ends_nothing(made: Path) -> None:
    (error,) = rows(made / "out", "errors")
    assert error["path"].endswith("torn.runtall")
    assert error["kind"] == "unreadable"
    assert "cut off" in error["message"]


def test_neither_names_nor_notes_nor_pain_stand_in_a_table_unasked(made: Path) -> None:
    told = repr({table: rows(made / "out", table) for table in TABLES if table != "errors"})
    assert "secret" not in told
    assert "knee" not in told
    assert "anna" not in told
    assert len({row["runner"] for row in rows(made / "out", "sessions")}) == 2


def test_notes_and_pain_are_there_when_asked_for(made: Path, tmp_path: Path) -> None:
    do(made / "club" / "anna", tmp_path / "out", with_notes=True)
    (row,) = rows(tmp_path / "out", "sessions")
    assert (row["notes"], row["pain_during"]) == ("secret", "knee 3")


def test_no_text_of_a_session_that_could_tell_a_place_is_a_column() -> None:
    assert [n for columns in TABLES.values() for n in columns if "latitude" in n or "longitude" in n] == []


def test_units_and_version_stand_in_every_file(made: Path) -> None:
    schema = pq.read_schema(next((made / "out" / "strides").glob("*.parquet")))
    assert schema.metadata[b"runtall_batch_schema"] == b"1"
    assert schema.field("trunk_flexion_deg").metadata[b"unit"] == "°".encode()


def test_doing_it_again_does_nothing(copy: tuple[Path, Path]) -> None:
    club, out = copy
    before = {path: path.read_bytes() for path in sorted(out.rglob("part-*"))}
    again = do(club, out)
    assert (again.unchanged, again.done, again.failed) == (3, 0, 1)
    assert {path: path.read_bytes() for path in sorted(out.rglob("part-*"))} == before


def test_only_a_changed_session_is_done_again_and_replaces_its_rows(copy: tuple[Path, Path]) -> None:
    club, out = copy
    told_anew(club / "ben" / "sessions" / "1.runtall", club / "spare", 4, hours_sat_before=7)
    (club / "spare").replace(club / "ben" / "sessions" / "1.runtall")
    again = do(club, out)
    assert (again.unchanged, again.done) == (2, 1)
    assert sorted(row["hours_sat_before"] or 0.0 for row in rows(out, "sessions")) == [0.0, 7.0]
    assert {row["session"] for row in rows(out, "strides")} == set(held(out))


def test_a_mended_file_takes_its_error_away(copy: tuple[Path, Path], original: Path) -> None:
    club, out = copy
    told_anew(original, club / "ben" / "torn.runtall", 3)
    assert do(club, out).failed == 0
    assert rows(out, "errors") == []
    assert len(rows(out, "sessions")) == 3


def held(out: Path) -> list[str]:
    return [row["session"] for row in rows(out, "sessions")]


def test_of_a_session_in_two_files_the_rows_are_there_once(copy: tuple[Path, Path]) -> None:
    club, out = copy
    before = held(out), len(rows(out, "strides"))
    shutil.copy(club / "anna" / "1.runtall", club / "backup.runtall")
    assert do(club, out).done == 1
    assert do(club, out).unchanged == 4
    assert (held(out), len(rows(out, "strides"))) == before


def test_a_session_stays_while_one_of_its_files_does(copy: tuple[Path, Path], original: Path) -> None:
    club, out = copy
    before = set(held(out))
    shutil.copy(club / "anna" / "1.runtall", club / "backup.runtall")
    do(club, out)
    told_anew(original, club / "backup.runtall", 9)
    for _ in range(2):
        do(club, out)
    assert len(held(out)) == 3
    assert before <= set(held(out))


def test_what_is_told_later_of_a_moved_session_counts(copy: tuple[Path, Path]) -> None:
    club, out = copy
    moved = club / "anna" / "1.runtall"
    moved = moved.rename(club / "anna" / "2.runtall")
    with amend_session(moved) as session:
        session.set_context("pack", "backpack")
    do(club, out)
    assert sorted(row["pack"] or "" for row in rows(out, "sessions")) == ["", "backpack"]


def test_what_a_killed_batch_left_without_a_ledger_is_removed(copy: tuple[Path, Path]) -> None:
    club, out = copy
    before = everything(out)
    for table in ("sessions", "strides"):
        shutil.copy(out / table / "part-00000001.parquet", out / table / "part-00000007.parquet")
    (out / "strides" / ".part-00000008.parquet.77-00.part").write_bytes(b"half")
    do(club, out)
    assert everything(out) == before
    assert [path for path in out.rglob("*") if path.name.startswith(".part")] == []


def test_rows_that_were_written_again_before_the_kill_are_not_there_twice(
    copy: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    club, out = copy
    before = everything(out)
    os.utime(club / "anna" / "1.runtall")
    monkeypatch.setattr("analysis.batch.dataset.DataSet._replace", lambda *_: None)
    do(club, out)
    assert len(rows(out, "sessions")) == 3
    monkeypatch.undo()
    assert do(club, out).done == 0
    assert everything(out) == before


def test_small_parts_hold_what_one_part_does(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "PART_FILES", 1)
    do(made / "club", tmp_path / "out")
    assert len(list((tmp_path / "out" / "private" / "ledger").glob("*.parquet"))) == 4
    pairs = [
        [(row["session"], row["distance_m"]) for row in rows(out, "sessions")]
        for out in (made / "out", tmp_path / "out")
    ]
    assert pairs[0] == pairs[1]


def test_a_wish_to_stop_keeps_what_is_done(made: Path, tmp_path: Path) -> None:
    heard: list[int] = []
    stopped = do(
        made / "club", tmp_path / "out", stop=lambda: bool(heard), tell=lambda p: heard.extend([1] * p.done)
    )
    assert not stopped.is_complete
    kept = len(rows(tmp_path / "out", "sessions")) + len(rows(tmp_path / "out", "errors"))
    assert kept == stopped.done > 0
    assert do(made / "club", tmp_path / "out").unchanged == kept


def test_sessions_behind_an_address_are_fetched(made: Path, tmp_path: Path) -> None:
    fsspec = pytest.importorskip("fsspec", reason="the extra [batch-tests] is left out")
    memory = fsspec.filesystem("memory")
    for path in (made / "club").rglob("1.runtall"):
        memory.pipe_file(f"/club/{path.relative_to(made / 'club')}", path.read_bytes())
    try:
        run_batch(["memory://club"], tmp_path / "out", workers=Threads())
        again = run_batch(["memory://club"], tmp_path / "out", workers=Threads())
    finally:
        memory.rm("/club", recursive=True)
    assert again.unchanged == 2
    assert {r["session"] for r in rows(tmp_path / "out", "sessions")} == {
        r["session"] for r in rows(made / "out", "sessions")
    }


def test_a_second_batch_at_the_same_time_is_refused(copy: tuple[Path, Path]) -> None:
    pytest.importorskip("fcntl", reason="only such systems lock")
    _, out = copy
    with open_data_set(out, ""), pytest.raises(OutputError, match="another batch"), open_data_set(out, ""):
        pass


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda out: (out / "letters.txt").write_text("mine"), "no data set"),
        (lambda out: (out / "manifest.json").write_text("[]"), "no data set"),
        (
            lambda out: (out / "manifest.json").write_text(
                '{"format": "runtall-batch", "runtall_batch_schema": 99}'
            ),
            "schema version 99, known is 1",
        ),
    ],
)
def test_what_is_no_data_set_is_left_alone(
    made: Path, tmp_path: Path, make: Callable[[Path], Any], why: str
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    make(out)
    before = sorted(out.rglob("*"))
    with pytest.raises(DataSetError, match=why):
        do(made / "club", out)
    assert sorted(out.rglob("*")) == before


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere: there is no such folder"):
        do(tmp_path / "nowhere", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_without_sessions_makes_no_data_set(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no \.runtall files there"):
        do(tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_half_a_letter_in_a_note_ends_nothing(original: Path, tmp_path: Path) -> None:
    told_anew(original, tmp_path / "club" / "1.runtall", 1, notes="knee \ud800")
    assert do(tmp_path / "club", tmp_path / "out", with_notes=True).failed == 0
    (row,) = rows(tmp_path / "out", "sessions")
    assert row["notes"] == "knee ?"


def test_links_pipes_and_names_that_are_no_text_end_nothing(original: Path, tmp_path: Path) -> None:
    club = tmp_path / "club"
    club.mkdir()
    (club / "loop.runtall").symlink_to("loop.runtall")
    (club / "nowhere.runtall").symlink_to("gone")
    os.mkfifo(club / "pipe.runtall")
    shutil.copy(original, os.fsencode(club) + b"/caf\xe9.runtall")
    done = do(club, tmp_path / "out")
    assert (done.done, done.failed) == (2, 1)
    (error,) = rows(tmp_path / "out", "errors")
    assert error["path"].endswith("loop.runtall")
    assert do(club, tmp_path / "out").is_complete


def test_all_that_is_written_is_its_owners_alone(made: Path) -> None:
    modes = {path.stat().st_mode & 0o077 for path in (made / "out").rglob("*")}
    assert modes == {0}
