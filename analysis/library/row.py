"""What the index knows of one session: a row, without the figures that only a history reads."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.library.state import FileState

if TYPE_CHECKING:
    from analysis.comparison.run_facts import RunFacts

NOT_ANALYSED = "not analysed yet"
MISSING = "the file is gone; put it back, or `runtall library rebuild` forgets it"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRow:
    """A session as the index keeps it.

    Parameters
    ----------
    file
        Name of the file in the folder of the sessions.
    state, program, config_hash
        What all this was read from, by which program and which numbers.
    name, started_utc, duration_s, simulated, sensors, tags, runner
        As the session tells; sensors are placements.
    is_analysed
        False where only the session's own words were read.
    trouble
        Why it cannot be read or analysed; empty where it can.
    is_readable
        False where not even the session's own words could be read.
    distance_m, verdict, confidence, placement
        Of the run, as in `RunFacts`; NaN and empty where there is no report.
    facts
        `RunFacts` as JSON; empty where there is no report.
    """

    file: str
    state: FileState
    program: str
    config_hash: str
    name: str = ""
    started_utc: str = ""
    duration_s: float = math.nan
    simulated: bool = False
    sensors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    runner: str = ""
    is_analysed: bool = False
    trouble: str = ""
    is_readable: bool = True
    distance_m: float = math.nan
    verdict: str = ""
    confidence: str = ""
    placement: str = ""
    facts: str = ""


@dataclass(frozen=True)  # without slots, to keep what was decoded
class Entry:
    """A session of the library.

    Parameters
    ----------
    path
        The session file.
    row
        What the index knows of it.
    trouble
        Why there is no report, in half a sentence; empty where there is one.
    """

    path: Path
    row: IndexRow = field(repr=False)
    trouble: str

    @property
    def name(self) -> str:
        """The session's name."""
        return self.row.name or self.path.stem

    @property
    def started_utc(self) -> str:
        """ISO 8601 wall-clock time of second 0; empty where unknown."""
        return self.row.started_utc

    @property
    def duration_s(self) -> float:
        """From second 0 to the last thing recorded; NaN where unknown."""
        return self.row.duration_s

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.row.state.size

    @property
    def sensors(self) -> tuple[str, ...]:
        """Placements of the sensors."""
        return self.row.sensors

    @cached_property
    def facts(self) -> RunFacts | None:
        """The run in a few figures; None where there is no report."""
        if self.trouble or not self.row.facts:
            return None
        from analysis.library.facts_json import facts_from_json

        return facts_from_json(self.row.facts)
