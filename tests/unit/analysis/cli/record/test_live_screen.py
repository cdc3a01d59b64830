"""The live screen as its runner sees it: at any size, without colour, in a log, on one that is gone."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from analysis.cli.record.live_layout import ZONE_TONES, Tone, big, laid_out
from analysis.cli.record.live_screen import DrawnScreen, PlainScreen, live_screen
from analysis.judging.config import FindingsConfig
from analysis.lengths import LengthUnit
from analysis.live.view import TREND_PARTS, LinkFacts, LiveDisplay, LiveView, SensorLink
from analysis.words import Zone
from tests.support.live_states import run_of, state_of

FACTS = LinkFacts(
    423.2,
    (
        SensorLink("sternum", "streaming", is_well=True, gaps=0, battery_pct=87),
        SensorLink("head", "searching", is_well=False, gaps=2, battery_pct=9),
    ),
    message="B is not in reach",
    hint="5:12 to go",
)


@lru_cache
def a_display() -> LiveDisplay:
    """A runner who bends by 5 degrees over 1.5 km, their head 12 degrees down."""
    display = LiveDisplay(FindingsConfig(), LengthUnit.KILOMETRE)
    strides = [
        replace(
            stride,
            adjusted_flexion_deg=-1.0 + 5.0 * stride.distance_m / 1500.0,
            heart_rate_bpm=148.0,
            head_pitch_deg=12.0,
        )
        for stride in run_of(600, change_deg=0.0)
    ]
    display.take(state_of(strides, 420.0))
    return display


def a_view(facts: LinkFacts = FACTS) -> LiveView:
    return a_display().view(facts)


WIDE = """\
5:12 to go
       ██████    ██████ ████
  ██       ██    ██  ██ ████
██████   ████    ██████
  ██       ██        ██
       ██████ ██ ██████

MORE FORWARD
usual 6.2° from this run, since 3:00

last km, -2° to +6° against your usual
                                  ▁▁▁▁▂▂
  ▁▁▁▁▂▂▂▂▃▃▃▃▄▄▄▄▅▅▅▅▆▆▆▆▇▇▇▇██████████
████████████████████████████████████████

7:03   1.50 km   4:40 /km   171 spm   148 bpm   trunk +6°   head +12°

head searching battery 9 % 2 gaps
sternum ok 87 %
B is not in reach"""

NARROW = """\
5:12 to go
       ██████    ██████ ████
  ██       ██    ██  ██ ████
██████   ████    ██████
  ██       ██        ██
       ██████ ██ ██████

MORE FORWARD
usual 6.2° from this run, since 3:00

last km, -2° to +6° against your usual
                 ▁▁▂
 ▁▁▂▂▃▃▄▄▅▅▆▆▇▇█████
████████████████████

7:03   1.50 km   4:40 /km   171 spm
148 bpm   trunk +6°   head +12°

