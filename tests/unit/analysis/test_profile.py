"""A runner's profile: what its file may hold, what is said of the rest, and how it is changed."""

from __future__ import annotations

import contextlib
import re
import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.config import AnalysisConfig, FindingsConfig
from analysis.errors import ProfileError
from analysis.lengths import LengthUnit, Split
from analysis.profile import (
    KEYS,
    LARGEST_BYTES,
    PRESETS_DEG,
    Preset,
    Profile,
    analysis_config,
    edited,
    read_profile,
)

ROOT = Path(__file__).resolve().parents[3]

WHOLE = """\
# mine
name = "Ada <b>\\"Ö\\"</b> \U0001f3c3 \u05d0"
stature = "172cm"
preset = "strict"     # since May
slouched_deg = 3.5
units = "miles"
surface = "trail"
beside = ["H10", "Stryd"]

[sensors]
chest = "Movesense 2540"
head = "A = B"
"""


def read(text: str) -> Profile:
    return read_profile(text.encode(), "me.toml")


def complaint(content: str | bytes) -> str:
    with pytest.raises(ProfileError) as told:
        read_profile(content.encode() if isinstance(content, str) else content, "me.toml")
    return str(told.value)


def test_a_whole_profile_is_read() -> None:
    assert read(WHOLE) == Profile(
        name='Ada <b>"Ö"</b> \U0001f3c3 \u05d0',
        stature_m=1.72,
        watch_deg=1.5,
        slouched_deg=3.5,
        unit=LengthUnit.MILE,
        surface="trail",
        sensors=(("sternum", "Movesense 2540"), ("head", "A = B")),
        beside=("H10", "Stryd"),
    )


@pytest.mark.parametrize("text", ["", "# nothing\r\n", "\ufeff"])
def test_an_empty_profile_is_that_of_everybody(text: str) -> None:
    assert read(text) == Profile()
    assert analysis_config(read(text)) == analysis_config() == AnalysisConfig()


def test_the_normal_preset_is_what_counts_without_a_profile() -> None:
    config = FindingsConfig()
    assert PRESETS_DEG[Preset.NORMAL] == (config.watch_deg, config.slouched_deg)


@pytest.mark.parametrize(
    ("preset", "watch_deg", "slouched_deg"), [("gentle", 3, 6), ("normal", 2, 4), ("strict", 1.5, 3)]
)
def test_a_preset_gives_both_thresholds_and_with_them_another_configuration(
    preset: str, watch_deg: float, slouched_deg: float
) -> None:
    config = analysis_config(read(f'preset = "{preset}"'))
    assert (config.findings.watch_deg, config.findings.slouched_deg) == (watch_deg, slouched_deg)
    assert (config.hash() == AnalysisConfig().hash()) == (preset == "normal")


def test_miles_are_the_rows_unless_others_are_asked_for() -> None:
    miles = read('units = "miles"')
    assert analysis_config(miles).segments.split is Split.MILE
    assert analysis_config(miles, Split.SHORT).segments.split is Split.SHORT


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('# x\nstatur = "172cm"', "line 2: statur = '172cm': unknown key; did you mean stature?"),
        ("xyz = 1", "line 1: xyz = 1: unknown key; there are name, stature, preset"),
        ("stature = 1.72", "line 1: stature = 1.72: no height of a person with its unit"),
        ('stature = "17cm"', "stature = '17cm': no height of a person"),
        ('preset = "soft"', 'preset = \'soft\': write one of "gentle", "normal", "strict"'),
        ("preset = [1]", "preset = […]: write one of"),
        ('units = "mi"', 'units = \'mi\': write one of "km", "miles"'),
        ('surface = "moon"', "surface = 'moon': write one of \"road\""),
        ("watch_deg = true", "watch_deg = True: write a number from 0.5 to 20"),
        ("watch_deg = nan", "watch_deg = nan: write a number from 0.5 to 20"),
        ("slouched_deg = 21", "slouched_deg = 21: write a number from 0.5 to 20"),
        ("\n\nwatch_deg = 4", "line 3: watch_deg = 4.0: watch_deg, 4, must lie below slouched_deg, 4"),
        ('preset = "gentle"\nslouched_deg = 3', "line 2: slouched_deg = 3.0: watch_deg, 3, must lie below"),
        ('name = ""', "name = '': write a name of at most 100 letters"),
        (f'name = "{"x" * 101}"', f"name = '{'x' * 39}…: write a name of at most 100 letters"),
        (f'\nname = "{"x" * 10_000}"', "line 2: longer than 1000 letters"),
        ('beside = "H10"', "beside = 'H10': write at most 10 names in brackets"),
        ("beside = [1]", "beside = […]: write a name"),
        ('sensors = "x"', "line 1: sensors = 'x': write a line [sensors]"),
        ('[sensors]\nhaed = "x"', "line 2: sensors.haed = 'x': no place on the body; did you mean head?"),
        ('[sensors]\nsurface = "road"', "sensors.surface = 'road': no place on the body; write it above"),
        ("[sensors]\nhead = 1", "line 2: sensors.head = 1: write the sensor's name"),
        ('[sensors]\nchest = "a"\nsternum = "b"', "line 3: sensors.sternum = 'b': sternum is there twice"),
        ('stature = "172cm', "not TOML: "),
        ('name = "a"\nname = "b"\n', "not TOML: Cannot overwrite a value (at line 2"),
        ("a = " + "[\n" * 20_000, "nested too deeply"),
        ("a = [" + "\n[]," * 15_000 + "]", "a = […]: unknown key"),
        (f"[{'a.' * 498}a]\n{'a.' * 495}a = 1", "a = {…}: unknown key"),
        (b"\x89PNG\r\n\x1a\n\xff", "no text in UTF-8 (byte 0)"),
        (b"x" * (LARGEST_BYTES + 1), "longer than 64 kB"),
    ],
    ids=lambda value: str(value[:24]),
)
def test_what_cannot_be_true_is_one_line_with_place_value_and_remedy(text: str | bytes, said: str) -> None:
    line = complaint(text)
    assert line.startswith("me.toml")
    assert said in line
    assert "\n" not in line
    assert len(line) < 250


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_whatever_bytes_come_there_is_a_profile_or_one_error(content: bytes) -> None:
    with contextlib.suppress(ProfileError):
        assert isinstance(read_profile(content, "me.toml"), Profile)


