"""The table of cues in a profile: what it may hold, and what is said of the rest."""

from __future__ import annotations

import json
from datetime import date

import pytest

from analysis.cues.settings import CueSettings, OutputKind, share_of_cues
from analysis.errors import ProfileError
from analysis.profile import read_profile

VIBRATOR = """vibrator_address = "AA:BB"
vibrator_characteristic = "00002A06-0000-1000-8000-00805f9b34fb"
vibrator_bytes = "01 ff"
"""


def read(text: str) -> CueSettings:
    return read_profile(f"[cues]\n{text}".encode(), "me.toml").cues


def complaint(text: str) -> str:
    with pytest.raises(ProfileError) as told:
        read(text)
    return str(told.value)


def test_a_word_stands_for_numbers_and_a_number_beside_it_counts() -> None:
    found = read('preset = "strict"\ncool_down_s = 90\noutputs = ["tone", "words", "tone"]')
    assert (found.threshold_deg, found.hold_off_s, found.cool_down_s) == (3.0, 20.0, 90.0)
    assert found.outputs == (OutputKind.TONE, OutputKind.WORDS)


def test_without_a_table_the_normal_numbers_count_and_nothing_is_withheld() -> None:
    assert read("") == CueSettings() == read('preset = "normal"')
    assert not CueSettings().withhold


def test_a_vibrator_is_told_by_address_characteristic_and_bytes() -> None:
    found = read(f'outputs = ["vibrator"]\n{VIBRATOR}')
    assert (found.vibrator_address, found.vibrator_bytes) == ("AA:BB", b"\x01\xff")
    assert found.vibrator_characteristic == "00002a06-0000-1000-8000-00805f9b34fb"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("treshold_deg = 3", "did you mean threshold_deg?"),
        ("threshold_deg = 90", "write a number from 0.5 to 20"),
        ("threshold_deg = true", "write a number"),
        ("threshold_deg = nan", "write a number"),
        ("most_unanswered = 2.5", "write a whole number"),
        ("withhold = 1", "write true or false"),
        ('began = "2026-05-01"', "write a day without quotes"),
        ("began = 2026-05-01T10:00:00", "write a day without quotes"),
        ('outputs = ["horn"]', "write only some of bell, tone"),
        ("outputs = []", "in brackets"),
        ("outputs = [[1]]", "write only some of"),
        ('outputs = ["webhook"]', "webhook needs webhook"),
        ('outputs = ["vibrator"]', "vibrator needs vibrator_address"),
        ('webhook = "http://example.org/x"', "only programs on this computer"),
        ('webhook = "https://127.0.0.1/x"', "only programs on this computer"),
        ('webhook = "http://127.0.0.1@example.org/"', "only programs on this computer"),
        ('webhook = "http://localhost/a b"', "only programs on this computer"),
        ('webhook = "http://localhost/ö"', "only programs on this computer"),
        ('webhook = "http://[::1"', "only programs on this computer"),
        ('webhook = "http://127.0.0.1:99999/"', "only programs on this computer"),
        ('vibrator_bytes = "0"', "bytes in hex"),
        (f'vibrator_bytes = "{"00" * 21}"', "bytes in hex"),
        ('vibrator_characteristic = "2a06"', "write the UUID in full"),
        ('preset = "soft"', "gentle, normal, strict"),
    ],
)
def test_what_cannot_be_is_one_line_with_its_place(line: str, said: str) -> None:
    told = complaint(line)
    assert told.startswith(f"me.toml, line 2: cues.{line.split(' ')[0]} = ")
    assert said in told
    assert "\n" not in told


@pytest.mark.parametrize("url", ["http://localhost:8080/cue", "http://127.0.0.1/", "http://[::1]:9/x?a=b"])
def test_a_program_on_this_computer_may_be_told(url: str) -> None:
    assert read(f'webhook = "{url}"').webhook == url


def test_a_session_keeps_the_numbers_and_no_address() -> None:
    found = read(f'outputs = ["vibrator"]\nbegan = 2026-05-01\n{VIBRATOR}webhook = "http://localhost/secret"')
    text = found.as_text()
    assert json.loads(text)["began"] == "2026-05-01"
    assert json.loads(text)["threshold_deg"] == 4.0
    assert "secret" not in text
    assert "AA:BB" not in text


def test_cues_become_fewer_from_week_to_week_down_to_a_fifth() -> None:
    fading = CueSettings(began=date(2026, 5, 1), fade_weeks=8)
    shares = [share_of_cues(fading, date(2026, 5, day)) for day in (1, 7, 8, 29)]
    assert shares == pytest.approx([1.0, 1.0, 0.9, 0.6])
    assert share_of_cues(fading, date(2027, 5, 1)) == pytest.approx(0.2)
    assert share_of_cues(fading, date(2026, 4, 1)) == 1.0
    assert share_of_cues(CueSettings(), date(2027, 5, 1)) == 1.0
    assert share_of_cues(CueSettings(began=date(2026, 5, 1), fade_weeks=0), date(2027, 5, 1)) == 1.0
