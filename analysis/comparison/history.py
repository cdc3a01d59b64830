"""A runner's runs in order of time: a figure or two of each, trends, lasting changes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np

from analysis.comparison.change_points import change_points
from analysis.comparison.earlier_runs import Worn
from analysis.comparison.run_facts import RunFacts
from analysis.comparison.trend import Trend, trend_of
from analysis.config import AnalysisConfig
from analysis.judging.personal_config import HistoryConfig
from analysis.words import Confidence, Verdict
from sensor.samples import FloatArray

DAY_S = 86_400.0


class Figure(StrEnum):
    """What is followed over the runs."""

    TALL = "tall"
    """Kilometres until the first flag."""
    DRIFT = "drift"
    """How the lean grows along a run, degrees per km."""
    LEVEL = "level"
    """Lean in the fresh window against standing, degrees."""
    PACE = "pace"
    """Median speed, m/s."""
    DISTANCE = "distance"
    """Kilometres."""


SEARCHED = (Figure.TALL, Figure.DRIFT, Figure.LEVEL)
"""The figures that trends and lasting changes are told of."""


@dataclass(frozen=True, slots=True)
class HistoryRun:
    """One run of a history. NaN where unknown.

    ``tall_is_least``: nothing was flagged, so the runner was tall for at least as far as was judged.
    """

    name: str
    started_utc: str
    day: float
    """Days since 1970 (UTC)."""
    distance_km: float
    speed_mps: float
    tall_km: float
    tall_is_least: bool
    drift_deg_per_km: float
    level_deg: float
    confidence: Confidence

    @property
    def is_trusted(self) -> bool:
        """Whether the run counts in trends."""
        return self.confidence is not Confidence.DO_NOT_TRUST

    def figure(self, figure: Figure) -> float:
        """Return one of the figures."""
        return {
            Figure.TALL: self.tall_km,
            Figure.DRIFT: self.drift_deg_per_km,
            Figure.LEVEL: self.level_deg,
            Figure.PACE: self.speed_mps,
            Figure.DISTANCE: self.distance_km,
        }[figure]


@dataclass(frozen=True, slots=True)
class Change:
    """A lasting change of a figure, from one run on."""

    figure: Figure
    started_utc: str
    before: float
    after: float
    p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A runner's runs in order of time, and what they tell together.

    Parameters
    ----------
    runs
        Comparable runs, those that are not to be trusted among them.
    trends
        Of figures that have one.
    changes
        Lasting ones.
    goal_km
        How far the runner wants to run tall; NaN without a goal.
    elsewhere_count
        Runs of the same runner left out: another placement, undated, or simulated among real ones.
    simulated
        Whether software made them.
    least_runs
        With how many runs a trend was looked for.
    """

    runs: tuple[HistoryRun, ...]
    trends: Mapping[Figure, Trend]
    changes: tuple[Change, ...]
    goal_km: float
    elsewhere_count: int
    simulated: bool
    least_runs: int

    @property
    def trusted(self) -> tuple[HistoryRun, ...]:
        """The runs that count in trends."""
        return tuple(run for run in self.runs if run.is_trusted)


def history_of(
    past: Sequence[RunFacts], worn: Worn, *, goal_km: float = math.nan, config: AnalysisConfig
) -> History:
    """Return the history of one runner.

    Parameters
    ----------
    past
        Runs in any order, those of others among them.
    worn
        Whose runs, and where the sensor was worn.
    goal_km
        How far the runner wants to run tall.
    config
        ``history``.
    """
    own = [run for run in past if run.runner == worn.runner]
    dated = [(day, run) for run in own if not math.isnan(day := day_of(run.started_utc))]
    kept = sorted(
        ((day, r) for day, r in dated if (r.placement, r.simulated) == (worn.placement, worn.simulated)),
        key=lambda pair: (pair[0], pair[1].name),
    )
    runs = tuple(_run(day, run, config.history) for day, run in kept)
    return History(
        runs=runs,
        trends={f: trend for f in SEARCHED if (trend := _trend(runs, f, config.history)) is not None},
        changes=tuple(change for f in SEARCHED for change in _changes(runs, f, config.history)),
        goal_km=goal_km,
        elsewhere_count=len(own) - len(runs),
        simulated=worn.simulated,
        least_runs=config.history.least_runs,
    )


def day_of(started_utc: str) -> float:
    """Return days since 1970 of an ISO 8601 time; NaN for what is none."""
    try:
        return datetime.fromisoformat(started_utc).timestamp() / DAY_S
    except (ValueError, OverflowError, OSError):
        return math.nan


def _run(day: float, run: RunFacts, config: HistoryConfig) -> HistoryRun:
    is_least = math.isnan(run.tall_until_m)
    tall_m = run.judged_m if is_least else run.tall_until_m
    return HistoryRun(
        name=run.name,
        started_utc=run.started_utc,
        day=day,
        distance_km=run.distance_m / 1000.0,
        speed_mps=run.speed_mps,
        tall_km=math.nan if run.verdict is Verdict.NONE else tall_m / 1000.0,
        tall_is_least=is_least,
        drift_deg_per_km=drift_deg_per_km(run, config),
        level_deg=run.level_deg,
        confidence=run.confidence,
    )


def drift_deg_per_km(run: RunFacts, config: HistoryConfig) -> float:
    """Return how the lean grows along a run: the Theil-Sen slope of judged stretches; NaN with too few."""
    judged = [b for b in run.bins if b.is_judged and math.isfinite(b.adj_deg)]
    if len(judged) < config.least_drift_bins:
        return math.nan
    at_km, adj_deg = np.array([(b.from_m / 1000.0, b.adj_deg) for b in judged]).T
    first, second = np.triu_indices(len(judged), 1)
    return float(np.median((adj_deg[second] - adj_deg[first]) / (at_km[second] - at_km[first])))


def known(runs: Sequence[HistoryRun], figure: Figure) -> tuple[list[HistoryRun], FloatArray]:
    """Return the trusted runs that have a figure, and it."""
    told = [run for run in runs if run.is_trusted and math.isfinite(run.figure(figure))]
    return told, np.array([run.figure(figure) for run in told], dtype=np.float64)


def _trend(runs: Sequence[HistoryRun], figure: Figure, config: HistoryConfig) -> Trend | None:
    told, value = known(runs, figure)
    is_least = np.array([figure is Figure.TALL and run.tall_is_least for run in told], dtype=bool)
    return trend_of(np.array([run.day for run in told]), value, is_least=is_least, config=config)


def _changes(runs: Sequence[HistoryRun], figure: Figure, config: HistoryConfig) -> list[Change]:
    """Return the lasting changes of a figure; none where too many kilometres are "at least"."""
    told, value = known(runs, figure)
    if figure is Figure.TALL and sum(run.tall_is_least for run in told) > config.most_least_share * len(told):
        return []
    return [
        Change(figure, told[change.index].started_utc, change.before, change.after, change.p_value)
        for change in change_points(value, config=config)
    ]
