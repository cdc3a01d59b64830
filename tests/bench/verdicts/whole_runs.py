"""Whole virtual runs, from the sensor's samples to the report, beside the same rule on the true angle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from analysis.cli.demo.crossing import crossing_of
from analysis.pipeline import analyse
from analysis.records import Axis
from sensor.virtual.runner.plan import Leg, PosturePoint, RunPlan, StrapSlip, run, stand
from sensor.virtual.runner.scenarios import EVERYDAY, OPENING
from sensor.virtual.runner.simulation import VirtualRun, simulate
from tests.bench.scoring import stride_means
from tests.bench.tables import markdown
from tests.bench.verdicts.rule import CONFIG
from tests.support.short_runs import session

LEG_S = 460.0
SLOUCH_DEG, SLIP_DEG = 6.0, 5.0
LONGEST_STRIDE_S = 1.2
ONSET_M = 100.0

HEADER = ("run of 5.5 km", "runs", "slouched on the truth", "missed", "false", "onset within 100 m",
          "worst onset, m", "shifts found", "false shifts")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Whole:
    """What was told of one run: onsets in m, None without; shifts near the slip, and others."""

    told_m: float | None
    true_m: float | None
    shifts_found: int
    shifts_false: int


def whole(seed: int, *, slouch_deg: float = 0.0, slip_deg: float = 0.0) -> Whole:
    """Return what the whole analysis tells of a run with a stop, and what the rule finds on its truth."""
    rng = np.random.default_rng(seed)
    from_km = float(rng.uniform(2.4, 3.2))
    speed_mps = float(rng.uniform(2.8, 3.2))
    legs: tuple[Leg, ...] = (*OPENING, *(run(LEG_S, speed_mps), stand(20.0)) * 4)
    posture = (PosturePoint(from_km, 7.0), PosturePoint(from_km + 0.4, 7.0 + slouch_deg))
    slips = (StrapSlip(from_km, slip_deg),) if slip_deg else ()
    plan = RunPlan(legs, posture=posture, style=EVERYDAY, slips=slips, posture_wander_deg=1.0)
    true = simulate(replace(plan, winding_degps=1.0), seed=seed)
    found = analyse(session(true, speed="gps"), CONFIG)
    shifts_km = [step.at_m / 1000.0 for step in found.evidence.mounting_shifts if step.axis is Axis.FORWARD]
    near = [bool(slip_deg) and abs(km - from_km) < 0.1 for km in shifts_km]
    told_m = next((episode.from_m for episode in found.evidence.episodes if episode.flag == "slouched"), None)
    return Whole(told_m, _true_onset_m(true), sum(near), len(near) - sum(near))


def _true_onset_m(true: VirtualRun) -> float | None:
    """Return where the rule calls the true angle slouched."""
    start_s, end_s = true.stride_start_s[:-1], true.stride_start_s[1:]
    row = np.round(start_s * true.rate_hz).astype(np.int64)
    kept = (end_s - start_s < LONGEST_STRIDE_S) & true.running[row]
    rows_s = np.stack([start_s, end_s], axis=1)[kept]
    flexion_deg = stride_means(true.true_flexion_deg, true.rate_hz, rows_s)
    return crossing_of(true.distance_m[row[kept]], flexion_deg, config=CONFIG)


def table(seeds: range, progress: Callable[[str], None]) -> str:
    """Return the Markdown table: a steady run, one with a slouch and one with a slip per seed."""
    kinds = {
        "steady": (0.0, 0.0),
        f"slouch of {SLOUCH_DEG:g}°": (SLOUCH_DEG, 0.0),
        f"slip of {SLIP_DEG:g}°": (0.0, SLIP_DEG),
    }
    rows = []
    for name, (slouch_deg, slip_deg) in kinds.items():
        runs = []
        for seed in seeds:
            progress(f"whole runs, {name}, {len(runs) + 1} of {len(seeds)}")
            runs.append(whole(seed, slouch_deg=slouch_deg, slip_deg=slip_deg))
        rows.append(_row(name, runs, has_slip=bool(slip_deg)))
    return markdown(HEADER, rows)


def _row(name: str, runs: list[Whole], *, has_slip: bool) -> tuple[str, ...]:
    true = [one for one in runs if one.true_m is not None]
    off_m = [
        abs(one.told_m - one.true_m) for one in true if one.told_m is not None and one.true_m is not None
    ]
    return (
        name,
        str(len(runs)),
        str(len(true)),
        str(len(true) - len(off_m)),
        str(sum(one.told_m is not None and one.true_m is None for one in runs)),
        f"{np.mean(np.array(off_m) <= ONSET_M):.0%}" if off_m else "–",
        f"{max(off_m):.0f}" if off_m else "–",
        str(sum(one.shifts_found > 0 for one in runs)) if has_slip else "–",
        str(sum(one.shifts_false for one in runs)),
    )
