"""Runs in a few figures, made up from known slopes, drifts and slouches."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from scipy.signal import lfilter

from analysis.comparison.run_facts import BIN_M, RunBin, RunFacts
from analysis.words import Confidence, Verdict, ZeroSource
from sensor.samples import FloatArray

PER_MPS_DEG, PER_PCT_DEG = 0.8, 0.4
"""Slopes of the made-up runner."""

EASY_MPS = 3.0
GRADE_SD_PCT = 0.3
"""By how much the grades of a watch err."""


def facts(day: int = 1, **changed: Any) -> RunFacts:
    """Return a run of 10 km on the given day (from 1), with some fields replaced."""
    whole = RunFacts(
        name=f"run {day}",
        started_utc=f"{date(2026, 1, 1) + timedelta(day - 1)}T07:00:00+00:00",
        simulated=False,
        runner="",
        placement="sternum",
        duration_s=3400.0,
        running_s=3333.0,
        distance_m=10_000.0,
        distance_source="watch file",
        speed_mps=EASY_MPS,
        speed_is_measured=True,
        cadence_spm=168.0,
        heart_rate_bpm=math.nan,
        zero_source=ZeroSource.STANDING,
        verdict=Verdict.USUAL,
        confidence=Confidence.GOOD,
        judged_m=10_000.0,
        level_deg=7.0,
        watch_from_m=math.nan,
        slouched_from_m=math.nan,
        tall_until_m=math.nan,
        slouched_m=0.0,
        file_hash=f"{day:064d}",
        config_hash="0" * 16,
        level_speed_mps=EASY_MPS,
    )
    return replace(whole, **changed)


def wander(rng: np.random.Generator, count: int, *, sd: float, length: float) -> FloatArray:
    """Return (count,) values that wander about zero and forget themselves over ``length`` of them."""
    keep = math.exp(-1.0 / length)
    start = rng.normal(size=1) * keep
    fresh = rng.normal(size=count) * math.sqrt(1.0 - keep**2)
    return np.asarray(sd * lfilter([1.0], [1.0, -keep], fresh, zi=start)[0])


def hilly_bins(
    rng: np.random.Generator, *, wander_deg: float = 1.0, slouch_deg: float = 0.0, error: float = 1.0
) -> tuple[RunBin, ...]:
    """Return the stretches of a run with hills and changes of pace by a runner of known slopes.

    Parameters
    ----------
    rng
        Of the run.
    wander_deg
        Standard deviation of the posture.
    slouch_deg
        How far the runner folds over 400 m somewhere after a third of the run, unflagged.
    error
        Times 0.3 % of grade and 0.02 m/s by which a watch errs.
    """
    count = int(rng.integers(50, 110))
    at_m = np.arange(count) * BIN_M
    hill = np.repeat(rng.uniform(-5.0, 5.0, count // 3 + 1) * (rng.random(count // 3 + 1) < 0.6), 3)[:count]
    speed_mps = EASY_MPS + np.repeat(rng.normal(0.0, 0.25, count // 6 + 1), 6)[:count]
    speed_mps = speed_mps - 0.08 * np.maximum(hill, 0.0)
    flexion_deg = (
        rng.normal(7.0, 1.0)
        + rng.normal(0.0, 0.15) * at_m / 1000.0
        + PER_MPS_DEG * (speed_mps - EASY_MPS)
        + PER_PCT_DEG * hill
        + wander(rng, count, sd=wander_deg, length=rng.uniform(0.5, 4.0))
        + slouch_deg * np.clip((at_m - rng.uniform(0.3, 0.9) * at_m[-1]) / 400.0, 0.0, 1.0)
    )
    grade_pct = hill + error * wander(rng, count, sd=GRADE_SD_PCT, length=1.5)
    told_mps = speed_mps + error * rng.normal(0.0, 0.02, count)
    return tuple(
        RunBin(
            float(at), 45, float(lean), float(lean) - 7.0, float(fast), float(slope), 168.0, is_judged=True
        )
        for at, lean, fast, slope in zip(at_m, flexion_deg, told_mps, grade_pct, strict=True)
    )


def hilly_runs(seed: int, count: int, **how: float) -> tuple[RunFacts, ...]:
    """Return runs of `hilly_bins` on following days."""
    rng = np.random.default_rng(seed)
    sd_pct = how.get("error", 1.0) * GRADE_SD_PCT
    return tuple(facts(day, bins=hilly_bins(rng, **how), grade_sd_pct=sd_pct) for day in range(1, count + 1))
