"""The live estimator on short virtual runs whose truth is known, fed as a recording would feed it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import astuple, replace
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.live.config import LiveConfig
from analysis.live.estimator import NO_RUNNING, NO_SAMPLES, WindowedEstimator
from analysis.live.records import LiveState, LiveStride, UsualSource
from analysis.live.replay import blocks_between, replay
from analysis.personal import PersonalBaseline, UsualLevel
from analysis.words import Activity, ZeroSource
from sensor.samples import LiveBlock, LiveReading, Recording, SensorRecording
from sensor.virtual.runner.plan import RunPlan, Worn, bow, run, stand
from sensor.virtual.runner.scenarios import EVERYDAY
from tests.bench.scoring import stride_means
from tests.support.short_runs import report, session, true_zero_rows, virtual

QUICK = LiveConfig(seats_after_s=(10.0,), usual_from_m=50.0, usual_run_s=30.0, usual_strides=10)
"""Everything known within half a minute, for runs of a minute."""

MINUTE = RunPlan((stand(6.0), bow(35.0), stand(6.0), run(46.0, 3.0), stand(4.0)), style=EVERYDAY)
"""Runs from second 17 to second 63."""

BRIEF = replace(MINUTE, legs=(*MINUTE.legs[:3], run(22.0, 3.0)))
TWO = replace(MINUTE, wear=(Worn("sternum"), Worn("head")))


def fed(
    recording: Recording, estimator: WindowedEstimator | None = None, **how: float
) -> tuple[list[LiveStride], WindowedEstimator]:
    """Return the strides that are told while a session is replayed."""
    estimator = estimator or WindowedEstimator(live=QUICK)
    return [stride for state in replay(recording, estimator, **how) for stride in state.strides], estimator


@lru_cache
def plain_states() -> tuple[tuple[LiveState, ...], WindowedEstimator]:
    estimator = WindowedEstimator(live=QUICK)
    return tuple(replay(session(virtual(MINUTE)), estimator)), estimator


@lru_cache
def plain() -> tuple[tuple[LiveStride, ...], WindowedEstimator]:
    states, estimator = plain_states()
    return tuple(stride for state in states for stride in state.strides), estimator


def of_running(strides: Iterable[LiveStride]) -> list[LiveStride]:
    return [one for one in strides if one.activity == Activity.RUN and one.usable]


def times_s(strides: Sequence[LiveStride]) -> np.ndarray:
    return np.array([(one.start_s, one.end_s) for one in strides])


def test_each_strides_flexion_is_the_true_one():
    truth = virtual(MINUTE)
    strides = of_running(plain()[0])
    zero = truth.true_flexion_deg[true_zero_rows(truth)].mean()
    true_deg = stride_means(truth.true_flexion_deg - zero, truth.rate_hz, times_s(strides))
    error_deg = np.array([one.trunk_flexion_deg for one in strides]) - true_deg
    assert len(strides) > 46.0 / 0.7 * 0.9
    assert np.sqrt(np.mean(error_deg**2)) <= 0.35


def test_strides_are_told_once_in_order_and_without_a_hole():
    bounds_s = times_s(of_running(plain()[0]))
    assert np.abs(bounds_s[1:, 0] - bounds_s[:-1, 1]).max() < 0.05


def test_a_stride_is_told_no_later_than_the_stated_lag_and_three_tenths_of_a_second():
    states, estimator = plain_states()
    late_s = [
        state.time_s - stride.end_s for state in states for stride in state.strides if stride.end_s > 30.0
    ]
    assert len(late_s) > 40
    assert max(late_s) <= estimator.lag_s + 0.3


@lru_cache
def brief() -> SensorRecording:
    return session(virtual(BRIEF)).sensors[0]


def told_of(blocks: Iterable[LiveBlock]) -> list[tuple[object, ...]]:
    estimator = WindowedEstimator(live=QUICK)
    for block in blocks:
        estimator.add(block)
    return [astuple(stride) for stride in estimator.state(0.0).strides]


@lru_cache
def brief_in_one_block() -> list[tuple[object, ...]]:
    return told_of(blocks_between(brief(), -np.inf, np.inf))


@settings(max_examples=2, deadline=None)
@given(st.lists(st.floats(0.0, 40.0), min_size=1, max_size=60), st.sampled_from([0.02, 0.33, 7.0]))
def test_blocks_of_any_size_give_the_same_strides(cuts_s: list[float], step_s: float):
    edges_s = np.unique([-np.inf, *cuts_s, *np.arange(0.0, 40.0, step_s), np.inf])
    blocks = (
        block for a, b in itertools.pairwise(edges_s) for block in blocks_between(brief(), float(a), float(b))
    )
    told = told_of(blocks)
    assert len(told) > 20
    np.testing.assert_equal(told, brief_in_one_block())


def test_a_block_that_is_not_finite_is_left_out_in_one_line_and_what_follows_is_told():
    estimator = WindowedEstimator(live=QUICK)
    strides = []
    for number, block in enumerate(
        block for a in np.arange(0.0, 44.0, 0.25) for block in blocks_between(brief(), a, a + 0.25)
    ):
        if number == 125:
            block = replace(block, acc_sensor_mps2=np.full_like(block.acc_sensor_mps2, np.nan))
        estimator.add(block)
        strides += estimator.state(0.0).strides
    notice = estimator.state(0.0).notice
    assert notice == "samples of the sensor at sternum were left out: values that are not finite"
    assert strides[-1].end_s > 35.0


@pytest.mark.parametrize("lost_s", [0.2, 10.0])
def test_over_a_loss_nothing_is_invented_and_afterwards_strides_go_on(lost_s: float):
    whole = session(virtual(MINUTE)).sensors[0]
    kept = (whole.time_s < 33.0) | (whole.time_s >= 33.0 + lost_s)
    # Behind a reconnection the clock may lie a little differently.
    moved = whole.time_s + np.where(whole.time_s > 33.0, 0.013, 0.0)
    torn = replace(
        whole,
        time_s=moved[kept],
        acc_sensor_mps2=whole.acc_sensor_mps2[kept],
        gyr_sensor_radps=whole.gyr_sensor_radps[kept],
        clipped=whole.clipped[kept],
        segment_start=np.array([0, int((whole.time_s < 33.0).sum())]),
    )
    strides, _ = fed(replace(session(virtual(MINUTE)), sensors=(torn,)))
    if lost_s > 1.0:
        assert not any(one.start_s < 33.0 + lost_s - 0.7 and one.end_s > 33.7 for one in strides)
    before = of_running(plain()[0])
    after = [one for one in of_running(strides) if one.start_s > 40.0 + lost_s]
    assert len(after) == pytest.approx(sum(one.start_s > 40.0 + lost_s for one in before), abs=1)
    unbroken_deg = np.interp(
        [one.start_s for one in after],
        [one.start_s for one in before],
        [one.trunk_flexion_deg for one in before],
    )
    assert np.abs([one.trunk_flexion_deg for one in after] - unbroken_deg).max() < 1.5
    # The runner ran on meanwhile.
    assert strides[-1].distance_m == pytest.approx(plain()[0][-1].distance_m, rel=0.03)


def test_distance_is_that_of_the_report():
    table = report(virtual(MINUTE)).strides
    first, told = plain()[0][0], plain()[0][-1]
    way_m = np.diff(np.interp((first.start_s, told.end_s), table["start_s"], table["distance_m"]))
    assert told.distance_m == pytest.approx(way_m, abs=4.0)
    assert plain()[1].state(0.0).distance_source == "cadence model"


def test_a_treadmills_speed_counts_and_is_named():
    estimator = WindowedEstimator(live=QUICK, context={"surface": "treadmill"})
    for number in range(44):
        estimator.tell(LiveReading(float(number), "speed_mps", 2.0, "treadmill"))
        estimator.tell(LiveReading(float(number), "heart_rate_bpm", 150.0, "heart-rate strap"))
    for block in blocks_between(brief(), -np.inf, np.inf):
        estimator.add(block)
    state = estimator.state(44.0)
    first, last = state.strides[0], state.strides[-1]
    assert state.distance_source == "treadmill"
    assert last.distance_m - first.distance_m == pytest.approx(2.0 * (last.end_s - first.end_s), abs=0.05)
    assert last.heart_rate_bpm == 150.0


def test_the_zero_is_the_standing_and_flexion_is_compared_with_the_early_part_of_this_run():
    strides, estimator = plain()
    state = estimator.state(0.0)
    assert state.zero_source == ZeroSource.STANDING
    assert state.waits_for == ""
    assert state.usual is not None
    assert state.usual.source == UsualSource.THIS_RUN
    compared = [one for one in strides if np.isfinite(one.adjusted_flexion_deg)]
    assert compared[0].end_s == pytest.approx(state.usual.since_s)
    assert compared[-1].adjusted_flexion_deg == pytest.approx(
        compared[-1].trunk_flexion_deg - state.usual.flexion_deg
    )


def test_earlier_runs_tell_what_is_usual_from_the_first_stride():
    personal = PersonalBaseline(level=UsualLevel(7.0, 1.0, 3.0, 5))
    estimator = WindowedEstimator(live=QUICK, personal=personal)
    for block in blocks_between(brief(), -np.inf, np.inf):
        estimator.add(block)
    state = estimator.state(0.0)
    assert state.usual is not None
    assert state.usual.source == UsualSource.EARLIER_RUNS
    first = state.strides[0]
    assert first.adjusted_flexion_deg == pytest.approx(first.trunk_flexion_deg - 7.0)


def test_what_is_missing_is_said():
    estimator = WindowedEstimator(live=QUICK)
    assert estimator.state(0.0).waits_for == NO_SAMPLES
    for block in blocks_between(brief(), 0.0, 12.0):
        estimator.add(block)
    assert estimator.state(12.0).waits_for == NO_RUNNING.format(after_s=10.0)


def test_without_a_gyroscope_strides_come_later_and_rougher():
    strides, estimator = fed(session(virtual(MINUTE), gyroscope=False))
    assert estimator.lag_s == 7.0
    truth = virtual(MINUTE).true_flexion_deg
    usable = of_running(strides)
    assert len(usable) > 30
    mean_deg = np.mean([one.trunk_flexion_deg for one in usable])
    assert mean_deg == pytest.approx(truth[2200:6000].mean(), abs=4.5)


def test_a_mirrored_triad_is_mended():
    whole = session(virtual(MINUTE))
    flip = np.array([1.0, 1.0, -1.0])
    sensor = whole.sensors[0]
    mirrored = replace(
        sensor,
        acc_sensor_mps2=sensor.acc_sensor_mps2 * flip,
        gyr_sensor_radps=sensor.gyr_sensor_radps * flip,
    )
    strides, _ = fed(replace(whole, sensors=(mirrored,)))
    straight = {one.start_s: one.trunk_flexion_deg for one in plain()[0]}
    apart = [abs(one.trunk_flexion_deg - straight[one.start_s]) for one in strides if one.start_s in straight]
    assert len(apart) > 30
    assert np.median(apart) < 0.2


def test_a_head_sensors_pitch_is_that_of_the_report():
    recording = session(virtual(TWO))
    strides, _ = fed(recording)
    table = report(virtual(TWO)).strides
    at_s = [one.start_s for one in strides]
    post_deg = np.interp(at_s, table["start_s"], table["head_pitch_deg"])
    apart = np.abs(np.array([one.head_pitch_deg for one in strides]) - post_deg)
    assert np.isfinite(apart).mean() > 0.9
    assert np.nanpercentile(apart, 95) <= 0.8


def test_live_flexion_is_that_of_the_report():
    table = report(virtual(MINUTE)).strides
    strides = of_running(plain()[0])
    post_deg = np.interp([one.start_s for one in strides], table["start_s"], table["trunk_flexion_deg"])
    assert np.percentile(np.abs([one.trunk_flexion_deg for one in strides] - post_deg), 95) <= 0.8
