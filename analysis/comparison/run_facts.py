"""A run in a few figures: what lists, histories, baselines and data sets of many runs are made of.

Reading what was kept of a thousand runs must not load what finds it; `summing_up` does that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from analysis.cues.records import CuePairs
from analysis.words import Confidence, Method, Verdict, ZeroSource

BIN_M = 100.0
"""Length of the stretches whose medians stand for a run: strides nearer than this are not independent."""


@dataclass(frozen=True, slots=True)
class RunBin:
    """One stretch of `BIN_M` of usable running: medians over its strides, NaN where unknown."""

    from_m: float
    stride_count: int
    flexion_deg: float
    adj_deg: float
    speed_mps: float
    """NaN where no watch, foot pod or treadmill measured it."""
    grade_pct: float
    cadence_spm: float = math.nan
    is_judged: bool = False
    """Whether at least half of its strides were judged."""
    is_flagged: bool = False
    """Whether it shares a metre with a stretch in which the runner was not tall."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What is kept of one analysed run. NaN where unknown.

    Parameters
    ----------
    name, started_utc, simulated, context
        As the session tells.
    runner
        Whose run it is: the name of the profile, empty where none was told.
    placement
        Of the trunk sensor.
    duration_s, running_s
        Of the session, and spent running.
    distance_m, distance_source
        Length of the way, and who told it.
    speed_mps, cadence_spm, heart_rate_bpm
        Medians over the running strides.
    speed_is_measured
        Whether a watch, a foot pod or a treadmill told the speed.
    zero_source
        Where the zero of the angles comes from.
    verdict, confidence
        As in the report.
    judged_m
        Where the last judged stride lies: how far "tall" can have been seen.
    level_deg
        Trunk flexion in the fresh window against standing; NaN without a standing.
    level_speed_mps
        Measured speed in the fresh window.
    grade_sd_pct
        By how much the grades may err (standard deviation), where an altitude told them.
    method
        How the angles were found.
    watch_from_m, slouched_from_m, tall_until_m
        Where the first flag of each kind begins, and the first of either; NaN where none does.
    slouched_m
        Metres of slouched (or rounded) stretches.
    cues
        What of its reminders counts where those of several runs are pooled.
    bins
        The run in stretches of `BIN_M`, in order; those without usable running are missing.
    file_hash, config_hash
        What was analysed, by which numbers.
    """

    name: str
    started_utc: str
    simulated: bool
    runner: str
    placement: str
    duration_s: float
    running_s: float
    distance_m: float
    distance_source: str
    speed_mps: float
    speed_is_measured: bool
    cadence_spm: float
    heart_rate_bpm: float
    zero_source: ZeroSource
    verdict: Verdict
    confidence: Confidence
    judged_m: float
    level_deg: float
    watch_from_m: float
    slouched_from_m: float
    tall_until_m: float
    slouched_m: float
    file_hash: str
    config_hash: str
    bins: tuple[RunBin, ...] = ()
    context: Mapping[str, Any] = field(default_factory=dict)
    level_speed_mps: float = math.nan
    grade_sd_pct: float = math.nan
    method: Method = Method.ZERO_PHASE
    cues: CuePairs = field(default_factory=CuePairs)
