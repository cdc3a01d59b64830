"""Where a figure changed for good, told from the wandering that neighbouring runs share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.judging.personal_config import HistoryConfig
from analysis.maths.fading import fading_sum
from sensor.samples import FloatArray, IntArray

_SETTLING = 50
"""Values of a made-up series that are thrown away before it has forgotten its start."""

_NO_SPREAD = 1e-12


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """A lasting change.

    Parameters
    ----------
    index
        The first run after it.
    before, after
        Means of the stretches on both sides, up to the next change.
    p_value
        Share of shuffled series that seem to change as much.
    """

    index: int
    before: float
    after: float
    p_value: float


def change_points(value: FloatArray, *, config: HistoryConfig, seed: int = 0) -> tuple[ChangePoint, ...]:
    """Find lasting changes of a series by cutting it as long as its parts differ (binary segmentation).

    The cut is where the means of both sides differ most (CUSUM). It counts if series without any step seldom
    differ as much: these are made of what the cut leaves, shuffled and given back the likeness of neighbours
    (AR(1)) that it leaves. So a slow wander passes for no step.

    Parameters
    ----------
    value
        (n,) finite figures in order of time.
    config
        Least runs on either side, the level, and how often to shuffle.
    seed
        Of the shuffling.
    """
    rng = np.random.default_rng(seed)
    found: dict[int, float] = {}
    stack = [(0, len(value))]
    while stack:
        begin, end = stack.pop()
        split = _split(value[begin:end], rng, config)
        if split is not None:
            found[begin + split[0]] = split[1]
            stack += [(begin, begin + split[0]), (begin + split[0], end)]
    edges = [0, *sorted(found), len(value)]
    return tuple(
        ChangePoint(at, float(value[before:at].mean()), float(value[at:after].mean()), found[at])
        for before, at, after in zip(edges, edges[1:-1], edges[2:], strict=False)
    )


def _split(value: FloatArray, rng: np.random.Generator, config: HistoryConfig) -> tuple[int, float] | None:
    """Return where a stretch splits best and its p-value; None where series without a step split as well."""
    if len(value) < config.least_change_runs or not np.ptp(value) > 0:
        return None
    size, split, left = _best_steps(value[None, :], config)
    likeness = min(
        float(_likeness(left, config)[0]) + config.likeness_sds / len(value) ** 0.5, config.most_likeness
    )
    fresh = left[0, 1:] - likeness * left[0, :-1]
    shuffled = rng.choice(fresh, (config.shuffles, _SETTLING + len(value)))
    stepless = np.ascontiguousarray(fading_sum(np.ascontiguousarray(shuffled.T), likeness)[_SETTLING:].T)
    chance, _, _ = _best_steps(stepless, config)
    p_value = float((1 + (chance >= size[0]).sum()) / (1 + config.shuffles))
    return None if p_value > config.change_level else (int(split[0]), p_value)


def _best_steps(series: FloatArray, config: HistoryConfig) -> tuple[FloatArray, IntArray, FloatArray]:
    """Return the best step of each series (m, n).

    Its size against the series' own scatter (m,), where it is (m,), and what it leaves (m, n).
    """
    count = series.shape[1]
    at = np.arange(config.least_change_side, count - config.least_change_side + 1)
    sums = np.cumsum(series - series.mean(axis=1, keepdims=True), axis=1)[:, at - 1]
    best = np.abs(sums / np.sqrt(at * (count - at) / count)).argmax(axis=1)
    split = at[best]
    total = series.sum(axis=1)
    before = np.take_along_axis(np.cumsum(series, axis=1), split[:, None] - 1, axis=1)[:, 0]
    is_after = np.arange(count) >= split[:, None]
    means = np.stack([before / split, (total - before) / (count - split)], axis=1)
    left = series - np.where(is_after, means[:, 1:], means[:, :1])
    spread = np.sqrt(np.maximum((left**2).mean(axis=1), _NO_SPREAD))
    likeness = _likeness(left, config)
    step = np.abs(means[:, 1] - means[:, 0]) * np.sqrt(split * (count - split) / count)
    return step / spread * np.sqrt((1 - likeness) / (1 + likeness)), split, left


def _likeness(left: FloatArray, config: HistoryConfig) -> FloatArray:
    """Return (m,) the correlation of neighbours, with the bias of both means (Kendall 1954) mended."""
    count = left.shape[1]
    told = (left[:, 1:] * left[:, :-1]).sum(axis=1) / np.maximum((left**2).sum(axis=1), _NO_SPREAD)
    return np.asarray(np.clip(told + 2.0 * (1.0 + 4.0 * told) / count, 0.0, config.most_likeness))
