"""A run whose strides are flagged, with all it was found from: what is left is to sum it up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.config import AnalysisConfig
from analysis.judging.distance import DistanceResult
from analysis.judging.flags import Findings
from analysis.judging.grade import GradeResult
from analysis.lengths import LengthUnit
from analysis.personal import PersonalBaseline
from analysis.records import Baseline, MountingShift, Standing, StrideTable
from analysis.session_facts import ClockFacts
from analysis.signal.motion import Motion
from analysis.signal.watch_clock import WatchClock
from analysis.words import ZeroSource
from sensor.samples import FloatArray, Recording, SensorRecording


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JudgedRun:
    """What the stages made of a recording.

    Parameters
    ----------
    recording, sensor
        The session, and its trunk sensor.
    motions, clocks
        The motion of every sensor worn, and how well the others' clocks agree with the trunk's, by placement.
    watch
        How the clock of the watch lies whose file the session was given.
    lap_s
        (l,) when laps began.
    way, slope
        Distance and speed, and grade.
    found, baseline
        What stands out in the strides, against which fresh window.
    shifts, standings, zero_source
        Sudden steps of the angle, standings, and where the zero comes from.
    personal
        What earlier runs added.
    config
        The numbers in force.
    """

    recording: Recording
    sensor: SensorRecording
    motions: Mapping[str, Motion]
    clocks: Mapping[str, ClockFacts]
    watch: WatchClock | None
    lap_s: FloatArray
    way: DistanceResult
    slope: GradeResult
    found: Findings
    baseline: Baseline | None
    shifts: tuple[MountingShift, ...]
    standings: tuple[Standing, ...]
    zero_source: ZeroSource
    personal: PersonalBaseline | None
    config: AnalysisConfig

    @property
    def trunk(self) -> Motion:
        """The motion of the trunk sensor."""
        return self.motions[self.sensor.placement]

    @property
    def table(self) -> StrideTable:
        """The stride table, its flags filled."""
        return self.found.table

    @property
    def unit(self) -> LengthUnit:
        """In which distances are told."""
        return self.config.segments.split.unit
