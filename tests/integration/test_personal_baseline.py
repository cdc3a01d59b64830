"""A runner's own slopes, learned from runs with a watch, make hills and intervals judged, from end to end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.comparison.earlier_runs import personal_baseline, worn_in
from analysis.comparison.summing_up import facts_of
from analysis.personal import PersonalBaseline
from analysis.pipeline import analyse
from analysis.report import sheet
from analysis.run_report import RunReport
from sensor.samples import Recording
from sensor.virtual.devices.watch import WatchHabits, watch_file
from sensor.virtual.runner.plan import Leg, PosturePoint, RunPlan, run, stand
from sensor.virtual.runner.scenarios import EVERYDAY, OPENING
from sensor.virtual.runner.simulation import simulate
from tests.support.short_runs import CONFIG, PLAIN, session, virtual
from tests.support.watches import with_watch_file

EASY_MPS = 3.0
PER_MPS_DEG, PER_PCT_DEG = 0.8, 0.4
SLOUCH_FROM_KM = 1.5
HABITS = WatchHabits(has_altitude=True, altitude_wander_m=0.3)


def way(metres: float, speed_mps: float = EASY_MPS, grade_pct: float = 0.0) -> Leg:
    return run(metres / speed_mps, speed_mps, grade_pct)


def recorded(
    *legs: Leg, seed: int, slouch_deg: float = 0.0, usual_deg: float = 7.0, watch: bool = True
) -> Recording:
    """Return the session of a run, most with a watch, whose runner leans into speed and slope."""
    plan = RunPlan(
        (*OPENING, *legs, stand(10.0)),
        posture=(
            PosturePoint(SLOUCH_FROM_KM, usual_deg),
            PosturePoint(SLOUCH_FROM_KM + 0.1, usual_deg + slouch_deg),
        ),
        style=EVERYDAY,
        rate_hz=52.0,
        posture_wander_deg=0.5,
        lean_deg_per_pct=PER_PCT_DEG,
        lean_deg_per_mps=PER_MPS_DEG,
    )
    true = simulate(plan, seed=seed)
    alone = session(true)
    return with_watch_file(alone, watch_file(true, HABITS, seed=seed)) if watch else alone


@pytest.fixture(scope="module")
def own() -> PersonalBaseline:
    """Five runs of 2.4 km, each with an interval or a jog, a climb and a descent."""
    facts = []
    for seed, (grade_pct, speed_mps) in enumerate([(4, 3.7), (5, 2.4), (4.5, 3.8), (-4, 2.4), (5, 3.6)]):
        up, down = way(300.0, grade_pct=grade_pct), way(300.0, grade_pct=-grade_pct)
        legs = (way(1000.0), way(250.0, speed_mps), way(200.0), up, way(150.0), down, way(200.0))
        told = facts_of(analyse(recorded(*legs, seed=50 + seed), CONFIG))
        facts.append(replace(told, started_utc=f"2026-05-0{seed + 1}T07:00:00+00:00"))
    return personal_baseline(facts, worn_in(facts[0]), CONFIG)


def both(recording: Recording, own: PersonalBaseline) -> tuple[RunReport, RunReport]:
    """Return the report of a run by itself, and with what earlier runs tell."""
    return analyse(recording, CONFIG), analyse(recording, CONFIG, personal=own)


def test_slopes_come_back_within_their_intervals(own: PersonalBaseline) -> None:
    assert own.speed is not None
    assert own.uphill is not None
    assert own.downhill is not None
    assert own.speed.per_unit_deg == pytest.approx(PER_MPS_DEG, abs=own.speed.half_width_deg)
    assert own.uphill.per_unit_deg == pytest.approx(PER_PCT_DEG, abs=own.uphill.half_width_deg)
    assert own.downhill.per_unit_deg == pytest.approx(PER_PCT_DEG, abs=own.downhill.half_width_deg)


def test_a_slouch_on_a_climb_is_flagged_instead_of_left_out(own: PersonalBaseline) -> None:
    climb = way(1000.0), way(1300.0, grade_pct=5.0)
    alone, told = both(recorded(*climb, seed=71, slouch_deg=6.0), own)
    assert not alone.evidence.episodes
    assert alone.totals.too_steep_m > 1000.0
    slouched = [episode for episode in told.evidence.episodes if episode.flag == "slouched"]
    assert len(slouched) == 1
    assert slouched[0].from_m == pytest.approx(1000.0 * SLOUCH_FROM_KM, abs=200.0)
    assert told.provenance.config_hash != alone.provenance.config_hash
    assert told.provenance.file_hash == alone.provenance.file_hash


def test_climbing_fast_is_no_slouch(own: PersonalBaseline) -> None:
    legs = way(1000.0), way(700.0, 3.6), way(700.0, grade_pct=5.0)
    alone, told = both(recorded(*legs, seed=72), own)
    assert told.totals.too_steep_m + told.totals.other_pace_m < 100.0 < alone.totals.too_steep_m
    assert [episode.flag for episode in told.evidence.episodes] == []


def test_without_a_gyroscope_nothing_is_adjusted(own: PersonalBaseline) -> None:
    told = analyse(session(virtual(PLAIN), gyroscope=False), CONFIG, personal=own)
    assert told.provenance.personal == replace(own, speed=None, uphill=None, downhill=None, level=None)


def test_a_run_without_a_watch_that_was_slouched_from_its_start_says_so_at_its_true_length(
    own: PersonalBaseline,
) -> None:
    alone, told = both(recorded(way(2400.0), seed=73, usual_deg=12.0, watch=False), own)
    assert "further forward from the start than in your last 5 runs" in told.outcome.headline
    assert "from the start" not in alone.outcome.headline
    assert "further forward than that" in sheet.render(told)
    assert "no earlier runs were used" in sheet.render(alone)
    assert own.step is not None
    assert told.provenance.distance_source == f"cadence model, fitted to 5 runs, ±{own.step.error_pct:.0f} %"
    assert told.totals.distance_m == pytest.approx(2400.0, rel=0.05)
    assert abs(alone.totals.distance_m - 2400.0) > abs(told.totals.distance_m - 2400.0)
