"""What earlier runs of one runner tell of the next: the values that a report carries of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Slope:
    """How far trunk flexion follows speed or grade in one runner.

    Parameters
    ----------
    per_unit_deg, half_width_deg
        Degrees per m/s or per per cent, and half the width of the 95 % interval.
    low, high
        Speeds (m/s) or grades (%) that the earlier runs cover.
    run_count
        Earlier runs that it was fitted to.
    """

    per_unit_deg: float
    half_width_deg: float
    low: float
    high: float
    run_count: int


@dataclass(frozen=True, slots=True)
class UsualLevel:
    """Trunk flexion against standing in the fresh windows of earlier runs.

    Parameters
    ----------
    mean_deg, sd_deg
        Over the runs; the standard deviation is NaN for a single one.
    speed_mps
        Mean of their windows' measured speeds; NaN where any is unknown.
    run_count
        How many runs.
    """

    mean_deg: float
    sd_deg: float
    speed_mps: float
    run_count: int


@dataclass(frozen=True, slots=True)
class FittedStep:
    """A runner's own step length over cadence.

    Parameters
    ----------
    step_m, cadence_spm, slope_m_per_spm
        Step length at a cadence, and how much longer it is for each step per minute more.
    error_pct
        Root mean square error of the distance of a run that the fit has not seen.
    run_count
        Earlier runs that it was fitted to.
    """

    step_m: float
    cadence_spm: float
    slope_m_per_spm: float
    error_pct: float
    run_count: int


@dataclass(frozen=True, slots=True)
class EarlierRun:
    """An earlier run of the same runner, and why it was left out; empty where it was not.

    ``gives_slopes`` is false where it only tells how far the runner usually leans.
    """

    name: str
    started_utc: str
    left_out_because: str = ""
    gives_slopes: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalBaseline:
    """What is usual for one runner. None where it is not known well enough.

    Parameters
    ----------
    speed, uphill, downhill
        Slopes of trunk flexion; both of grade count in its own sign, so that a runner who leans forward
        uphill and back downhill has two that are positive.
    level
        Of the fresh windows.
    step
        Step length, for runs without a measured distance.
    runs
        The earlier runs, in order of time, those left out among them.
    """

    speed: Slope | None = None
    uphill: Slope | None = None
    downhill: Slope | None = None
    level: UsualLevel | None = None
    step: FittedStep | None = None
    runs: tuple[EarlierRun, ...] = ()

    @property
    def used(self) -> tuple[EarlierRun, ...]:
        """The runs that were not left out."""
        return tuple(run for run in self.runs if not run.left_out_because)

    @property
    def slope_runs(self) -> tuple[EarlierRun, ...]:
        """The runs that the slopes were fitted to."""
        return tuple(run for run in self.used if run.gives_slopes)

    @property
    def has_slopes(self) -> bool:
        """Whether any slope is known well enough to be used."""
        return any(slope is not None for slope in (self.speed, self.uphill, self.downhill))
