"""A runner who does as told: where in the simulated run they are, and how far they have come."""

from __future__ import annotations

import numpy as np
import pytest

from sensor.virtual.runner.cued_run import CuedRun, cued_run_plan
from sensor.virtual.runner.simulation import VirtualRun, simulate

RUN_S = 60.0


class Clock:
    """A loop time that is set by hand."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture(scope="module")
def run() -> VirtualRun:
    return simulate(cued_run_plan(RUN_S), seed=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def speeds(cued: CuedRun, from_s: float, to_s: float) -> list[float]:
    return [cued.speed_mps(at_s) for at_s in np.arange(from_s, to_s, 0.5)]


def test_somebody_who_is_told_nothing_stands_however_long_it_lasts(run: VirtualRun, clock: Clock) -> None:
    cued = CuedRun(run, RUN_S, now_s=clock)
    assert max(speeds(cued, 1000.0, 1500.0)) == 0.0
    times_s = cued.run_time_s(np.arange(1000.0, 1500.0, 0.01))
    assert times_s.min() >= 0.0
    assert np.abs(np.interp(times_s, run.time_s, run.true_flexion_deg)).max() < 1.5


def test_a_bow_is_made_once_and_at_once(run: VirtualRun, clock: Clock) -> None:
    cued = CuedRun(run, RUN_S, now_s=clock)
    clock.now_s = 1033.3
    cued.bow()
    at_s = np.arange(1000.0, 1200.0, 0.1)
    flexion_deg = np.interp(cued.run_time_s(at_s), run.time_s, run.true_flexion_deg)
    bowed_s = at_s[flexion_deg > 20.0]
    assert 1033.3 < bowed_s.min() < 1036.0
    assert bowed_s.max() < 1039.5


def test_a_runner_who_is_told_to_stop_stands_within_seconds_in_step_and_no_metre_further(
    run: VirtualRun, clock: Clock
) -> None:
    cued = CuedRun(run, RUN_S, now_s=clock)
    clock.now_s = 1010.0
    cued.run()
    clock.now_s = 1031.7
    before_m, before = cued.distance_m(1031.7), cued.run_time_s(np.array([1031.7]))
    cued.stop()
    assert cued.distance_m(1031.7) == pytest.approx(before_m, abs=0.1)
    assert min(speeds(cued, 1016.0, 1031.7)) > 2.5
    assert max(speeds(cued, 1039.0, 1300.0)) == 0.0
    assert cued.distance_m(1300.0) == pytest.approx(before_m + 9.0, abs=6.0)
    after = cued.run_time_s(np.array([1031.7]))
    assert after[0] > before[0] + 20.0
    starts_s = run.stride_start_s
    phases = [t - starts_s[starts_s <= t][-1] for t in (before[0], after[0])]
    assert phases[0] == pytest.approx(phases[1], abs=0.03)


def test_a_run_that_nobody_stops_ends_in_standing_by_itself(run: VirtualRun, clock: Clock) -> None:
    cued = CuedRun(run, RUN_S, now_s=clock)
    cued.run()
    clock.now_s = 1000.0 + RUN_S + 30.0
    cued.stop()
    assert max(speeds(cued, 1000.0 + RUN_S + 8.0, 1500.0)) == 0.0
    assert cued.distance_m(1500.0) == pytest.approx(float(run.distance_m[-1]), abs=0.5)


def test_somebody_who_stands_is_not_set_running_by_being_told_to_stop(run: VirtualRun, clock: Clock) -> None:
    cued = CuedRun(run, RUN_S, now_s=clock)
    clock.now_s = 1005.0
    cued.stop()
    assert max(speeds(cued, 1000.0, 1100.0)) == 0.0
