"""Pairs of made-up runs, and whether what a comparison says of them is true."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from analysis.comparison.compare import compare
from analysis.comparison.course import course_change
from analysis.comparison.records import Estimate, OnsetKind, PairComparison
from analysis.comparison.run_course import stages_of
from analysis.comparison.stages import comparable_strides, stage_edges
from sensor.samples import FloatArray
from tests.support.compared_runs import CONFIG, Course, report_of, tall_until_m, wander

REFIT_SD_DEG = 3.0 / 1.96 / 2**0.5
"""Of one fitting: a difference of two has 3 / 1.96."""
LONGEST_MEMORY_STRIDES = 50.0
EQUAL_WITHIN_DEG = 0.5


class Kind(StrEnum):
    """What the two runs of a pair have to do with each other."""

    ANY = "any two runs"
    SAME = "the same course"
    SAME_SLOUCH = "the same course, with a slouch"
    TURNED = "the other 6° further forward"
    LATER = "the slouch 1 km later"
    TWO_SENSORS = "one run, two sensors"


@dataclass(frozen=True, slots=True)
class Scatter:
    """How posture wanders about its course: size, memory, and what is new at every stride."""

    wander_deg: float
    memory_strides: float
    stride_deg: float = 0.5

    def draw(self, rng: np.random.Generator, count: int) -> FloatArray:
        """Return (count,) degrees."""
        slow = self.wander_deg * wander(rng, count, self.memory_strides)
        return slow + self.stride_deg * rng.normal(size=count)


SENSOR = Scatter(wander_deg=0.15, memory_strides=500.0, stride_deg=0.3)
"""Errors of a sensor, slow and quick."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A pair as compared, and what is true of it."""

    found: PairComparison
    level_deg: float
    drift_deg_per_km: float
    late_minus_early_deg: float
    later_m: float
    """How much later tall ends; infinite where it ends in one run only, NaN where in neither."""


def draw(kind: Kind, rng: np.random.Generator, memory_strides: float | None = None) -> Trial:
    """Return one pair of a kind, all about it drawn by chance but what is given."""
    memory = rng.uniform(0.0, LONGEST_MEMORY_STRIDES) if memory_strides is None else memory_strides
    scatter = Scatter(rng.uniform(0.5, 1.2), memory)
    first, second = _courses(kind, rng)
    draws = [scatter.draw(rng, len(course.distance_m())) for course in (first, second)]
    refit_deg = REFIT_SD_DEG * rng.normal(size=2)
    if kind is Kind.TWO_SENSORS:
        draws, refit_deg = [draws[0], draws[0]], np.zeros(2)
    draws = [scattered + SENSOR.draw(rng, len(scattered)) for scattered in draws]
    reports = [
        report_of(course, scattered + refit)
        for course, scattered, refit in zip((first, second), draws, refit_deg, strict=True)
    ]
    found = compare(reports, CONFIG.comparison).pairs[0]
    truth = [report_of(first)] * 2 if first == second else [report_of(course) for course in (first, second)]
    edges_m = stage_edges(found.common_m, CONFIG.comparison)
    true_deg = [stages_of(one, comparable_strides(one), edges_m, CONFIG.comparison) for one in truth]
    change = course_change(true_deg[1] - true_deg[0], edges_m, CONFIG.comparison, sensors=2)
    assert change is not None
    ends_m = [tall_until_m(one) for one in truth]
    levels_deg = [one.evidence.baseline.flexion_deg for one in truth if one.evidence.baseline]
    return Trial(
        found,
        levels_deg[1] - levels_deg[0],
        change.drift_deg_per_km.value,
        change.late_minus_early_deg.value,
        float(np.nan if np.isinf(ends_m).all() else ends_m[1] - ends_m[0]),
    )


