"""The last runs that may stand beside one in its report, and what is told of each."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from analysis.comparison.run_facts import RunFacts
from analysis.records import EarlierRun

MOST = 3
"""A few lines of a report; the whole course of months is a history's."""

_LEAST_BINS = 6
"""Fewest stretches of each third, as for the run itself (`ThirdsConfig.min_stages`)."""


def runs_beside(run: RunFacts, others: Iterable[RunFacts], most: int = MOST) -> tuple[EarlierRun, ...]:
    """Return the last comparable runs before ``run``, the latest first.

    Comparable are runs of the same runner with the trunk sensor at the same place; simulated runs stand
    beside simulated ones only. One of the same content is the run itself.
    """
    before = [other for other in others if other.started_utc < run.started_utc and _comparable(run, other)]
    latest = sorted(before, key=lambda other: other.started_utc, reverse=True)[:most]
    return tuple(
        EarlierRun(
            name=other.name,
            started_utc=other.started_utc,
            distance_m=other.distance_m,
            tall_until_m=other.tall_until_m,
            judged_m=other.judged_m,
            late_change_deg=late_change_deg(other),
            level_deg=other.level_deg,
        )
        for other in latest
    )


def _comparable(run: RunFacts, other: RunFacts) -> bool:
    same = ("runner", "placement", "simulated")
    return other.file_hash != run.file_hash and all(getattr(run, n) == getattr(other, n) for n in same)


def late_change_deg(run: RunFacts) -> float:
    """Return the mean of the last third of a run's stretches minus that of the first; NaN where too short."""
    known_deg = np.array([b.adj_deg for b in run.bins if math.isfinite(b.adj_deg)])
    third = len(known_deg) // 3
    if third < _LEAST_BINS:
        return math.nan
    return float(known_deg[-third:].mean() - known_deg[:third].mean())
