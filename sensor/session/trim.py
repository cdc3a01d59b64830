"""What of a session counts: between two marks, where the runner cut it. Lists read this, without numpy."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from sensor.units import NS_PER_S

TRIM_START, TRIM_END = "trim start", "trim end"
"""Kinds of the marks between which a session counts; without one it counts from its start, or to its end."""


@dataclass(frozen=True, slots=True)
class Trim:
    """What of a session counts, seconds from its start; infinite where it is not cut."""

    start_s: float = -math.inf
    end_s: float = math.inf

    def __bool__(self) -> bool:
        """Tell whether anything is cut."""
        return math.isfinite(self.start_s) or math.isfinite(self.end_s)

    def lasting_s(self, session_s: float) -> float:
        """Return how long what counts of a session of this length lasts."""
        return max(0.0, min(self.end_s, session_s) - max(self.start_s, 0.0))


UNCUT = Trim()
"""The whole session."""


def trim_of(marks: Iterable[tuple[int, str]]) -> Trim:
    """Return how a session is cut, by the last mark of either kind; not at all where nothing would be left.

    Parameters
    ----------
    marks
        (t_ns, kind), in the order they were written.
    """
    at_ns = {kind: t_ns for t_ns, kind in marks}
    start_ns, end_ns = at_ns.get(TRIM_START), at_ns.get(TRIM_END)
    trim = Trim(
        -math.inf if start_ns is None else start_ns / NS_PER_S,
        math.inf if end_ns is None else end_ns / NS_PER_S,
    )
    return trim if trim.start_s < trim.end_s else UNCUT
