"""``runtall note``: facts told afterwards, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from analysis.cli.main import cli
from sensor.errors import SessionFileError
from sensor.session.reader import read_recording
from tests.support.sessions import new_writer, write_session


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """A session of ten seconds in a home of its own."""
    (tmp_path / "sessions").mkdir()
    return write_session(tmp_path / "sessions" / "evening.runtall")


def note(session: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--home", str(session.parent.parent), "note", *arguments])


def test_everything_told_is_in_the_session(session: Path) -> None:
    result = note(
        session,
        *("evening", "--distance", "42m", "--surface", "treadmill", "--shoes", "the blue ones"),
        *("--pack", "vest", "--stature", "172cm", "--text", "windy; tired"),
    )
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == str(session)
    assert read_recording(session).context == {
        "typed_distance_m": 42.0,
        "surface": "treadmill",
        "shoes": "the blue ones",
        "pack": "vest",
        "stature_m": 1.72,
        "notes": "windy; tired",
    }


def test_without_a_word_the_latest_session_is_meant(session: Path) -> None:
    assert note(session, "--shoes", "old").exit_code == 0
    assert read_recording(session).context == {"shoes": "old"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "nothing to note"),
        (("--distance", "10"), "'10' is not a number above zero with its unit"),
        (("--distance", "10km"), "10km in 0.2 min is no speed of a runner"),
        (("--surface", "moon"), "'moon' is not one of 'road', 'trail'"),
        (("--pack", "heavy"), "'heavy' is not one of 'none', 'vest', 'backpack'"),
        (("--stature", "1.72"), "'1.72' is not a number above zero with its unit"),
    ],
)
def test_words_that_do_not_fit_are_usage_errors_and_change_nothing(
    session: Path, arguments: tuple[str, ...], said: str
) -> None:
    before = session.read_bytes()
    result = note(session, "evening", *arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())
    assert session.read_bytes() == before


def test_a_session_that_is_being_recorded_is_left_alone(session: Path) -> None:
    writer = new_writer(session.with_name("live.runtall"), "live")
    result = note(session, "live", "--shoes", "old")
    assert isinstance(result.exception, SessionFileError)
    assert "still being recorded" in str(result.exception)
    writer.close()


def test_what_was_noted_is_told_in_the_words_of_the_options(session: Path) -> None:
    result = note(session, "--distance", "42m", "--stature", "172cm", "--text", "wind")

    assert result.stderr == "Noted: distance, stature, text.\n"
