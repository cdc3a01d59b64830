"""Rename, tag, trim, move, delete, rebuild: what each changes, and what it leaves alone."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from analysis.cli.main import cli
from sensor.session.edit import amend_session
from sensor.session.info import read_info
from sensor.session.reader import read_recording
from sensor.session.trim import UNCUT, Trim
from sensor.units import NS_PER_S
from tests.support.sessions import write_session

PACKETS = 170
"""13 s: a cut has to leave ten."""


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """A session called ``tempo`` in a home of its own."""
    (tmp_path / "sessions").mkdir()
    return write_session(tmp_path / "sessions" / "evening.runtall", packets=PACKETS)


def runtall(session: Path, *arguments: object, answer: str | None = None) -> Result:
    return CliRunner().invoke(
        cli, ["--home", str(session.parents[1]), *map(str, arguments)], input=answer, catch_exceptions=True
    )


NAMES = [
    "<script>alert(\"1\")</script> & 'quotes'",
    "שלום \u202egnp.\u202c",
    "🏃🏽‍♀️ Größe ½",
    "a\x1b[2J\nb",
    "n" * 10_000,
    "evening",
]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_session_gets_any_name_and_its_file_keeps_its_own(session: Path, name: str) -> None:
    result = runtall(session, "rename", "tempo", name)
    assert (result.exit_code, result.stdout) == (0, f"{session}\n")
    info = read_info(session)
    assert info.name[:999] == name[:999]
    assert info.notices == ()
    listed = runtall(session, "list")
    assert listed.exit_code == 0
    assert len(listed.stdout.splitlines()) == 2
    assert all(letter.isprintable() or letter == "\n" for letter in listed.stdout)


def test_two_sessions_of_one_name_are_told_apart_by_their_files(session: Path) -> None:
    write_session(session.with_name("morning.runtall"), packets=PACKETS)
    refused = runtall(session, "rename", "tempo", "new")
    assert "means 2 sessions, take one of: evening, morning" in str(refused.exception)
    assert runtall(session, "rename", "evening", "morning").exit_code == 0
    refused = runtall(session, "rename", "morning", "third")
    assert "means 2 sessions" in str(refused.exception)


def test_a_name_of_nothing_is_refused(session: Path) -> None:
    assert runtall(session, "rename", "tempo", "  ").exit_code == 2


def test_a_session_is_found_by_its_tags_whatever_their_capital_letters(session: Path) -> None:
    write_session(session.with_name("other.runtall"), packets=PACKETS, name="other")
    assert runtall(session, "tag", "tempo", "Hills", "wet  day", "hills").exit_code == 0
    assert read_info(session).context["tags"] == ["Hills", "wet day"]
    header, line = runtall(session, "list", "--tag", "hILLS", "--tag", "wet day").stdout.splitlines()
    assert "TAGS" in header
    assert "Hills wet day" in line
    none = runtall(session, "list", "--tag", "sea")
    assert (none.exit_code, none.stdout) == (0, "")
    assert "None of the 2 sessions" in none.stderr


def test_tags_are_taken_away_again(session: Path) -> None:
    runtall(session, "tag", "tempo", "hills", "wet")
    assert runtall(session, "tag", "tempo", "--remove", "HILLS").exit_code == 0
    assert read_info(session).context["tags"] == ["wet"]
    assert runtall(session, "tag", "tempo", "--remove", "wet").exit_code == 0
    assert "tags" not in read_info(session).context


@pytest.mark.parametrize("words", [[], [""], ["x" * 41], ["--remove", "none"], list(map(str, range(51)))])
def test_tags_that_make_no_sense_are_refused_and_nothing_is_written(session: Path, words: list[str]) -> None:
    before = session.read_bytes()
    assert runtall(session, "tag", "tempo", *words).exit_code == 2
    assert session.read_bytes() == before


def test_sessions_of_one_runner_are_listed(session: Path) -> None:
    with amend_session(session) as rows:
        rows.set_context("runner", "Ada")
    write_session(session.with_name("other.runtall"), packets=PACKETS, name="other")
    header, line = runtall(session, "list", "--runner", "ada").stdout.splitlines()
    assert "RUNNER" in header
    assert line.startswith("tempo")


def test_a_session_is_cut_by_times_and_by_marks_and_that_is_taken_back(session: Path) -> None:
    whole = read_recording(session)
    with amend_session(session) as rows:
        for at_s in (1, 2, 12):
            rows.mark(at_s * NS_PER_S, "lap")
    assert runtall(session, "trim", "tempo", "--start", "1s").exit_code == 0
    assert read_info(session).trim == Trim(start_s=1.0)
    assert runtall(session, "trim", "tempo", "--start", "lap:2", "--end", "lap").exit_code == 0
    assert read_info(session).trim == Trim(2.0, 12.0)
    assert " 0:10 " in runtall(session, "list").stdout
    back = runtall(session, "trim", "tempo", "--undo")
    assert (back.exit_code, back.stdout) == (0, f"{session}\n")
    assert read_info(session).trim == UNCUT
    assert read_recording(session).duration_s == whole.duration_s


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "give --start or --end"),
        (("--undo", "--start", "1s"), "--undo alone"),
        (("--start", "bow"), "nor a mark of this session; marks are: lap"),
        (("--start", "lap:2"), "marks are: lap"),
        (("--start", "12s"), "that leaves 1 s"),
        (("--start", "20s"), "that leaves 0 s"),
        (("--end", "1s"), "that leaves 1 s"),
        (("--start", "2s", "--end", "1s"), "that leaves 0 s"),
    ],
)
def test_a_cut_that_makes_no_sense_is_refused_and_nothing_is_written(
    session: Path, words: tuple[str, ...], said: str
) -> None:
    with amend_session(session) as rows:
        rows.mark(NS_PER_S, "lap")
    before = session.read_bytes()
    result = runtall(session, "trim", "tempo", *words)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())
    assert session.read_bytes() == before


def test_a_session_goes_to_a_folder_or_a_file_and_leaves_the_list(session: Path, tmp_path: Path) -> None:
    runtall(session, "list")
    away = tmp_path / "away"
    away.mkdir()
    result = runtall(session, "move", "tempo", away)
    new = away / "evening.runtall"
    assert (result.exit_code, result.stdout) == (0, f"{new}\n")
    assert read_info(new).name == "tempo"
    assert "No sessions" in runtall(session, "list").stderr
    assert runtall(session, "move", new, session.with_name("back.runtall")).exit_code == 0
    assert "back.runtall" in runtall(session, "list").stdout


def test_a_session_that_moves_within_the_home_keeps_what_is_known_of_it(session: Path) -> None:
    before = runtall(session, "list").stdout
    assert runtall(session, "move", "tempo", session.with_name("other.runtall")).exit_code == 0
    assert runtall(session, "list", "--no-analysis").stdout == before.replace(
        "evening.runtall", "other.runtall"
    )


@pytest.mark.parametrize("target", ["nowhere", "nowhere/new.runtall", "new.txt"])
def test_a_place_that_is_not_there_is_refused(session: Path, tmp_path: Path, target: str) -> None:
    result = runtall(session, "move", "tempo", tmp_path / target)
    assert result.exit_code == 2
    assert "make it first" in " ".join(result.stderr.split())
    assert session.exists()


def test_a_move_overwrites_nothing(session: Path) -> None:
    taken = write_session(session.with_name("taken.runtall"), packets=1, name="other")
    result = runtall(session, "move", "tempo", taken)
    assert "exists already; nothing was moved" in str(result.exception)
    assert (read_info(taken).name, read_info(session).name) == ("other", "tempo")


PAGE = '<!doctype html>\n<head>\n<meta name="generator" content="runtall 0.1.0">'


def test_a_session_is_deleted_with_its_page_and_all_that_was_kept(session: Path, tmp_path: Path) -> None:
    runtall(session, "list")
    session.with_suffix(".html").write_text(PAGE)
    result = runtall(session, "delete", "tempo", "--yes")
    assert result.exit_code == 0
    assert "and its page" in result.stderr
    assert list(session.parent.iterdir()) == []
    assert list((tmp_path / "library").glob("*")) == []
    assert "No sessions" in runtall(session, "list").stderr


def test_a_page_of_another_program_stays(session: Path) -> None:
    page = session.with_suffix(".html")
    page.write_text("<html>my diary</html>")
    assert runtall(session, "delete", "tempo", "--yes").exit_code == 0
    assert page.exists()


def test_without_a_terminal_nothing_is_deleted_unasked(session: Path) -> None:
    result = runtall(session, "delete", "tempo", answer="y\n")
    assert result.exit_code == 2
    assert "add --yes" in result.stderr
    assert session.exists()


@pytest.mark.parametrize(("answer", "is_gone"), [("y\n", True), ("n\n", False), ("\n", False)])
def test_on_a_terminal_it_asks(
    session: Path, monkeypatch: pytest.MonkeyPatch, answer: str, is_gone: bool
) -> None:
    monkeypatch.setattr("analysis.cli.delete._ask", _asking_anyone)
    result = runtall(session, "delete", "tempo", answer=answer)
    assert "Nothing brings it back" in result.stderr
    assert session.exists() is not is_gone


def _asking_anyone(path: Path, page: Path | None) -> None:
    from analysis.cli import delete

    delete.confirm(path, page)


@pytest.mark.skipif(sys.platform == "win32", reason="needs links")
def test_of_a_link_only_the_link_is_deleted(session: Path) -> None:
    link = session.with_name("link.runtall")
    link.symlink_to(session)
    assert runtall(session, "delete", "link.runtall", "--yes").exit_code == 0
    assert not os.path.lexists(link)
    assert session.exists()


def test_what_is_broken_can_be_deleted(session: Path) -> None:
    broken = session.with_name("broken.runtall")
    broken.write_text("hello")
    assert runtall(session, "delete", "broken.runtall", "--yes").exit_code == 0
    assert not broken.exists()


def test_a_session_that_is_gone_is_told_in_one_line(session: Path) -> None:
    runtall(session, "list")
    session.unlink()
    _, line = runtall(session, "list").stdout.splitlines()
    assert line.startswith("(missing)")
    assert "put it back" in line
    write_session(session.with_name("other.runtall"), packets=1, name="other")
    gone = runtall(session, "rename", "tempo", "new")
    assert "the file is gone" in str(gone.exception)
    rebuilt = runtall(session, "library", "rebuild")
    assert rebuilt.exit_code == 0
    assert rebuilt.stdout == "0 of 1 sessions have a report.\n"
    assert "(missing)" not in runtall(session, "list").stdout


def test_a_name_is_looked_up_without_writing_anything(session: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    assert runtall(session, "show", "tempo").exit_code == 0
    assert runtall(session, "list", "--no-analysis").exit_code == 0
    assert sorted(tmp_path.rglob("*")) == before
