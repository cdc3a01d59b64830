"""What is known of the posture at one moment of a run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from analysis.words import Activity, ZeroSource
from sensor.samples import LiveBlock


class UsualSource(StrEnum):
    """Where what is usual comes from."""

    EARLIER_RUNS = "earlier runs"
    THIS_RUN = "this run"


@dataclass(frozen=True, slots=True)
class Usual:
    """What the runner's flexion is compared with.

    Parameters
    ----------
    flexion_deg
        Trunk flexion that counts as usual.
    source
        Whence.
    since_s
        Session time from which it holds.
    """

    flexion_deg: float
    source: UsualSource
    since_s: float


@dataclass(frozen=True, slots=True)
class LiveStride:
    """One stride, told once and never changed.

    Parameters
    ----------
    start_s, end_s
        Session time of its first and last contact.
    activity
        Run or walk.
    usable
        Whether its angle may be judged.
    distance_m
        Since the first stride, at its end.
    speed_mps, grade_pct, cadence_spm, heart_rate_bpm
        NaN where unknown.
    trunk_flexion_deg
        Forward positive, mean over the stride.
    adjusted_flexion_deg
        Against the usual; NaN until that is known.
    head_pitch_deg
        Of a head sensor; NaN without.
    """

    start_s: float
    end_s: float
    activity: Activity
    usable: bool
    distance_m: float
    speed_mps: float
    grade_pct: float
    cadence_spm: float
    heart_rate_bpm: float
    trunk_flexion_deg: float
    adjusted_flexion_deg: float
    head_pitch_deg: float


@dataclass(frozen=True, slots=True)
class LiveState:
    """All that can be told at one moment.

    Parameters
    ----------
    time_s
        Session time.
    strides
        Those told since the state before, oldest first.
    usual
        None until it is known.
    zero_source
        What the angles are measured from.
    waits_for
        What is still missing before posture can be told, one sentence; empty when nothing is.
    notice
        What went wrong last, one line; empty while nothing did.
    distance_source
        Whence distance and speed come, in the words of the report; empty before the first stride.
    """

    time_s: float
    strides: tuple[LiveStride, ...]
    usual: Usual | None
    zero_source: ZeroSource
    waits_for: str
    notice: str = ""
    distance_source: str = ""


class LiveEstimator(Protocol):
    """Turns blocks into strides as they come."""

    def add(self, block: LiveBlock) -> None:
        """Take in what a sensor sent."""
        ...

    def state(self, now_s: float) -> LiveState:
        """Return what can be told at session time ``now_s``."""
        ...
