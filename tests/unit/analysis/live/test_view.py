"""What is shown live: whose angle counts, when it falls silent, and the words beside it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.judging.config import FindingsConfig
from analysis.lengths import LengthUnit
from analysis.live.records import LiveState, LiveStride, Usual, UsualSource
from analysis.live.view import TREND_PARTS, LinkFacts, LiveDisplay, SensorLink, plain_text
from analysis.words import Activity, ZeroSource, Zone
from tests.support.live_states import a_stride, run_of, state_of

WELL = SensorLink("sternum", "streaming", is_well=True, gaps=0, battery_pct=87)


def display(unit: LengthUnit = LengthUnit.KILOMETRE) -> LiveDisplay:
    return LiveDisplay(FindingsConfig(), unit)


def shown(*strides: LiveStride, at_s: float | None = None, usual: Usual | None = None) -> LiveDisplay:
    made = display()
    now_s = strides[-1].end_s if strides else 0.0
    made.take(state_of(strides, at_s or now_s, usual=usual))
    return made


@pytest.mark.parametrize(
    ("change_deg", "number", "word", "zone"),
    [
        (-3.0, "-3.0°", "taller than usual", Zone.TALLER),
        (-0.04, "+0.0°", "as usual", Zone.USUAL),
        (3.16, "+3.2°", "more forward", Zone.WATCH),
        (4.0, "+4.0°", "slouched", Zone.SLOUCHED),
    ],
)
def test_the_number_and_its_word_are_those_of_the_report(
    change_deg: float, number: str, word: str, zone: Zone
) -> None:
    strides = run_of(30, change_deg=change_deg)
    view = shown(*strides).view(LinkFacts(strides[-1].end_s + 2.5))
    assert (view.number, view.word, view.zone) == (number, word, zone)


def test_one_wild_stride_among_twenty_five_moves_nothing() -> None:
    strides = list(run_of(25, change_deg=1.0))
    strides[12] = replace(strides[12], adjusted_flexion_deg=40.0)
    assert shown(*strides).view(LinkFacts(strides[-1].end_s)).number == "+1.0°"


@pytest.mark.parametrize("why", ["unusable", "walked", "unknown"])
def test_strides_that_may_not_be_judged_count_in_neither_number_nor_trend(why: str) -> None:
    bad = {
        "unusable": {"usable": False},
        "walked": {"activity": Activity.WALK},
        "unknown": {"adjusted_flexion_deg": math.nan},
    }[why]
    strides = list(run_of(60, change_deg=1.0))
    for i in range(0, 59, 2):
        strides[i] = replace(strides[i], **({"adjusted_flexion_deg": 30.0} | bad))
    view = shown(*strides).view(LinkFacts(strides[-1].end_s))
    assert view.number == "+1.0°"
    assert np.nanmax(view.trend_deg) == 1.0


def test_who_walks_stands_or_has_no_sensor_is_not_judged() -> None:
    run = run_of(30, change_deg=5.0)
    walk = a_stride(run[-1].end_s, activity=Activity.WALK, distance_m=run[-1].distance_m + 1.5)
    lost = replace(WELL, is_well=False, link="searching")
    last_s = run[-1].end_s
    for made, facts, word in (
        (shown(*run, walk), LinkFacts(walk.end_s), "walking"),
        (shown(*run), LinkFacts(last_s + 10.5), "paused"),
        (shown(*run), LinkFacts(last_s + 10.5, (lost,)), "no signal"),
        (shown(), LinkFacts(3.0), "getting ready"),
    ):
        view = made.view(facts)
        assert (view.number, view.word, view.zone) == ("", word, None)


def test_after_a_break_the_angles_from_before_it_are_not_shown_as_now() -> None:
    before = run_of(30, change_deg=5.0)
    after = run_of(4, change_deg=1.0, from_s=before[-1].end_s + 60.0, from_m=before[-1].distance_m)
    made = shown(*before, *after)
    assert made.view(LinkFacts(after[-1].end_s)).word == "one moment"
    more = run_of(1, change_deg=1.0, from_s=after[-1].end_s, from_m=after[-1].distance_m)
    made.take(state_of(more, more[-1].end_s))
    assert made.view(LinkFacts(more[-1].end_s)).number == "+1.0°"


def test_until_the_usual_is_known_it_is_said_what_is_waited_for() -> None:
    strides = run_of(30, change_deg=math.nan)
    made = display()
    made.take(LiveState(40.0, strides, None, ZeroSource.STANDING, "your usual is known from 0.5 km on"))
    view = made.view(LinkFacts(strides[-1].end_s))
    assert (view.number, view.word) == ("", "getting to know you")
    assert view.usual == "your usual is known from 0.5 km on"


def test_the_usual_is_told_with_its_source_and_an_angle_only_above_a_standing() -> None:
    made = display()
    told = {}
    for source in UsualSource:
        for zero in (ZeroSource.STANDING, ZeroSource.OWN_BASELINE):
            made.take(LiveState(700.0, (), Usual(6.24, source, 605.0), zero, ""))
            told[source, zero] = made.view(LinkFacts(700.0)).usual
    assert told == {
        (UsualSource.THIS_RUN, ZeroSource.STANDING): "usual 6.2° from this run, since 10:05",
        (UsualSource.THIS_RUN, ZeroSource.OWN_BASELINE): "usual from this run, since 10:05",
        (UsualSource.EARLIER_RUNS, ZeroSource.STANDING): "usual 6.2° from earlier runs",
        (UsualSource.EARLIER_RUNS, ZeroSource.OWN_BASELINE): "usual from earlier runs",
    }


def test_the_trend_is_the_last_kilometre_in_parts_of_fifty_metres() -> None:
    """Strides of 2.5 m: 20 in each part; the change grows by 0.01 degrees a metre."""
    strides = [
        replace(stride, adjusted_flexion_deg=stride.distance_m / 100.0)
        for stride in run_of(1000, change_deg=0.0)
    ]
    trend_deg = shown(*strides).view(LinkFacts(strides[-1].end_s)).trend_deg
    middles_m = 2500.0 - 1000.0 + 50.0 * np.arange(TREND_PARTS) + 50.0 - 1.25 * 19
    assert trend_deg == pytest.approx(middles_m / 100.0)


def test_facts_are_told_in_the_runners_unit_and_left_out_where_unknown() -> None:
    strides = [replace(s, head_pitch_deg=12.4, heart_rate_bpm=148.0) for s in run_of(1000, change_deg=0.0)]
    facts = {}
    for unit in LengthUnit:
        made = display(unit)
        made.take(state_of(strides, strides[-1].end_s))
        facts[unit] = made.view(LinkFacts(strides[-1].end_s)).facts
    # 2.5 m in 0.7 s: 280 s a kilometre, 450.6 s a mile
    assert facts[LengthUnit.KILOMETRE] == (
        "2.50 km",
        "4:40 /km",
        "171 spm",
        "148 bpm",
        "trunk +6°",
        "head +12°",
    )
    assert facts[LengthUnit.MILE] == ("1.55 mi", "7:31 /mile", "171 spm", "148 bpm", "trunk +6°", "head +12°")
    unknown = [replace(s, speed_mps=math.nan, cadence_spm=math.nan) for s in run_of(10, change_deg=0.0)]
    assert shown(*unknown).view(LinkFacts(unknown[-1].end_s)).facts == ("0.03 km", "trunk +6°")


def test_links_batteries_and_gaps_are_told_of_each_sensor() -> None:
    low = SensorLink("head", "searching", is_well=False, gaps=2, battery_pct=9)
    view = display().view(LinkFacts(5.0, (WELL, low), message="B is\x1b[2J not in reach"))
    assert view.sensors == (("sternum ok 87 %", True), ("head searching battery 9 % 2 gaps", False))
    assert "\x1b" not in view.message


def test_a_line_of_a_log_says_it_all() -> None:
    strides = run_of(30, change_deg=3.0)
    view = shown(*strides, usual=Usual(6.2, UsualSource.EARLIER_RUNS, 0.0)).view(
        LinkFacts(21.2, (WELL,), hint="1:00 to go")
    )
    assert plain_text(view) == (
        "0:21 · 1:00 to go · +3.0° more forward · 0.07 km · 4:40 /km · 171 spm · trunk +9° · "
        "usual 6.2° from earlier runs"
    )


@settings(max_examples=20, deadline=None)
@given(cuts=st.lists(st.integers(0, 450), max_size=6), seed=st.integers(0, 2**32 - 1))
def test_strides_told_one_by_one_or_at_once_show_the_same(cuts: list[int], seed: int) -> None:
    """Over 1,125 m: the first fifty strides are no part of the last kilometre."""
    changes_deg = np.random.default_rng(seed).normal(0.0, 5.0, 450).tolist()
    strides = [
        replace(stride, adjusted_flexion_deg=change_deg)
        for stride, change_deg in zip(run_of(450, change_deg=0.0), changes_deg, strict=True)
    ]
    whole, parts = display(), display()
    whole.take(state_of(strides, strides[-1].end_s))
    for first, stop in zip([0, *sorted(cuts)], [*sorted(cuts), 450], strict=True):
        parts.take(state_of(strides[first:stop], strides[-1].end_s))
    facts = LinkFacts(strides[-1].end_s)
    assert whole.view(facts) == parts.view(facts)
