"""The report of a run: a few named parts, which renderers lay out and compute nothing for.

Every value is frozen. The parts and their fields are documented for users in ``data/PYTHON.md``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.config import AnalysisConfig
from analysis.cues.records import CueFindings
from analysis.errors import ReportFileError
from analysis.personal import PersonalBaseline
from analysis.records import (
    Advice,
    AverageStride,
    Baseline,
    Curve,
    Effort,
    Episode,
    GapFact,
    MountingShift,
    QualityLine,
    Segment,
    Standing,
    Thirds,
    WalkingPosture,
)
from analysis.session_facts import SessionFacts
from analysis.stride.table import StrideTable, units_of
from analysis.words import Confidence, Method, Verdict, ZeroSource, Zone
from sensor.samples import FloatArray, StrPath, freeze_arrays

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the report leads with.

    Parameters
    ----------
    verdict
        In one word; where it is ``none``, ``no_verdict_because`` says why.
    no_verdict_because
        Half a sentence; empty where there is a verdict.
    headline
        One or two sentences.
    confidence, confidence_because
        How far to trust it, and every reason that lowers that.
    advice
        What to do, the most important first; empty in a report of an older version.
    """

    verdict: Verdict
    no_verdict_because: str
    headline: str
    confidence: Confidence
    confidence_because: tuple[str, ...]
    advice: tuple[Advice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Sums over the session and medians over its running. NaN where unknown.

    Parameters
    ----------
    distance_m
        Length of the way.
    running_s, walking_s
        Time spent running and walking.
    stride_count
        Strides of every kind.
    usable_fraction
        Share (0 to 1) of the running strides whose angle can be trusted.
    cadence_spm, speed_mps, heart_rate_bpm
        Medians over the running strides.
    flexion_deg
        Median trunk flexion over the usable running strides.
    ascent_m, descent_m
        Metres climbed and descended, each not below 0; NaN where no altitude tells the slope.
    too_steep_m, other_pace_m
        How far was run on a slope, or at a measured pace, that the fresh window does not cover.
    """

    distance_m: float
    running_s: float
    walking_s: float
    stride_count: int
    usable_fraction: float
    cadence_spm: float
    speed_mps: float
    flexion_deg: float
    heart_rate_bpm: float = math.nan
    ascent_m: float = math.nan
    descent_m: float = math.nan
    too_steep_m: float = 0.0
    other_pace_m: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the verdict rests on.

    Parameters
    ----------
    baseline
        The fresh window, or None.
    standings, segments, episodes, mounting_shifts, gaps, quality
        As their classes say.
    laps
        The runner's own laps, marked or a watch's, whatever ``segments`` are; empty where none are known.
    efforts
        Work and rest of intervals apart; empty where no lap was a rest.
    zones
        Share (0 to 1) of usable run strides in each zone; empty without a fresh window.
    notes
        Remarks that are no faults.
    zone_s
        Seconds of usable running in each zone; empty without a fresh window.
    average_stride
        The course of the trunk within the stride; None without a gyroscope or a fresh window, and in a report
        of an older version.
    thirds
        The first third of the usable running against the last; None in a report of an older version.
    walking
        Posture in walking beside running; None where either was too little.
    cues
        Reminders while running, and whether they helped; None where none was due.
    """

    baseline: Baseline | None
    standings: tuple[Standing, ...]
    segments: tuple[Segment, ...]
    episodes: tuple[Episode, ...]
    mounting_shifts: tuple[MountingShift, ...]
    gaps: tuple[GapFact, ...]
    zones: Mapping[Zone, float]
    quality: tuple[QualityLine, ...]
    notes: tuple[str, ...]
    laps: tuple[Segment, ...] = ()
    efforts: tuple[Effort, ...] = ()
    zone_s: Mapping[Zone, float] = field(default_factory=dict)
    average_stride: AverageStride | None = None
    thirds: Thirds | None = None
    walking: WalkingPosture | None = None
    cues: CueFindings | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """How the figures came about, and from what.

    Parameters
    ----------
    method
        How the inclination was computed.
    zero_source
        Where the zero of all angles comes from.
    distance_source, speed_source
        In words: ``typed``, ``watch file``, ``cadence model`` … or ``unknown``.
    grade_known
        Whether any slope is known.
    grade_half_width_pct
        Half width of the 95 % interval of a stride's slope in per cent, the median; also where it is so wide
        that no slope is told. NaN where no altitude was recorded.
    flexion_half_width_deg
        Half width of the 95 % interval of one stride's flexion, for the band in the figure.
    head_source
        ``head sensor`` or ``trunk model``, or empty.
    config
        The numbers in force. In a report read back from JSON the groups that are not stated there have their
        defaults; ``config_hash`` covers them all.
    config_hash, file_hash, version
        What was computed from, by which numbers and which version; ``config_hash`` covers ``personal`` too.
    personal
        What earlier runs of the runner add: slopes, usual level, step length; None where none were used.
    """

    method: Method
    zero_source: ZeroSource
    distance_source: str
    speed_source: str
    grade_known: bool
    flexion_half_width_deg: float
    head_source: str
    config: AnalysisConfig
    config_hash: str
    file_hash: str
    version: str
    grade_half_width_pct: float = math.nan
    personal: PersonalBaseline | None = None


HIDDEN_M = 200.0
"""So near to where a way begins and ends people live: what leaves the house leaves it out, unless asked."""


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """Where the run went, as a watch or a phone told.

    It is kept out of every file unless asked for, but for the page's map, which leaves out both ends.

    Parameters
    ----------
    time_s
        (k,) session time, increasing.
    latitude_deg, longitude_deg
        (k,) WGS 84.
    distance_m
        (k,) how far the run had come, NaN where unknown.
    """

    time_s: FloatArray
    latitude_deg: FloatArray
    longitude_deg: FloatArray
    distance_m: FloatArray

    def __post_init__(self) -> None:
        freeze_arrays(self)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunReport:
    """Everything a report says, as numbers and fixed words. Renderers lay it out and compute nothing.

    Parameters
    ----------
    session
        Facts of the session.
    outcome
        Verdict, headline, confidence, advice.
    totals
        Distance, times, medians.
    evidence
        Fresh window, standings, kilometres, flagged stretches, data quality.
    provenance
        Sources, method, the numbers in force.
    strides
        The stride table.
    curve
        What the main figure draws.
    route
        Where the run went; None where no positions were recorded, and in a report read back from JSON.
    """

    session: SessionFacts
    outcome: Outcome
    totals: Totals
    evidence: Evidence
    provenance: Provenance
    strides: StrideTable
    curve: Curve
    route: Route | None = None

    def to_frame(self, kind: str = "strides") -> pd.DataFrame:
        """Return a part of the report as a data frame.

        Parameters
        ----------
        kind
            ``strides`` (one row per stride), ``segments`` (per kilometre, or as asked for), ``laps`` (the
            runner's own) or ``episodes`` (per flagged stretch).

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
        elif kind in ("segments", "laps", "episodes"):
            made: type = Episode if kind == "episodes" else Segment
            rows = [asdict(row) for row in getattr(self.evidence, kind)]
            frame = pd.DataFrame(rows, columns=[column.name for column in fields(made)])
        else:
            raise ValueError(f"to_frame: kind = {kind!r}: give strides, segments, laps or episodes")
        frame.attrs = {
            "units": units_of(frame.columns),
            "session": self.session.name,
            "file_hash": self.provenance.file_hash,
            "config_hash": self.provenance.config_hash,
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
