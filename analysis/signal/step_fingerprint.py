"""How each step of a gait differs from those around it, as one sensor felt it.

A steady gait repeats, and tells two clocks apart only within a step. No two of its steps are quite alike,
though: one is longer, harder, more turned. What is left of a step when the mean step of the same foot is
taken off is alike in every sensor that the runner wears, whatever its axes. Angular rate is left out: hips
and shoulders turn against each other, so that one's left step is most like the other's right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.ndimage import uniform_filter1d

from analysis.maths.between_rows import mean_between
from analysis.signal.records import EvenStream, Gait
from analysis.signal.sync_config import GaitClockConfig
from sensor.samples import BoolArray, FloatArray, freeze_arrays


@dataclass(frozen=True, slots=True, eq=False)
class StepBout:
    """The steps of one bout, told by the sensor's own clock.

    Parameters
    ----------
    contact_s
        (k + 1,) times of the contacts.
    residual
        (p, k) size of the specific force at `GaitClockConfig.points` phases of each step, less the mean of
        its neighbours of the same foot. Of spread one; nought where samples were lost and in the first and
        last steps, which are alike in every run.
    """

    contact_s: FloatArray
    residual: FloatArray

    def __post_init__(self) -> None:
        freeze_arrays(self)

    def __len__(self) -> int:
        return int(self.residual.shape[1])


def step_bouts(stream: EvenStream, gait: Gait, config: GaitClockConfig) -> tuple[StepBout, ...]:
    """Return the steps of every stretch of walking or of running that is long enough to tell anything.

    Parameters
    ----------
    stream
        Even stream, any sensor axes.
    gait
        Its bouts and step phase.
    config
        Fewest steps of a bout, and what a step is held against.
    """
    force_mps2 = np.sqrt(np.einsum("ij,ij->i", stream.acc_sensor_mps2, stream.acc_sensor_mps2))
    rows = (_contact_rows(gait, first, last) for first, last in _even_stretches(gait))
    return tuple(
        _bout(stream, force_mps2, row=row, config=config) for row in rows if len(row) > config.fewest_steps
    )


def _even_stretches(gait: Gait) -> Iterator[tuple[int, int]]:
    """Yield first and one past the last row of every stretch that is all walking or all running."""
    changes = np.flatnonzero(np.diff(gait.running)) + 1
    for first, last in zip(gait.first.tolist(), gait.last.tolist(), strict=True):
        inside = changes[(changes > first) & (changes < last)].tolist()
        yield from pairwise([first, *inside, last])


def _contact_rows(gait: Gait, first: int, last: int) -> FloatArray:
    """Return the fractional rows of the contacts between two rows."""
    phase = np.maximum.accumulate(gait.step_phase[first:last])
    contact = np.arange(np.ceil(phase[0]), np.floor(phase[-1]) + 1)
    return np.asarray(first + np.interp(contact, phase, np.arange(len(phase), dtype=np.float64)))


def _bout(
    stream: EvenStream, force_mps2: FloatArray, *, row: FloatArray, config: GaitClockConfig
) -> StepBout:
    part = np.arange(config.points) / config.points
    at = row[:-1] + part[:, None] * np.diff(row)
    received = mean_between(stream.present.astype(np.float64), row[:-1], row[1:]) >= config.least_received
    whole = received & (
        np.minimum(np.arange(len(received)), np.arange(len(received))[::-1]) >= config.edge_steps
    )
    grid = np.arange(len(stream), dtype=np.float64)
    residual = _residual(np.interp(at, grid, force_mps2), whole, config)
    return StepBout(stream.start_s + row / stream.rate_hz, residual)


def _residual(course: FloatArray, whole: BoolArray, config: GaitClockConfig) -> FloatArray:
    """Return (p, k) courses less the local mean of the same foot, in units of their spread."""
    result = np.zeros_like(course)
    for foot in (slice(0, None, 2), slice(1, None, 2)):
        weight = whole[foot].astype(np.float64)
        total = uniform_filter1d(course[:, foot] * weight, config.around_strides, axis=1)
        mean = total / np.maximum(uniform_filter1d(weight, config.around_strides), 1e-9)
        result[:, foot] = (course[:, foot] - mean) * weight
    spread = config.spread_per_median * float(np.median(np.abs(result[:, whole]))) if whole.any() else 0.0
    return np.clip(result / max(spread, 1e-9), -config.most_spreads, config.most_spreads)
