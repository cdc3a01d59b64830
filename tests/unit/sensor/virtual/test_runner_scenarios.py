from __future__ import annotations

import numpy as np
import pytest

from sensor.virtual.runner.scenarios import (
    DEMO_SLOUCH_FROM_KM,
    constant_posture_laps_plan,
    demo_plan,
    intervals_plan,
    severe_hour_plan,
    short_run_plan,
    treadmill_plan,
)
from sensor.virtual.runner.simulation import simulate


def test_the_demonstration_runs_about_five_kilometres_in_thirty_minutes_and_folds_where_it_says() -> None:
    virtual = simulate(demo_plan(), seed=1)
    assert virtual.time_s[-1] == pytest.approx(1800.0, abs=60.0)
    assert virtual.distance_m[-1] == pytest.approx(5000.0, abs=200.0)
    steady = virtual.running & ~virtual.accelerating
    km = virtual.distance_m / 1000.0
    before = virtual.true_flexion_deg[steady & (km > 0.5) & (km < DEMO_SLOUCH_FROM_KM)].mean()
    after = virtual.true_flexion_deg[steady & (km > DEMO_SLOUCH_FROM_KM + 0.7)].mean()
    assert 5.0 < after - before < 7.5
    stopped = (virtual.speed_mps == 0.0) & (km > 1.0) & (km < 4.5)
    assert stopped.sum() / virtual.rate_hz > 8.0


def test_the_demonstration_begins_and_ends_in_standing_with_a_bow() -> None:
    virtual = simulate(demo_plan(), seed=1)
    start = virtual.time_s < 22.0
    assert virtual.true_flexion_deg[start].max() > 30.0
    assert np.abs(virtual.true_flexion_deg[virtual.time_s < 8.0]).max() < 1.0
    assert not virtual.speed_mps[start].any()
    assert not virtual.speed_mps[-int(15.0 * virtual.rate_hz) :].any()


def test_the_severe_hour_is_an_hour_and_drifts_from_five_to_twelve_degrees() -> None:
    plan = severe_hour_plan()
    assert plan.duration_s == pytest.approx(3600.0)
    virtual = simulate(plan, seed=1)
    steady = virtual.running & ~virtual.accelerating
    assert virtual.true_flexion_deg[steady & (virtual.distance_m < 500.0)].mean() == pytest.approx(
        5.0, abs=1.0
    )
    late = steady & (virtual.distance_m > virtual.distance_m[-1] - 500.0)
    assert virtual.true_flexion_deg[late].mean() == pytest.approx(12.0, abs=1.0)
    assert 0.03 < virtual.accelerating[virtual.running].mean() < 0.2
    assert 4.1 < np.percentile(virtual.speed_mps, 99) < 4.7


def test_a_treadmill_run_lasts_as_asked() -> None:
    assert treadmill_plan(10.0).duration_s == pytest.approx(600.0)
    assert treadmill_plan(10.0).treadmill


def test_a_run_for_a_live_recording_lasts_as_asked() -> None:
    assert short_run_plan(10.0).duration_s == pytest.approx(600.0)


def test_laps_keep_one_posture() -> None:
    virtual = simulate(constant_posture_laps_plan(3), seed=2)
    steady = virtual.running & ~virtual.accelerating
    first, last = (steady & (virtual.distance_m < 500.0)), (steady & (virtual.distance_m > 700.0))
    assert virtual.true_flexion_deg[first].mean() == pytest.approx(
        virtual.true_flexion_deg[last].mean(), abs=0.1
    )


def test_intervals_go_fast_and_slow() -> None:
    speeds = simulate(intervals_plan(2), seed=2).speed_mps
    assert speeds.max() > 4.0
    assert np.isclose(speeds, 2.7, atol=0.15).mean() > 0.15
