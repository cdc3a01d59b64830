"""Did the cue help: means about a cue, moments without one, and what may be said of both."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.config import CueConfig
from analysis.cues.log import Cue, CueFate, CueSize
from analysis.cues.records import CueComparison, CueFindings, CuePairs, Pairs
from analysis.cues.settings import CueSettings
from analysis.judging.cue_effect import cue_findings, pooled_effect
from analysis.records import StrideTable
from tests.support.cue_trials import Reaction, pooled
from tests.support.stride_tables import STRIDE_S, steady_run

CONFIG = CueConfig()
COUNT = 2_000


def cue(time_s: float, fate: CueFate = CueFate.DELIVERED) -> Cue:
    return Cue(time_s=time_s, size=CueSize.SMALL, adjusted_deg=5.0, threshold_deg=4.0, held_s=30.0, fate=fate)


def bent_until(time_s: float, **columns: object) -> StrideTable:
    """Return a run at 6° above the usual, and at 1° from that time on."""
    start_s = np.arange(COUNT) * STRIDE_S
    return steady_run(COUNT, trunk_flexion_adj_deg=np.where(start_s < time_s, 6.0, 1.0), **columns)  # type: ignore[arg-type]


def found(table: StrideTable, *cues: Cue) -> CueFindings:
    findings = cue_findings(table, cues, CONFIG)
    assert findings is not None
    return findings


def test_a_run_without_cues_says_nothing_of_them() -> None:
    assert cue_findings(bent_until(700.0), [], CONFIG) is None


def test_the_half_minutes_before_and_after_a_cue_are_told_with_its_place() -> None:
    (moment,) = found(bent_until(700.0), cue(700.0)).moments
    assert (moment.before_deg, moment.after_deg) == (6.0, 1.0)
    # 1000 strides of 2 m.
    assert moment.distance_m == pytest.approx(2_000.0, abs=4.0)


def test_half_of_a_change_within_the_second_half_minute_is_half_of_it() -> None:
    (moment,) = found(bent_until(720.0), cue(700.0)).moments
    assert moment.after_deg == pytest.approx(3.5, abs=0.15)


@pytest.mark.parametrize("time_s", [3.0, COUNT * STRIDE_S - 3.0, 1e9, -5.0])
def test_what_lies_outside_of_the_run_is_not_known(time_s: float) -> None:
    (moment,) = found(bent_until(700.0), cue(time_s)).moments
    assert math.isnan(moment.before_deg) or math.isnan(moment.after_deg)


def test_walking_and_unusable_strides_do_not_count() -> None:
    usable = np.arange(COUNT) % 50 < 10
    (moment,) = found(bent_until(700.0, usable=usable), cue(700.0)).moments
    assert math.isnan(moment.before_deg)


def test_moments_without_a_cue_lie_far_from_every_cue_and_beyond_the_threshold() -> None:
    cue_s = np.array([400.0, 800.0])
    uncued = found(bent_until(1_000.0), *map(cue, cue_s)).uncued
    assert len(uncued) > 4
    for moment in uncued:
        assert moment.before_deg > 4.0
        since_s = moment.time_s - cue_s
        assert all((since_s >= 90.0) | (since_s <= -35.0))


def pairs(count: int, before_deg: float, change_deg: float, seed: int) -> Pairs:
    rng = np.random.default_rng(seed)
    before = before_deg + rng.normal(0, 0.5, count)
    return tuple((float(b), float(b + change_deg + rng.normal(0, 0.3))) for b in before)


def test_given_cues_are_set_against_withheld_ones_of_all_runs() -> None:
    runs = [
        CuePairs(given=pairs(12, 5.0, -3.0, seed), withheld=pairs(4, 5.0, -1.0, 10 + seed)) for seed in (1, 2)
    ]
    effect = pooled_effect([*runs, CuePairs()], CONFIG)
    assert effect.compared_with is CueComparison.WITHHELD
    assert (effect.given_count, effect.other_count, effect.run_count) == (24, 8, 2)
    assert effect.effect_deg == pytest.approx(-2.0, abs=0.3)
    assert effect.lo_deg < -2.0 < effect.hi_deg
    assert effect.helped


def test_regression_to_the_mean_is_no_help() -> None:
    # Who was further forward comes back further, cued or not: half of the way above 3°.
    def back(count: int, before_deg: float, seed: int) -> Pairs:
        rng = np.random.default_rng(seed)
        before = before_deg + rng.normal(0, 0.8, count)
        return tuple((float(b), float(0.5 * (b + 3.0) + rng.normal(0, 0.2))) for b in before)

    effect = pooled_effect([CuePairs(given=back(30, 7.0, 1), withheld=back(10, 5.5, 2))], CONFIG)
    assert not effect.helped
    assert abs(effect.effect_deg) < 0.4


def test_without_withheld_cues_moments_as_deep_take_their_place() -> None:
    given = pairs(20, 5.0, -3.0, 1)
    deeper = pairs(50, 15.0, -9.0, 2)
    effect = pooled_effect([CuePairs(given=given, uncued=pairs(20, 5.0, -1.0, 3) + deeper)], CONFIG)
    assert effect.compared_with is CueComparison.UNCUED
    assert effect.other_count <= 20
    assert effect.effect_deg == pytest.approx(-2.0, abs=0.4)
    assert effect.helped


@pytest.mark.parametrize(("given_count", "withheld_count"), [(0, 0), (3, 9), (9, 3), (0, 9)])
def test_too_few_of_either_are_told_and_make_no_figure(given_count: int, withheld_count: int) -> None:
    runs = [CuePairs(given=pairs(given_count, 5, -1, 1), withheld=pairs(withheld_count, 5, -1, 2))]
    effect = pooled_effect(runs, CONFIG)
    assert effect.compared_with is CueComparison.NOTHING
    assert "4 given and 4 withheld" in effect.because
    assert math.isnan(effect.effect_deg)
    assert not effect.helped
    assert not effect.harmed


PAIRS = st.lists(st.tuples(st.floats(-30, 30), st.floats(-30, 30)), max_size=12).map(tuple)


@settings(deadline=None)
@given(given=PAIRS, withheld=PAIRS, uncued=PAIRS)
def test_whatever_the_angles_an_interval_holds_its_effect(
    given: Pairs, withheld: Pairs, uncued: Pairs
) -> None:
    effect = pooled_effect([CuePairs(given=given, withheld=withheld, uncued=uncued)], CONFIG)
    if effect.compared_with is not CueComparison.NOTHING:
        assert effect.lo_deg <= effect.effect_deg <= effect.hi_deg
        assert math.isfinite(effect.hi_deg)


def test_a_cue_of_two_degrees_is_found_in_thirty_and_one_that_does_nothing_is_not() -> None:
    # A few trials of the kind that tests/bench/CUES.md counts by the hundred.
    agreed = replace(CueSettings(), withhold=True)
    helped = {
        deg: [pooled(np.random.default_rng(seed), Reaction(deg), agreed).helped for seed in range(40, 43)]
        for deg in (0.0, 2.0)
    }
    assert all(helped[2.0])
    assert not any(helped[0.0])
