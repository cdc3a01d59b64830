"""The vocabulary of the analysis: what stands out in a run, how sure it is, what to do.

Every value is frozen, its arrays read-only. Angles are in degrees here, because this is where a person meets
them; the stages work in radians. Definitions: ARCHITECTURE.md, "Frames and definitions".
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from enum import StrEnum

import numpy as np

from analysis.stride.table import STRIDE_COLUMNS as STRIDE_COLUMNS
from analysis.stride.table import StrideTable as StrideTable
from analysis.words import EpisodeEnd, Flag, Grade, LapKind, StandingRole
from sensor.samples import BoolArray, FloatArray, freeze_arrays


@dataclass(frozen=True, slots=True)
class Standing:
    """A still standing of the runner, and the tilt it shows against the zero in force."""

    start_s: float
    end_s: float
    flexion_deg: float
    lateral_deg: float
    role: StandingRole


@dataclass(frozen=True, slots=True)
class Baseline:
    """The fresh window of this run: where the runner's own "as usual" is read."""

    from_m: float
    to_m: float
    flexion_deg: float
    sd_deg: float
    speed_mps: float
    stride_count: int
    is_short: bool = False
    """True where the run was too short for a whole window: what is usual is then less sure."""
    grade_pct: float = math.nan
    """Median slope of its strides; NaN where unknown, and then taken for level."""


@dataclass(frozen=True, slots=True)
class Episode:
    """A stretch in which a flag stands.

    ``depth_deg`` is the median of the flagged quantity above its baseline.
    """

    flag: Flag
    from_m: float
    to_m: float
    from_s: float
    to_s: float
    depth_deg: float
    speed_mps: float
    grade_pct: float
    ended_by: EpisodeEnd


@dataclass(frozen=True, slots=True)
class Segment:
    """One kilometre, mile, lap … (or the last part of one). NaN where nothing usable was run in it.

    ``lap`` counts laps from 1, and is 0 where the run was cut by length.

    ``head_forward_lo_cm`` and ``head_forward_hi_cm`` bound the 95 % interval of ``head_forward_cm``, which a
    model estimates; ``head_pitch_deg`` and ``neck_flexion_deg`` are measured, NaN without a head sensor;
    ``heart_rate_bpm`` is NaN where none was recorded. ``bend_change_deg`` is how much further the upper trunk
    bends against the sacrum than in the fresh window; NaN, like the two before it, without a sacrum sensor.
    """

    from_m: float
    to_m: float
    duration_s: float
    stride_count: int
    usable_fraction: float
    flexion_deg: float
    adj_deg: float
    lateral_deg: float
    head_forward_cm: float
    cadence_spm: float
    speed_mps: float
    vertical_oscillation_cm: float
    contact_time_ms: float
    flag: Flag
    lateral_left_deg: float = math.nan
    lateral_right_deg: float = math.nan
    head_forward_lo_cm: float = math.nan
    head_forward_hi_cm: float = math.nan
    head_pitch_deg: float = math.nan
    neck_flexion_deg: float = math.nan
    heart_rate_bpm: float = math.nan
    sacrum_pitch_deg: float = math.nan
    upper_trunk_minus_sacrum_deg: float = math.nan
    bend_change_deg: float = math.nan
    lap: int = 0
    lap_kind: LapKind = LapKind.NONE

    def __eq__(self, other: object) -> bool:
        """Tell whether both are the same stretch, with the same known and unknown."""
        return isinstance(other, Segment) and _is_alike(self, other)

    def __hash__(self) -> int:
        return hash((self.from_m, self.to_m))


@dataclass(frozen=True, slots=True)
class Effort:
    """All work, or all rest, of a run in intervals: sums over its laps, medians over their strides."""

    kind: LapKind
    lap_count: int
    distance_m: float
    duration_s: float
    flexion_deg: float
    adj_deg: float
    cadence_spm: float
    flag: Flag


