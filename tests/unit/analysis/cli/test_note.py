"""``runtall note``: facts told afterwards, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from analysis.cli.main import cli
from sensor.errors import SessionFileError
from sensor.session.info import read_info
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


def test_tape_sitting_and_pack_are_in_the_session(session: Path) -> None:
    result = note(
        session,
        *("--tape", "kinesio, upper back", "--sat", "150min", "--long-drive"),
        *("--pack-weight", "12lb", "--wide-straps", "--no-waist-strap"),
    )
    assert result.exit_code == 0
    assert read_recording(session).context == {
        "tape": "kinesio, upper back",
        "hours_sat_before": 2.5,
        "long_car_trip": True,
        "pack_kg": pytest.approx(5.443, abs=1e-3),
        "wide_straps": True,
        "waist_strap": False,
    }


def test_no_tape_and_no_sitting_are_words_too(session: Path) -> None:
    note(session, "--tape", " None ", "--sat", "none")
    assert read_recording(session).context == {"tape": "none", "hours_sat_before": 0.0}


def test_what_was_noted_before_stays_readable(session: Path) -> None:
    for words in (("--tape", "none"), ("--tape", "brace"), ("--tape", "brace"), ("--pain", "neck 3")):
        note(session, *words)
    note(session, "--tape", "kinesio", "--pain", "none")
    assert read_recording(session).context == {"tape": "kinesio", "pain_during": []}
    assert read_info(session).earlier == {"tape": ("none", "brace"), "pain_during": (["neck 3"],)}
    said = CliRunner().invoke(cli, ["show", str(session)]).stdout
    assert "NOTED BEFORE  VALUE\nPain during   neck 3\nTape          none\nTape          brace" in said


def test_a_remark_with_a_time_is_a_mark_and_is_told_with_the_session(session: Path) -> None:
    assert note(session, "--text", "wind", "--at", "3s").stderr == "Noted: a remark at 0:03.\n"
    note(session, "--text", "<b>rain</b>", "--at", "0:08", "--shoes", "old")
    recording = read_recording(session)
    assert [(mark.time_s, mark.kind, mark.text) for mark in recording.marks] == [
        (3.0, "remark", "wind"),
        (8.0, "remark", "<b>rain</b>"),
    ]
    assert recording.context == {"shoes": "old", "remarks": ["0:03 wind", "0:08 <b>rain</b>"]}
    assert recording.notices == ()


def test_a_remark_of_any_letters_is_shown_without_what_a_terminal_obeys(session: Path) -> None:
    words = '\x1b[31m"quoted" \u202egnirts \U0001f3c3 ' + "x" * 10_000
    assert note(session, "--tape", words, "--text", words, "--at", "1s").exit_code == 0
    said = CliRunner().invoke(cli, ["show", str(session)]).stdout
    assert not {"\x1b", "\u202e"} & set(said)
    assert "x" * 1000 not in said


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
        (("--tape", " "), "' ' says nothing"),
        (("--sat", "3"), "'3' is not a number above zero with its unit; write for example 3h, 90min or none"),
        (("--sat", "30h"), "'30h' is too much to be true"),
        (("--pack-weight", "600kg"), "'600kg' is too much to be true"),
        (("--at", "5s"), "--at tells when a --text was"),
        (("--at", "5s", "--shoes", "old"), "--at tells when a --text was"),
        (("--at", "11s", "--text", "late"), "--at 0:11 is after the end of the session, 0:10"),
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
