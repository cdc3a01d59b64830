"""What a comparison of runs says."""

from __future__ import annotations

from dataclasses import dataclass

FORWARD_LEAN = "forward lean"
CHANGE = "change since the start"
"""What a `Difference` can be of."""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One run in a comparison; fields as in `RunReport`."""

    name: str
    path: str
    started_utc: str
    placement: str
    distance_m: float
    running_s: float
    speed_mps: float
    cadence_spm: float
    flexion_deg: float
    slouched_m: float
    """Distance covered in stretches that were slouched, or where a sacrum sensor saw the back rounded."""
    leaning_m: float
    """Distance covered leaning with a straight back: only a sacrum sensor tells."""
    verdict: str
    confidence: str
    zero_source: str


@dataclass(frozen=True, slots=True)
class Comparability:
    """Whether one circumstance lets two runs be compared: ``status`` is ``yes``, ``with care`` or ``no``."""

    what: str
    reference: str
    other: str
    status: str
    because: str


@dataclass(frozen=True, slots=True)
class Difference:
    """The other run minus the reference, at speeds both ran, with an interval.

    Parameters
    ----------
    quantity
        ``forward lean`` (against standing) or ``change since the start`` (each run against its own fresh
        window).
    value_deg, low_deg, high_deg
        The difference and its interval.
    from_mps, to_mps
        The band of speeds both runs share; NaN where speeds are unknown and all strides were taken.
    reference_strides, other_strides
        How many strides lie in that band.
    standing_sd_deg
        Spread of the standing poses that the interval includes; 0 where no standing enters.
    independent
        False where stretches depend on each other too much, as when one of the runs drifts: the interval then
        says little.
    within_refitting
        True where the difference is smaller than what fitting the sensor anew makes.
    """

    quantity: str
    value_deg: float
    low_deg: float
    high_deg: float
    from_mps: float
    to_mps: float
    reference_strides: int
    other_strides: int
    standing_sd_deg: float
    independent: bool
    within_refitting: bool


@dataclass(frozen=True, slots=True)
class KilometreDifference:
    """One kilometre of both runs: lean, and change since each run's own start. NaN where unknown."""

    from_m: float
    to_m: float
    reference_flexion_deg: float
    other_flexion_deg: float
    flexion_difference_deg: float
    reference_adj_deg: float
    other_adj_deg: float
    adj_difference_deg: float


@dataclass(frozen=True, slots=True)
class PairComparison:
    """One run against the reference; ``no_difference_because`` says why there is no `Difference`."""

    reference: RunSummary
    other: RunSummary
    comparability: tuple[Comparability, ...]
    difference: Difference | None
    no_difference_because: str
    kilometres: tuple[KilometreDifference, ...]


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
    """

    runs: tuple[RunSummary, ...]
    pairs: tuple[PairComparison, ...]
    refit_deg: float
    level: float
