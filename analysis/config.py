"""Every tunable number of the analysis: unit in its name, source in its docstring.

One frozen dataclass per group of stages, kept in `analysis.signal.config`, `analysis.signal.sync_config`,
`analysis.stride.config`, `analysis.judging.config` and `analysis.judging.personal_config`; `AnalysisConfig`
joins them and hashes them, so that a report can say exactly which numbers were in force.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any

from analysis.judging.config import (
    AdviceConfig,
    BaselineConfig,
    ComparisonConfig,
    CueConfig,
    DistanceConfig,
    FindingsConfig,
    GradeConfig,
    MountingShiftConfig,
    SegmentConfig,
    ThirdsConfig,
    VerdictConfig,
)
from analysis.judging.personal_config import HistoryConfig, PersonalConfig
from analysis.personal import PersonalBaseline
from analysis.signal.config import (
    AlignmentConfig,
    AxesConfig,
    GaitConfig,
    HandednessConfig,
    OrientationConfig,
    RestConfig,
    SignalConfig,
)
from analysis.signal.sync_config import GaitClockConfig, SyncTapConfig, WatchClockConfig
from analysis.stride.config import DynamicsConfig, HeadConfig, HeartRateConfig, PostureConfig

__all__ = [
    "AdviceConfig",
    "AlignmentConfig",
    "AnalysisConfig",
    "AxesConfig",
    "BaselineConfig",
    "ComparisonConfig",
    "CueConfig",
    "DistanceConfig",
    "DynamicsConfig",
    "FindingsConfig",
    "GaitClockConfig",
    "GaitConfig",
    "GradeConfig",
    "HandednessConfig",
    "HeadConfig",
    "HeartRateConfig",
    "HistoryConfig",
    "MountingShiftConfig",
    "OrientationConfig",
    "PersonalConfig",
    "PostureConfig",
    "RestConfig",
    "SegmentConfig",
    "SignalConfig",
    "SyncTapConfig",
    "ThirdsConfig",
    "VerdictConfig",
    "WatchClockConfig",
]


THRESHOLD_GROUPS = ("baseline", "personal", "findings", "strap_step", "segments", "verdict", "posture")
"""The groups that a report states in full: what a finding depends on."""


@dataclass(frozen=True, slots=True)
class AnalysisConfig:
    """All groups together: what one analysis run is computed with."""

    signal: SignalConfig = field(default_factory=SignalConfig)
    knocks: SyncTapConfig = field(default_factory=SyncTapConfig)
    gait_clock: GaitClockConfig = field(default_factory=GaitClockConfig)
    watch_clock: WatchClockConfig = field(default_factory=WatchClockConfig)
    rest: RestConfig = field(default_factory=RestConfig)
    gait: GaitConfig = field(default_factory=GaitConfig)
    handedness: HandednessConfig = field(default_factory=HandednessConfig)
    orientation: OrientationConfig = field(default_factory=OrientationConfig)
    axes: AxesConfig = field(default_factory=AxesConfig)
    alignment: AlignmentConfig = field(default_factory=AlignmentConfig)
    posture: PostureConfig = field(default_factory=PostureConfig)
    head: HeadConfig = field(default_factory=HeadConfig)
    dynamics: DynamicsConfig = field(default_factory=DynamicsConfig)
    heart_rate: HeartRateConfig = field(default_factory=HeartRateConfig)
    distance: DistanceConfig = field(default_factory=DistanceConfig)
    grade: GradeConfig = field(default_factory=GradeConfig)
    baseline: BaselineConfig = field(default_factory=BaselineConfig)
    findings: FindingsConfig = field(default_factory=FindingsConfig)
    strap_step: MountingShiftConfig = field(default_factory=MountingShiftConfig)
    segments: SegmentConfig = field(default_factory=SegmentConfig)
    verdict: VerdictConfig = field(default_factory=VerdictConfig)
    advice: AdviceConfig = field(default_factory=AdviceConfig)
    thirds: ThirdsConfig = field(default_factory=ThirdsConfig)
    cues: CueConfig = field(default_factory=CueConfig)
    comparison: ComparisonConfig = field(default_factory=ComparisonConfig)
    personal: PersonalConfig = field(default_factory=PersonalConfig)
    history: HistoryConfig = field(default_factory=HistoryConfig)

    def thresholds(self) -> dict[str, Any]:
        """Return every number a finding depends on, as ``group.name``, for those who print or export it."""
        every = asdict(self)
        return {
            f"{group}.{name}": value for group in THRESHOLD_GROUPS for name, value in every[group].items()
        }

    def hash(self, personal: PersonalBaseline | None = None) -> str:
        """Return the first 16 hex digits of the SHA-256 over every number, in canonical JSON.

        Parameters
        ----------
        personal
            What earlier runs add to the numbers, for a report that uses them.
        """
        numbers = asdict(self) if personal is None else [asdict(self), asdict(personal)]
        text = json.dumps(numbers, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]
