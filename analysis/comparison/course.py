"""How a run, or the difference between two, changes with distance: slope, and late minus early."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.comparison.records import Estimate
from analysis.comparison.wander import sensor_variance_of, wander_of
from analysis.judging.config import ComparisonConfig
from analysis.maths.quantiles import student_t_quantile
from sensor.samples import FloatArray

_M_PER_KM = 1000.0


@dataclass(frozen=True, slots=True)
class CourseChange:
    """Slope in °/km, and the mean of the last third minus that of the first."""

    drift_deg_per_km: Estimate
    late_minus_early_deg: Estimate


def course_change(
    stage_deg: FloatArray, edges_m: FloatArray, config: ComparisonConfig, *, sensors: int
) -> CourseChange | None:
    """Return how a series over stages changes along the way, with intervals; None where too few are known.

    Parameters
    ----------
    stage_deg
        (k,) medians of the stages, or differences between those of two runs; NaN where not known.
    edges_m
        (k + 1,) edges of the stages.
    config
        Fewest stages, how wander is read, and the slow error of a sensor.
    sensors
        How many sensors the series comes from: one for a run, two for a difference.
    """
    known = np.isfinite(stage_deg)
    middle_m = (edges_m[1:] + edges_m[:-1]) / 2
    third_m = edges_m[-1] / 3
    early, late = middle_m[known] < third_m, middle_m[known] > 2 * third_m
    if known.sum() < config.min_stages or min(early.sum(), late.sum()) < config.min_stages // 4:
        return None
    value_deg, off_km = stage_deg[known], (middle_m[known] - middle_m[known].mean()) / _M_PER_KM
    stage_m = float(edges_m[1] - edges_m[0])
    wander = wander_of(value_deg, stage_m, config)
    quantile = student_t_quantile((1 + config.level) / 2, wander.freedom)

    def estimate(weight: FloatArray) -> Estimate:
        slow = sensors * sensor_variance_of(weight, stage_m, config)
        half = quantile * (wander.variance_of(weight) + slow) ** 0.5
        value = float(weight @ value_deg)
        return Estimate(value, value - half, value + half)

    return CourseChange(
        drift_deg_per_km=estimate(off_km / (off_km @ off_km)),
        late_minus_early_deg=estimate(late / late.sum() - early / early.sum()),
    )
