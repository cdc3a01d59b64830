"""The fresh window of a run, and flexion against it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis.judging.config import BaselineConfig
from analysis.judging.episodes import known_median
from analysis.judging.own_slopes import Effort
from analysis.records import Baseline, StrideTable
from analysis.words import Activity, NotJudgedReason
from sensor.samples import BoolArray, FloatArray


def usable_running(table: StrideTable) -> BoolArray:
    """Return (strides,) true for the strides that count: running, usable, with an angle and a distance."""
    measured = np.isfinite(table["trunk_flexion_deg"]) & np.isfinite(table["distance_m"])
    return np.asarray((table["activity"] == Activity.RUN) & table["usable"] & measured, dtype=bool)


def fresh_window(table: StrideTable, total_m: float, config: BaselineConfig) -> Baseline | None:
    """Read the runner's own "as usual" from the early part of this run.

    The window starts at 0.5 km and ends at the smaller of 2 km and a quarter of the run. On a run below 4 km
    it shrinks: it starts at an eighth of the run, if that is less, and ends at a quarter of it or after the
    strides that are needed, whichever is later. Median and standard deviation are over the usable running
    strides in it; nothing is adjusted for speed or grade, because one run cannot tell their effect from
    fatigue. So hills in it are left out, if enough level strides remain. Else the window is that of its
    commonest slope, and the strides of others are left out, if enough of that one remain.

    Parameters
    ----------
    table
        ``distance_m``, ``speed_mps``, ``grade_pct``, ``activity``, ``usable`` and ``trunk_flexion_deg``
        filled.
    total_m
        Distance of the whole session.
    config
        Limits of the window.

    Returns
    -------
    Baseline or None
        None with too few usable strides in the window, an unknown distance, or a run below 2 km.
    """
    if not total_m >= config.least_run_m:
        return None
    is_short = total_m < config.short_run_m
    from_m = min(config.from_m, config.short_from_fraction * total_m) if is_short else config.from_m
    to_m = min(config.to_m, config.to_fraction * total_m)
    if is_short:
        to_m = max(to_m, _after_strides(table, from_m, config.min_strides))
    inside = usable_running(table) & _between(table, from_m, to_m)
    if inside.sum() < config.min_strides:
        return None
    inside = _of_one_grade(table["grade_pct"], inside, config)
    flexion_deg, speed_mps = table["trunk_flexion_deg"][inside], table["speed_mps"][inside]
    return Baseline(
        from_m=float(from_m),
        to_m=float(to_m),
        flexion_deg=float(np.median(flexion_deg)),
        sd_deg=float(np.std(flexion_deg, ddof=1)),
        speed_mps=known_median(speed_mps),
        stride_count=int(inside.sum()),
        is_short=is_short,
        grade_pct=known_median(table["grade_pct"][inside]),
    )


def _of_one_grade(grade_pct: FloatArray, inside: BoolArray, config: BaselineConfig) -> BoolArray:
    """Return (strides,) true for those ``inside`` that are level, or else as steep as most: if enough are."""
    usual_pct = known_median(grade_pct[inside])
    for level_pct in (0.0, usual_pct):
        alike = inside & ~(np.abs(grade_pct - level_pct) > config.max_grade_pct)
        if alike.sum() >= config.min_strides:
            return alike
    return inside


def _after_strides(table: StrideTable, from_m: float, count: int) -> float:
    """Return the distance at which ``count`` usable running strides after ``from_m`` are over; 0 without."""
    at_m = table["distance_m"][usable_running(table) & (table["distance_m"] >= from_m)]
    return float(at_m[count]) if len(at_m) > count else 0.0


def in_window(table: StrideTable, baseline: Baseline) -> BoolArray:
    """Return (strides,) true for the usable running strides of the fresh window, hills included."""
    return usable_running(table) & _between(table, baseline.from_m, baseline.to_m)


def _between(table: StrideTable, from_m: float, to_m: float) -> BoolArray:
    return np.asarray((table["distance_m"] >= from_m) & (table["distance_m"] < to_m), dtype=bool)


def with_adjusted_flexion(
    table: StrideTable, baseline: Baseline | None, added_deg: FloatArray | float = 0.0
) -> StrideTable:
    """Fill ``trunk_flexion_adj_deg``: running strides against the fresh window, NaN without one.

    Parameters
    ----------
    table
        ``activity`` and ``trunk_flexion_deg`` filled.
    baseline
        The fresh window.
    added_deg
        (strides,) what the runner's own slopes make of speed and grade (`effort_of`).
    """
    usual_deg = added_deg + (float("nan") if baseline is None else baseline.flexion_deg)
    adj_deg = np.where(table["activity"] == Activity.RUN, table["trunk_flexion_deg"] - usual_deg, np.nan)
    return table.with_columns(trunk_flexion_adj_deg=adj_deg)


def relative_to_window(table: StrideTable, baseline: Baseline) -> tuple[StrideTable, Baseline]:
    """Make flexion relative to the fresh window: for runs without a standing zero (``own baseline``).

    Head and neck figures keep their own zero.
    """
    relative_deg = table["trunk_flexion_deg"] - baseline.flexion_deg
    return table.with_columns(trunk_flexion_deg=relative_deg), replace(baseline, flexion_deg=0.0)


def read_at_its_effort(
    table: StrideTable, baseline: Baseline | None, effort: Effort, *, config: BaselineConfig
) -> Baseline | None:
    """Read the fresh window again at its own median speed and grade, as far as the runner's slopes tell.

    Parameters
    ----------
    table, baseline
        The strides, and the window of `fresh_window`.
    effort
        What speed and grade add to each stride.
    config
        Limits of the window.
    """
    if baseline is None or not effort.added_deg.any():
        return baseline
    inside = _of_one_grade(table["grade_pct"], in_window(table, baseline), config)
    flexion_deg = (table["trunk_flexion_deg"] - effort.added_deg)[inside]
    return replace(
        baseline, flexion_deg=float(np.median(flexion_deg)), sd_deg=float(np.std(flexion_deg, ddof=1))
    )


def with_judged(
    table: StrideTable,
    baseline: Baseline | None,
    config: BaselineConfig,
    *,
    speed_is_measured: bool,
    effort: Effort | None = None,
) -> StrideTable:
    """Fill ``judged`` and ``judged_because``: a flag may stand on usable running at the window's effort.

    Where the runner's own slopes do not cover them, strides on a known grade that the window does not cover,
    or at another speed than its own, are shown but not judged. An unknown grade excludes no stride here, and
    neither does an unknown speed or one that is typed or guessed from cadence: 1 % of cadence moves such a
    guess by 3.3 %, so that quicker steps alone would silence every flag. Corners and bursts without a
    measured speed have been marked unusable before, and so are not judged.

    Parameters
    ----------
    table
        ``activity``, ``usable``, ``speed_mps``, ``grade_pct`` and ``trunk_flexion_deg`` filled.
    baseline
        The fresh window; without one nothing is judged.
    config
        How far grade and speed may differ.
    speed_is_measured
        Whether a watch, a foot pod or a treadmill told the speed.
    effort
        Which speeds and grades the runner's own slopes cover; None without any.

    Returns
    -------
    StrideTable
        ``judged_because`` holds the first reason against, a `NotJudgedReason`; empty where judged.
    """
    knows_speed, knows_grade = (False, False) if effort is None else (effort.knows_speed, effort.knows_grade)
    window_mps = np.nan if baseline is None else baseline.speed_mps
    window_pct = np.nan if baseline is None else baseline.grade_pct
    steeper_pct = table["grade_pct"] - (0.0 if np.isnan(window_pct) else window_pct)
    speed_change = np.abs(table["speed_mps"] - window_mps)
    reasons = {
        NotJudgedReason.WALK: table["activity"] != Activity.RUN,
        NotJudgedReason.UNUSABLE: ~usable_running(table),
        NotJudgedReason.GRADE: (np.abs(steeper_pct) > config.max_grade_pct) & ~np.asarray(knows_grade),
        NotJudgedReason.SPEED: speed_is_measured
        & (speed_change > config.max_speed_change * window_mps)
        & ~np.asarray(knows_speed),
        NotJudgedReason.NO_BASELINE: np.full(len(table), baseline is None),
    }
    because = np.select(list(reasons.values()), list(reasons), default="").astype(object)
    return table.with_columns(judged=because == "", judged_because=because)