def _courses(kind: Kind, rng: np.random.Generator) -> tuple[Course, Course]:
    length_m = rng.uniform(5_000.0, 12_000.0)
    shared_drift = rng.uniform(-0.2, 0.2)
    if kind is Kind.ANY:
        lengths = rng.uniform(5_000.0, 12_000.0, 2)
        drifts = shared_drift + rng.uniform(-0.15, 0.15, 2)
        one, two = (
            _slouching(rng, Course(length_m=m, drift_deg_per_km=d, level_deg=rng.uniform(5.0, 11.0)))
            if rng.random() < 0.5
            else Course(length_m=m, drift_deg_per_km=d, level_deg=rng.uniform(5.0, 11.0))
            for m, d in zip(lengths, drifts, strict=True)
        )
        return one, two
    plain = Course(length_m=length_m, drift_deg_per_km=shared_drift)
    if kind is Kind.SAME or kind is Kind.TWO_SENSORS:
        return plain, plain
    if kind is Kind.TURNED:
        return plain, replace(plain, level_deg=plain.level_deg + 6.0)
    slouched = _slouching(rng, plain)
    if kind is Kind.SAME_SLOUCH:
        return slouched, slouched
    length_m = max(length_m, 6_000.0)
    steady = Course(
        length_m=length_m,
        slouch_from_m=rng.uniform(0.35, 0.75) * (length_m - 1_000.0),
        slouch_deg=rng.uniform(4.0, 8.0),
        ramp_m=rng.uniform(50.0, 500.0),
    )
    assert steady.slouch_from_m is not None
    return steady, replace(steady, slouch_from_m=steady.slouch_from_m + 1_000.0)


def _slouching(rng: np.random.Generator, course: Course) -> Course:
    return replace(
        course,
        slouch_from_m=rng.uniform(0.35, 0.9) * course.length_m,
        slouch_deg=rng.uniform(2.5, 8.0),
        ramp_m=rng.uniform(50.0, 2_000.0),
    )


def holds(estimate: Estimate | None, truth: float) -> bool:
    """Tell whether an interval holds the truth: an infinite one where open, none where it holds zero."""
    assert estimate is not None
    if np.isinf(truth):
        return bool(np.isposinf(estimate.high) if truth > 0 else np.isneginf(estimate.low))
    return estimate.low <= (0.0 if np.isnan(truth) else truth) <= estimate.high


def _later(trial: Trial) -> Estimate:
    return trial.found.onsets[OnsetKind.TALL].difference_m


def _within_half_a_degree(trial: Trial) -> bool:
    found = (trial.found.level_deg, trial.found.late_minus_early_deg)
    return all(one is not None and abs(one.value) <= EQUAL_WITHIN_DEG for one in found)


SCORES: Mapping[str, Callable[[Trial], bool]] = {
    "level held": lambda t: holds(t.found.level_deg, t.level_deg),
    "drift held": lambda t: holds(t.found.drift_deg_per_km, t.drift_deg_per_km),
    "late minus early held": lambda t: holds(t.found.late_minus_early_deg, t.late_minus_early_deg),
    "how far tall held": lambda t: holds(_later(t), t.later_m),
    "changed": lambda t: _later(t).is_shown,
    "tall for longer": lambda t: _later(t).low > 0,
    "further forward": lambda t: t.found.level_deg is not None and t.found.level_deg.low > 0,
    "within 0.5°": _within_half_a_degree,
}
"""What is asked of a pair."""

HELD = tuple(SCORES)[:4]
ASKED: Mapping[Kind, tuple[str, ...]] = {
    Kind.ANY: HELD,
    Kind.SAME: (*HELD, "changed"),
    Kind.SAME_SLOUCH: (*HELD, "changed"),
    Kind.TURNED: (*HELD, "further forward"),
    Kind.LATER: (*HELD, "tall for longer"),
    Kind.TWO_SENSORS: (*HELD[1:], "changed", "within 0.5°"),
}
"""What is asked of which pairs; nothing was refitted where one run has two sensors."""


def shares(kind: Kind, trials: list[Trial]) -> dict[str, float]:
    """Return the share of trials, 0 to 1, of which each of what is `ASKED` is true."""
    return {name: float(np.mean([SCORES[name](trial) for trial in trials])) for name in ASKED[kind]}
