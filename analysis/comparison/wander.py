"""How posture wanders along a run, and how unsure that leaves whatever is read off its stages.

Neighbouring strides are not independent, and over how many strides they forget each other differs between
runs. So every length of memory is tried and weighed by how well it explains the run (Whittle's likelihood of
the cosine transform); what changes more slowly than any wander is the course of the run and takes no part.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from analysis.comparison.isotonic import monotone
from analysis.judging.config import ComparisonConfig
from sensor.samples import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Wander:
    """Scatter of the stages of a run about its course.

    Parameters
    ----------
    stage_m
        Length of a stage.
    length_m
        (m,) lengths over which the wander may forget itself.
    variance_deg2
        (m,) variance of one stage under each of them, times how likely that length is.
    freedom
        Degrees of freedom of the variances.
    """

    stage_m: float
    length_m: tuple[float, ...]
    variance_deg2: FloatArray
    freedom: float

    def variance_of(self, weight: FloatArray) -> float:
        """Return the variance of ``sum(weight × stages)``, ``weight`` (k,) over neighbouring stages."""
        return float(self.variance_deg2 @ _shares(weight, self.length_m, self.stage_m))

    def of_mean(self, count: int) -> float:
        """Return the variance of the mean of ``count`` neighbouring stages."""
        return self.variance_of(np.full(count, 1.0 / count))


def sensor_variance_of(weight: FloatArray, stage_m: float, config: ComparisonConfig) -> float:
    """Return what the slow error of one sensor adds to the variance of ``sum(weight × stages)``."""
    return float(config.sensor_deg**2 * _shares(weight, (config.sensor_length_m,), stage_m)[0])


def _shares(weight: FloatArray, length_m: tuple[float, ...], stage_m: float) -> FloatArray:
    """Return (m,) variances of ``sum(weight × stages)`` for stages of variance 1, one for each length."""
    count = len(weight)
    overlap = np.correlate(weight, weight, mode="full")[count - 1 :]
    folded = np.concatenate([overlap[:1], 2 * overlap[1:]])
    return np.asarray(_correlations(length_m, stage_m, count) @ folded)


def wander_of(stage_deg: FloatArray, stage_m: float, config: ComparisonConfig) -> Wander:
    """Read the wander off the stages of a run, or of the differences between two.

    A monotone course is taken off first, so that a slouch counts as course however sudden it is.

    Parameters
    ----------
    stage_deg
        (k,) medians of neighbouring stages, at least `ComparisonConfig.min_stages`.
    stage_m
        Their length.
    config
        Lengths of memory to try, and what is slow enough for a course.
    """
    # Here, because a history is drawn from figures that are known, and needs no scipy at all.
    from scipy.fft import dct

    count = len(stage_deg)
    first = max(2, int(np.ceil(2 * count * stage_m / config.course_m)))
    # Stages of ultramarathons are so long that hardly a wave is shorter than the course: the shortest serve.
    first = min(first, count - config.min_stages // 2)
    course_deg = monotone(stage_deg)
    power = dct(stage_deg - course_deg, norm="ortho")[first:] ** 2 * _taken_by_course(course_deg)
    shape = _spectra(config.wander_lengths_m, stage_m, count)[:, first:]
    variance_deg2 = (power / shape).mean(axis=1)
    likelihood = -0.5 * (
        len(power) * np.log(np.maximum(variance_deg2, _NO_SPREAD)) + np.log(shape).sum(axis=1)
    )
    weight = np.exp(likelihood - likelihood.max())
    freedom = max(_LEAST_FREEDOM, config.freedom_share * len(power))
    return Wander(stage_m, config.wander_lengths_m, variance_deg2 * weight / weight.sum(), freedom)


def _taken_by_course(course_deg: FloatArray) -> float:
    """Return by how much squares grow when what the course fitted of them is given back.

    A monotone course of d levels takes about 1.5 d degrees of freedom (Meyer & Woodroofe 2000); at most half.
    """
    count = len(course_deg)
    levels = 1 + np.count_nonzero(np.diff(course_deg))
    return float(count / max(count - _PER_LEVEL * levels, count / 2))


_PER_LEVEL = 1.5
_NO_SPREAD = 1e-12
"""Square degrees: a run that varies by less is constant but for rounding."""
_LEAST_FREEDOM = 4.0
"""With fewer a t distribution has next to no second moment, and its interval says nothing."""


@lru_cache(maxsize=64)
def _correlations(length_m: tuple[float, ...], stage_m: float, count: int) -> FloatArray:
    """Return (m, count) correlations of stage means of an exponentially forgetting wander, by lag.

    Means of neighbouring stretches of an Ornstein-Uhlenbeck process, in closed form.
    """
    lag = np.arange(count)
    rows = []
    for length in length_m:
        if length == 0:
            rows.append((lag == 0).astype(np.float64))
            continue
        ratio = stage_m / length
        own = 2 * (ratio - 1 + np.exp(-ratio))
        row = np.exp(-ratio * (lag - 1)) * (1 - np.exp(-ratio)) ** 2 / own
        rows.append(np.where(lag == 0, 1.0, row))
    return np.array(rows)


@lru_cache(maxsize=64)
def _spectra(length_m: tuple[float, ...], stage_m: float, count: int) -> FloatArray:
    """Return (m, count) expected squares of the orthonormal cosine transform for stages of variance 1."""
    correlation = _correlations(length_m, stage_m, count)
    frequency = np.pi * np.arange(count) / count
    waves = np.cos(np.arange(count)[:, None] * frequency)
    taper = 1 - np.arange(count) / count
    folded = correlation * taper * np.where(np.arange(count) == 0, 1.0, 2.0)
    return np.asarray(np.maximum(folded @ waves, 1e-6))
