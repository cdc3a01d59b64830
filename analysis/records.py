"""The vocabulary of the analysis: strides, posture, findings, the report of a run.

Every value is frozen, its arrays read-only. Angles are in degrees here, because this is where a person meets
them; the stages work in radians. Definitions: ARCHITECTURE.md, "Frames and definitions".
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.config import AnalysisConfig
from analysis.errors import ReportFileError
from analysis.stride.table import STRIDE_COLUMNS as STRIDE_COLUMNS
from analysis.stride.table import StrideTable as StrideTable
from analysis.stride.table import units_of
from analysis.words import (
    CheckOutcome,
    Confidence,
    EpisodeEnd,
    Flag,
    Grade,
    Method,
    StandingRole,
    Verdict,
    ZeroSource,
    Zone,
)
from sensor.samples import BoolArray, FloatArray, StrPath, freeze_arrays

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class SharedKnocks:
    """A series of knocks that a sensor felt together with the trunk sensor.

    ``where`` is ``start`` or ``end``, ``kind`` ``taps`` or ``jumps``, ``lag_ms`` how much later this sensor's
    clock told them, known to ``within_ms``; ``doubt`` why that was not used, empty where it was.
    """

    at_s: float
    where: str
    kind: str
    count: int
    lag_ms: float
    within_ms: float
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class SharedSteps:
    """What the steps that two sensors felt tell of their clocks.

    This clock tells the middle of them ``offset_s`` later than the trunk sensor's and gains ``drift_ppm``.
    ``likeness`` is the correlation of how the steps differ from their neighbours. ``moved``: both were taken
    off its times. ``doubt`` says why the steps were not believed; empty where they were.
    """

    count: int
    offset_s: float
    drift_ppm: float
    within_ms: float
    likeness: float
    moved: bool
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """How well a sensor's clock agrees with the trunk sensor's.

    ``within_ms`` holds all over the session; NaN where files came without the times of arrivals and their
    steps do not tell. ``doubt`` says why no figure is drawn from the two sensors together; else empty.
    """

    within_ms: float
    knocks: tuple[SharedKnocks, ...] = ()
    steps: SharedSteps | None = None
    doubt: str = ""


HANDEDNESS = "right-handed axes"
"""Name of the check whether accelerometer and gyroscope turn the same way."""


@dataclass(frozen=True, slots=True)
class SensorCheck:
    """How a check of a sensor ended, and where it could not be made, because of what."""

    what: str
    outcome: CheckOutcome
    because: str = ""


@dataclass(frozen=True, slots=True)
class SensorFacts:
    """What a report says of one sensor: placement, name, rate, shares of trouble (0 to 1).

    ``clock`` is None for the trunk sensor, whose clock is that of the report. ``checks`` are those that
    decide whether its angles mean anything, each with its outcome.
    """

    placement: str
    device: str
    name: str
    rate_hz: float
    sample_count: int
    clipped_fraction: float
    missing_fraction: float
    mean_specific_force_g: float
    has_gyroscope: bool
    mirrored: bool = False
    rejected_packets: int = 0
    battery_pct: int | None = None
    clock: ClockFacts | None = None
    checks: tuple[SensorCheck, ...] = ()


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What a report says of the session as a whole."""

    name: str
    path: str
    started_utc: str
    duration_s: float
    simulated: bool
    sensors: tuple[SensorFacts, ...]
    context: Mapping[str, Any] = field(default_factory=dict)
    notices: tuple[str, ...] = ()


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
    """One kilometre (or the last part of one). NaN where nothing usable was run in it.

    ``head_forward_lo_cm`` and ``head_forward_hi_cm`` bound the 95 % interval of ``head_forward_cm``, which a
    model estimates; ``head_pitch_deg`` and ``neck_flexion_deg`` are measured, NaN without a head sensor.
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


class Axis(StrEnum):
    """Direction of a change of the trunk's angle."""

    FORWARD = "forward"
    SIDEWAYS = "sideways"


