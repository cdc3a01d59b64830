"""What earlier runs tell of a runner, and which of them are left out."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.comparison.earlier_runs import Worn, personal_baseline
from analysis.comparison.run_facts import RunFacts
from analysis.config import AnalysisConfig
from analysis.personal import PersonalBaseline
from analysis.words import Confidence, Method, Verdict
from tests.support.past_runs import PER_MPS_DEG, PER_PCT_DEG, facts, hilly_runs

CONFIG = AnalysisConfig()
OWN = Worn(runner="", placement="sternum", simulated=False)


def baseline(*past: RunFacts, worn: Worn = OWN) -> PersonalBaseline:
    return personal_baseline(past, worn, CONFIG)


@pytest.fixture(scope="module")
def exact() -> tuple[RunFacts, ...]:
    """Seven hilly runs without wander and error: only level, drift and slopes."""
    return hilly_runs(3, 7, wander_deg=0.0, error=0.0)


def slopes_of(personal: PersonalBaseline) -> list[float]:
    return [
        math.nan if slope is None else slope.per_unit_deg
        for slope in (personal.speed, personal.uphill, personal.downhill)
    ]


def test_slopes_are_found_exactly_where_nothing_wanders(exact: tuple[RunFacts, ...]) -> None:
    assert slopes_of(baseline(*exact)) == pytest.approx([PER_MPS_DEG, PER_PCT_DEG, PER_PCT_DEG])


def test_slopes_lie_within_their_intervals_in_93_of_100_runners() -> None:
    true = PER_MPS_DEG, PER_PCT_DEG, PER_PCT_DEG
    hits: list[list[bool]] = [[], [], []]
    for seed in range(120):
        personal = baseline(*hilly_runs(seed, 4 + seed % 5))
        for k, slope in enumerate((personal.speed, personal.uphill, personal.downhill)):
            if slope is not None:
                hits[k].append(abs(slope.per_unit_deg - true[k]) <= slope.half_width_deg)
    assert all(len(found) > 100 for found in hits)
    assert np.mean(np.concatenate(hits)) >= 0.93


def test_slouches_that_nobody_flagged_widen_intervals_rather_than_leave_them() -> None:
    hits = []
    for seed in range(30):
        runs = hilly_runs(seed, 7)
        bent = hilly_runs(seed, 9, slouch_deg=6.0)[7:]
        personal = baseline(*runs, *bent)
        for slope, true in ((personal.uphill, PER_PCT_DEG), (personal.downhill, PER_PCT_DEG)):
            assert slope is not None
            hits.append(abs(slope.per_unit_deg - true) <= slope.half_width_deg)
    assert np.mean(hits) >= 0.9


@settings(max_examples=20, deadline=None)
@given(
    levels=st.lists(st.floats(-5.0, 5.0), min_size=7, max_size=7),
    drifts=st.lists(st.floats(-1.0, 1.0), min_size=7, max_size=7),
)
def test_neither_fitting_nor_fatigue_of_a_run_enters_the_slopes(
    exact: tuple[RunFacts, ...], levels: list[float], drifts: list[float]
) -> None:
    moved = [
        replace(
            run,
            bins=tuple(
                replace(b, flexion_deg=b.flexion_deg + level + drift * b.from_m / 1000.0) for b in run.bins
            ),
        )
        for run, level, drift in zip(exact, levels, drifts, strict=True)
    ]
    assert slopes_of(baseline(*moved)) == pytest.approx([PER_MPS_DEG, PER_PCT_DEG, PER_PCT_DEG], abs=1e-6)


def test_three_runs_give_no_slope(exact: tuple[RunFacts, ...]) -> None:
    assert not baseline(*exact[:3]).has_slopes


def test_one_hilly_run_among_flat_ones_tells_no_slope_on_hills(exact: tuple[RunFacts, ...]) -> None:
    flat = [
        replace(run, bins=tuple(replace(b, grade_pct=0.0, flexion_deg=7.0 + b.speed_mps) for b in run.bins))
        for run in exact[1:]
    ]
    personal = baseline(exact[0], *flat)
    assert personal.speed is not None
    assert personal.uphill is None
    assert personal.downhill is None


def test_a_slope_steeper_than_anybodys_is_not_believed(exact: tuple[RunFacts, ...]) -> None:
    steep = [
        replace(run, bins=tuple(replace(b, flexion_deg=b.flexion_deg + 1.0 * b.grade_pct) for b in run.bins))
        for run in exact
    ]
    personal = baseline(*steep)
    assert (personal.uphill, personal.downhill) == (None, None)
    assert personal.speed is not None


def test_flagged_stretches_and_those_behind_a_slouch_tell_nothing(exact: tuple[RunFacts, ...]) -> None:
    first, *others = exact
    bent = replace(
        first,
        slouched_from_m=3000.0,
        bins=tuple(
            replace(b, flexion_deg=b.flexion_deg + 9.0 * (b.from_m >= 2700.0 or b.from_m == 1000.0),
                    is_flagged=b.from_m == 1000.0)
            for b in first.bins
        ),
    )  # fmt: skip
    assert slopes_of(baseline(bent, *others)) == pytest.approx([PER_MPS_DEG, PER_PCT_DEG, PER_PCT_DEG])


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        ({"placement": "upper-back"}, "worn at upper-back, not sternum"),
        ({"simulated": True}, "simulated"),
        ({"method": Method.ACCELEROMETER_ONLY}, "without a gyroscope"),
        ({"confidence": Confidence.DO_NOT_TRUST}, "not to be trusted"),
        ({"verdict": Verdict.NONE}, "no verdict"),
        ({"level_deg": 10.9}, "from the start 3.9° further forward than the others"),
    ],
)
def test_what_cannot_be_compared_is_left_out_with_the_reason(changed: dict[str, Any], because: str) -> None:
    odd = facts(3, **changed)
    personal = baseline(facts(1), facts(2), odd, facts(4))
    assert [run.left_out_because for run in personal.runs] == ["", "", because, ""]
    assert personal.level is not None
    assert personal.level.run_count == 3


def test_a_run_within_the_detectable_change_stays() -> None:
    # Against three others 3° · √((1 + 1/3) / 2) = 2.45° can be refitting.
    assert len(baseline(facts(1), facts(2), facts(3), facts(4, level_deg=9.4)).used) == 4
    assert len(baseline(facts(1), facts(2), facts(3), facts(4, level_deg=9.5)).used) == 3


def test_runs_of_others_and_later_ones_are_not_even_named() -> None:
    before = replace(OWN, before_utc=facts(3).started_utc)
    personal = baseline(facts(4), facts(1, runner="Ann"), facts(2), facts(3), worn=before)
    assert [run.name for run in personal.runs] == ["run 2"]


def test_a_run_without_a_known_slope_tells_the_level_only() -> None:
    personal = baseline(facts(1))
    assert [run.gives_slopes for run in personal.runs] == [False]
    assert personal.level is not None
    assert (personal.level.mean_deg, personal.level.run_count) == (7.0, 1)


def test_a_treadmill_without_a_told_slope_is_level() -> None:
    bins = tuple(replace(b, grade_pct=math.nan) for b in hilly_runs(1, 1)[0].bins)
    told = baseline(facts(1, bins=bins), facts(2, bins=bins, context={"surface": "treadmill"}))
    assert [run.gives_slopes for run in told.runs] == [False, True]
