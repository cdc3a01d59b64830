"""What a report says of the cues of a run, and of whether they helped."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from analysis.cues.log import CueFate, CueSize


class CueComparison(StrEnum):
    """What the moments after a cue are set beside."""

    WITHHELD = "withheld cues"
    """Drawn by chance: what follows is what the cue does."""
    UNCUED = "uncued moments"
    """As deep, and not drawn by chance: something else may be in it."""
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class CueMoment:
    """A cue that was due, and the posture about it by the report's own angles.

    Parameters
    ----------
    time_s, distance_m
        When and where.
    fate, size
        As it was written down.
    threshold_deg
        In force.
    before_deg, after_deg
        Mean flexion against the usual in the half minute before, and in the one that begins five seconds
        after; NaN where too little of it was usable running.
    """

    time_s: float
    distance_m: float
    fate: CueFate
    size: CueSize
    threshold_deg: float
    before_deg: float
    after_deg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UncuedMoment:
    """A moment as deep as one with a cue, far from any; words as of `CueMoment`."""

    time_s: float
    before_deg: float
    after_deg: float


Pairs = tuple[tuple[float, float], ...]
"""Flexion before and after, both known, of some moments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CuePairs:
    """What of one run counts where the cues of several are pooled."""

    given: Pairs = ()
    withheld: Pairs = ()
    uncued: Pairs = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CueEffect:
    """What follows a cue against what follows the same posture without one.

    Parameters
    ----------
    compared_with
        What without one is.
    given_count, other_count, run_count
        How many of each count, from how many runs.
    effect_deg, lo_deg, hi_deg
        By how much less (negative) or more the flexion is after a cue, at the same flexion before, and the
        ends of its 95 % interval; NaN without enough.
    because
        Why there is no figure, half a sentence; else empty.
    """

    compared_with: CueComparison
    given_count: int
    other_count: int
    run_count: int
    effect_deg: float = math.nan
    lo_deg: float = math.nan
    hi_deg: float = math.nan
    because: str = ""

    @property
    def helped(self) -> bool:
        """Whether it is shown that cues make one more upright."""
        return self.hi_deg < 0

    @property
    def harmed(self) -> bool:
        """Whether it is shown that they make one less upright."""
        return self.lo_deg > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CueFindings:
    """The cues of a run.

    Parameters
    ----------
    moments
        All that were due, in order of time.
    uncued
        Moments as deep without one.
    effect
        Of this run's cues, and of those of earlier runs where they were given.
    """

    moments: tuple[CueMoment, ...]
    uncued: tuple[UncuedMoment, ...]
    effect: CueEffect

    @property
    def pairs(self) -> CuePairs:
        """What of them counts where several runs are pooled."""
        by_fate = {fate: _pairs(m for m in self.moments if m.fate is fate) for fate in CueFate}
        return CuePairs(
            given=by_fate[CueFate.DELIVERED], withheld=by_fate[CueFate.WITHHELD], uncued=_pairs(self.uncued)
        )


def _pairs(moments: Iterable[CueMoment | UncuedMoment]) -> Pairs:
    pairs = ((m.before_deg, m.after_deg) for m in moments)
    return tuple(pair for pair in pairs if math.isfinite(sum(pair)))