@dataclass(frozen=True, slots=True, kw_only=True)
class Third:
    """What was compared of the first, or of the last, third of the usable running.

    ``from_m`` to ``to_m`` is where it lies, ``counted_m`` how much of it was compared. ``angle_deg`` is the
    mean adjusted flexion, against the zero where no change is known; speed and slope are medians.
    """

    from_m: float
    to_m: float
    counted_m: float
    stride_count: int
    angle_deg: float
    speed_mps: float
    grade_pct: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Thirds:
    """The first third of the usable running against the last.

    Parameters
    ----------
    first, last
        What was compared; None where nothing could be.
    change_deg, lo_deg, hi_deg
        Last minus first, more forward positive, and the ends of its 95 % interval; NaN without the two. It
        covers the scatter within this run, and says nothing of other days.
    detectable_deg
        The smallest change that the scatter of this run would let show.
    matched_by
        ``pace``, ``slope``: what of them was measured, and so is alike in both.
    because
        Why there is no comparison: half a sentence; else empty.
    doubt
        Why the change may be something else than posture; else empty.
    """

    first: Third | None = None
    last: Third | None = None
    change_deg: float = math.nan
    lo_deg: float = math.nan
    hi_deg: float = math.nan
    detectable_deg: float = math.nan
    matched_by: tuple[str, ...] = ()
    because: str = ""
    doubt: str = ""

    @property
    def is_shown(self) -> bool:
        """Whether the change is more than the scatter of this run makes."""
        return abs(self.change_deg) > self.detectable_deg


_FULL_TURN_DEG = 360.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StrideEnsemble:
    """Trunk flexion over the stride cycle, averaged over ``stride_count`` strides.

    ``mean_deg`` and ``sd_deg`` (between strides) stand at equal steps from 0 to 100 % of the stride, both
    ends included; 50 % is the contact of the other foot.

    Raises
    ------
    ValueError
        Where the two are not equally long, have fewer than two points, or hold what is no angle.
    """

    stride_count: int
    mean_deg: tuple[float, ...]
    sd_deg: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.mean_deg) != len(self.sd_deg) or len(self.mean_deg) < 2:
            raise ValueError(
                f"an average stride of {len(self.mean_deg)} means, {len(self.sd_deg)} deviations"
            )
        if not all(abs(value) <= _FULL_TURN_DEG for value in (*self.mean_deg, *self.sd_deg)):
            raise ValueError("an average stride that holds what is no angle")

    @property
    def swing_deg(self) -> float:
        """How far the trunk moves within the stride: largest minus smallest mean."""
        return max(self.mean_deg) - min(self.mean_deg)


@dataclass(frozen=True, slots=True, kw_only=True)
class AverageStride:
    """The course of the trunk within the stride, fresh and late in the run, against the runner's own usual.

    Parameters
    ----------
    fresh
        Over the judged strides of the fresh window.
    late
        Over those of the last third of the running; None where they are too few.
    opens_left
        Whether 0 % is known to be the contact of the left foot; else it is that of either.
    """

    fresh: StrideEnsemble
    late: StrideEnsemble | None
    opens_left: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkingPosture:
    """Median flexion of the usable walking beside that of the usable running: shown, not judged."""

    walking_deg: float
    running_deg: float
    walking_strides: int
    running_strides: int
    walking_s: float

    @property
    def taller_running_deg(self) -> float:
        """By how much the trunk was more upright running than walking."""
        return self.walking_deg - self.running_deg


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierRun:
    """An earlier run to set beside this one. NaN where unknown.

    Parameters
    ----------
    name, started_utc
        As its session tells.
    distance_m
        Length of its way.
    tall_until_m
        Where its first flag begins; NaN where none did.
    judged_m
        How far it was judged: without a flag, how far "tall" was seen.
    late_change_deg
        Its last third minus its first, adjusted flexion.
    level_deg
        Trunk flexion of its fresh window against standing.
    """

    name: str
    started_utc: str
    distance_m: float
    tall_until_m: float
    judged_m: float
    late_change_deg: float
    level_deg: float


class Axis(StrEnum):
    """Direction of a change of the trunk's angle."""

    FORWARD = "forward"
    SIDEWAYS = "sideways"


