"""When a cue is due: never too soon, never while walking, never three times for nothing and once more."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.cues.log import Cue, CueFate, CueSize
from analysis.cues.settings import CueSettings
from analysis.live.cues.policy import CuePolicy
from analysis.live.records import LiveState, LiveStride
from analysis.words import Activity, ZeroSource
from tests.support.live_strides import live_stride

STRIDE_S = 1.0
"""Long strides: a test then needs few."""

AT_ONCE = CueSettings(quiet_start_s=0.0)
"""Threshold 4°, hold-off 30 s, cool-down 180 s, from the first stride on."""


def stride(start_s: float, adjusted_deg: float, **other: object) -> LiveStride:
    return replace(live_stride(start_s, adjusted_deg), **other)  # type: ignore[arg-type]


def states(strides: Iterable[LiveStride], lag_s: float = 2.0) -> Iterator[LiveState]:
    for one in strides:
        yield LiveState(one.end_s + lag_s, (one,), None, ZeroSource.STANDING, "")


def course(*parts: tuple[int, float], **other: object) -> list[LiveStride]:
    """Return strides: so many at so many degrees above the usual, part after part."""
    degrees = itertools.chain.from_iterable(itertools.repeat(deg, count) for count, deg in parts)
    return [stride(STRIDE_S * i, deg, **other) for i, deg in enumerate(degrees)]


def cues(
    strides: Iterable[LiveStride],
    settings: CueSettings = AT_ONCE,
    *,
    seed: int = 0,
    share: float = 1.0,
) -> list[Cue]:
    policy = CuePolicy(settings, random.Random(seed).random, share=share)
    return [cue for state in states(strides) if (cue := policy.take(state)) is not None]


def test_a_posture_beyond_the_threshold_for_the_hold_off_is_one_cue_and_the_next_after_the_cool_down() -> (
    None
):
    # Above from second 100 on; more than half of 30 s is above at 116, all but too few newest before.
    found = cues(course((100, 0.0), (220, 5.0), (60, 0.0)))
    assert [cue.fate for cue in found] == [CueFate.DELIVERED] * 2
    assert 116 <= found[0].time_s <= 135
    assert found[1].time_s - found[0].time_s == pytest.approx(180.0, abs=STRIDE_S)
    assert found[1].adjusted_deg == 5.0
    assert (found[1].threshold_deg, found[1].size) == (4.0, CueSize.SMALL)


@pytest.mark.parametrize(
    ("above_deg", "size"), [(4.1, CueSize.SMALL), (6.1, CueSize.MEDIUM), (8.1, CueSize.LARGE), (30.0, 3)]
)
def test_a_cue_is_graded_by_how_far_beyond_the_threshold_it_is(above_deg: float, size: CueSize) -> None:
    assert cues(course((60, above_deg)))[0].size == size


@pytest.mark.parametrize(
    "other",
    [
        {"activity": Activity.WALK},
        {"usable": False},
        {"adjusted_flexion_deg": math.nan},
        {"grade_pct": 3.0},
        {"grade_pct": -3.0},
    ],
)
def test_there_is_none_while_walking_on_hills_or_of_what_is_not_known(other: dict[str, object]) -> None:
    assert cues(course((400, 9.0), **other)) == []


def test_the_threshold_itself_and_less_is_no_reason() -> None:
    assert cues(course((900, 4.0))) == []


def test_the_first_minutes_of_running_are_silent_whatever_came_before() -> None:
    walked = course((300, 9.0), activity=Activity.WALK)
    ran = [stride(300.0 + i, 9.0) for i in range(800)]
    found = cues(walked + ran, CueSettings())
    assert 900.0 <= found[0].time_s <= 905.0


def test_a_burst_is_silent_and_a_faster_pace_that_lasts_becomes_the_usual_one() -> None:
    steady = course((300, 0.0))
    burst = [stride(300.0 + i, 6.0, speed_mps=4.5) for i in range(60)]
    assert cues(steady + burst) == []
    assert cues(steady + [stride(300.0 + i, 6.0, speed_mps=4.5) for i in range(900)])


def test_a_stop_is_silent_and_the_hold_off_begins_anew_behind_it() -> None:
    before = course((20, 6.0))
    behind = [stride(40.0 + i, 6.0) for i in range(40)]
    found = cues(before + behind)
    assert found[0].time_s >= 40.0 + 30.0
    policy = CuePolicy(AT_ONCE, random.Random(0).random)
    for state in states(course((29, 6.0))):
        assert policy.take(state) is None
    standing = [LiveState(31.0 + i, (), None, ZeroSource.STANDING, "") for i in range(60)]
    assert all(policy.take(state) is None for state in standing)


def test_while_the_sensor_is_in_doubt_nobody_is_reminded_and_the_hold_off_begins_anew() -> None:
    policy = CuePolicy(AT_ONCE, random.Random(0).random)
    found = [
        state.time_s
        for state in states(course((200, 6.0)))
        if policy.take(state, is_doubtful=state.time_s < 100.0) is not None
    ]
    # The first stride that counts began at 97; thirty seconds, and two of lag.
    assert found[0] == 129.0


def test_strides_that_come_late_after_a_lost_link_are_no_reason_now() -> None:
    policy = CuePolicy(AT_ONCE, random.Random(0).random)
    late = LiveState(200.0, tuple(course((100, 9.0))), None, ZeroSource.STANDING, "")
    assert policy.take(late) is None


def test_after_three_cues_without_reaction_it_is_silent_until_the_posture_was_right_by_itself() -> None:
    stubborn = cues(course((3000, 6.0)))
    assert len(stubborn) == 3
    relapsed = cues(course((3000, 6.0), (60, 0.0), (300, 6.0)))
    assert len(relapsed) > 3
    assert relapsed[3].time_s > 3060


def test_whoever_reacts_is_reminded_again_however_often() -> None:
    # Half a minute tall after every cue, then bent again.
    policy, found, until_s = CuePolicy(AT_ONCE, random.Random(0).random), [], -1.0
    for i in range(2400):
        cue = next((policy.take(s) for s in states([stride(float(i), 0.0 if i < until_s else 6.0)])), None)
        if cue is not None:
            found.append(cue)
            until_s = i + 40.0
    assert len(found) > 8


def test_a_cue_that_nothing_could_give_is_no_cue_without_reaction() -> None:
    policy, found = CuePolicy(AT_ONCE, random.Random(0).random), 0
    for state in states(course((2000, 6.0))):
        if policy.take(state) is not None:
            found += 1
            policy.take_back()
    assert found > 3


def test_one_in_four_is_withheld_where_the_runner_agrees_and_none_else() -> None:
    agreed = replace(AT_ONCE, withhold=True, most_unanswered=20, cool_down_s=60.0)
    waves = course(*[(60, 6.0), (40, 0.0)] * 100)
    fates = [cue.fate for cue in cues(waves, agreed)]
    assert len(fates) == 100
    # Binomial: 25, standard deviation 4.3.
    assert 12 <= fates.count(CueFate.WITHHELD) <= 38
    assert {cue.fate for cue in cues(waves, replace(agreed, withhold=False))} == {CueFate.DELIVERED}


def test_a_schedule_that_leaves_a_fifth_makes_the_pause_five_times_as_long() -> None:
    found = cues(course((2500, 6.0)), share=0.2)
    assert [b.time_s - a.time_s for a, b in pairwise(found)] == pytest.approx([900.0, 900.0], abs=STRIDE_S)


PART = st.tuples(
    st.integers(1, 80),
    st.sampled_from([-2.0, 0.0, 3.9, 4.1, 6.0, 12.0, math.nan]),
    st.sampled_from([Activity.RUN, Activity.RUN, Activity.WALK]),
    st.booleans(),
    st.sampled_from([0.0, 0.0, 5.0, -5.0, math.nan]),
    st.sampled_from([3.0, 3.0, 6.0, math.nan]),
    st.sampled_from([0.0, 0.0, 4.0, 30.0]),
)


def drawn(parts: list[tuple[int, float, Activity, bool, float, float, float]]) -> list[LiveStride]:
    strides, now_s = [], 0.0
    for count, deg, activity, usable, grade_pct, speed_mps, pause_s in parts:
        now_s += pause_s
        for _ in range(count):
            how = {"activity": activity, "usable": usable, "grade_pct": grade_pct, "speed_mps": speed_mps}
            strides.append(stride(now_s, deg, **how))
            now_s += STRIDE_S
    return strides


@settings(max_examples=60, deadline=None)
@given(parts=st.lists(PART, max_size=12), withhold=st.booleans(), seed=st.integers(0, 5))
def test_whatever_is_run_no_rule_is_ever_broken(
    parts: list[tuple[int, float, Activity, bool, float, float, float]], withhold: bool, seed: int
) -> None:
    wished = CueSettings(quiet_start_s=60.0, hold_off_s=20.0, cool_down_s=60.0, withhold=withhold)
    strides = drawn(parts)
    found = cues(strides, wished, seed=seed)
    assert found == cues(strides, wished, seed=seed)
    first_s = min((s.start_s for s in strides if s.activity is Activity.RUN), default=math.inf)
    for cue in found:
        told = [s for s in strides if s.end_s + 2.0 <= cue.time_s]
        newest, held = told[-1], [s for s in told if s.end_s > cue.time_s - 2.0 - 20.0]
        assert newest.end_s + 2.0 == cue.time_s
        assert newest.end_s >= first_s + 60.0
        assert all(s.activity is Activity.RUN for s in held)
        assert not any(abs(s.grade_pct) > 2.0 for s in held)
        assert all(b.start_s - a.end_s <= 5.0 for a, b in pairwise(held))
        above = [s.adjusted_flexion_deg for s in held if s.usable and math.isfinite(s.adjusted_flexion_deg)]
        assert sorted(above)[len(above) // 2] > wished.threshold_deg
        assert cue.adjusted_deg > wished.threshold_deg
    assert all(b.time_s - a.time_s >= wished.cool_down_s for a, b in pairwise(found))
