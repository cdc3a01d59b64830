"""``runtall list``: every session, newest first, broken ones among them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from analysis.cli.list_ import NAME_WIDTH
from analysis.cli.main import cli
from analysis.cli.text import display_width
from analysis.library.library import Library
from sensor.session.edit import amend_session
from sensor.session.schema import new_session_bytes
from sensor.session.writer import SessionWriter


def make_session(home: Path, name: str, started_utc: str, duration_s: float = 90.0) -> Path:
    folder = home / "sessions"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.runtall"
    writer = SessionWriter(path, name=name, started_utc=started_utc, simulated=name == "sim")
    chest = writer.add_sensor("sternum", "movesense", name="Movesense 1")
    writer.add_sensor("head", "movesense", name="Movesense 2")
    segment = writer.start_segment(chest, 0, reason="start")
    writer.packet(segment, "data", arrival_ns=round(duration_s * 1e9), payload=b"\x02\x63")
    writer.close()
    return path


def runtall(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--home", str(home), *arguments])


def test_sessions_are_listed_newest_first_with_what_they_hold(tmp_path: Path) -> None:
    make_session(tmp_path, "older", "2026-04-01T08:00:00+00:00")
    make_session(tmp_path, "sim", "2026-04-03T08:15:00+00:00", 4000.0)
    make_session(tmp_path, "between", "2026-04-02T08:00:00+00:00")

    header, *lines = runtall(tmp_path, "list").stdout.splitlines()

    assert header.split() == ["NAME", "DATE", "DURATION", "KM", "VERDICT", "SENSORS", "SIZE", "FILE"]
    assert [line.split()[0] for line in lines] == ["sim", "between", "older"]
    assert "sim (simulated)" in lines[0]
    for words in ("1:06:40", "sternum, head", " kB", "sim.runtall"):
        assert words in lines[0]


def test_lengths_are_told_in_the_unit_of_the_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_session(tmp_path, "evening", "2026-04-01T08:00:00+00:00")
    (tmp_path / "profile.toml").write_text('units = "miles"\n', encoding="utf-8")
    whole = Library.entries
    monkeypatch.setattr(
        Library,
        "entries",
        lambda self, **how: tuple(
            replace(entry, row=replace(entry.row, distance_m=8_046.72)) for entry in whole(self, **how)
        ),
    )
    header, line = runtall(tmp_path, "list").stdout.splitlines()
    assert header.split()[3] == "MI"
    assert line.split()[4] == "5.0"


def test_a_broken_file_is_listed_as_such_and_hides_nothing(tmp_path: Path) -> None:
    whole = make_session(tmp_path, "whole", "2026-04-01T08:00:00+00:00")
    (tmp_path / "sessions" / "cut.runtall").write_bytes(whole.read_bytes()[:5000])
    (tmp_path / "sessions" / "text.runtall").write_text("hello")

    result = runtall(tmp_path, "list")

    assert result.exit_code == 0
    lines = {line.split(".runtall")[0].split()[-1]: line for line in result.stdout.splitlines()[1:]}
    assert lines["whole"].startswith("whole ")
    assert "cut off" in lines["cut"]
    assert lines["text"].startswith("(broken)")


def test_a_session_killed_in_its_first_moment_is_listed_and_shown(tmp_path: Path) -> None:
    make_session(tmp_path, "whole", "2026-04-01T08:00:00+00:00")
    (tmp_path / "sessions" / "young.runtall").write_bytes(new_session_bytes({}))

    assert "young" in runtall(tmp_path, "list").stdout
    shown = runtall(tmp_path, "show", str(tmp_path / "sessions" / "young.runtall"))
    assert shown.exit_code == 0
    assert "Started" not in shown.stdout


def test_a_name_cannot_send_commands_to_the_terminal(tmp_path: Path) -> None:
    path = make_session(tmp_path, "plain", "2026-04-01T08:00:00+00:00")
    path.unlink()
    writer = SessionWriter(path, name="\x1b[2Jevil\n", started_utc="2026-04-01T08:00:00+00:00")
    writer.close()

    assert "\x1b" not in runtall(tmp_path, "list").stdout
    assert len(runtall(tmp_path, "list").stdout.splitlines()) == 2


@pytest.mark.parametrize("name", ["n" * 400, "走" * 400, "a\u0301" * 400])
def test_a_long_name_does_not_widen_the_other_rows(tmp_path: Path, name: str) -> None:
    make_session(tmp_path, "short", "2026-04-01T08:00:00+00:00")
    path = make_session(tmp_path, "long", "2026-04-02T08:00:00+00:00")
    with amend_session(path) as rows:
        rows.set_meta("name", name)
    header, long, short = runtall(tmp_path, "list").stdout.splitlines()
    assert "…" in long
    assert display_width(long.split("…")[0]) + 1 in (NAME_WIDTH, NAME_WIDTH - 1)
    assert short.index("2026-04-01") == header.index("DATE") <= NAME_WIDTH + 2
    assert display_width(long[: long.index("2026-04-02")]) == header.index("DATE")


def test_without_sessions_it_says_how_to_make_one(tmp_path: Path) -> None:
    result = runtall(tmp_path, "list")
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "record or import" in result.stderr


def test_listing_what_is_known_needs_neither_numpy_nor_scipy_nor_pandas_nor_bleak(tmp_path: Path) -> None:
    make_session(tmp_path, "one", "2026-04-01T08:00:00+00:00")
    runtall(tmp_path, "list")
    program = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from analysis.cli.main import cli\n"
        "result = CliRunner().invoke(cli, ['--home', sys.argv[1], 'list'])\n"
        "assert 'one' in result.stdout, result\n"
        "print(*{'numpy', 'scipy', 'pandas', 'matplotlib', 'bleak'} & set(sys.modules))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True, timeout=60
    )
    assert result.stdout.split() == []
