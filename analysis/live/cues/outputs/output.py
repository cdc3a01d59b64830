"""What every output of cues is to the one that gives them."""

from __future__ import annotations

from typing import Protocol

from analysis.cues.log import Cue
from analysis.cues.settings import OutputKind
from analysis.errors import AnalysisError


class CueOutputError(AnalysisError, OSError):
    """An output that cannot give a cue; the message says what is missing."""


class CueOutput(Protocol):
    """Gives cues. Every failure is a `CueOutputError`; whoever calls bounds the time."""

    kind: OutputKind

    async def prepare(self) -> None:
        """Look, before the run, whether all that is needed is there."""
        ...

    async def give(self, cue: Cue) -> None:
        """Give a cue."""
        ...

    async def close(self) -> None:
        """Let go of what was held."""
        ...
