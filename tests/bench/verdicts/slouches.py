"""Slouches of known onset: are they flagged, and where?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.records import Axis
from sensor.virtual.runner.plan import PosturePoint
from tests.bench.tables import markdown
from tests.bench.verdicts.made_up import Asked, Wander, make_run
from tests.bench.verdicts.rule import Judged, judged, unmatched

ONSET_M, ONSET_DEG = 100.0, 0.15
"""An onset is right within the larger of this distance and that over which the truth rises by so much."""
LASTING_M = 1000.0
DEPTHS_DEG = (5.0, 6.5, 8.0)
WITHIN_M = (20.0, 100.0, 300.0, 1000.0, 3000.0)
"""Distance over which the runner folds."""
WANDERS = (Wander(0.5, 50.0), Wander(0.5, 200.0), Wander(1.0, 50.0), Wander(1.0, 200.0))

HEADER = ("folds over, m", "runs", "slouched on the truth for 1 km", "of these missed", "called a shift",
          "onset within its aim", "onset off, m: median", "95 %", "false stretches")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Slouch:
    """What became of one slouch: lasting stretches of the truth, those missed, and metres off each onset."""

    lasting: int
    missed: int
    false: int
    shifts: int
    onset_off_m: tuple[float, ...]
    tolerance_m: float


def compared(told: Judged, truth: Judged, rise_deg_per_m: float) -> Slouch:
    """Return how the stretches told differ from those of the truth, whose lean rises by so much per metre."""
    true = truth.of("slouched")
    lasting = [episode for episode in true if episode.to_m - episode.from_m >= LASTING_M]
    missed = unmatched(lasting, told.of("slouched"))
    off_m = [
        min((other.from_m - episode.from_m for other in told.of("slouched")), key=abs)
        for episode in lasting
        if episode not in missed
    ]
    return Slouch(
        len(lasting),
        len(missed),
        len(unmatched(told.of("slouched"), true)),
        sum(shift.axis is Axis.FORWARD for shift in told.shifts),
        tuple(off_m),
        max(ONSET_M, ONSET_DEG / rise_deg_per_m),
    )


def slouch(wander: Wander, depth_deg: float, within_m: float, seed: int) -> Slouch:
    """Return what became of a fold by ``depth_deg`` from km 3.5 to 5 on that stays to the end of 12 km."""
    from_m = float(np.random.default_rng(seed).uniform(3500.0, 5000.0))
    posture = (PosturePoint(from_m / 1e3, 0.0), PosturePoint((from_m + within_m) / 1e3, depth_deg))
    run = make_run(Asked(wander, length_m=12_000.0, is_track=seed % 2 == 0, posture=posture), seed)
    told, truth = judged(run.measured, seeks_shifts=True), judged(run.truth, seeks_shifts=False)
    return compared(told, truth, depth_deg / within_m)


def table(seeds: range, progress: Callable[[str], None]) -> str:
    """Return the Markdown table, one run of every depth and wander per row and seed."""
    rows, every = [], []
    for index, within_m in enumerate(WITHIN_M):
        progress(f"slouches, {index + 1} of {len(WITHIN_M)} lengths")
        runs = [
            slouch(wander, depth_deg, within_m, 1000 * seed + 200 + 20 * index + 3 * k + j)
            for k, wander in enumerate(WANDERS)
            for j, depth_deg in enumerate(DEPTHS_DEG)
            for seed in seeds
        ]
        every += runs
        rows.append(row(f"{within_m:.0f}", runs))
    return markdown(HEADER, [*rows, row("all", every)])


def row(name: str, runs: list[Slouch]) -> tuple[str, ...]:
    """Return the cells of one row."""
    lasting = sum(run.lasting for run in runs)
    off_m = np.array([off for run in runs for off in run.onset_off_m])
    within = np.array([abs(off) <= run.tolerance_m for run in runs for off in run.onset_off_m])
    figures = (
        (f"{within.mean():.0%}", f"{np.median(off_m):+.0f}", f"{np.quantile(np.abs(off_m), 0.95):.0f}")
        if len(off_m)
        else ("–",) * 3
    )
    missed = f"{sum(run.missed for run in runs) / lasting:.1%}" if lasting else "–"
    shifts, false = (str(sum(getattr(run, field) for run in runs)) for field in ("shifts", "false"))
    return name, str(len(runs)), str(lasting), missed, shifts, *figures, false
