"""Two clocks on one body, told apart by the steps that both sensors felt."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from analysis.config import AnalysisConfig
from analysis.signal.gait_clock import ClockEstimate, clock_from_gait
from analysis.signal.motion import gait_of
from analysis.signal.step_fingerprint import StepBout, step_bouts
from sensor.samples import SensorRecording
from sensor.virtual.runner.plan import RunPlan, Worn, run, stand
from tests.support import datasets
from tests.support.recordings import sensor_recording
from tests.support.short_runs import OPENING, PLAIN, session, virtual

CONFIG = AnalysisConfig()
WORN = (
    Worn("sternum", (0.36, -0.46, -0.70, 0.41)),
    Worn("head", (0.5, 0.5, -0.5, 0.5)),
    Worn("sacrum", (0.0, 1.0, 0.0, 0.0)),
)
RUN = RunPlan((*OPENING, run(120.0, 3.0), stand(10.0)), style=PLAIN.style, wear=WORN)
STOPS = replace(RUN, legs=(*OPENING, run(50.0, 3.0), stand(9.0), run(40.0, 2.8), stand(7.0), run(40.0, 3.2)))
EVEN = replace(
    RUN,
    legs=(run(90.0, 3.0),),
    style=replace(PLAIN.style, variability=0.0, cadence_variability=0.0),
    posture_wander_deg=0.0,
    speed_variation=0.0,
    winding_degps=0.0,
)


@cache
def sensors(plan: RunPlan, seed: int = 1) -> dict[str, SensorRecording]:
    return {sensor.placement: sensor for sensor in session(virtual(plan, seed)).sensors}


def steps(sensor: SensorRecording) -> tuple[StepBout, ...]:
    stream, _, gait = gait_of(sensor, CONFIG)
    return step_bouts(stream, gait, CONFIG.gait_clock)


def told(sensor: SensorRecording, offset_s: float, drift: float = 0.0) -> SensorRecording:
    """Return a sensor whose clock is ahead by an offset and gains."""
    return replace(sensor, time_s=sensor.time_s * (1.0 + drift) + offset_s)


def estimate(one: SensorRecording, other: SensorRecording) -> ClockEstimate:
    return clock_from_gait(steps(one), steps(other), CONFIG.gait_clock)


@pytest.mark.parametrize("placement", ["head", "sacrum"])
@pytest.mark.parametrize("plan", [RUN, STOPS], ids=["steady", "stops"])
@pytest.mark.parametrize(
    ("offset_s", "drift"),
    [(0.0, 0.0), (0.05, 0.0), (-0.15, 50e-6), (1.7, 0.0), (-30.0, 30.0 / 3600), (7200.0, -30.0 / 3600)],
)
def test_offset_and_drift_are_found_to_milliseconds(
    placement: str, plan: RunPlan, offset_s: float, drift: float
) -> None:
    worn = sensors(plan)
    found = estimate(worn["sternum"], told(worn[placement], offset_s, drift))
    assert found.doubt == ""
    ends_s = worn["sternum"].time_s[[0, -1]]
    assert np.abs(found.lag_s(ends_s) - offset_s - drift * ends_s).max() < 0.008
    assert found.within_s < 0.02
    np.testing.assert_allclose(found.reference_s(ends_s + found.lag_s(ends_s)), ends_s, atol=1e-6)


def test_the_clock_of_the_one_against_the_other_is_that_of_the_other_against_the_one_turned_round() -> None:
    worn = sensors(RUN)
    there = estimate(worn["sternum"], told(worn["head"], 3.0))
    back = estimate(told(worn["head"], 3.0), worn["sternum"])
    assert there.offset_s == pytest.approx(-back.offset_s, abs=1e-3)


def test_a_sensor_that_joined_late_is_laid_where_it_belongs() -> None:
    worn = sensors(RUN)
    late = worn["head"].time_s > 70.0
    head = sensor_recording(
        worn["head"].time_s[late],
        worn["head"].acc_sensor_mps2[late],
        None,
        placement="head",
    )
    found = estimate(worn["sternum"], told(head, -12.0))
    assert found.doubt == ""
    assert found.offset_s == pytest.approx(-12.0, abs=0.008)


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_a_file_of_another_run_by_the_same_plan_is_never_believed(seed: int) -> None:
    found = estimate(sensors(RUN)["sternum"], sensors(RUN, seed)["head"])
    assert "two different runs" in found.doubt


def test_steps_without_any_difference_are_not_believed_or_right() -> None:
    worn = sensors(EVEN)
    for placement in ("head", "sacrum"):
        found = estimate(worn["sternum"], told(worn[placement], 2.0))
        assert found.doubt != "" or abs(found.offset_s - 2.0) < 0.02


def test_a_clock_that_jumps_keeps_no_rate() -> None:
    worn = sensors(RUN)
    time_s = worn["head"].time_s
    jumped = replace(worn["head"], time_s=np.where(time_s > 90.0, time_s + 0.06, time_s))
    assert "stray" in estimate(worn["sternum"], jumped).doubt


def test_too_few_steps_tell_nothing() -> None:
    worn = sensors(RUN)
    short = worn["head"].time_s < 45.0
    head = sensor_recording(
        worn["head"].time_s[short], worn["head"].acc_sensor_mps2[short], None, placement="head"
    )
    assert "steps" in estimate(worn["sternum"], head).doubt
    assert clock_from_gait((), steps(worn["head"]), CONFIG.gait_clock).doubt != ""


def test_upper_back_and_head_of_a_real_walker_share_their_steps_within_two_milliseconds() -> None:
    """Both were recorded on one clock; a walk of 91 steps is too short to be sure."""
    back, head = (
        sensor_recording(imu.time_s, imu.acc_sensor_mps2, imu.gyr_sensor_radps)
        for imu in (datasets.qmt("upper_back"), datasets.qmt("head"))
    )
    found = estimate(back, told(head, -7.3))
    assert found.offset_s == pytest.approx(-7.3, abs=0.002)
    assert found.likeness > 0.4
