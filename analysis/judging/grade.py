"""Grade of every stride from the altitude over the way, how sure it is, and metres climbed and descended.

Altitude wanders and comes in steps, so a slope is fitted over as short a window as its noise allows, and is
unknown where no window is long enough: chance shall keep no stride from being judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.ndimage import median_filter, uniform_filter1d

from analysis.judging.config import GradeConfig
from analysis.judging.distance import DistanceResult
from analysis.judging.way import held
from analysis.maths.peaks import prominent_peaks
from analysis.maths.robust import MAD_TO_SD
from analysis.signal.speed import PHONE, best_track
from sensor.samples import BoolArray, FloatArray, Track, freeze_arrays

_SLOPE_OF_WALK = 6.0 / 5.0
"""Variance of the slope of a line through a random walk, in units of its growth per metre over the window."""


@dataclass(frozen=True, slots=True, eq=False)
class GradeResult:
    """How steep the way is under each stride, and how much it climbs and descends in all.

    Parameters
    ----------
    grade_pct
        (strides,) rise over run, uphill positive; NaN where nothing tells it, or not surely enough.
    half_width_pct
        (strides,) half width of its 95 % interval, also where the grade is too unsure to be told; NaN
        without an altitude.
    ascent_m, descent_m
        Metres up and metres down, each not below 0; NaN where no grade is known from an altitude.
    """

    grade_pct: FloatArray
    half_width_pct: FloatArray
    ascent_m: float = float("nan")
    descent_m: float = float("nan")

    def __post_init__(self) -> None:
        freeze_arrays(self)

    @property
    def is_known(self) -> bool:
        """Whether the grade of any stride is known."""
        return bool(np.isfinite(self.grade_pct).any())

    @property
    def usual_half_width_pct(self) -> float:
        """Median half width over the strides; NaN without an altitude."""
        known = self.half_width_pct[np.isfinite(self.half_width_pct)]
        return float(np.median(known)) if len(known) else float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class _Profile:
    """Altitude (cells,) at even steps of the way, and where it was seen; its noise.

    ``walk_m`` is the variance (m²) by which noise grows per metre of the way, ``step_m`` the resolution.
    """

    way_m: FloatArray
    altitude_m: FloatArray
    seen: BoolArray
    walk_m: float
    step_m: float

    @property
    def cell_m(self) -> float:
        return float(self.way_m[1] - self.way_m[0])


def grade_of(
    start_s: FloatArray,
    way: DistanceResult,
    *,
    tracks: Sequence[Track],
    context: Mapping[str, Any],
    config: GradeConfig,
) -> GradeResult:
    """Give every stride its grade.

    A recorded grade, as a treadmill tells it, is believed. Else a line is fitted to the altitude over the
    way, as far ahead as back, by least squares.

    Parameters
    ----------
    start_s
        (strides,) seconds from the start of the session.
    way
        Where each stride was run.
    tracks
        ``grade_pct`` and ``altitude_m`` are read.
    context
        ``surface``: on a treadmill an altitude says nothing of the belt.
    config
        Windows, and what the noise is taken for.
    """
    unknown = np.full(len(start_s), np.nan)
    recorded = best_track(tracks, "grade_pct")
    if recorded is not None:
        knots = recorded.time_s, recorded.value
        return GradeResult(held(start_s, knots, edge_s=config.track_edge_s), unknown)
    # A phone's is that of satellites, smoothed: no bend within a window tells how far off it is.
    told = [] if context.get("surface") == "treadmill" else [t for t in tracks if t.source != PHONE]
    altitude = best_track(told, "altitude_m")
    profile = None if altitude is None else _profile_of(altitude, way, config)
    if profile is None:
        return GradeResult(unknown, unknown)
    grade_pct, sd_pct = _fitted(profile, way.distance_m, config)
    climbed = _climbed(profile, config) if np.isfinite(grade_pct).any() else ()
    return GradeResult(grade_pct, config.half_width_sds * sd_pct, *climbed)


def _profile_of(altitude: Track, way: DistanceResult, config: GradeConfig) -> _Profile | None:
    """Return the altitude over the way, means of short cells; None where the way is too short."""
    at_m = way.distance_at(altitude.time_s)
    reached = np.isfinite(at_m)
    height_m = median_filter(altitude.value, config.spike_points, mode="nearest")[reached]
    at_m = at_m[reached]
    if not len(at_m) or np.ptp(at_m) < 3.0 * config.block_m:
        return None
    cell_m = max(config.cell_m, float(np.ptp(at_m)) / config.most_cells)
    seen_m, mean_m = _cell_means(at_m, height_m, cell_m)
    way_m = np.arange(seen_m[0], seen_m[-1], cell_m)
    after = np.clip(np.searchsorted(seen_m, way_m, side="right"), 1, len(seen_m) - 1)
    seen = seen_m[after] - seen_m[after - 1] <= config.hole_m
    altitude_m = np.interp(way_m, seen_m, mean_m)
    walk_m = _growth(np.where(seen, altitude_m, np.nan), cell_m, config)
    step_m = _resolution(height_m, config)
    return None if np.isnan(walk_m) else _Profile(way_m, altitude_m, seen, walk_m, step_m)


def _cell_means(at_m: FloatArray, value: FloatArray, cell_m: float) -> tuple[FloatArray, FloatArray]:
    """Return the mean place and the mean value of every cell of the way in which there is a point."""
    _, cell = np.unique(np.floor((at_m - at_m.min()) / cell_m), return_inverse=True)
    count = np.bincount(cell)
    return np.bincount(cell, at_m) / count, np.bincount(cell, value) / count


def _growth(altitude_m: FloatArray, cell_m: float, config: GradeConfig) -> float:
    """Return the variance (m²) by which noise grows per metre: NaN where too little was seen.

    Noise is taken for a random walk, the worst of those that show at all in so short a stretch. Of its means
    over three blocks of h metres in a row the second difference has the variance h times that growth. A hill
    has hardly any, and where it bends it counts as noise: there its grade is unsure.
    """
    cells = max(round(config.block_m / cell_m), 1)
    block_m = np.convolve(altitude_m, np.full(cells, 1.0 / cells), mode="valid")
    bend_m = block_m[2 * cells :] - 2.0 * block_m[cells:-cells] + block_m[: -2 * cells]
    bend_m = np.abs(bend_m[np.isfinite(bend_m)])
    if not len(bend_m):
        return float("nan")
    return float((MAD_TO_SD * np.median(bend_m)) ** 2 / (cells * cell_m))


def _resolution(altitude_m: FloatArray, config: GradeConfig) -> float:
    """Return the smallest step (m) that an altitude takes, but for some that are smaller by chance."""
    step_m = np.abs(np.diff(altitude_m))
    step_m = step_m[step_m > 0.0]
    return float(np.quantile(step_m, config.resolution_quantile)) if len(step_m) else 0.0


def _fitted(profile: _Profile, at_m: FloatArray, config: GradeConfig) -> tuple[FloatArray, FloatArray]:
    """Return grade and its standard deviation (per cent), by the shortest window that is sure enough."""
    grade_pct, sd_pct = (np.full(len(at_m), np.nan) for _ in range(2))
    for window_m in config.windows_m:
        slope, span_m = _slopes(profile, window_m, config)
        variance = _SLOPE_OF_WALK * profile.walk_m / span_m + (profile.step_m / span_m) ** 2
        unsure_pct = np.hypot(100.0 * np.sqrt(variance), config.slow_wander_pct)
        better = np.isnan(grade_pct)
        sd_pct = np.where(better, np.fmin(sd_pct, _at(profile, unsure_pct, at_m)), sd_pct)
        known = better & (sd_pct <= config.most_sd_pct)
        grade_pct = np.where(known, 100.0 * _at(profile, slope, at_m), grade_pct)
    return grade_pct, sd_pct


def _slopes(profile: _Profile, window_m: float, config: GradeConfig) -> tuple[FloatArray, FloatArray]:
    """Return (cells,) the slope of the line around each cell, and over how many metres; NaN with few seen."""
    half = max(round(window_m / profile.cell_m / 2.0), 1)
    offset_m = profile.cell_m * np.arange(-half, half + 1, dtype=np.float64)
    seen = profile.seen.astype(np.float64)
    height_m = seen * (profile.altitude_m - profile.altitude_m.mean())
    even = np.ones_like(offset_m)
    count, first, second = (_windowed(seen, weight) for weight in (even, offset_m, offset_m**2))
    level, moment = (_windowed(height_m, weight) for weight in (even, offset_m))
    enough = count >= config.least_covered * len(offset_m)
    count = np.where(enough, count, np.nan)
    spread_m2 = second / count - (first / count) ** 2
    slope = (moment / count - first * level / count**2) / spread_m2
    # A full window of even cells has the variance of a uniform distribution: its width squared over twelve.
    return slope, np.sqrt(12.0 * spread_m2)


def _windowed(value: FloatArray, weight: FloatArray) -> FloatArray:
    """Return (cells,) the weighted sums over the window around each cell; nothing lies beyond the ends."""
    half = len(weight) // 2
    return np.convolve(np.pad(value, half), weight[::-1], mode="valid")


def _at(profile: _Profile, value: FloatArray, at_m: FloatArray) -> FloatArray:
    """Return values of cells at places on the way; NaN beyond, and beside a cell that has none."""
    edge_m = profile.cell_m
    inside = (at_m >= profile.way_m[0] - edge_m) & (at_m <= profile.way_m[-1] + edge_m)
    return np.asarray(np.where(inside, np.interp(at_m, profile.way_m, value), np.nan))


def _climbed(profile: _Profile, config: GradeConfig) -> tuple[float, float]:
    """Return metres up and metres down between turning points that stand out from the noise."""
    cells = max(round(config.block_m / profile.cell_m), 1)
    height_m = uniform_filter1d(profile.altitude_m, cells, mode="nearest")
    noise_m = np.sqrt(profile.walk_m * config.windows_m[0])
    least_m = max(config.least_climb_m, config.climb_sds * noise_m)
    turns = [prominent_peaks(sign * height_m, least_m) for sign in (1.0, -1.0)]
    rows = np.unique(np.concatenate([[0], *turns, [len(height_m) - 1]]))
    steps_m = np.diff(height_m[rows])
    if np.ptp(height_m) < least_m:
        steps_m = np.zeros(1)
    return float(steps_m[steps_m > 0.0].sum()), float(-steps_m[steps_m < 0.0].sum())
