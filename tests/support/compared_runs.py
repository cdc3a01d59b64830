"""Reports of made-up runs whose course is known and whose posture wanders about it, for comparisons."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.signal import lfilter

from analysis.config import AnalysisConfig
from analysis.judging.baseline import fresh_window, with_adjusted_flexion, with_judged
from analysis.judging.flags import findings_of
from analysis.run_report import RunReport
from analysis.words import Flag
from sensor.samples import FloatArray
from tests.support.sample_report import steady_run as any_report
from tests.support.sample_report import with_fields
from tests.support.stride_tables import steady_run

STRIDE_M = 2.2
STRIDE_S = 0.72
CONFIG = AnalysisConfig()
_ANY = any_report()


@dataclass(frozen=True, slots=True)
class Course:
    """A run's true course, degrees over metres: a drift, and a slouch that passes 2° at ``slouch_from_m``."""

    length_m: float = 8_000.0
    level_deg: float = 8.0
    drift_deg_per_km: float = 0.0
    slouch_from_m: float | None = None
    slouch_deg: float = 5.0
    ramp_m: float = 300.0
    until_m: float = np.inf

    def distance_m(self) -> FloatArray:
        """Return where each stride begins."""
        return np.asarray(np.arange(int(self.length_m / STRIDE_M)) * STRIDE_M, dtype=np.float64)

    def flexion_deg(self) -> FloatArray:
        """Return the true flexion of each stride."""
        distance_m = self.distance_m()
        course = self.level_deg + self.drift_deg_per_km * distance_m / 1000.0
        if self.slouch_from_m is None:
            return course
        begin_m = self.slouch_from_m - self.ramp_m * 2.0 / self.slouch_deg
        slouch = self.slouch_deg * np.clip((distance_m - begin_m) / self.ramp_m, 0.0, 1.0)
        return np.asarray(course + np.where(distance_m < self.until_m, slouch, 0.0))


def wander(rng: np.random.Generator, count: int, memory_strides: float) -> FloatArray:
    """Return a series of unit variance that forgets itself over so many strides."""
    phi = float(np.exp(-1.0 / memory_strides)) if memory_strides else 0.0
    noise = rng.normal(size=count) * np.sqrt(1.0 - phi**2)
    return np.asarray(lfilter([1.0], [1.0, -phi], noise, zi=[phi * rng.normal()])[0])


def report_of(course: Course, scatter_deg: FloatArray | float = 0.0, name: str = "run") -> RunReport:
    """Return the report of a run on a course, judged by the stages of the analysis itself."""
    distance_m = course.distance_m()
    count = len(distance_m)
    table = steady_run(
        count,
        distance_m=distance_m,
        start_s=np.arange(count) * STRIDE_S,
        end_s=(np.arange(count) + 1) * STRIDE_S,
        speed_mps=np.full(count, STRIDE_M / STRIDE_S),
        trunk_flexion_deg=course.flexion_deg() + scatter_deg,
    )
    baseline = fresh_window(table, course.length_m, CONFIG.baseline)
    table = with_adjusted_flexion(table, baseline)
    table = with_judged(table, baseline, CONFIG.baseline, speed_is_measured=False)
    found = findings_of(table, baseline, config=CONFIG)
    return with_fields(
        _ANY,
        strides=found.table,
        curve=found.curve,
        session=replace(_ANY.session, name=name),
        baseline=baseline,
        episodes=found.episodes,
        segments=(),
        mounting_shifts=(),
        distance_m=course.length_m,
        distance_source="typed",
        speed_source="typed",
        grade_known=False,
    )


def tall_until_m(report: RunReport) -> float:
    """Return where tall ends; infinite where it does not. Of a run without scatter, that is the truth."""
    return min((e.from_m for e in report.evidence.episodes if e.flag != Flag.HEAD), default=np.inf)
