from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.wellbeing import OTHER_WORDS, BodyPlace, Pain, read_pain


@pytest.mark.parametrize(
    ("text", "place", "level"),
    [
        ("lower back 7", BodyPlace.LOWER_BACK, 7),
        ("Low  Back: 7/10", BodyPlace.LOWER_BACK, 7),
        ("lower-back 0", BodyPlace.LOWER_BACK, 0),
        ("left shoulder 3", BodyPlace.SHOULDER, 3),
        ("shoulder blades 4", BodyPlace.UPPER_BACK, 4),
        ("ribs 10", BodyPlace.CHEST, 10),
        ("neck=2", BodyPlace.NECK, 2),
        ("Achilles 5", BodyPlace.FOOT, 5),
    ],
)
def test_pain_is_read_as_a_place_and_a_number(text: str, place: BodyPlace, level: int) -> None:
    assert read_pain(text) == Pain(place, level)


@pytest.mark.parametrize(
    "text",
    [
        *("", "7", "lower back", "back 7", "lower back 11", "lower back -1", "lower back 6.5"),
        *("lower back ٧", "lower back seven", "neck 3 knee 4", "the moon 3", "neck 3\x1b[2J"),
        pytest.param("neck" + " " * 1_000_000 + "3", id="long"),
        *(None, 7, ["neck 3"]),
    ],
)
def test_what_is_no_place_with_a_number_is_no_pain(text: object) -> None:
    assert read_pain(text) is None


@given(st.sampled_from(list(BodyPlace)), st.integers(0, 10))
def test_pain_written_down_is_read_back(place: BodyPlace, level: int) -> None:
    assert read_pain(str(Pain(place, level))) == Pain(place, level)


@pytest.mark.parametrize("words", OTHER_WORDS)
def test_every_other_word_for_a_place_is_understood(words: str) -> None:
    assert read_pain(f"{words} 3") == Pain(OTHER_WORDS[words], 3)


@given(st.text())
def test_any_text_is_pain_or_none(text: str) -> None:
    pain = read_pain(text)
    assert pain is None or 0 <= pain.level <= 10
