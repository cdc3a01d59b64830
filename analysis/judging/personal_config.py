"""Numbers of what is fitted to one runner over many runs: slopes, usual level, step length."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PersonalConfig:
    """From when on earlier runs count, and how far."""

    least_runs: int = 4
    """Fewer comparable runs give no slopes (a choice: the least whose scatter between runs says anything)."""
    most_runs: int = 40
    """Only so many runs before this one count: who runs changes over years (a choice)."""
    least_effective_runs: float = 3.0
    """A slope must rest on so many runs: on one hilly and three flat ones it would rest on one. Counted as
    (sum of w)² / sum of w², w being how much each run tells of it (Kish 1965)."""
    huber_sds: float = 1.345
    """A stretch further than this from the fit counts less: 95 % efficient on normal scatter (Huber 1981)."""
    refinements: int = 10
    """Rounds of weighting; weights have settled long before."""
    level: float = 0.95
    """Coverage of a slope's interval."""
    most_by_errors: float = 0.3
    """No more than this share of the spread of a run's grades is taken for their errors."""
    flattened: float = 0.05
    """Share of a slope that is allowed for because errors of speed and grade flatten it: on made-up runs
    whose grades err by 0.3-0.4 % and speeds by 0.03 m/s slopes came out 2-4 % and 5 % too small."""
    slouch_lead_m: float = 300.0
    """Stretches from so far before a slouch on are left out: `FindingsConfig.open_after_m`, in which one may
    come up unflagged."""
    most_deg_per_mps: float = 2.4
    """A steeper slope on speed is not believed: twice the 2.4° from 2 to 4 m/s that the thorax changes at
    most (Fisher & Tawa)."""
    most_deg_per_pct: float = 1.25
    """The same on grade: `MountingShiftConfig.most_deg_per_pct`."""
    most_off_deg: float = 1.0
    """Strides whose adjustment is less certain than this are shown, not judged: half of
    `FindingsConfig.watch_deg`."""
    most_half_width_deg_per_mps: float = 2.2
    """A less certain slope is not used: what is judged without it, 15 % off 3 m/s, would be adjusted with
    less certainty than `most_off_deg`."""
    most_half_width_deg_per_pct: float = 0.5
    """The same for the 2 % of grade that are judged without a slope."""
    covered_quantile: float = 0.02
    """Beyond what all but this share of the stretches show at either end ..."""
    speed_margin_mps: float = 0.15
    """... and this (half a minute per kilometre at an easy pace) nothing is adjusted ..."""
    grade_margin_pct: float = 1.0
    """... or this: `GradeConfig.most_sd_pct`."""
    least_step_runs: int = 3
    """Fewer runs of measured distance give no step length of one's own."""
    least_step_error_pct: float = 2.0
    """No distance from steps is called better than this: what two watches differ by."""
    most_step_slope_m_per_spm: float = 0.042
    """A step that grows faster with cadence is not believed: three times what people differ by
    (`DistanceConfig.run_slope_m_per_spm`)."""


@dataclass(frozen=True, slots=True)
class HistoryConfig:
    """What is told of many runs together."""

    least_runs: int = 5
    """With fewer runs there is no trend: of four, an interval of 95 % for a Theil-Sen slope has no end."""
    least_days: float = 7.0
    """Runs that lie closer together tell of a day, not of a trend."""
    level: float = 0.95
    """Coverage of a slope's interval."""
    least_change_runs: int = 12
    """Fewer runs are not searched for a lasting change ..."""
    least_change_side: int = 3
    """... which must have so many runs on either side."""
    change_level: float = 0.05 / 3
    """A change is told below this p-value: 5 % over the three figures that are searched."""
    shuffles: int = 999
    """How often a series is shuffled: p-values down to a thousandth."""
    likeness_sds: float = 1.5
    """Neighbours are taken for so many standard errors (1/√n) more alike than they look: of series without a
    step, 12 to 60 runs long, 2 % then seem to have one at a correlation of 0.3, 4 % at 0.6, 7 % at 0.8."""
    most_likeness: float = 0.9
    """Neighbours are thought no more alike than this: a correlation of one has no series."""
    most_least_share: float = 0.2
    """Where more of the runs were tall for "at least" so many kilometres, a longer run would look like a
    change: none is looked for."""
    least_drift_bins: int = 10
    """A kilometre of judged running tells a drift along the run."""
