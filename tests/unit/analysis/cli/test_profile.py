"""``runtall profile``: shown, changed in place, or left as it was; and what it does elsewhere."""

from __future__ import annotations

import os
import stat
import sys
from datetime import date
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from analysis.cli.main import cli
from analysis.cli.runner import profile_of_session, runner_name
from analysis.errors import ProfileError
from analysis.profile import Profile, read_profile
from tests.support.sessions import new_writer


def runtall(home: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["--home", str(home), *words])


def test_without_a_profile_it_is_said_what_counts_and_no_file_is_made(tmp_path: Path) -> None:
    result = runtall(tmp_path, "profile")
    assert result.exit_code == 0
    assert "Slouched:  from 4° on" in result.stdout
    assert result.stdout.splitlines()[-1] == str(tmp_path / "profile.toml")
    assert "There is no profile yet" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_is_told_is_shown_and_stays_among_the_comments_of_the_runner(tmp_path: Path) -> None:
    file = tmp_path / "profile.toml"
    assert runtall(tmp_path, "profile", "--stature", "172cm", "--sensor", "chest=A").exit_code == 0
    file.write_text(file.read_text("utf-8") + "# the old strap\n", "utf-8")
    result = runtall(
        tmp_path, "profile", "--preset", "gentle", "--sensor", "head=B", "--units", "miles", "--name", '"<i>'
    )
    for line in ('Name:      "<i>', "Stature:   172 cm", "Watch:     from 3° on", "Units:     miles"):
        assert line in result.stdout
    assert "Sensors:   sternum=A, head=B" in result.stdout
    assert "# the old strap\n" in file.read_text("utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["profile.toml"]


def test_cues_are_changed_entry_by_entry_and_a_wrong_one_is_not_written(tmp_path: Path) -> None:
    file = tmp_path / "profile.toml"
    told = ("--cue", "preset=strict", "--cue", "outputs=tone, file", "--cue", "began=2026-05-01")
    assert (
        runtall(tmp_path, "profile", *told, "--cue", "file=/tmp/cue", "--cue", "withhold=true").exit_code == 0
    )
    cues = read_profile(file.read_bytes(), "me.toml").cues
    assert (cues.threshold_deg, cues.outputs, cues.began) == (3.0, ("tone", "file"), date(2026, 5, 1))
    assert cues.withhold
    before = file.read_bytes()
    result = runtall(tmp_path, "profile", "--cue", "treshold_deg=5")
    assert result.exit_code != 0
    assert "did you mean threshold_deg?" in str(result.exception)
    assert file.read_bytes() == before
    shown = runtall(tmp_path, "profile", "--cue", "threshold_deg=5").stdout
    assert "Cues:      after 20 s from 5° on, 120 s apart, by tone, file" in shown


@pytest.mark.skipif(sys.platform == "win32", reason="modes of POSIX")
def test_a_profile_is_its_owners_alone(tmp_path: Path) -> None:
    runtall(tmp_path / "home", "--runner", "ada", "profile", "--stature", "172cm")
    file = tmp_path / "home" / "runners" / "ada.toml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--stature", "1.72"), "'1.72' is not a number above zero with its unit"),
        (("--preset", "soft"), "'soft' is not one of 'gentle', 'normal', 'strict'"),
        (("--sensor", "sternum"), "write where it is worn and its name, as in sternum=NAME"),
    ],
)
def test_words_that_do_not_fit_are_usage_errors(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    result = runtall(tmp_path, "profile", *words)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--watch", "5"), "(left as it was), line 3: watch_deg = 5.0: watch_deg, 5, must lie below"),
        (("--watch", "nan"), "write a number from 0.5 to 20"),
        (("--sensor", "knee=A"), "no place on the body"),
        (("--name", "x" * 101), "write a name of at most 100 letters"),
        (("--name", "x" * 10_000), "longer than 1000 letters"),
    ],
)
def test_a_change_that_cannot_be_leaves_the_file_as_it_was(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    file = tmp_path / "profile.toml"
    file.write_text('# mine\nstature = "172cm"\n', "utf-8")
    result = runtall(tmp_path, "profile", *words)
    assert isinstance(result.exception, ProfileError)
    assert said in str(result.exception)
    assert file.read_text("utf-8") == '# mine\nstature = "172cm"\n'


def test_a_wrong_key_can_be_taken_out_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "profile.toml"
    file.write_text('statur = "172cm"\n', "utf-8")
    assert isinstance(runtall(tmp_path, "profile").exception, ProfileError)
    assert runtall(tmp_path, "profile", "--forget", "statur").exit_code == 0
    assert file.read_text("utf-8") == ""


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with a name")
def test_what_is_no_file_is_refused_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "profile.toml")
    result = runtall(tmp_path, "profile", "--units", "km")
    assert "no file; move away what lies there" in str(result.exception)


@pytest.mark.parametrize("word", ["../ada", "a/b", "", " ", ".", "ada lovelace", "<b>", "x" * 41, "a\x00"])
def test_a_runner_that_could_name_another_file_is_refused(word: str) -> None:
    with pytest.raises(click.BadParameter, match="is no name for a file"):
        runner_name(word)


@pytest.mark.parametrize(
    ("word", "name"), [("Ada", "ada"), ("Jürgen-2", "jürgen-2"), ("default", ""), ("אדה", "אדה")]
)
def test_a_runner_is_known_by_small_letters(word: str, name: str) -> None:
    assert runner_name(word) == name


def test_a_runner_nobody_knows_records_and_imports_nothing(tmp_path: Path) -> None:
    for words in (("record", "--sensor", "sternum=virtual"), ("import", "sternum=x.csv")):
        result = runtall(tmp_path, "--runner", "bob", *words)
        assert "no such runner; make one with `runtall --runner bob profile" in str(result.exception)
    assert list(tmp_path.iterdir()) == []


def context_of(home: Path, runner: str | None = None) -> click.Context:
    return click.Context(cli, obj={"home": str(home), "runner": runner})


def session_of(home: Path, runner: str | None) -> Path:
    writer = new_writer(home / f"{runner}.runtall"[-20:])
    if runner is not None:
        writer.set_context("runner", runner)
    writer.close()
    return writer.path


def test_a_session_is_read_by_the_profile_of_its_own_runner_unless_one_is_named(tmp_path: Path) -> None:
    runtall(tmp_path, "profile", "--preset", "gentle")
    runtall(tmp_path, "--runner", "ada", "profile", "--preset", "strict")
    context = context_of(tmp_path)
    mine, hers = session_of(tmp_path, None), session_of(tmp_path, "ada")
    assert profile_of_session(context, mine).watch_deg == 3.0
    assert profile_of_session(context, hers).watch_deg == 1.5
    assert profile_of_session(context_of(tmp_path, "ada"), mine).watch_deg == 1.5
    for stranger in ("bob", "../profile"):
        assert profile_of_session(context, session_of(tmp_path, stranger)) == Profile()
