"""The zero that is set anew while the runner is out: by key or two taps, and only from a standing."""

from __future__ import annotations

import math
from typing import cast

import numpy as np
import pytest

from analysis.cli.record.zero_again import ZeroAgain
from sensor.recorder import Recorder
from sensor.recorder.live_lean import LeanFrame, LiveLean
from sensor.recorder.walkthrough import DoubleTap
from sensor.samples import FloatArray

BLOCK_S, ROWS = 0.25, 26
G = 9.81


def leaning(deg: float) -> FloatArray:
    """Specific force of a sensor whose x points forward and z up, leaned forward by so much."""
    angle = math.radians(deg)
    return G * np.array([math.sin(angle), 0.0, math.cos(angle)])


START = LiveLean(LeanFrame(leaning(0.0), leaning(40.0)))


class Marks:
    def __init__(self) -> None:
        self.made: list[tuple[str, str, float]] = []

    def mark(self, kind: str, text: str = "", *, time_s: float = math.nan) -> None:
        self.made.append((kind, text, time_s))


class Setting:
    """A zero that is set anew, and all that came of it."""

    def __init__(self, start: LiveLean | None = START) -> None:
        self.marks, self.said, self.set = Marks(), list[str](), list[tuple[float, float]]()
        self.zero = ZeroAgain(
            cast(Recorder, self.marks), self.said.append, lambda shift, since: self.set.append((shift, since))
        )
        self.zero.begin(start)
        self.now_s = 100.0

    def lasts(self, duration_s: float, force_mps2: FloatArray, spread_mps2: float = 0.05) -> None:
        """Let the sensor read this for so long."""
        rng = np.random.default_rng(1)
        for _ in range(round(duration_s / BLOCK_S)):
            self.now_s += BLOCK_S
            self.zero.take(self.now_s, force_mps2 + rng.normal(0.0, spread_mps2, (ROWS, 3)))


def test_a_key_and_a_standing_shift_the_zero_by_what_the_sensor_has_slipped() -> None:
    setting = Setting()
    setting.lasts(2.0, leaning(6.0), spread_mps2=4.0)
    setting.zero.ask(setting.now_s)
    setting.lasts(1.0, leaning(6.0), spread_mps2=4.0)
    assert setting.set == []
    setting.lasts(5.0, leaning(6.0))
    ((shift_deg, since_s),) = setting.set
    assert shift_deg == pytest.approx(6.0, abs=0.1)
    assert 103.0 <= since_s <= 104.3
    assert setting.said == [
        "Stand tall and still for 3 s to set the zero anew.",
        "The zero is set anew: +6° against the start.",
    ]
    assert setting.marks.made == [("standing", "zero set anew, +6.0 degrees", since_s)]


def test_who_runs_on_keeps_their_zero_and_is_told_once() -> None:
    setting = Setting()
    setting.zero.ask(setting.now_s)
    setting.zero.ask(setting.now_s)
    setting.lasts(60.0, leaning(6.0), spread_mps2=4.0)
    assert setting.set == []
    assert setting.said[1:] == ["No 3 s of standing still; the zero stays."]


def test_without_standing_and_bow_at_the_start_there_is_nothing_to_shift() -> None:
    setting = Setting(None)
    setting.zero.ask(setting.now_s)
    setting.lasts(10.0, leaning(6.0))
    assert setting.said == ["The zero can be set anew only after standing and bow at the start."]
    assert setting.set == []


def tapped(taps_s: tuple[float, ...], *, still_s: float = 5.0, rate_hz: float = 104.0) -> FloatArray:
    """A sensor at rest for 10 s, tapped so long after ``still_s``: 30 m/s2 for two samples."""
    acc = leaning(3.0) + np.random.default_rng(1).normal(0.0, 0.05, (round(10 * rate_hz), 3))
    for tap_s in taps_s:
        first = round((still_s + tap_s) * rate_hz)
        acc[first : first + 2, 0] += 30.0
    return np.asarray(acc)


def felt(acc: FloatArray, rows: int = ROWS, rate_hz: float = 104.0) -> int:
    taps = DoubleTap()
    ends = range(rows, len(acc) + 1, rows)
    return sum(taps.add(end / rate_hz, acc[end - rows : end]) for end in ends)


@pytest.mark.parametrize("rows", [5, 26, 104])
@pytest.mark.parametrize(
    ("taps_s", "count"),
    [
        ((), 0),
        ((0.0,), 0),
        ((0.0, 0.3), 1),
        ((0.0, 0.05), 0),
        ((0.0, 0.3, 0.6), 0),
        ((0.0, 1.0, 2.0), 0),
        (tuple(0.35 * step for step in range(12)), 0),
    ],
    ids=["none", "one", "two", "one that rings", "three", "knocks for the clocks", "setting off"],
)
def test_two_taps_on_a_sensor_at_rest_and_nothing_else_are_two_taps(
    taps_s: tuple[float, ...], count: int, rows: int
) -> None:
    assert felt(tapped(taps_s), rows) == count


def test_two_taps_ask_for_the_zero_as_the_key_does() -> None:
    setting = Setting()
    acc = tapped((0.0, 0.3))
    for end in range(ROWS, len(acc) + 1, ROWS):
        setting.zero.take(end / 104.0, acc[end - ROWS : end])
    assert [round(shift_deg) for shift_deg, _ in setting.set] == [3]
    assert setting.said[0] == "Stand tall and still for 3 s to set the zero anew."
