from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from analysis.cli.completion import VARIABLE
from analysis.cli.main import cli
from tests.support.console import success
from tests.support.forked_console import forked
from tests.unit.test_startup import seconds

LONGEST_S = 0.15
"""Of processor time above an empty interpreter: a shell asks at every press of the key."""

TAKE_A_SESSION = (
    "report",
    "show",
    "note",
    "export",
    "track",
    "compare",
    "delete",
    "move",
    "rename",
    "tag",
    "trim",
)


def offered(home: Path, *words: str) -> list[str]:
    """Return what a shell offers where the last word has just been begun."""
    complete = ShellComplete(cli, {}, "runtall", VARIABLE)
    return [item.value for item in complete.get_completions(["--home", str(home), *words[:-1]], words[-1])]


def with_files(home: Path, names: Iterable[str]) -> Path:
    (home / "sessions").mkdir(parents=True)
    for name in names:
        (home / "sessions" / f"{name}.runtall").touch()
    return home


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return with_files(tmp_path, ["2026-05-03_07-31-05_tempo", "2026-05-10_07-40-00_long", "odd\x1b[2J name"])


@pytest.mark.parametrize("command", TAKE_A_SESSION)
def test_sessions_are_offered_the_newest_first_and_no_file_is_opened(home: Path, command: str) -> None:
    assert offered(home, command, "") == ["latest", "2026-05-10_07-40-00_long", "2026-05-03_07-31-05_tempo"]
    assert offered(home, command, "2026-05-0") == ["2026-05-03_07-31-05_tempo"]


def test_where_no_session_is_meant_the_shell_looks_for_files(home: Path) -> None:
    complete = ShellComplete(cli, {}, "runtall", VARIABLE)
    (item,) = complete.get_completions(["--home", str(home), "report"], "./my")
    assert (item.value, item.type) == ("./my", "file")


def test_commands_and_options_are_offered(home: Path) -> None:
    assert offered(home, "rep") == ["report"]
    assert offered(home, "--de") == ["--debug"]
    assert offered(home, "report", "--spl") == ["--split"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_a_script_that_asks_this_program(tmp_path: Path, shell: str) -> None:
    script = "\n".join(success(forked(tmp_path, "completion", shell)))
    assert f"{VARIABLE}={shell}_complete" in script


def test_a_completion_is_there_before_a_finger_is(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"RUNTALL_HOME": home, VARIABLE: "bash_complete", "COMP_CWORD": 2}.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setenv("COMP_WORDS", "runtall report l")
    assert seconds("-m", "analysis", turns=3) < seconds("-c", "pass", turns=3) + LONGEST_S
