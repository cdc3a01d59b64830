"""Sideways lean of a runner in a bend, stride by stride, with and without what turning does to the force.

The lean into the bend is real, the acceleration towards its middle is none (`biomac_curved_run`). With: the
whole analysis, which solves speed and turning along with the tilt. Without: the mean direction of the force
over about two strides, which is what a level carried along would show.
"""

from __future__ import annotations

from typing import NamedTuple

from analysis.config import AnalysisConfig
from analysis.maths.angles import inclination_deg
from analysis.maths.between_rows import mean_between
from analysis.signal.accelerometer_only import stride_mean_up
from analysis.signal.motion import motion_of
from sensor.samples import FloatArray
from tests.support import walk_run
from tests.support.analysing import TURNED_WXYZ, analyse_run
from tests.support.looped_run import LoopedRun
from tests.support.recordings import recording_from_signal
from tests.support.report_checks import usable_running

RUNNING_S = 60.0


class Lean(NamedTuple):
    """Sideways lean of the usable strides, degrees, right positive, (s,) each."""

    true_deg: FloatArray
    with_term_deg: FloatArray
    without_deg: FloatArray


def straight_and_bend(running_s: float = RUNNING_S) -> tuple[LoopedRun, LoopedRun]:
    """Return the straight run and the run in the bend, each made endless after the recorded standing."""
    straight = walk_run.short_run(
        walk_run.STRAIGHT, overground=True, running_s=running_s, sensor_from_body_wxyz=TURNED_WXYZ
    )
    return straight, walk_run.bend_run(running_s=running_s, sensor_from_body_wxyz=TURNED_WXYZ)[0]


def lean_of(run: LoopedRun) -> Lean:
    """Return the lean of every usable stride by both ways, with the same axes, beside the markers'."""
    config = AnalysisConfig()
    report = analyse_run(run, speed_mps=run.speed_mps)
    strides, used = report.strides, usable_running(report)
    start_s, end_s = strides["start_s"][used], strides["end_s"][used]
    motion = motion_of(recording_from_signal(run.signal).sensors[0], None, config=config)
    up_trunk = motion.axes.trunk_from_sensor @ stride_mean_up(motion.stream, config.orientation)
    rows = [(edge - motion.stream.start_s) * motion.stream.rate_hz for edge in (start_s, end_s)]
    return Lean(
        true_deg=run.stride_means_deg(run.lateral_deg, start_s, end_s),
        with_term_deg=strides["trunk_lateral_deg"][used],
        without_deg=inclination_deg(mean_between(up_trunk, rows[0], rows[1]))[1],
    )