head searching battery 9 % 2 gaps
sternum ok 87 %
B is not in reach"""

LOW = """\
5:12 to go
+3.9°
MORE FORWARD
B is not in reach"""


@pytest.mark.parametrize(
    ("width", "height", "is_ascii", "text"),
    [(79, 23, False, WIDE), (39, 23, False, NARROW), (20, 6, True, LOW)],
    ids=["80x24", "40 columns", "20x6 ascii"],
)
def test_the_screen_at_its_usual_sizes(width: int, height: int, is_ascii: bool, text: str) -> None:
    lines = laid_out(a_view(), width, height, is_ascii=is_ascii)
    assert "\n".join(line.text for line in lines) == text


@settings(deadline=None)
@given(width=st.integers(1, 200), height=st.integers(1, 60), is_ascii=st.booleans())
def test_whatever_its_size_nothing_sticks_out_and_the_word_is_there(
    width: int, height: int, is_ascii: bool
) -> None:
    lines = laid_out(a_view(), width, height, is_ascii=is_ascii)
    assert 1 <= len(lines) <= height
    assert max(len(line.text) for line in lines) <= width
    if width >= 12:
        assert "MORE FORWARD" in [line.text for line in lines]
    if is_ascii:
        assert all(letter.isascii() or letter in "°…" for line in lines for letter in line.text)


@pytest.mark.parametrize("number", ["+0.0°", "-12.3°", "+45.6°", "+7.8°", "-9.1°"])
def test_large_digits_fit_forty_columns(number: str) -> None:
    rows = big(number)
    assert len(rows) == 5
    assert max(map(len, rows)) <= 39


def test_every_zone_has_a_tone_and_only_a_slouch_is_loud() -> None:
    assert set(ZONE_TONES) == set(Zone)
    assert [zone for zone in Zone if ZONE_TONES[zone] is Tone.BAD] == [Zone.SLOUCHED]


def test_a_trend_of_which_nothing_is_known_takes_no_room() -> None:
    view = replace(a_view(), trend_deg=(float("nan"),) * TREND_PARTS)
    assert not any("last km" in line.text for line in laid_out(view, 80, 24))


def drawn(**how: object) -> str:
    file = StringIO()
    console = Console(file=file, force_terminal=True, width=80, height=24, highlight=False, **how)  # type: ignore[arg-type]
    with DrawnScreen(console) as screen:
        screen.show(423.2, a_view())
        screen.say("Lap [1] at 7:03.")
    return file.getvalue()


def test_colour_says_nothing_that_words_do_not_and_goes_where_it_is_unwanted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    coloured = drawn(color_system="standard")
    monkeypatch.setenv("NO_COLOR", "1")
    plain = drawn(color_system="standard")
    assert re.search(r"\x1b\[[0-9;]*33m", coloured)
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", plain)
    for text in (coloured, plain):
        assert "MORE FORWARD" in text
        assert "Lap [1] at 7:03." in text


def test_a_terminal_that_is_resized_is_wiped_and_drawn_anew_with_the_last_sentence() -> None:
    file = StringIO()
    console = Console(file=file, force_terminal=True, width=80, height=24, highlight=False)
    with DrawnScreen(console) as screen:
        screen.say("Go and run!")
        screen.show(1.0, a_view())
        before = len(file.getvalue())
        console.width = 40
        screen.show(2.0, a_view())
    anew = file.getvalue()[before:]
    assert "\x1b[2J" in anew
    assert "Go and run!" in anew
    assert max(map(len, re.sub(r"\x1b\[[?0-9;]*[A-Za-z]|\r", "", anew).splitlines())) <= 40


def test_a_terminal_that_is_gone_takes_nothing_with_it() -> None:
    class Gone(StringIO):
        def write(self, text: str) -> int:
            raise OSError(5, "Input/output error")

    with DrawnScreen(Console(file=Gone(), force_terminal=True, width=80)) as screen:
        screen.show(1.0, a_view())
        screen.say("Lap 1")
        screen.show(2.0, a_view())


def test_in_a_log_a_line_comes_every_ten_seconds_and_trouble_at_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    screen = PlainScreen()
    for tick in range(100):
        time_s = tick * 0.25
        message = "the disk is full" if 14.0 <= time_s < 16.0 else ""
        screen.show(time_s, a_view(replace(FACTS, time_s=time_s, message=message)))
    shown = [(line.split()[0], line.endswith("full")) for line in capsys.readouterr().err.splitlines()]
    assert shown == [("0:00", False), ("0:10", False), ("0:14", True), ("0:20", False)]


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_that_cannot_be_drawn_on_gets_lines(term: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert isinstance(live_screen(), PlainScreen)


def test_a_poster_takes_the_place_of_the_view_where_the_terminal_has_room_for_it() -> None:
    shown = {}
    for height in (24, 8):
        file = StringIO()
        console = Console(file=file, force_terminal=True, width=80, height=height, highlight=False)
        with DrawnScreen(console) as screen:
            screen.show(1.0, a_view(), "\n".join(["█ ▄ █"] * 17))
        shown[height] = file.getvalue()
    assert shown[24].count("█ ▄ █") >= 17
    assert "5:12 to go" in shown[24]
    assert "MORE FORWARD" not in shown[24]
    assert "MORE FORWARD" in shown[8]
