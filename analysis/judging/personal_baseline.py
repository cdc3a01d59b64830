"""A runner's own slopes of trunk flexion on speed and grade, from stretches of several runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.judging.personal_config import PersonalConfig
from analysis.maths.quantiles import student_t_quantiles
from analysis.maths.robust import MAD_TO_SD
from analysis.personal import Slope
from sensor.samples import FloatArray, IntArray, freeze_arrays

_NO_SPREAD = 1e-9
"""Keeps a divisor from zero: smaller than anything measured."""


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """Stretches of running, all finite: one row per `RunBin` of several runs.

    Parameters
    ----------
    run
        (n,) number of the run, from 0.
    distance_m, flexion_deg, speed_mps, grade_pct
        (n,) where the stretch lies in its run, and medians over its strides.
    stride_count
        (n,) how many strides those are over.
    grade_sd_pct
        (n,) by how much the grade may err; 0 where it is exact or not told.
    """

    run: IntArray
    distance_m: FloatArray
    flexion_deg: FloatArray
    speed_mps: FloatArray
    grade_pct: FloatArray
    stride_count: FloatArray
    grade_sd_pct: FloatArray

    def __post_init__(self) -> None:
        freeze_arrays(self)


@dataclass(frozen=True, slots=True)
class Slopes:
    """What was fitted; None where it is too uncertain, or not to be believed."""

    speed: Slope | None = None
    uphill: Slope | None = None
    downhill: Slope | None = None


def fit_slopes(stretches: Stretches, config: PersonalConfig) -> Slopes:
    """Fit the slopes that all runs share.

    Flexion = a + d · distance + slopes · (speed, grade uphill, grade downhill), with a level a and a drift d
    of each run's own, so that neither how the sensor sat nor how the runner tired enters the slopes. Huber's
    weights hold odd stretches back. The intervals come from leaving out one run at a time (jackknife) with
    Student's t on as many degrees of freedom as runs tell of the slope, less one: stretches of one run are
    not independent. What errors of speed and grade flatten is added in quadrature.

    Parameters
    ----------
    stretches
        Of comparable runs, without what was slouched.
    config
        How many runs are needed, and which slopes are believed.
    """
    if len(np.unique(stretches.run)) < config.least_runs:
        return Slopes()
    weight = _robust_weights(stretches, config)
    told, answer = _normal_equations(stretches, weight)
    told = told - _made_by_errors(stretches, told, weight, config)
    slope_deg, sd_deg = _jackknife(told, answer)
    share = _shares(told)
    effective = share.sum(axis=0) ** 2 / np.maximum((share**2).sum(axis=0), _NO_SPREAD)
    freedom = np.maximum(effective - 1.0, _NO_SPREAD)
    half_deg = np.hypot(
        sd_deg * student_t_quantiles((1 + config.level) / 2, freedom), config.flattened * np.abs(slope_deg)
    )
    limits = (
        (config.most_deg_per_mps, config.most_half_width_deg_per_mps),
        *[(config.most_deg_per_pct, config.most_half_width_deg_per_pct)] * 2,
    )
    return Slopes(
        *(
            Slope(float(slope_deg[k]), float(half_deg[k]), *covered, int((share[:, k] > _NO_SPREAD).sum()))
            if effective[k] >= config.least_effective_runs
            and abs(slope_deg[k]) <= limits[k][0]
            and half_deg[k] <= limits[k][1]
            else None
            for k, covered in enumerate(_ranges(stretches, config))
        )
    )


def _columns(stretches: Stretches) -> FloatArray:
    """Return (n, 4) speed, grade uphill, grade downhill, and the flexion that follows them."""
    up_pct, down_pct = np.maximum(stretches.grade_pct, 0.0), np.minimum(stretches.grade_pct, 0.0)
    return np.column_stack([stretches.speed_mps, up_pct, down_pct, stretches.flexion_deg])


def _robust_weights(stretches: Stretches, config: PersonalConfig) -> FloatArray:
    """Return (n,) how much each stretch counts: by its strides, and less where it lies far from the fit."""
    weight = stretches.stride_count
    for _ in range(config.refinements):
        off_deg = np.abs(_left_deg(stretches, weight))
        far = off_deg / max(MAD_TO_SD * float(np.median(off_deg)), _NO_SPREAD)
        weight = stretches.stride_count * np.minimum(1.0, config.huber_sds / np.maximum(far, _NO_SPREAD))
    return np.asarray(weight)


def _left_deg(stretches: Stretches, weight: FloatArray) -> FloatArray:
    """Return (n,) what level, drift and slopes leave of the flexion."""
    told, answer = _normal_equations(stretches, weight)
    slope_deg = np.linalg.pinv(told.sum(axis=0), hermitian=True) @ answer.sum(axis=0)
    columns = _within_runs(stretches, weight)
    return np.asarray(columns[:, -1] - columns[:, :-1] @ slope_deg)


def _within_runs(stretches: Stretches, weight: FloatArray) -> FloatArray:
    """Return (n, 4) the columns less their weighted straight line over the distance of each run."""
    columns = _columns(stretches)
    count = int(stretches.run.max()) + 1
    total = np.maximum(np.bincount(stretches.run, weight, count), _NO_SPREAD)[:, None]

    def mean(values: FloatArray) -> FloatArray:
        sums = [np.bincount(stretches.run, weight * value, count) for value in values.T]
        return np.asarray(np.stack(sums, axis=1) / total)

    way = stretches.distance_m[:, None] - mean(stretches.distance_m[:, None])[stretches.run]
    centred = columns - mean(columns)[stretches.run]
    drift = mean(centred * way) / np.maximum(mean(way**2), _NO_SPREAD)
    return np.asarray(centred - drift[stretches.run] * way)


def _normal_equations(stretches: Stretches, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return what each run tells of the slopes: matrices (runs, 3, 3) and right sides (runs, 3)."""
    columns = _within_runs(stretches, weight)
    products = weight[:, None, None] * columns[:, :, None] * columns[:, None, :]
    sums = np.zeros((int(stretches.run.max()) + 1, *products.shape[1:]))
    np.add.at(sums, stretches.run, products)
    return sums[:, :-1, :-1], sums[:, :-1, -1]


