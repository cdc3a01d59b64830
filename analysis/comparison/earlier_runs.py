"""Which earlier runs tell what is usual for a runner, and the personal baseline they make."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.comparison.run_facts import RunBin, RunFacts
from analysis.config import AnalysisConfig
from analysis.judging.own_slopes import detectable_change_deg
from analysis.judging.personal_baseline import Slopes, Stretches, fit_slopes
from analysis.judging.personal_config import PersonalConfig
from analysis.judging.step_length import Steps, fit_step
from analysis.personal import EarlierRun, FittedStep, PersonalBaseline, UsualLevel
from analysis.words import Confidence, Method, Verdict
from sensor.samples import FloatArray

LEVEL_SURFACES = ("treadmill", "track")
"""Surfaces on which an unknown grade is none."""


@dataclass(frozen=True, slots=True)
class Worn:
    """What earlier runs must share with a run to tell what is usual in it.

    ``before_utc`` is when the run began (ISO 8601); empty for all runs there are.
    """

    runner: str
    placement: str
    simulated: bool
    before_utc: str = ""


def worn_in(facts: RunFacts) -> Worn:
    """Return what runs must share with this one, itself among them."""
    return Worn(facts.runner, facts.placement, facts.simulated)


def personal_baseline(past: Sequence[RunFacts], worn: Worn, config: AnalysisConfig) -> PersonalBaseline:
    """Return what earlier runs tell of a runner.

    Runs of others do not count and are not named, nor do any but the last forty. Runs of the runner's own
    that are not comparable, not to be trusted, or further forward from the start than the others are left
    out, each with the reason. Of the rest, stretches in which the runner was not tall, or from shortly before
    a slouch on, tell no slope.

    Parameters
    ----------
    past
        Runs in any order, those of others and later ones among them.
    worn
        What they must share with the run to be judged.
    config
        Limits (``personal``, ``comparison``) and the cadence model (``distance``).
    """
    own = sorted(
        (run for run in past if run.runner == worn.runner and _is_before(run, worn)),
        key=lambda run: run.started_utc,
    )[-config.personal.most_runs :]
    reasons = [_why_not(run, worn) for run in own]
    reasons = _without_slouched_starts(own, reasons, config)
    kept = [run for run, because in zip(own, reasons, strict=True) if not because]
    sloped = [bool(_sloped_bins(run, config.personal)) for run in own]
    slopes = _slopes(kept, config.personal)
    return PersonalBaseline(
        speed=slopes.speed,
        uphill=slopes.uphill,
        downhill=slopes.downhill,
        level=_level(kept),
        step=_step([run for run in own if run.simulated == worn.simulated], config),
        runs=tuple(
            EarlierRun(run.name, run.started_utc, because, gives and not because)
            for run, because, gives in zip(own, reasons, sloped, strict=True)
        ),
    )


def _is_before(run: RunFacts, worn: Worn) -> bool:
    return not worn.before_utc or "" < run.started_utc < worn.before_utc


def _why_not(run: RunFacts, worn: Worn) -> str:
    """Return why a run is not comparable; empty where it is."""
    if run.simulated != worn.simulated:
        return "simulated" if run.simulated else "not simulated"
    if run.placement != worn.placement:
        return f"worn at {run.placement or 'no place known'}, not {worn.placement}"
    if run.method is Method.ACCELEROMETER_ONLY:
        return "without a gyroscope"
    if run.confidence is Confidence.DO_NOT_TRUST:
        return "not to be trusted"
    return "no verdict" if run.verdict is Verdict.NONE else ""


def _without_slouched_starts(
    runs: Sequence[RunFacts], reasons: Sequence[str], config: AnalysisConfig
) -> list[str]:
    """Leave out each run whose fresh window lies further forward than those of the others."""
    level_deg = np.array([math.nan if why else run.level_deg for run, why in zip(runs, reasons, strict=True)])
    found = list(reasons)
    for index in np.flatnonzero(np.isfinite(level_deg)):
        others_deg = np.delete(level_deg, index)
        others_deg = others_deg[np.isfinite(others_deg)]
        if len(others_deg) < 2:
            continue
        above_deg = level_deg[index] - np.median(others_deg)
        limit_deg = detectable_change_deg(
            len(others_deg), math.nan, refit_deg=config.comparison.refit_deg, level=config.comparison.level
        )
        if above_deg > limit_deg:
            found[index] = f"from the start {above_deg:.1f}° further forward than the others"
    return found


def _sloped_bins(run: RunFacts, config: PersonalConfig) -> list[RunBin]:
    """Return the stretches that tell of slopes: tall, at a measured speed on a known grade."""
    end_m = run.slouched_from_m - config.slouch_lead_m if math.isfinite(run.slouched_from_m) else math.inf
    is_level = run.context.get("surface") in LEVEL_SURFACES
    bins = [replace(b, grade_pct=0.0) if is_level and math.isnan(b.grade_pct) else b for b in run.bins]
    return [
        b
        for b in bins
        if not b.is_flagged and b.from_m < end_m and math.isfinite(b.flexion_deg + b.speed_mps + b.grade_pct)
    ]


def _slopes(runs: Sequence[RunFacts], config: PersonalConfig) -> Slopes:
    told = [(run, bins) for run in runs if (bins := _sloped_bins(run, config))]
    rows = [(number, b) for number, (_, bins) in enumerate(told) for b in bins]
    sd_pct = [0.0 if math.isnan(run.grade_sd_pct) else run.grade_sd_pct for run, _ in told]
    return fit_slopes(
        Stretches(
            run=np.array([number for number, _ in rows], dtype=np.int64),
            distance_m=_column([b.from_m for _, b in rows]),
            flexion_deg=_column([b.flexion_deg for _, b in rows]),
            speed_mps=_column([b.speed_mps for _, b in rows]),
            grade_pct=_column([b.grade_pct for _, b in rows]),
            stride_count=_column([b.stride_count for _, b in rows]),
            grade_sd_pct=_column([sd_pct[number] for number, _ in rows]),
        ),
        config,
    )


def _level(runs: Sequence[RunFacts]) -> UsualLevel | None:
    known = [run for run in runs if math.isfinite(run.level_deg)]
    if not known:
        return None
    level_deg = [run.level_deg for run in known]
    sd_deg = float(np.std(level_deg, ddof=1)) if len(known) > 1 else math.nan
    speed_mps = float(np.mean([run.level_speed_mps for run in known]))
    return UsualLevel(float(np.mean(level_deg)), sd_deg, speed_mps, len(known))


def _step(runs: Sequence[RunFacts], config: AnalysisConfig) -> FittedStep | None:
    """Return the runner's own step length; where the sensor was worn, and posture, do not matter to it."""
    trusted = [run for run in runs if run.confidence is not Confidence.DO_NOT_TRUST]
    told = [[b for b in run.bins if math.isfinite(b.speed_mps + b.cadence_spm)] for run in trusted]
    rows = [(number, b) for number, bins in enumerate(filter(None, told)) for b in bins]
    return fit_step(
        Steps(
            run=np.array([number for number, _ in rows], dtype=np.int64),
            cadence_spm=_column([b.cadence_spm for _, b in rows]),
            step_m=_column([60.0 * b.speed_mps / b.cadence_spm for _, b in rows]),
            stride_count=_column([b.stride_count for _, b in rows]),
        ),
        config=config.personal,
        model=config.distance,
    )


def _column(values: Sequence[float]) -> FloatArray:
    return np.array(values, dtype=np.float64)
