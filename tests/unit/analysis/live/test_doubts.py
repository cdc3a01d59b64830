"""When the angle itself is doubted, and that an ordinary run, or a runner who listens, is not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from analysis.judging.config import FindingsConfig
from analysis.lengths import LengthUnit
from analysis.live.doubts import AngleDoubts, DoubtConfig, jump_deg
from analysis.live.records import LiveState, LiveStride
from analysis.live.view import CHECK, LinkFacts, LiveDisplay
from analysis.words import ZeroSource
from sensor.samples import FloatArray
from tests.support.live_states import USUAL, run_of, state_of

WANDER_DEG = 0.7


def running(change_deg: FloatArray, seed: int = 1) -> list[LiveStride]:
    """Strides that lie so far off the usual, and wander by `WANDER_DEG` from one to the next."""
    told_deg = change_deg + np.random.default_rng(seed).normal(0.0, WANDER_DEG, len(change_deg))
    return [
        replace(stride, trunk_flexion_deg=USUAL.flexion_deg + deg, adjusted_flexion_deg=deg)
        for stride, deg in zip(run_of(len(change_deg), change_deg=0.0), told_deg.tolist(), strict=True)
    ]


def doubt(strides: Sequence[LiveStride], *, later_s: float = 0.0) -> str:
    doubts = AngleDoubts()
    for stride in strides:
        doubts.take(state_of([stride], stride.end_s))
    return doubts.sentence(strides[-1].end_s + later_s)


def stepped(step_deg: float, within: int, count: int = 100) -> FloatArray:
    """A change that comes within so many strides, 20 before the end, and stays."""
    return np.asarray(step_deg * np.clip((np.arange(count) - (count - 20)) / within, 0.0, 1.0))


def test_a_jump_that_stays_is_a_slip_for_two_minutes_and_then_posture_again() -> None:
    strides = running(stepped(6.0, 1))
    assert doubt(strides) == "the angle jumped by 6° at once: has the sensor slipped?"
    assert doubt(strides, later_s=121.0) == ""


@pytest.mark.parametrize(
    "change_deg",
    [
        pytest.param(np.zeros(100), id="as usual"),
        pytest.param(np.linspace(0.0, 8.0, 100), id="a slouch over 70 s"),
        pytest.param(stepped(8.0, 20), id="a fold over 14 s"),
        pytest.param(stepped(3.0, 1), id="a small jump"),
        pytest.param(6.0 + stepped(-6.0, 1), id="back to the usual at once"),
        pytest.param(np.where(np.arange(100) == 90, 12.0, 0.0), id="a stumble"),
    ],
)
def test_what_a_body_does_is_no_slip(change_deg: FloatArray) -> None:
    assert [doubt(running(change_deg, seed)) for seed in range(8)] == [""] * 8


def test_half_an_hour_of_wandering_is_never_doubted() -> None:
    rng = np.random.default_rng(7)
    slow_deg = np.cumsum(rng.normal(0.0, 0.06, 2_000))
    doubts, found = AngleDoubts(), set()
    for stride in running(slow_deg):
        doubts.take(state_of([stride], stride.end_s))
        found.add(doubts.sentence(stride.end_s))
    assert found == {""}


def test_strides_before_and_after_a_stop_are_no_neighbours() -> None:
    before = running(np.zeros(80))
    after = [
        replace(stride, start_s=stride.start_s + 30.0, end_s=stride.end_s + 30.0)
        for stride in running(stepped(6.0, 1))[80:]
    ]
    assert doubt([*before, *after]) == ""


def test_a_sensor_that_hangs_upside_down_is_told_whether_its_strides_are_usable_or_not() -> None:
    strides = [replace(stride, usable=False) for stride in running(np.full(60, 150.0))]
    assert doubt(strides) == "the sensor hangs otherwise than when you stood: has it turned?"


@pytest.mark.parametrize(("every", "words"), [(2, ""), (1, "most strides cannot be read")])
def test_a_loose_sensor_is_told_where_most_strides_cannot_be_read(every: int, words: str) -> None:
    strides = running(np.zeros(60))
    for i in range(0, 60, every):
        strides[i] = replace(strides[i], usable=False)
    assert doubt(strides).startswith(words)
    assert bool(doubt(strides)) == bool(words)


@pytest.mark.parametrize(
    ("zero", "words"),
    [
        (ZeroSource.STANDING, "you run 5° further back than you stood: the zero was taken bent"),
        (ZeroSource.OWN_BASELINE, ""),
    ],
)
def test_who_runs_behind_their_standing_stood_bent(zero: ZeroSource, words: str) -> None:
    doubts, strides = AngleDoubts(), running(np.full(60, -5.0 - USUAL.flexion_deg))
    doubts.take(LiveState(60.0, tuple(strides), None, zero, ""))
    assert doubts.sentence(strides[-1].end_s) == words
    doubts.forget()
    assert doubts.sentence(strides[-1].end_s) == ""


def test_nobody_is_called_slouched_while_the_angle_is_in_doubt() -> None:
    strides = running(stepped(8.0, 1))
    display = LiveDisplay(FindingsConfig(), LengthUnit.KILOMETRE)
    display.take(state_of(strides, strides[-1].end_s))
    view = display.view(LinkFacts(strides[-1].end_s))
    assert (view.number, view.word, view.zone) == ("", CHECK, None)
    assert view.message == "the angle jumped by 8° at once: has the sensor slipped?"
    later = display.view(LinkFacts(strides[-1].end_s, message="the disk is full"))
    assert later.message == "the disk is full"


def test_too_few_strides_tell_of_no_jump() -> None:
    config = DoubtConfig()
    fewest = 2 * config.side_strides + 3
    flexion_deg = np.where(np.arange(fewest) < config.side_strides, 0.0, 6.0)
    assert jump_deg(flexion_deg, config) == 6.0
    assert jump_deg(flexion_deg[1:], config) == 0.0
    assert not math.isnan(jump_deg(np.zeros(0), config))
