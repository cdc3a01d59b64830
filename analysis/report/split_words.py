"""What the rows of a report are called, by what the run was cut into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.lengths import Split


@dataclass(frozen=True, slots=True)
class SplitWords:
    """The heading over the rows, one row in a sentence, and the head of their first column."""

    title: str
    one: str
    column: str


SPLIT_WORDS: Mapping[Split, SplitWords] = {
    Split.KILOMETRE: SplitWords("Kilometre by kilometre", "kilometre", "km"),
    Split.MILE: SplitWords("Mile by mile", "mile", "mi"),
    Split.SHORT: SplitWords("400 m by 400 m", "400 m", "km"),
    Split.LAP: SplitWords("Lap by lap", "lap", "lap"),
}
