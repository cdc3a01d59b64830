"""Posture beside a recording: what is handed on, and that no mistake of it reaches the recorder."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pytest

from analysis.cli.record.live import NOT_LIVE, LivePosture, PostureLine, facts_of
from analysis.cli.record.live_page import TOKEN_FILE, Reach, invitation, kept_token, qr_code
from analysis.cli.record.posture_feed import PostureFeed
from analysis.judging.config import FindingsConfig
from analysis.lengths import LengthUnit
from analysis.live.records import LiveState, LiveStride
from analysis.live.view import LinkFacts, LiveDisplay, LiveView, SensorLink
from sensor.recorder import LinkState, RecorderStatus, SensorStatus
from sensor.samples import LiveBlock, LiveReading
from tests.support.live_states import STRIDE_S, run_of, state_of

BLOCK = LiveBlock("sternum", 0, np.zeros(1), np.zeros((1, 3)), np.zeros((1, 3)))
PULSE = LiveReading(21.0, "heart_rate_bpm", 148.0, "strap")
STATUS = RecorderStatus(22.0, (SensorStatus("sternum", "A", LinkState.STREAMING, 7890, 104.2, 1, 87),))


class Scripted:
    """An estimator that tells strides written beforehand, or makes a mistake."""

    def __init__(self, strides: Sequence[LiveStride], *, mistake: str = "", notice: str = "") -> None:
        self.blocks: list[LiveBlock] = []
        self.readings: list[LiveReading] = []
        self._untold = list(strides)
        self._mistake = mistake
        self._notice = notice

    def add(self, block: LiveBlock) -> None:
        self.blocks.append(block)
        if self._mistake == "add":
            raise ZeroDivisionError("float division by zero")

    def run_on(self, strides: Sequence[LiveStride]) -> None:
        self._untold += strides

    def tell(self, reading: LiveReading) -> None:
        self.readings.append(reading)

    def state(self, now_s: float) -> LiveState:
        if self._mistake == "state":
            raise ValueError("no such window")
        told, self._untold = self._untold, []
        return replace(state_of(told, now_s), notice=self._notice)


class Screen:
    """Keeps what was shown."""

    def __init__(self) -> None:
        self.views: list[LiveView] = []
        self.posters: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def show(self, time_s: float, view: LiveView, poster: str = "") -> None:
        self.views.append(view)
        self.posters.append(poster)

    def say(self, text: str) -> None:
        pass


def posture(estimator: Scripted) -> LivePosture:
    return LivePosture(PostureFeed(estimator), LiveDisplay(FindingsConfig(), LengthUnit.KILOMETRE))


def test_what_the_recorder_hands_on_is_seen_on_screen_and_page_alike() -> None:
    estimator, screen, published = Scripted(run_of(30, change_deg=3.0)), Screen(), list[LiveView]()
    line = PostureLine(
        posture(estimator), screen, publish=published.append, poster=lambda now_s: f"QR {now_s:g}"
    )
    with line:
        line.hint = "1:00 to go"
        line.take(BLOCK)
        line.take(PULSE)
        line.show(STATUS)
        line.show(replace(STATUS, time_s=22.25))
    assert (estimator.blocks, estimator.readings) == ([BLOCK], [PULSE])
    assert screen.views == published
    assert [view.number for view in screen.views] == ["+3.0°", "+3.0°"]
    assert screen.views[0].hint == "1:00 to go"
    assert screen.views[0].sensors == (("sternum ok 87 % 1 gap", True),)
    assert screen.posters == ["QR 22", "QR 22.25"]


@pytest.mark.parametrize(
    ("mistake", "words"),
    [("add", "ZeroDivisionError: float division by zero"), ("state", "ValueError: no such window")],
)
def test_a_mistake_ends_the_posture_with_one_line_and_nothing_else(mistake: str, words: str) -> None:
    estimator, screen = Scripted(run_of(30, change_deg=3.0), mistake=mistake), Screen()
    line = PostureLine(posture(estimator), screen)
    for tick in range(3):
        line.take(BLOCK)
        line.show(replace(STATUS, time_s=22.0 + tick))
    assert len(estimator.blocks) == 1
    assert {view.message for view in screen.views} == {
        f"posture is no longer shown ({words}); recording goes on"
    }
    assert {view.number for view in screen.views} == {""}
    assert screen.views[-1].sensors == (("sternum ok 87 % 1 gap", True),)


def test_what_the_recorder_complains_of_comes_before_what_the_estimator_does() -> None:
    made = posture(Scripted((), notice="samples without a number are left out"))
    assert made.view(LinkFacts(1.0)).message == "samples without a number are left out"
    assert made.view(LinkFacts(1.0, message="the disk is full")).message == "the disk is full"


@pytest.mark.parametrize("link", LinkState)
def test_only_a_sensor_that_sends_is_well(link: LinkState) -> None:
    status = replace(STATUS, sensors=(replace(STATUS.sensors[0], link=link),))
    expected = SensorLink("sternum", link.value, link is LinkState.STREAMING, 1, 87)
    assert facts_of(status, "go") == LinkFacts(22.0, (expected,), hint="go")


def test_a_home_keeps_its_token_so_that_a_restarted_recording_is_found_again(tmp_path: Path) -> None:
    first = kept_token(tmp_path / "home")
    assert kept_token(tmp_path / "home") == first
    assert kept_token(tmp_path / "other") != first
    assert (tmp_path / "home" / TOKEN_FILE).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("content", [b"", b"short", b"../../../etc/passwd/../.", b"\xff" * 22, b"a" * 10_000])
def test_a_token_that_is_none_is_made_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / TOKEN_FILE).write_bytes(content)
    token = kept_token(tmp_path)
    assert len(token) == 22
    assert kept_token(tmp_path) == token


def test_a_home_that_cannot_be_written_has_a_token_for_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert len(kept_token(tmp_path / "file")) == 22


def test_the_invitation_says_where_and_who_may() -> None:
    url = "http://192.168.1.23:8765/0123456789abcdefghijkl/"
    assert invitation(url, Reach.HERE) == f"To see it in this computer's browser: {url}"
    assert invitation(url, Reach.LAN).splitlines() == [
        f"To see it on a phone in the same network: {url}",
        "Whoever has this address sees it, too.",
    ]


def test_the_code_for_the_phone_fits_a_small_terminal() -> None:
    rows = qr_code("http://192.168.123.123:8765/0123456789abcdefghijkl/").splitlines()
    assert len(rows) <= 18
    assert {len(row) for row in rows} == {33}
    assert rows[1].startswith("██ ▄▄▄▄▄ █"), "the corner by which a camera finds it"


def test_an_unknown_number_is_nowhere_taken_for_nought() -> None:
    strides = [replace(stride, trunk_flexion_deg=math.nan) for stride in run_of(30, change_deg=math.nan)]
    assert posture(Scripted(strides)).view(LinkFacts(22.0)).number == ""


def test_from_a_new_zero_on_strides_are_counted_from_it_and_doubts_are_over() -> None:
    """A strap that slips by 7 degrees after 60 strides, and a zero that is set anew behind it."""
    before, slipped = run_of(60, change_deg=0.5), 60 * STRIDE_S
    after = run_of(30, change_deg=7.5, from_s=slipped, from_m=before[-1].distance_m)
    later = run_of(30, change_deg=7.5, from_s=after[-1].end_s, from_m=after[-1].distance_m)
    estimator = Scripted([*before, *after])
    made = posture(estimator)
    doubtful = made.view(LinkFacts(after[-1].end_s))
    assert (doubtful.word, doubtful.number) == ("check the sensor", "")
    made.set_zero(7.0, after[-1].end_s - 1e-6)
    estimator.run_on(later)
    view = made.view(LinkFacts(later[-1].end_s))
    assert (view.word, view.number, view.message) == ("as usual", "+0.5°", "")
    assert "trunk +7°" in view.facts


def test_a_sensor_that_cannot_be_followed_live_is_told_of_and_one_that_can_is_not() -> None:
    for is_followed, message in ((False, NOT_LIVE), (True, "")):
        screen = Screen()
        line = PostureLine(posture(Scripted(())), screen)
        line.show(replace(STATUS, sensors=(replace(STATUS.sensors[0], samples=20),)))
        if is_followed:
            line.take(BLOCK)
        line.show(STATUS)
        assert [view.message for view in screen.views] == ["", message]


def test_a_slow_estimator_holds_nobody_up_and_is_handed_all_that_came_meanwhile() -> None:
    estimator, works = Scripted(run_of(30, change_deg=3.0)), list[Callable[[], None]]()
    made = LivePosture(
        PostureFeed(estimator, works.append), LiveDisplay(FindingsConfig(), LengthUnit.KILOMETRE)
    )
    made.take(BLOCK)
    for tick in range(5):
        assert made.view(LinkFacts(20.0 + tick)).number == ""
        made.take(BLOCK)
    assert (len(works), estimator.blocks) == (1, [])
    works[0]()
    assert made.view(LinkFacts(25.0)).number == "+3.0°"
    works[1]()
    assert len(estimator.blocks) == 6


def test_whoever_listens_hears_every_stride_of_the_one_estimator_from_the_zero_set_last() -> None:
    feed = PostureFeed(Scripted(run_of(30, change_deg=3.0)))
    first, second = feed.listen(), feed.listen()
    feed.set_zero(1.0, 0.0)
    feed.take(BLOCK)
    feed.look(22.0)
    heard = [
        [stride.adjusted_flexion_deg for state in news() for stride in state.strides]
        for news in (first, second)
    ]
    assert heard == [[2.0] * 30] * 2
    assert list(first()) == []