def _made_by_errors(
    stretches: Stretches, told: FloatArray, weight: FloatArray, config: PersonalConfig
) -> FloatArray:
    """Return (runs, 3, 3) how much of what runs tell of grades only the grades' errors make.

    Left in, it would flatten the slopes: regression with errors in the regressor (Fuller 1987).
    """
    made = np.zeros_like(told)
    for k, side in ((1, stretches.grade_pct > 0), (2, stretches.grade_pct < 0)):
        by_run = np.bincount(stretches.run, weight * stretches.grade_sd_pct**2 * side, len(told))
        made[:, k, k] = np.minimum(by_run, config.most_by_errors * told[:, k, k])
    return made


def _jackknife(told: FloatArray, answer: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the slopes of all runs together, and their standard errors from leaving out one at a time."""
    slope = np.linalg.pinv(told.sum(axis=0), hermitian=True) @ answer.sum(axis=0)
    without = np.linalg.pinv(told.sum(axis=0) - told, hermitian=True)
    left = np.einsum("rij,rj->ri", without, answer.sum(axis=0) - answer)
    runs = len(told)
    return slope, np.sqrt((runs - 1) / runs * ((left - slope) ** 2).sum(axis=0))


def _shares(told: FloatArray) -> FloatArray:
    """Return (runs, 3) how much each run tells of each slope beside what the other two explain."""
    inverse = np.linalg.pinv(told.sum(axis=0), hermitian=True)
    direction = inverse / np.maximum(np.diagonal(inverse), _NO_SPREAD)
    return np.asarray(np.einsum("ik,rij,jk->rk", direction, told, direction))


def _ranges(stretches: Stretches, config: PersonalConfig) -> tuple[tuple[float, float], ...]:
    """Return which speeds, grades uphill and grades downhill the stretches cover."""
    ends = [config.covered_quantile, 1 - config.covered_quantile]
    slow_mps, fast_mps = np.quantile(stretches.speed_mps, ends)
    down_pct, up_pct = np.quantile(stretches.grade_pct, ends)
    return (
        (float(slow_mps) - config.speed_margin_mps, float(fast_mps) + config.speed_margin_mps),
        (0.0, float(max(up_pct, 0.0)) + config.grade_margin_pct),
        (float(min(down_pct, 0.0)) - config.grade_margin_pct, 0.0),
    )
