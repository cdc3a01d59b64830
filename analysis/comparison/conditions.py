"""Runs gathered by a circumstance: conditions whose unit is the run, never the stride."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from enum import StrEnum

import numpy as np

from analysis.comparison.records import (
    Condition,
    Conditions,
    Estimate,
    GroupFigure,
    OnsetKind,
    RunSummary,
)
from analysis.judging.config import ComparisonConfig
from analysis.maths.quantiles import student_t_quantile
from sensor.samples import FloatArray


class By(StrEnum):
    """By what runs are gathered, as typed behind ``--by``."""

    TAPE = "tape"
    PACK = "pack"
    SURFACE = "surface"
    SHOES = "shoes"
    SITTING = "sitting"
    MONTH = "month"


TALL_KM, DRIFT, LATE, LEVEL = "tall for, km", "drift, °/km", "last − first third, °", "lean when fresh, °"
"""The quantities of a condition."""

_HOURS_SAT = "hours_sat_before"
_MONTH_LETTERS = len("2025-05")


def conditions_of(runs: Sequence[RunSummary], by: By, config: ComparisonConfig) -> Conditions:
    """Gather runs by a circumstance and hold every condition against the first one.

    Parameters
    ----------
    runs
        In the order given; the condition of the first run is the reference.
    by
        The circumstance.
    config
        Fewest runs for an interval, its coverage, where sitting counts as long.
    """
    labels = [_label(run, by, config) for run in runs]
    order = list(dict.fromkeys(label for label in labels if label))
    if by is By.MONTH:
        order.sort()
    places = {label: tuple(i for i, one in enumerate(labels) if one == label) for label in order}
    left_out = tuple(i for i, label in enumerate(labels) if not label)
    first = places[order[0]] if order else ()
    made = [
        Condition(label, at, _figures(runs, at, None if at == first else first, config))
        for label, at in places.items()
    ]
    return Conditions(by, tuple(made), left_out, config.min_group_runs)


def _label(run: RunSummary, by: By, config: ComparisonConfig) -> str:
    """Return the condition of a run; empty where it was not noted."""
    if by is By.MONTH:
        return run.started_utc[:_MONTH_LETTERS]
    if by is not By.SITTING:
        return str(run.context.get(by, "")).strip()
    hours = run.context.get(_HOURS_SAT)
    if not isinstance(hours, (int, float)) or not math.isfinite(hours):
        return ""
    return (
        f"{config.sat_long_h:g} h or more" if hours >= config.sat_long_h else f"under {config.sat_long_h:g} h"
    )


def _tall_km(run: RunSummary) -> float:
    onset = run.onsets.get(OnsetKind.TALL)
    return onset.reached_m / 1000.0 if onset else math.nan


def _is_open(run: RunSummary) -> bool:
    onset = run.onsets.get(OnsetKind.TALL)
    return onset is not None and not onset.is_seen


QUANTITIES: tuple[tuple[str, Callable[[RunSummary], float]], ...] = (
    (TALL_KM, _tall_km),
    (DRIFT, lambda run: run.drift_deg_per_km.value if run.drift_deg_per_km else math.nan),
    (LATE, lambda run: run.late_minus_early_deg.value if run.late_minus_early_deg else math.nan),
    (LEVEL, lambda run: run.level_deg),
)
"""What is told of a condition, and where a run holds it."""


def _figures(
    runs: Sequence[RunSummary], at: Sequence[int], reference: Sequence[int] | None, config: ComparisonConfig
) -> tuple[GroupFigure, ...]:
    found = []
    for what, read in QUANTITIES:
        value = _known(runs, at, read)
        open_here = what == TALL_KM and any(_is_open(runs[i]) for i in at)
        open_there = what == TALL_KM and any(_is_open(runs[i]) for i in reference or ())
        against = None
        if reference is not None and not (open_here or open_there):
            against = _difference(_known(runs, reference, read), value, config)
        mean = Estimate(float(value.mean()) if len(value) else math.nan, math.nan, math.nan)
        if not open_here and len(value) >= config.min_group_runs:
            mean = _mean(value, config)
        found.append(GroupFigure(what, len(value), mean, against, open_here))
    return tuple(found)


def _known(runs: Sequence[RunSummary], at: Sequence[int], read: Callable[[RunSummary], float]) -> FloatArray:
    value = np.array([read(runs[i]) for i in at], dtype=np.float64)
    return value[np.isfinite(value)]


def _mean(value: FloatArray, config: ComparisonConfig) -> Estimate:
    """Return the mean over runs with Student's interval."""
    mean, count = float(value.mean()), len(value)
    half = student_t_quantile((1 + config.level) / 2, count - 1) * float(value.std(ddof=1)) / count**0.5
    return Estimate(mean, mean - half, mean + half)


def _difference(first: FloatArray, second: FloatArray, config: ComparisonConfig) -> Estimate | None:
    """Return second minus first with Welch's interval; None where either has too few runs."""
    if min(len(first), len(second)) < config.min_group_runs:
        return None
    parts = [float(value.var(ddof=1)) / len(value) for value in (first, second)]
    mean, variance = float(second.mean() - first.mean()), sum(parts)
    shares = sum(part**2 / (len(value) - 1) for part, value in zip(parts, (first, second), strict=True))
    freedom = variance**2 / shares if shares > 0 else min(len(first), len(second)) - 1
    half = student_t_quantile((1 + config.level) / 2, freedom) * variance**0.5
    return Estimate(mean, mean - half, mean + half)
