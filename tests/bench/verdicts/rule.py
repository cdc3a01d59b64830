"""The rule on a stride table, and what it finds beside what the same rule finds on the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.config import AnalysisConfig
from analysis.judging.baseline import fresh_window, with_adjusted_flexion, with_judged
from analysis.judging.flags import findings_of
from analysis.judging.mounting_shift import mounting_shifts
from analysis.records import Episode, MountingShift, StrideTable

CONFIG = AnalysisConfig()


@dataclass(frozen=True, slots=True)
class Judged:
    """Flagged stretches and mounting shifts of one run, in order."""

    episodes: tuple[Episode, ...]
    shifts: tuple[MountingShift, ...] = ()

    def of(self, flag: str) -> list[Episode]:
        """Return the stretches with this flag."""
        return [episode for episode in self.episodes if episode.flag == flag]


def judged(table: StrideTable, *, seeks_shifts: bool) -> Judged:
    """Put a stride table through the judging stages, in the order of the pipeline.

    Parameters
    ----------
    table
        With a measured speed; ``usable`` filled.
    seeks_shifts
        False for the truth of a body, which no mounting can shift.
    """
    total_m = float(table["distance_m"][-1])
    baseline = fresh_window(table, total_m, CONFIG.baseline)
    table = with_judged(table, baseline, CONFIG.baseline, speed_is_measured=True)
    shifts = mounting_shifts(table, CONFIG.strap_step, CONFIG.baseline) if seeks_shifts else ()
    table = with_adjusted_flexion(table, baseline)
    return Judged(findings_of(table, baseline, config=CONFIG, shifts=shifts).episodes, shifts)


def unmatched(episodes: Sequence[Episode], others: Sequence[Episode]) -> list[Episode]:
    """Return the episodes that share no metre with any of the others."""
    return [
        episode
        for episode in episodes
        if not any(episode.from_m < other.to_m and other.from_m < episode.to_m for other in others)
    ]