@dataclass(frozen=True, slots=True)
class MountingShift:
    """A sudden, lasting change of the angle whose cause one sensor cannot tell: posture or strap.

    Parameters
    ----------
    at_s, at_m
        Where it came, in time and in distance.
    step_deg
        By how much, forward or right positive.
    axis
        In which direction; a sideways step says nothing about flexion.
    """

    at_s: float
    at_m: float
    step_deg: float
    axis: Axis = Axis.FORWARD


@dataclass(frozen=True, slots=True)
class GapFact:
    """A stretch without data, in time and, where known, in distance (m, NaN where unknown)."""

    from_s: float
    to_s: float
    from_m: float
    to_m: float
    reason: str


@dataclass(frozen=True, slots=True)
class QualityLine:
    """One line of the data-quality table: what, its value in words, how good it is, what to do."""

    what: str
    value: str
    grade: Grade
    advice: str


class AdviceKind(StrEnum):
    """What a report advises."""

    SEE_DOCTOR = "see a doctor"
    LET_PAIN_EASE = "let pain ease"
    IMPROVE_RECORDING = "improve the recording"
    KEEP = "keep running like this"
    CHECK_EACH_KM = "check each kilometre"
    LOOK_AHEAD = "look ahead"
    CARRY_HIPS_HIGH = "carry the hips high"
    COME_UP_SOONER = "come up sooner"
    REMIND_LATE = "remind yourself late"
    STRENGTHEN_BACK = "strengthen the back"
    MOBILISE_SPINE = "loosen the upper back"
    RUN_TALL_IN_PARTS = "run tall in parts"
    LIGHTEN_BACKPACK = "lighten the backpack"
    LIGHTEN_VEST = "lighten the vest"
    WATCH_SITTING = "watch how you sit"
    BREAK_UP_SITTING = "break up sitting"
    BREAK_UP_DRIVE = "break up the drive"


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to do, and why.

    Parameters
    ----------
    kind
        What to do.
    because
        What of the run, or of what was told about it, asks for it.
    at_m
        The place it is about; NaN where it is about none.
    how
        What to do, in the words of the quality table where it comes from there; else empty.
    """

    kind: AdviceKind
    because: str
    at_m: float = math.nan
    how: str = ""

    def __eq__(self, other: object) -> bool:
        """Tell whether both say the same, of no place as well."""
        return isinstance(other, Advice) and _is_alike(self, other)

    def __hash__(self) -> int:
        return hash((self.kind, self.because, self.how))


def _not_worn() -> FloatArray:
    return np.zeros(0)


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """The smoothed course of the run: one row per usable run stride, the running median over 25 of them.

    Parameters
    ----------
    distance_m, time_s
        (k,) where the stride starts.
    flexion_deg
        (k,) running median of trunk flexion.
    adj_deg
        (k,) running median of the adjusted flexion, 0 = as usual; NaN without a fresh window.
    after_break
        (k,) true where a gap, a walk or unusable strides lie directly before this stride.
    bend_change_deg, sacrum_change_deg
        (k,) running medians of the upper trunk's bend against the sacrum and of the sacrum's pitch, 0 = as in
        the fresh window, NaN where not known; (0,) without a sacrum sensor or a fresh window.
    head_pitch_deg, neck_flexion_deg
        (k,) running medians of both, NaN where not known; (0,) without a head sensor.
    """

    distance_m: FloatArray
    time_s: FloatArray
    flexion_deg: FloatArray
    adj_deg: FloatArray
    after_break: BoolArray
    bend_change_deg: FloatArray = field(default_factory=_not_worn)
    sacrum_change_deg: FloatArray = field(default_factory=_not_worn)
    head_pitch_deg: FloatArray = field(default_factory=_not_worn)
    neck_flexion_deg: FloatArray = field(default_factory=_not_worn)

    def __post_init__(self) -> None:
        freeze_arrays(self)


def _is_alike(one: Advice | Segment, other: Advice | Segment) -> bool:
    """Tell whether two records are equal, what is unknown in both included.

    Until Python 3.12 data classes compared so by chance; since 3.13 a NaN in them is unlike itself.
    """
    pairs = [(getattr(one, each.name), getattr(other, each.name)) for each in fields(one)]
    return all(ours == theirs or (ours != ours and theirs != theirs) for ours, theirs in pairs)
