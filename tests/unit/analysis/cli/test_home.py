from __future__ import annotations

import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from analysis.cli import home as home_module
from analysis.cli.home import find_session, home_folder, in_new_place, list_session_paths, new_session_path
from analysis.cli.main import cli
from sensor.errors import SessionExistsError, SessionFileError
from sensor.session.info import SessionInfo
from sensor.session.schema import new_session_bytes
from sensor.session.writer import SessionWriter


def _add(home: Path, name: str, started: datetime) -> Path:
    path = new_session_path(home, name, started)
    SessionWriter(path, name=name, started_utc=started.isoformat()).close()
    return path


def _local(day: int, hour: int = 7) -> datetime:
    return datetime(2025, 5, day, hour).astimezone()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with three sessions, written in another order than they were run."""
    home = tmp_path / "home"
    _add(home, "tempo", _local(20))
    _add(home, "long run", _local(31))
    _add(home, "easy", _local(25))
    return home


def test_a_session_is_named_after_its_start_and_name(tmp_path: Path) -> None:
    path = new_session_path(tmp_path, "Größe: ½ / Marathon..", datetime(2025, 5, 31, 7, 30, 5).astimezone())
    assert path.name.startswith("2025-05-31_07-30-05_Größe-")
    assert path.suffix == ".runtall"
    assert not re.search(r"[\s:/\\]", path.name)
    assert path.parent == tmp_path / "sessions"
    assert path.parent.is_dir()


def test_a_second_session_of_the_same_name_and_second_gets_another_path(home: Path) -> None:
    first, second = _add(home, "tempo", _local(1)), _add(home, "tempo", _local(1))
    assert first != second
    assert second.stem == f"{first.stem}_2"


def test_a_path_that_another_process_takes_first_is_left_to_it(home: Path) -> None:
    tried: list[Path] = []

    def make(path: Path) -> Path:
        tried.append(path)
        if len(tried) < 3:
            path.write_text("of another process")
        SessionWriter(path, name="tempo", started_utc=_local(1).isoformat()).close()
        return path

    made = in_new_place(lambda: new_session_path(home, "tempo", _local(1)), make)
    assert [path.stem[19:] for path in tried] == ["_tempo", "_tempo_2", "_tempo_3"]
    assert made == tried[-1]
    assert tried[0].read_text() == "of another process"


def test_a_path_that_stays_taken_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.runtall").touch()
    with pytest.raises(SessionExistsError, match="exists already"):
        in_new_place(
            lambda: tmp_path / "a.runtall", lambda path: SessionWriter(path, name="a", started_utc="")
        )


def test_a_home_that_cannot_be_made_is_an_expected_failure(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SessionFileError, match=r"file/sessions: cannot be made"):
        new_session_path(tmp_path / "file", "tempo", _local(1))


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("latest", "long-run"),
        ("latest-0", "long-run"),
        ("latest-1", "easy"),
        ("latest-2", "tempo"),
        ("tempo", "tempo"),
        ("long run", "long-run"),
        ("2025-05-25", "easy"),
        ("2025-05-25_07-00-00_easy", "easy"),
        ("2025-05-25_07-00-00_easy.runtall", "easy"),
    ],
)
def test_a_session_is_found_by_latest_name_date_and_file(home: Path, word: str, name: str) -> None:
    assert find_session(home, word).stem.endswith(name)


def test_a_path_is_taken_as_it_is(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "anything.db"
    path.touch()
    assert find_session(home, str(path)) == path
    missing = str(tmp_path / "missing.runtall")
    assert find_session(home, missing) == Path(missing)


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("latest-3", "holds only 3"),
        ("marathon", "marathon: no session of that name or date"),
        ("2025-05-24", "no session of that name or date"),
    ],
)
def test_a_word_that_means_nothing_is_refused(home: Path, word: str, message: str) -> None:
    with pytest.raises(SessionFileError, match=message):
        find_session(home, word)


def test_a_word_that_means_two_sessions_is_refused_with_both(home: Path) -> None:
    _add(home, "evening", _local(25, 19))
    with pytest.raises(SessionFileError, match=r"means 2 sessions.*_easy, .*_evening"):
        find_session(home, "2025-05-25")


def test_an_empty_home_says_how_to_fill_it(tmp_path: Path) -> None:
    with pytest.raises(SessionFileError, match=r"no sessions in .*record or import"):
        find_session(tmp_path, "latest")


def _hostile(path: Path, kind: str) -> None:
    if kind == "folder":
        path.mkdir()
    elif kind == "link to nowhere":
        path.symlink_to("nowhere")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.write_bytes({"text": b"not a session", "empty": b"", "cut": _SQLITE[:4000]}.get(kind, _SQLITE))
    if kind == "without rights":
        path.chmod(0)


_SQLITE = new_session_bytes({"name": '"cut"'})


@pytest.mark.skipif(sys.platform == "win32", reason="needs links, pipes and rights")
@pytest.mark.parametrize(
    "kind", ["text", "empty", "cut", "folder", "link to nowhere", "pipe", "without rights"]
)
def test_a_bad_file_hides_no_other_and_is_not_the_latest(
    home: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    bad = home / "sessions" / "2025-06-01_07-00-00_broken.runtall"
    _hostile(bad, kind)
    assert find_session(home, "tempo").stem.endswith("tempo")
    assert len(list_session_paths(home)) == 4
    is_readable_after_all = kind == "without rights" and os.access(bad, os.R_OK)
    assert capsys.readouterr().err == ""
    if not is_readable_after_all:
        assert find_session(home, "latest").stem.endswith("long-run")
        assert capsys.readouterr().err == f"{bad.name}: cannot be read; passed over, see `runtall list`.\n"
        with pytest.raises(SessionFileError, match="holds only 3 that can be used, and 1 that cannot"):
            find_session(home, "latest-3")
    listed = CliRunner().invoke(cli, ["--home", str(home), "list"])
    assert listed.exit_code == 0
    assert len(listed.stdout.splitlines()) == 5


def test_the_latest_to_report_on_has_a_trunk_sensor(home: Path) -> None:
    path = new_session_path(home, "cap only", _local(31, 19))
    with SessionWriter(path, name="cap only", started_utc=_local(31, 19).isoformat()) as writer:
        writer.add_sensor("head", "movesense", name="M 1")
    older = new_session_path(home, "chest", _local(31, 8))
    with SessionWriter(older, name="chest", started_utc=_local(31, 8).isoformat()) as writer:
        writer.add_sensor("chest", "movesense", name="M 1")
    assert find_session(home, "latest") == path
    assert find_session(home, "latest", for_report=True) == older


def test_home_is_what_the_command_line_says_else_the_systems_place() -> None:
    told = click.Context(click.Command("x"), obj={"home": "/runs", "debug": False})
    untold = click.Context(click.Command("x"), obj={"home": None, "debug": False})
    assert home_folder(told) == Path("/runs")
    assert home_folder(untold).name == "runtall"
    assert home_folder(untold).is_absolute()


def test_the_order_of_latest_is_that_of_the_start_not_of_the_local_clock(tmp_path: Path) -> None:
    _add(tmp_path, "first", datetime(2025, 5, 31, 5, tzinfo=UTC))
    _add(tmp_path, "second", datetime.fromisoformat("2025-05-31T01:30:00-04:00"))
    assert find_session(tmp_path, "latest").stem.endswith("second")


def test_a_session_that_does_not_tell_when_it_began_hides_no_other(home: Path) -> None:
    untold = home / "sessions" / "untold.runtall"
    untold.write_bytes(new_session_bytes({}))
    assert find_session(home, "latest") == untold
    assert find_session(home, "latest-1").stem.endswith("long-run")
    assert find_session(home, "untold") == untold


def test_a_word_too_long_for_a_path_is_only_unknown(home: Path) -> None:
    with pytest.raises(SessionFileError, match="no session of that name"):
        find_session(home, "x" * 5000)


def test_a_name_in_many_bytes_still_makes_a_file(tmp_path: Path) -> None:
    path = new_session_path(tmp_path, "\U00020000" * 200, _local(1))
    SessionWriter(path, name="x", started_utc=_local(1).isoformat()).close()
    assert path.is_file()


def test_latest_opens_only_sessions_that_may_be_the_latest(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    read = home_module._read_info

    def counted(path: Path) -> SessionInfo | None:
        opened.append(path.name)
        return read(path)

    monkeypatch.setattr(home_module, "_read_info", counted)
    for day in range(1, 20):
        _add(home, "early", _local(day))
    assert find_session(home, "latest").stem.endswith("long-run")
    assert {name[:10] for name in opened} == {"2025-05-31"}
    opened.clear()
    assert find_session(home, "latest-1").stem.endswith("easy")
    assert {name[:10] for name in opened} == {"2025-05-31", "2025-05-25"}


def test_a_file_whose_name_tells_no_time_is_opened_for_it(home: Path) -> None:
    path = _add(home, "renamed", _local(28))
    path = path.rename(path.with_name("renamed.runtall"))
    assert find_session(home, "latest-1") == path
