"""A second sensor tied to the trunk sensor's clock, or left out of the figures of both."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from analysis.config import AnalysisConfig
from analysis.pipeline import analyse
from analysis.run_report import RunReport
from analysis.session_facts import ClockFacts
from analysis.signal.body_clock import TiedClock, tied_clock
from analysis.signal.motion import gait_of
from sensor.samples import Recording, SensorRecording
from sensor.virtual.runner.plan import RunPlan, Worn, run, stand
from tests.support.short_runs import OPENING, PLAIN, session, virtual

CONFIG = AnalysisConfig()
TWO = RunPlan(
    (*OPENING, run(120.0, 3.0), stand(10.0)),
    style=PLAIN.style,
    wear=(Worn("sternum", (0.36, -0.46, -0.70, 0.41)), Worn("head", (0.5, 0.5, -0.5, 0.5))),
)


@cache
def recorded(seed: int = 1) -> Recording:
    return session(virtual(TWO, seed))


def pair(offset_s: float, drift: float = 0.0, *, seed: int = 1) -> tuple[SensorRecording, SensorRecording]:
    """Return trunk and head sensor, the head's clock ahead by an offset and gaining."""
    head = recorded(seed).sensors[1]
    return recorded().sensors[0], replace(head, time_s=head.time_s * (1.0 + drift) + offset_s)


def tied(trunk: SensorRecording, head: SensorRecording) -> TiedClock:
    stream, _, gait = gait_of(trunk, CONFIG)
    return tied_clock(trunk, (stream, gait), other=head, config=CONFIG)


@cache
def report(offset_s: float, drift: float = 0.0, seed: int = 1) -> RunReport:
    return analyse(replace(recorded(), sensors=pair(offset_s, drift, seed=seed)), CONFIG)


def clock_of(found: RunReport) -> ClockFacts:
    clock = found.session.sensors[1].clock
    assert clock is not None
    return clock


@pytest.mark.parametrize(("offset_s", "drift"), [(0.15, 0.0), (-1.7, 0.0), (20.0, 30.0 / 3600)])
def test_neck_flexion_is_the_same_whatever_the_head_files_clock(offset_s: float, drift: float) -> None:
    found, true = report(offset_s, drift), report(0.0)
    neck = found.strides["neck_flexion_deg"]
    known = np.isfinite(neck)
    assert known.mean() > 0.95
    assert np.abs(neck - true.strides["neck_flexion_deg"])[known].max() < 0.3
    np.testing.assert_array_equal(found.strides["trunk_flexion_deg"], true.strides["trunk_flexion_deg"])
    steps = clock_of(found).steps
    assert steps is not None
    assert steps.moved
    assert clock_of(found).doubt == ""


def test_clocks_that_agree_are_left_as_they_are() -> None:
    trunk, head = pair(0.01)
    found = tied(trunk, head)
    assert found.sensor is head
    assert not found.moved_by_steps
    assert found.doubt == ""


def test_a_file_of_another_run_gives_no_head_and_says_why() -> None:
    found = report(0.0, 0.0, 2)
    for name in ("head_pitch_deg", "neck_flexion_deg"):
        assert np.isnan(found.strides[name]).all()
    assert found.provenance.head_source == "trunk model"
    assert "two different runs" in clock_of(found).doubt
    line = next(line for line in found.evidence.quality if line.what == "Clocks of sternum and head")
    assert line.grade == "bad"
    assert clock_of(found).doubt in line.value
    assert line.advice


def told_live(sensor: SensorRecording) -> SensorRecording:
    return replace(sensor, nominal_rate_hz=104.0)


@pytest.mark.parametrize(("offset_s", "doubted"), [(0.0, False), (0.05, False), (1.0, True)])
def test_clocks_of_one_recorder_are_checked_and_never_moved_by_steps(offset_s: float, doubted: bool) -> None:
    trunk, head = (told_live(sensor) for sensor in pair(offset_s))
    found = tied(trunk, head)
    assert found.sensor is head
    assert not found.moved_by_steps
    assert bool(found.doubt) == doubted


def test_recorded_sensors_whose_steps_tell_nothing_keep_their_figures() -> None:
    trunk, head = (told_live(sensor) for sensor in pair(0.0, seed=2))
    assert tied(trunk, head).doubt == ""


def test_the_times_of_the_file_stay_as_they_were() -> None:
    trunk, head = pair(5.0)
    before = head.time_s.copy()
    found = tied(trunk, head)
    np.testing.assert_array_equal(head.time_s, before)
    np.testing.assert_allclose(found.sensor.time_s, before - 5.0, atol=0.008)