@dataclass(frozen=True, slots=True)
class StrapStep:
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
    COME_UP_SOONER = "come up sooner"
    REMIND_LATE = "remind yourself late"
    STRENGTHEN_BACK = "strengthen the back"
    RUN_TALL_IN_PARTS = "run tall in parts"
    LIGHTEN_BACKPACK = "lighten the backpack"
    LIGHTEN_VEST = "lighten the vest"
    BREAK_UP_SITTING = "break up sitting"


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
    """

    distance_m: FloatArray
    time_s: FloatArray
    flexion_deg: FloatArray
    adj_deg: FloatArray
    after_break: BoolArray

    def __post_init__(self) -> None:
        freeze_arrays(self)


@dataclass(frozen=True, slots=True, eq=False)
class RunReport:
    """Everything a report says, as numbers and fixed words. Renderers lay it out and compute nothing.

    Parameters
    ----------
    session
        Facts of the session.
    strides
        The stride table.
    curve
        What the main figure draws.
    verdict
        In one word; where it is ``none``, ``no_verdict_because`` says why.
    headline
        One sentence.
    confidence, confidence_because
        How far to trust it, and every reason that lowers that.
    method
        How the inclination was computed.
    zero_source
        Where the zero of all angles comes from.
    distance_source, speed_source
        In words: ``typed``, ``watch file``, ``cadence model`` … or ``unknown``.
    grade_known
        Whether any slope is known.
    distance_m, running_s, walking_s, stride_count, usable_fraction, cadence_spm, speed_mps, flexion_deg
        Totals and medians over the running. NaN where unknown.
    flexion_half_width_deg
        Half width of the 95 % interval of one stride's flexion, for the band in the figure.
    baseline
        The fresh window, or None.
    standings, segments, episodes, strap_steps, gaps, quality
        As their classes say.
    zones
        Share (0 to 1) of usable run strides in each zone; empty without a fresh window.
    head_source
        ``head sensor`` or ``trunk model``, or empty.
    notes
        Remarks that are no faults.
    config
        The numbers in force. In a report read back from JSON the groups that are not stated there have their
        defaults; ``config_hash`` covers them all.
    config_hash, version
        What computed this.
    advice
        What to do, the most important first; empty in a report of an older version.
    """

    session: SessionFacts
    strides: StrideTable
    curve: Curve
    verdict: Verdict
    no_verdict_because: str
    headline: str
    confidence: Confidence
    confidence_because: tuple[str, ...]
    method: Method
    zero_source: ZeroSource
    distance_source: str
    speed_source: str
    grade_known: bool
    distance_m: float
    running_s: float
    walking_s: float
    stride_count: int
    usable_fraction: float
    cadence_spm: float
    speed_mps: float
    flexion_deg: float
    flexion_half_width_deg: float
    head_source: str
    baseline: Baseline | None
    standings: tuple[Standing, ...]
    segments: tuple[Segment, ...]
    episodes: tuple[Episode, ...]
    strap_steps: tuple[StrapStep, ...]
    gaps: tuple[GapFact, ...]
    zones: Mapping[Zone, float]
    quality: tuple[QualityLine, ...]
    notes: tuple[str, ...]
    config: AnalysisConfig
    config_hash: str
    file_hash: str
    version: str
    advice: tuple[Advice, ...] = ()

    def to_frame(self, kind: str = "strides") -> pd.DataFrame:
        """Return a part of the report as a data frame.

        Parameters
        ----------
        kind
            ``strides`` (one row per stride), ``segments`` (per kilometre) or ``episodes`` (per flagged
            stretch).

        Returns
        -------
        pandas.DataFrame
            Units stand in the names of the columns and, by column, in ``attrs["units"]``; ``attrs`` also
            holds the session's name and the hashes of its content and of the numbers in force.

        Raises
        ------
        ValueError
            For another kind.
        """
        import pandas as pd

        if kind == "strides":
            frame = self.strides.to_frame()
        elif kind in ("segments", "episodes"):
            made: type = Segment if kind == "segments" else Episode
            rows = [asdict(row) for row in getattr(self, kind)]
            frame = pd.DataFrame(rows, columns=[column.name for column in fields(made)])
        else:
            raise ValueError(f"to_frame: kind = {kind!r}: give strides, segments or episodes")
        frame.attrs = {
            "units": units_of(frame.columns),
            "session": self.session.name,
            "file_hash": self.file_hash,
            "config_hash": self.config_hash,
        }
        return frame

    def to_json(self) -> str:
        """Return the report as JSON, see ``data/REPORT_JSON.md``; `from_json` reads it back."""
        from analysis.report_json import to_json

        return to_json(self)

    @classmethod
    def from_json(cls, path: StrPath) -> RunReport:
        """Return the report in a file that ``runtall report --json`` or `to_json` wrote.

        Raises
        ------
        ReportFileError
            For a file that cannot be read or is no report, or one of a newer version.
        """
        from analysis.report_json import from_json

        try:
            return from_json(Path(path).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise ReportFileError(f"{path}: cannot be read ({error})") from error
        except ReportFileError as error:
            raise ReportFileError(f"{path}: {error}") from error
