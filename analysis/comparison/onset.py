"""Where a flag begins, between which places that may as well lie, and how much later than in another run.

The place itself is the report's. Its interval asks of every place whether the course can have crossed the
threshold there: under the rising course nearest to the stages (isotonic regression), everything between that
place and the crossing lies on the wrong side of the threshold, and the sum of its squares, in units of what
wander leaves unsure, is the likelihood ratio against the place (Banerjee & Wellner 2001). How far the fresh
window itself may be off is tried and costs its own square. Ratios of two runs add up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from analysis.comparison.isotonic import rising
from analysis.comparison.records import Estimate, Onset, OnsetDifference, OnsetKind
from analysis.comparison.wander import Wander
from analysis.judging.config import ComparisonConfig
from sensor.samples import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class OnsetEvidence:
    """What speaks against each place at which something may begin.

    Parameters
    ----------
    onset
        The place with its interval.
    place_m
        (k + 1,) beginnings of the stages, and at last the end of what was looked at: "not before here".
    against
        (k + 1,) the likelihood ratio against each; 0 where the stages themselves put it.
    """

    onset: Onset
    place_m: FloatArray
    against: FloatArray


def onset_evidence(
    kind: OnsetKind,
    *,
    at_m: float,
    within_m: float,
    stage_deg: FloatArray,
    edges_m: FloatArray,
    threshold_deg: float,
    wander: Wander,
    window_sd_deg: float,
    config: ComparisonConfig,
) -> OnsetEvidence:
    """Weigh where something begins.

    Parameters
    ----------
    kind
        What begins.
    at_m
        Where the report says; NaN for never.
    within_m
        How far the run was judged.
    stage_deg, edges_m
        (k,) adjusted flexion of the stages that count, NaN where not known, and their (k + 1,) edges. They
        end where the first flagged stretch does: what comes after a recovery says nothing of its beginning.
    threshold_deg
        Where the flag opens.
    wander
        Of the run.
    window_sd_deg
        Standard deviation of the fresh window's own median.
    config
        What is within reach, and errors of the window to try.
    """
    known = np.isfinite(stage_deg)
    place_m = np.append(edges_m[:-1][known], edges_m[-1])
    against = _against(
        stage_deg[known] - threshold_deg,
        long_run_deg2=wander.of_mean(len(stage_deg)) * len(stage_deg),
        offset_sd=np.asarray(config.offsets_sd),
        window_sd_deg=window_sd_deg,
    )
    possible = against <= config.onset_reach
    low_m = float(np.nanmin([place_m[possible].min(), at_m]))
    high_m = math.inf if possible[-1] else float(np.nanmax([place_m[possible].max(), at_m]))
    return OnsetEvidence(Onset(kind, at_m, low_m, high_m, within_m), place_m, against)


def _against(
    above_deg: FloatArray, *, long_run_deg2: float, offset_sd: FloatArray, window_sd_deg: float
) -> FloatArray:
    """Return (k + 1,) the likelihood ratio against each place, the window's error chosen in its favour."""
    course_deg = rising(above_deg) if len(above_deg) else above_deg
    shifted_deg = course_deg - offset_sd[:, None] * window_sd_deg
    crossing = np.sum(shifted_deg < 0, axis=1)
    squares = shifted_deg**2 / max(long_run_deg2, 1e-9)
    summed = np.concatenate([np.zeros((len(offset_sd), 1)), np.cumsum(squares, axis=1)], axis=1)
    ratio = np.abs(summed - np.take_along_axis(summed, crossing[:, None], axis=1))
    return np.asarray((ratio + offset_sd[:, None] ** 2).min(axis=0))


def onset_difference(
    reference: OnsetEvidence, other: OnsetEvidence, config: ComparisonConfig
) -> OnsetDifference:
    """Return how much later something begins in the other run.

    The interval holds the difference between every two places whose ratios together are within reach; "not
    before here" opens it.
    """
    first, second = reference.onset, other.onset
    joint = reference.against[:, None] + other.against[None, :]
    row, column = np.nonzero(joint <= max(config.onset_reach, float(joint.min())))
    apart_m = other.place_m[column] - reference.place_m[row]
    reference_open, other_open = row == len(reference.place_m) - 1, column == len(other.place_m) - 1
    low_m = float(np.where(reference_open, -np.inf, apart_m).min())
    high_m = float(np.where(other_open, np.inf, apart_m).max())
    value_m = math.nan
    if first.is_seen or second.is_seen:
        value_m = second.reached_m - first.reached_m
        low_m, high_m = min(low_m, value_m), max(high_m, value_m)
    return OnsetDifference(first.kind, Estimate(value_m, low_m, high_m), first.is_seen != second.is_seen)
