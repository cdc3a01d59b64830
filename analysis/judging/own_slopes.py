"""What a runner's own slopes on speed and grade add to a stride, and how surely."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from analysis.judging.personal_config import PersonalConfig
from analysis.maths.quantiles import student_t_quantile
from analysis.personal import PersonalBaseline, Slope
from analysis.records import Baseline, StrideTable
from sensor.samples import BoolArray, FloatArray, freeze_arrays


@dataclass(frozen=True, slots=True, eq=False)
class Effort:
    """What speed and grade add to each stride against the fresh window.

    Parameters
    ----------
    added_deg
        (strides,) degrees; 0 where speed or grade is unknown, or no slope is.
    knows_speed, knows_grade
        (strides,) whether the stride's speed, and its grade, are covered by slopes that are sure enough.
    """

    added_deg: FloatArray
    knows_speed: BoolArray
    knows_grade: BoolArray

    def __post_init__(self) -> None:
        freeze_arrays(self)


def effort_of(
    table: StrideTable,
    baseline: Baseline | None,
    personal: PersonalBaseline | None,
    *,
    speed_is_measured: bool,
    config: PersonalConfig,
) -> Effort:
    """Return what a runner's own slopes make of the strides.

    Parameters
    ----------
    table
        ``speed_mps`` and ``grade_pct`` filled.
    baseline
        The fresh window, whose speed and grade add nothing; without one nothing is added.
    personal
        The runner's slopes, if there are any.
    speed_is_measured
        Whether a watch, a foot pod or a treadmill told the speed; one typed or guessed adds nothing.
    config
        How sure an adjustment must be.
    """
    none = np.zeros(len(table), dtype=bool)
    if baseline is None or personal is None:
        return Effort(np.zeros(len(table)), none, none)
    speed_mps = table["speed_mps"] if speed_is_measured else np.full(len(table), np.nan)
    faster_deg, knows_speed = _along(personal.speed, speed_mps, baseline.speed_mps, config)
    usual_pct = 0.0 if np.isnan(baseline.grade_pct) else baseline.grade_pct
    grade_pct = table["grade_pct"]
    up_deg, knows_up = _along(personal.uphill, np.maximum(grade_pct, 0.0), max(usual_pct, 0.0), config)
    down_deg, knows_down = _along(personal.downhill, np.minimum(grade_pct, 0.0), min(usual_pct, 0.0), config)
    return Effort(faster_deg + up_deg + down_deg, knows_speed, knows_up & knows_down)


def _along(
    slope: Slope | None, value: FloatArray, usual: float, config: PersonalConfig
) -> tuple[FloatArray, BoolArray]:
    """Return what a slope adds from the usual value to each, held within what it covers, and where it does.

    A value that does not differ is known without any slope.
    """
    change = value - usual
    if slope is None:
        return np.zeros(len(value)), np.asarray(change == 0.0)
    held = np.clip(value, slope.low, slope.high) - np.clip(usual, slope.low, slope.high)
    added_deg = np.where(np.isfinite(held), slope.per_unit_deg * held, 0.0)
    known = (value >= slope.low) & (value <= slope.high) & (slope.low <= usual <= slope.high)
    return added_deg, known & (slope.half_width_deg * np.abs(change) <= config.most_off_deg)


@dataclass(frozen=True, slots=True)
class AgainstUsual:
    """The fresh window of a run against those of earlier runs.

    Parameters
    ----------
    usual_deg
        Mean flexion of the earlier windows, by the runner's own slope read at the speed of this one.
    at_this_speed
        Whether that slope was needed.
    above_deg
        This window minus that, further forward positive.
    detectable_deg
        The smallest difference that shows (`detectable_change_deg`).
    """

    usual_deg: float
    at_this_speed: bool
    above_deg: float
    detectable_deg: float

    @property
    def is_shown(self) -> bool:
        """Whether the difference is more than refitting the sensor and other days make."""
        return abs(self.above_deg) > self.detectable_deg


def against_usual(
    baseline: Baseline | None,
    personal: PersonalBaseline | None,
    *,
    refit_deg: float,
    level: float,
    max_grade_pct: float,
) -> AgainstUsual | None:
    """Compare a run's fresh window with the mean of the earlier ones; None where that cannot be.

    Parameters
    ----------
    baseline
        The fresh window, against a standing zero.
    personal
        With the usual level of earlier runs.
    refit_deg
        Minimal detectable change between two fittings of the sensor.
    level
        Coverage of the prediction interval.
    max_grade_pct
        A window on a steeper slope leans with it, and tells nothing.
    """
    usual = None if personal is None else personal.level
    if baseline is None or personal is None or usual is None or abs(baseline.grade_pct) > max_grade_pct:
        return None
    faster_mps = baseline.speed_mps - usual.speed_mps
    at_this_speed = personal.speed is not None and bool(np.isfinite(faster_mps))
    usual_deg = usual.mean_deg
    if personal.speed is not None and at_this_speed:
        usual_deg += personal.speed.per_unit_deg * faster_mps
    return AgainstUsual(
        usual_deg,
        at_this_speed,
        baseline.flexion_deg - usual_deg,
        detectable_change_deg(usual.run_count, usual.sd_deg, refit_deg=refit_deg, level=level),
    )


def from_the_start(
    baseline: Baseline | None,
    personal: PersonalBaseline | None,
    *,
    refit_deg: float,
    level: float,
    max_grade_pct: float,
) -> str:
    """Return the sentence that a run was slouched from its start; empty where that does not show.

    The fresh window must exceed the mean of the earlier ones, at its own speed, by more than the minimal
    detectable change: what refitting the sensor alone can make, or the prediction interval of one more run,
    whichever is wider. Parameters as of `against_usual`.
    """
    usual = None if personal is None else personal.level
    against = against_usual(baseline, personal, refit_deg=refit_deg, level=level, max_grade_pct=max_grade_pct)
    if usual is None or against is None or not against.above_deg > against.detectable_deg:
        return ""
    than = "your last run" if usual.run_count == 1 else f"your last {usual.run_count} runs"
    return f"You were {against.above_deg:.1f}° further forward from the start than in {than}."


def detectable_change_deg(run_count: int, sd_deg: float, *, refit_deg: float, level: float) -> float:
    """Return by how much one run must differ from the mean of others to be another.

    Parameters
    ----------
    run_count, sd_deg
        Of the others; the standard deviation may be NaN.
    refit_deg
        Minimal detectable change between two runs: √2 times what one fitting scatters, to either side.
    level
        Coverage.
    """
    widening = math.sqrt(1.0 + 1.0 / run_count)
    by_refitting = refit_deg * widening / math.sqrt(2)
    if run_count < 2 or not np.isfinite(sd_deg):
        return by_refitting
    return max(by_refitting, student_t_quantile((1 + level) / 2, run_count - 1) * sd_deg * widening)
