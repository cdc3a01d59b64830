"""Every tunable number of the analysis: unit in its name, source in its docstring.

One frozen dataclass per group of stages; `AnalysisConfig` joins them and hashes them, so that a report can
say exactly which numbers were in force.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True)
class FindingsConfig:
    """Flags over distance."""

    watch_deg: float = 2.0
    """Twice the error of the angle per kilometre."""
    slouched_deg: float = 4.0
    """Koblbauer 2014: about 4 degrees more flexion with fatigue in novices; Preece 2016: about 4 degrees
    between elite and recreational runners."""


@dataclass(frozen=True, slots=True)
class AnalysisConfig:
    """All groups together: what one analysis run is computed with."""

    findings: FindingsConfig = field(default_factory=FindingsConfig)

    def hash(self) -> str:
        """Return the first 16 hex digits of the SHA-256 over every number, in canonical JSON."""
        text = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]
