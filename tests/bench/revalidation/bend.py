"""A laboratory runner in a bend: the lean is real, the acceleration towards its middle is none."""

from __future__ import annotations

import numpy as np

from analysis.run_report import RunReport
from sensor.units import STANDARD_GRAVITY_MPS2
from tests.bench.revalidation.tables import Cell, Section
from tests.support import walk_run
from tests.support.analysing import TURNED_WXYZ, analyse_run, sideways_error_deg
from tests.support.looped_run import LoopedRun
from tests.support.report_checks import FlexionCheck, check_flexion

RUNNING_S = 120.0


def checked(run: LoopedRun, *, speed_told: bool) -> tuple[RunReport, FlexionCheck]:
    """Return report and check of one run."""
    report = analyse_run(run, speed_mps=run.speed_mps if speed_told else None)
    return report, check_flexion(report, run)


def row(run: LoopedRun, *, speed_told: bool) -> list[Cell]:
    """Return one run's row; the mean lean is that of the whole running."""
    report, check = checked(run, speed_told=speed_told)
    lean_deg = float(run.lateral_deg[run.running].mean())
    return [
        run.name,
        "yes" if speed_told else "no",
        f"{report.totals.usable_fraction:.0%}",
        check.true_mean_deg,
        check.mean_deg,
        lean_deg,
        lean_deg + check.lateral_error_deg,
        sideways_error_deg(run),
    ]


def section() -> Section:
    """Return the straight run and the bend, with the speed told and without."""
    how = {"running_s": RUNNING_S, "sensor_from_body_wxyz": TURNED_WXYZ}
    straight = walk_run.short_run(walk_run.STRAIGHT, overground=True, **how)
    circling, bend = walk_run.bend_run(**how)
    towards_mps2 = circling.speed_mps**2 / bend.radius_m
    centripetal_deg = float(np.degrees(np.arctan(towards_mps2 / STANDARD_GRAVITY_MPS2)))
    return Section(
        "A bend (markers)",
        "One runner, straight and in a bend to the left, each made an endless run after the recorded "
        f"standing. The circle has a radius of {bend.radius_m:.1f} m at {circling.speed_mps:.1f} m/s: its "
        f"acceleration, taken for gravity, would hide {centripetal_deg:.1f}° of the lean. Right is positive.",
        (
            "run", "speed told", "usable", "flexion true °", "found °", "sideways lean true °", "found °",
            "sideways axis off °",
        ),
        [row(run, speed_told=told) for run in (straight, circling) for told in (False, True)],
    )  # fmt: skip
