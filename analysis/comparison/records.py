"""What a comparison of runs says."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from analysis.records import AverageStride


class OnsetKind(StrEnum):
    """What begins somewhere along a run."""

    TALL = "tall"
    """Its end: the first flag of either kind."""
    WATCH = "watch"
    SLOUCHED = "slouched"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval; an end that is infinite is open."""

    value: float
    low: float
    high: float

    @property
    def is_shown(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0

    @property
    def detectable(self) -> float:
        """The smallest change that would have been seen: the larger half of the interval."""
        return max(self.value - self.low, self.high - self.value)

    def times(self, factor: float) -> Estimate:
        """Return the figure in another unit, of which ``factor`` make one of this; above zero."""
        return Estimate(self.value * factor, self.low * factor, self.high * factor)


@dataclass(frozen=True, slots=True)
class Onset:
    """Where something begins in a run.

    Parameters
    ----------
    kind
        What begins.
    at_m
        As in the report; NaN where it never does.
    low_m, high_m
        Interval of the place; ``high_m`` is infinite where it may as well never have begun.
    within_m
        How far the run was judged: where nothing begins, it was tall at least so far.
    """

    kind: OnsetKind
    at_m: float
    low_m: float
    high_m: float
    within_m: float

    @property
    def is_seen(self) -> bool:
        """Whether it began at all."""
        return math.isfinite(self.at_m)

    @property
    def reached_m(self) -> float:
        """How far the run came without it, at least."""
        return self.at_m if self.is_seen else self.within_m


@dataclass(frozen=True, slots=True)
class OnsetDifference:
    """How much later (positive) something begins in the other run.

    ``is_bound`` is true where it begins in one run only: the difference is then at least that large.
    ``difference_m.value`` is NaN where it begins in neither.
    """

    kind: OnsetKind
    difference_m: Estimate
    is_bound: bool


@dataclass(frozen=True, slots=True)
class StagePoint:
    """One stage of a run: the median of its judged strides."""

    from_m: float
    to_m: float
    adj_deg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """One run in a comparison. NaN or None where unknown.

    Parameters
    ----------
    name, path, started_utc, simulated, context
        As the session tells.
    runner, placement
        Whose run, and where the trunk sensor was worn.
    distance_m, running_s, speed_mps, cadence_spm, flexion_deg, verdict, confidence, zero_source
        As in `RunReport`.
    level_deg
        Trunk flexion in the fresh window against standing; NaN without a standing.
    slouched_m, leaning_m
        Metres in stretches that were slouched or rounded, and in those leaning with a straight back.
    drift_deg_per_km, late_minus_early_deg
        Change of the adjusted flexion along this run, with intervals.
    onsets
        Where tall ends and each flag begins; empty without a fresh window.
    course
        The run in stages.
    average_stride, no_average_stride_because
        The course of the trunk within the stride, or half a sentence why there is none.
    """

    name: str
    path: str
    started_utc: str
    simulated: bool
    runner: str
    placement: str
    distance_m: float
    running_s: float
    speed_mps: float
    cadence_spm: float
    flexion_deg: float
    level_deg: float
    slouched_m: float
    leaning_m: float
    verdict: str
    confidence: str
    zero_source: str
    drift_deg_per_km: Estimate | None = None
    late_minus_early_deg: Estimate | None = None
    onsets: Mapping[str, Onset] = field(default_factory=dict)
    course: tuple[StagePoint, ...] = ()
    average_stride: AverageStride | None = None
    no_average_stride_because: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Comparability:
    """Whether one circumstance lets two runs be compared: ``status`` is ``yes``, ``with care`` or ``no``."""

    what: str
    reference: str
    other: str
    status: str
    because: str


@dataclass(frozen=True, slots=True)
class StageDifference:
    """One stage of both runs, at the speeds and slopes both hold. NaN where one has too few strides."""

    from_m: float
    to_m: float
    reference_adj_deg: float
    other_adj_deg: float
    difference_deg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PairComparison:
    """One run against the reference; every difference is the other run minus the reference.

    Parameters
    ----------
    reference, other
        The two.
    comparability
        Every circumstance looked at.
    missing
        What could not be compared, each with the reason.
    level_deg
        Forward lean when fresh, against standing; with the error of refitting the sensor.
    standing_sd_deg
        Standard deviation that the two standings add to that.
    drift_deg_per_km, late_minus_early_deg
        How the lean changed along the distance both have: slope, and last third minus first third. No
        standing enters.
    reference_change, other_change
        Drift and late minus early of either run alone, over that distance.
    onsets
        How much later tall ends and each flag begins.
    common_m
        The distance both have.
    from_mps, to_mps
        Band of speeds both ran; NaN where a speed was not measured and all strides were taken.
    stages
        The pairs of stages; none where a run has no fresh window to count from.
    """

    reference: RunSummary
    other: RunSummary
    comparability: tuple[Comparability, ...]
    missing: tuple[str, ...]
    level_deg: Estimate | None = None
    standing_sd_deg: float = math.nan
    drift_deg_per_km: Estimate | None = None
    late_minus_early_deg: Estimate | None = None
    reference_change: tuple[float, float] = (math.nan, math.nan)
    other_change: tuple[float, float] = (math.nan, math.nan)
    onsets: Mapping[str, OnsetDifference] = field(default_factory=dict)
    common_m: float = math.nan
    from_mps: float = math.nan
    to_mps: float = math.nan
    stages: tuple[StageDifference, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupFigure:
    """One quantity over the runs of a condition, and against the first condition.

    ``mean`` has no interval, and ``difference`` is None, where there are too few runs. ``is_bound`` is true
    where a run was tall to its end: the mean is then at least that large.
    """

    what: str
    run_count: int
    mean: Estimate
    difference: Estimate | None
    is_bound: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """The runs that share a condition, ``label``; ``runs`` are their places among the runs compared."""

    label: str
    runs: tuple[int, ...]
    figures: tuple[GroupFigure, ...]


@dataclass(frozen=True, slots=True)
class Conditions:
    """Runs gathered ``by`` a circumstance; ``left_out`` are the runs for which it was not noted."""

    by: str
    conditions: tuple[Condition, ...]
    left_out: tuple[int, ...]
    min_runs: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Runs against the first of them.

    Parameters
    ----------
    runs
        All runs, the reference first.
    pairs
        Each other run against the reference.
    refit_deg
        Minimal detectable change between fittings of the sensor, in force.
    level
        Coverage (0 to 1) of every interval.
    conditions
        The runs gathered by a circumstance, where that was asked for.
    """

    runs: tuple[RunSummary, ...]
    pairs: tuple[PairComparison, ...]
    refit_deg: float
    level: float
    conditions: Conditions | None = None