def test_the_page_of_the_profile_tells_every_key_and_its_example_is_right() -> None:
    page = (ROOT / "data" / "PROFILE.md").read_text("utf-8")
    assert [key for key in KEYS if not re.search(rf"^\| .*`\[?{key}\]?`", page, re.MULTILINE)] == []
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert (read(example).watch_deg, read(example).slouched_deg) == (1.5, 3.5)


def test_a_change_keeps_comments_order_and_all_else() -> None:
    after = edited(WHOLE, "me.toml", {"preset": "gentle", "sensors": {"sacrum": "C"}}, ["slouched_deg"])
    expected = WHOLE.replace('"strict"', '"gentle"').replace("slouched_deg = 3.5\n", "")
    assert after == expected + 'sacrum = "C"\n'


def test_a_new_key_stands_above_the_sensors_and_says_what_it_is() -> None:
    after = edited('[sensors]\nhead = "A"\n', "me.toml", {"units": "miles"})
    assert tomllib.loads(after) == {"units": "miles", "sensors": {"head": "A"}}
    assert f"# {KEYS['units']}" in after


def test_a_sensor_is_replaced_under_the_word_for_its_place_that_is_there() -> None:
    after = edited(WHOLE, "me.toml", {"sensors": {"sternum": "New", "knee": "X"}})
    assert tomllib.loads(after)["sensors"] == {"chest": "New", "head": "A = B", "knee": "X"}


def test_a_file_that_is_too_intricate_to_change_says_so_in_a_line() -> None:
    with pytest.raises(ProfileError, match=r"^me\.toml: cannot be changed but by hand"):
        edited(f"[{'a.' * 498}a]\n{'a.' * 495}a = 1\n", "me.toml", {"name": "Ada"})


def test_a_file_made_to_take_long_is_refused_at_once() -> None:
    begin_s = time.process_time()
    for filler in ("a." * 30_000, "\n" * 60_000, (" " * 999 + "\n") * 60, "a." * 490 + "a = 1"):
        assert complaint(f"{filler}\nzzz = 1").startswith("me.toml")
    assert time.process_time() - begin_s < 1.0


def test_a_sensor_and_a_key_can_be_forgotten_and_what_is_not_there_is_passed_over() -> None:
    after = edited(WHOLE, "me.toml", {}, ["sensors.head", "surface", "weather", "name.first", "sensors.x"])
    assert tomllib.loads(after)["sensors"] == {"chest": "Movesense 2540"}
    assert "surface" not in after
    assert edited('[sensors]\nhead = "A"\n', "me.toml", {}, ["sensors"]).strip() == ""


@given(st.text(min_size=1, max_size=100).filter(lambda text: text.strip() and "\x00" not in text))
def test_any_name_comes_back_as_it_was_typed(name: str) -> None:
    assert read(edited("", "me.toml", {"name": name})).name == name.strip()
