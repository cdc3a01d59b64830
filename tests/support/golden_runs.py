"""A dozen virtual runs of some kilometres, and how what is said of each is kept and compared."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from analysis.config import AnalysisConfig
from analysis.pipeline import analyse
from analysis.report import text
from analysis.run_report import RunReport
from analysis.words import Verdict
from sensor.samples import Recording, Track
from sensor.virtual.devices.watch import WatchHabits, watch_file
from sensor.virtual.runner.plan import (
    UPRIGHT_STERNUM,
    Leg,
    PosturePoint,
    RunPlan,
    StrapSlip,
    Worn,
    bow,
    run,
    stand,
    walk,
)
from sensor.virtual.runner.scenarios import EVERYDAY
from sensor.virtual.runner.simulation import VirtualRun
from tests.support.short_runs import session, virtual
from tests.support.watches import with_watch_file

OPENING: tuple[Leg, ...] = (stand(10.0), bow(35.0), stand(8.0))
END = stand(15.0)

USUAL_DEG = 7.5
FOLDED_DEG = 14.0

UPRIGHT = RunPlan((*OPENING, run(780.0, 3.0), END), posture=(PosturePoint(0.0, USUAL_DEG),), style=EVERYDAY)
"""Thirteen minutes, 2.3 km, of even running."""

_LEFT_OUT = ("strides", "curve", "settings", "hashes", "runtall_version")
"""Parts of the JSON that are too long to be read by a person, or change with every version."""

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class GoldenRun:
    """A run that was planned, what a person would call it, and how its session came about.

    Parameters
    ----------
    plan
        What the runner did.
    verdict
        What must be said of it.
    recorded
        Makes the session of the simulated run.
    """

    plan: RunPlan
    verdict: Verdict
    recorded: Callable[[VirtualRun], Recording] = session

    def report(self) -> RunReport:
        """Return the report of the run."""
        return analyse(self.recorded(virtual(self.plan)), AnalysisConfig())


def _folding(from_km: float, to_km: float, **more: float) -> tuple[PosturePoint, ...]:
    """Return a posture that folds from one kilometre to another."""
    usual = PosturePoint(from_km, USUAL_DEG)
    return (usual, PosturePoint(to_km, FOLDED_DEG, **more))


def _with_watch(made: VirtualRun) -> Recording:
    """Return the session with the file of a watch that tells height, laid under the strides."""
    return with_watch_file(session(made), watch_file(made, WatchHabits(has_altitude=True)))


def _on_treadmill(made: VirtualRun) -> Recording:
    """Return the session with the speed of the belt beside it."""
    belt = Track("speed_mps", "treadmill", made.gps_time_s, made.gps_speed_mps)
    return replace(session(made, speed="treadmill"), tracks=(belt,))


def _loose(made: VirtualRun) -> Recording:
    """Return the session of a sensor that swings on its strap: running, it feels a twentieth too much."""
    whole = session(made)
    worn = whole.sensors[0]
    swing = np.where(made.speed_mps > 1.0, 1.05, 1.0)[:, None]
    shaken = replace(worn, acc_sensor_mps2=worn.acc_sensor_mps2 * swing)
    return replace(whole, sensors=(shaken,))


GOLDEN_RUNS: dict[str, GoldenRun] = {
    "upright": GoldenRun(UPRIGHT, Verdict.USUAL),
    "slow_slouch": GoldenRun(replace(UPRIGHT, posture=_folding(0.8, 2.0)), Verdict.SLOUCHED),
    "late_breakdown": GoldenRun(replace(UPRIGHT, posture=_folding(1.6, 1.7)), Verdict.SLOUCHED),
    "hilly_but_fine": GoldenRun(
        replace(
            UPRIGHT,
            legs=(*OPENING, run(340.0, 3.0), run(220.0, 2.8, 5.0), run(260.0, 3.0), END),
            lean_deg_per_pct=0.8,
        ),
        Verdict.USUAL,
        _with_watch,
    ),
    "faster_but_fine": GoldenRun(
        replace(UPRIGHT, legs=(*OPENING, run(520.0, 2.8), run(240.0, 3.8), END), lean_deg_per_mps=4.0),
        Verdict.USUAL,
        _with_watch,
    ),
    "strap_slip": GoldenRun(replace(UPRIGHT, slips=(StrapSlip(1.2, 6.0),)), Verdict.WATCH),
    "loose_sensor": GoldenRun(UPRIGHT, Verdict.NONE, _loose),
    "head_sensor": GoldenRun(
        replace(
            UPRIGHT, posture=_folding(1.1, 1.3, head_pitch_deg=20.0), wear=(UPRIGHT_STERNUM, Worn("head"))
        ),
        Verdict.SLOUCHED,
    ),
    "sacrum_sensor": GoldenRun(
        replace(
            UPRIGHT, posture=_folding(1.1, 1.3, sacrum_pitch_deg=10.5), wear=(UPRIGHT_STERNUM, Worn("sacrum"))
        ),
        Verdict.LEANING,
    ),
    "walk_breaks": GoldenRun(
        replace(
            UPRIGHT,
            legs=(*OPENING, run(330.0, 3.0), walk(60.0), run(240.0, 3.0), walk(60.0), run(210.0, 3.0), END),
        ),
        Verdict.USUAL,
    ),
    "treadmill": GoldenRun(replace(UPRIGHT, treadmill=True), Verdict.USUAL, _on_treadmill),
    "too_short": GoldenRun(replace(UPRIGHT, legs=(*OPENING, run(400.0, 3.0), END)), Verdict.NONE),
}
"""By the name of their files in ``tests/golden``."""


def golden_text(report: RunReport) -> str:
    """Return what a terminal would show."""
    return text.render(report)


def golden_json(report: RunReport) -> str:
    """Return what a person can read of the JSON, numbers to four figures."""
    content = json.loads(report.to_json())
    content["average_stride"] = _at_every_fifth(report)
    kept = {key: _rounded(value) for key, value in content.items() if key not in _LEFT_OUT}
    return json.dumps(kept, indent=1, ensure_ascii=False) + "\n"


def _at_every_fifth(report: RunReport) -> dict[str, list[float]]:
    """Return the average strides of a report at 0, 20 … 100 %."""
    average = report.evidence.average_stride
    parts = {} if average is None else {"fresh": average.fresh, "late": average.late}
    return {name: list(part.mean_deg[::10]) for name, part in parts.items() if part}


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


def misfits(golden: str, made: str) -> list[str]:
    """Return where two texts differ by more than the last figures of their numbers.

    Another version of a library may round a last figure the other way; words must be the same. Blanks are not
    compared: a number may have become a figure shorter.
    """
    lines = golden.splitlines(), made.splitlines()
    if len(lines[0]) != len(lines[1]):
        return [f"{len(lines[0])} lines were agreed, {len(lines[1])} are made"]
    pairs = zip(*lines, strict=True)
    return [f"agreed: {ours}\nmade:   {theirs}" for ours, theirs in pairs if not _alike(ours, theirs)]


def _alike(ours: str, theirs: str) -> bool:
    if _NUMBER.sub("0", ours).split() != _NUMBER.sub("0", theirs).split():
        return False
    numbers = zip(_NUMBER.findall(ours), _NUMBER.findall(theirs), strict=True)
    return all(_within_last_figures(one, other) for one, other in numbers)


def _within_last_figures(one: str, other: str) -> bool:
    """Tell whether two numbers differ by two of their last figure, or by a thousandth of their size."""
    last = 10.0 ** -max(len(number.partition(".")[2]) for number in (one, other))
    return math.isclose(float(one), float(other), rel_tol=1e-3, abs_tol=2.0 * last)
