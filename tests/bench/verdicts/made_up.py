"""Made-up runs as stride tables: what the runner did, and what a sensor would have read of it.

No signal is simulated: an angle per stride, a course, and the error that the orientation stages leave. So
hundreds of runs cost seconds, and only the judging stages are put to the test.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import lfilter

from analysis.records import StrideTable
from sensor.samples import FloatArray
from sensor.virtual.runner.plan import PosturePoint

USUAL_DEG = 7.0
SPEED_MPS = 3.0
SCATTER_DEG = 0.5
"""Standard deviation of one stride beside the next, without memory: the runner's own."""
ERROR_DEG, ERROR_STRIDES = 0.11, 150.0
"""Standard deviation and correlation length of the measured angle's slow error: `RESULTS.md`, a watch's
speed."""
START_LEAN_DEG, START_STRIDES = 4.0, 3.0
"""A runner who starts again leans into it, and comes up within some strides."""
BEND_LATERAL_DEG, BEND_FLEXION_DEG = 2.5, 0.3
"""Lean on a bend of a track against that on its straight."""
BEND_M = 100.0
CLIMB_DEG_PER_PCT = 0.25
"""Forward lean per per cent of slope."""
HILLS_PCT, HILL_STRIDES = 1.5, 80.0
"""Standard deviation of the slope, and how long a hill is."""


@dataclass(frozen=True, slots=True)
class Wander:
    """How a runner's lean wanders about their usual one.

    Parameters
    ----------
    sd_deg
        Standard deviation, beside that of single strides.
    correlation_strides
        Over so many strides it is forgotten.
    is_rough
        Rough: as a particle in a stream (correlation falls exponentially, as fast as it can). Else smooth:
        white noise under a Gaussian.
    """

    sd_deg: float
    correlation_strides: float
    is_rough: bool = True

    def draw(self, rng: np.random.Generator, count: int) -> FloatArray:
        """Return (count,) degrees."""
        return self.sd_deg * _noise(rng, count, self.correlation_strides, is_rough=self.is_rough)


@dataclass(frozen=True, slots=True)
class Slip:
    """The mounting tips forward by ``angle_deg`` at a fraction of the strides, within so many of them."""

    angle_deg: float
    at_fraction: float = 0.6
    over_strides: int = 1


@dataclass(frozen=True, slots=True)
class Asked:
    """What decides a made-up run, except chance.

    Parameters
    ----------
    wander
        Of the trunk.
    length_m
        Of the run.
    is_track
        Laps of a track with its bends; else a road with hills.
    stops
        Seconds of each standing, spread evenly over the run.
    posture
        Change of the intended lean over distance, in degrees, from point to point; none where empty.
    slip
        Of the mounting.
    """

    wander: Wander
    length_m: float = 10_000.0
    is_track: bool = False
    stops: tuple[float, ...] = (25.0, 40.0)
    posture: tuple[PosturePoint, ...] = ()
    slip: Slip | None = None


@dataclass(frozen=True, slots=True, eq=False)
class MadeUpRun:
    """The true stride table of the body, the one a sensor shows, and the stride of the slip, if any."""

    truth: StrideTable
    measured: StrideTable
    slip_row: int | None


def make_run(asked: Asked, seed: int) -> MadeUpRun:
    """Return the run that ``asked`` and ``seed`` decide."""
    rng = np.random.default_rng(seed)
    speed_mps = SPEED_MPS * (1.0 + 0.02 * _noise(rng, int(asked.length_m), 30.0, is_rough=False))
    cadence_spm = 149.0 + 7.5 * speed_mps + 0.7 * _noise(rng, len(speed_mps), 40.0, is_rough=False)
    stride_s = 120.0 / cadence_spm
    distance_m = np.concatenate([[0.0], np.cumsum(speed_mps * stride_s)[:-1]])
    kept = distance_m < asked.length_m
    speed_mps, cadence_spm, stride_s, distance_m = (
        column[kept] for column in (speed_mps, cadence_spm, stride_s, distance_m)
    )
    count = len(distance_m)
    starts = [round(count * (k + 1) / (len(asked.stops) + 1)) for k in range(len(asked.stops))]
    pause_s = np.zeros(count)
    pause_s[starts] = asked.stops
    start_s = 20.0 + np.concatenate([[0.0], np.cumsum(stride_s)[:-1]]) + np.cumsum(pause_s)
    flexion_deg, lateral_deg, grade_pct = _pose(asked, rng, distance_m, starts)
    columns = {
        "stride": np.arange(count),
        "start_s": start_s,
        "end_s": start_s + stride_s,
        "distance_m": distance_m,
        "speed_mps": speed_mps,
        "grade_pct": grade_pct,
        "cadence_spm": cadence_spm,
        "activity": np.full(count, "run", dtype=object),
        "usable": np.ones(count, dtype=bool),
    }
    angles = {"trunk_flexion_deg": flexion_deg, "trunk_lateral_deg": lateral_deg}
    read = {name: angle + ERROR_DEG * _noise(rng, count, ERROR_STRIDES) for name, angle in angles.items()}
    slip_row = None
    if asked.slip is not None:
        slip_row = round(asked.slip.at_fraction * count)
        since = (np.arange(count) - slip_row + 1) / asked.slip.over_strides
        read["trunk_flexion_deg"] = read["trunk_flexion_deg"] + asked.slip.angle_deg * np.clip(
            since, 0.0, 1.0
        )
    return MadeUpRun(StrideTable({**columns, **angles}), StrideTable({**columns, **read}), slip_row)


def _pose(
    asked: Asked, rng: np.random.Generator, distance_m: FloatArray, starts: list[int]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return (strides,) flexion, lateral lean and slope."""
    count = len(distance_m)
    flexion_deg = USUAL_DEG + asked.wander.draw(rng, count) + SCATTER_DEG * rng.standard_normal(count)
    lateral_deg = 0.7 * asked.wander.draw(rng, count) + SCATTER_DEG * rng.standard_normal(count)
    if asked.posture:
        points_m = [1000.0 * point.km for point in asked.posture]
        flexion_deg += np.interp(distance_m, points_m, [point.trunk_flexion_deg for point in asked.posture])
    for first in (0, *starts):
        flexion_deg[first:] += START_LEAN_DEG * np.exp(-np.arange(count - first) / START_STRIDES)
    grade_pct = np.zeros(count)
    if asked.is_track:
        bend = (distance_m // BEND_M) % 2 == 1
        flexion_deg += BEND_FLEXION_DEG * bend
        lateral_deg -= BEND_LATERAL_DEG * bend
    else:
        grade_pct = HILLS_PCT * _noise(rng, count, HILL_STRIDES, is_rough=False)
        flexion_deg += CLIMB_DEG_PER_PCT * grade_pct
    return flexion_deg, lateral_deg, grade_pct


def _noise(
    rng: np.random.Generator, count: int, correlation_strides: float, *, is_rough: bool = True
) -> FloatArray:
    """Return (count,) noise of unit variance whose correlation falls to 1/e over so many strides."""
    settle = int(8 * correlation_strides)
    white = rng.standard_normal(count + 2 * settle)
    if is_rough:
        phi = np.exp(-1.0 / correlation_strides)
        return np.asarray(lfilter([np.sqrt(1.0 - phi**2)], [1.0, -phi], white)[settle : settle + count])
    # White noise under a Gaussian of width s has the correlation exp(-k^2 / 4 s^2) over k strides.
    width = correlation_strides / 2.0
    scale = np.sqrt(2.0 * np.sqrt(np.pi) * width)
    return np.asarray(scale * gaussian_filter1d(white, width, truncate=6.0)[settle : settle + count])
