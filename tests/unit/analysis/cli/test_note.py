"""``runtall note``: facts told afterwards, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from analysis.cli.main import cli
from sensor.errors import SessionFileError
from sensor.session.reader import read_recording
from sensor.wellbeing import Symptom
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
        *("--pack", "vest", "--stature", "172cm", "--lap", "400m", "--text", "windy; tired"),
    )
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == str(session)
    assert read_recording(session).context == {
        "typed_distance_m": 42.0,
        "surface": "treadmill",
        "shoes": "the blue ones",
        "pack": "vest",
        "stature_m": 1.72,
        "lap_length_m": 400.0,
        "notes": "windy; tired",
    }


def test_pain_and_symptoms_are_in_the_session_in_closed_words(session: Path) -> None:
    result = note(
        session,
        *("--pain", "Low Back: 7/10", "--pain", "neck 2", "--pain", "lumbar spine 3"),
        *("--pain-before", "knees 1", "--pain-after", "calf 0"),
        *("--symptom", "numbness", "--symptom", "Pain at night", "--symptom", "numbness"),
    )
    assert result.stderr == "Noted: pain, pain after, pain before, symptom.\n"
    assert read_recording(session).context == {
        "pain_during": ["lower back 7", "neck 2"],
        "pain_before": ["knee 1"],
        "pain_after": ["leg 0"],
        "symptoms": ["numbness", "pain at night"],
    }


def test_pain_and_symptoms_can_be_taken_back(session: Path) -> None:
    note(session, "--pain", "neck 5", "--symptom", "fever")
    assert note(session, "--pain", "none", "--symptom", "none").exit_code == 0
    assert read_recording(session).context == {"pain_during": [], "symptoms": []}


def test_help_lists_every_symptom(session: Path) -> None:
    said = " ".join(note(session, "--help").stdout.split())
    assert [word for word in Symptom if word not in said] == []


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
        (("--pain", "back 7"), "'back 7' is not a place and a number from 0 to 10, as in 'lower back 7'"),
        (("--pain", "neck 11"), "'neck 11' is not a place and a number"),
        (("--pain-before", "neck 3", "--pain-before", "none"), "'none' is not a place"),
        pytest.param(("--pain-after", "x" * 10_000), f"'{'x' * 40}' is not a place", id="long"),
        (("--symptom", "plague"), "'plague' is not one of 'chest pain'"),
        (("--symptom", "fever", "--symptom", "none"), "'none' stands alone"),
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
