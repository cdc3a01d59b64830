"""What a comparison says, in words and rounded numbers: shared by the terminal and the page."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from analysis.comparison.comparability import NO, UNKNOWN, WITH_CARE
from analysis.comparison.conditions import DRIFT, TALL_KM
from analysis.comparison.records import (
    Comparability,
    Comparison,
    Conditions,
    Estimate,
    Onset,
    OnsetKind,
    PairComparison,
    RunSummary,
)
from analysis.lengths import LengthUnit
from analysis.report import words

_KM = LengthUnit.KILOMETRE


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure of two runs, as text; ``is_shown`` tells whether the interval leaves zero out."""

    what: str
    reference: str
    other: str
    difference: str
    interval: str
    detectable: str
    is_shown: bool


def day(run: RunSummary) -> str:
    """Return ``3 May 2025``, empty where the session tells no date."""
    try:
        at = datetime.fromisoformat(run.started_utc)
    except ValueError:
        return ""
    return f"{at.day} {at:%B %Y}"


def labels(runs: Sequence[RunSummary]) -> list[str]:
    """Return what tells the runs apart in a sentence: the day, else the name, else its number."""
    days = [day(run) for run in runs]
    years = {one[-4:] for one in days}
    if "" not in days and len(set(days)) == len(days):
        return [one if len(years) > 1 else one[:-5] for one in days]
    names = [words.short(run.name) for run in runs]
    counts = Counter(names)
    return [
        f"“{name}”" if counts[name] == 1 else f"run {number}, “{name}”"
        for number, name in enumerate(names, 1)
    ]


def when(label: str) -> str:
    """Return how a sentence goes on to another run: ``on 3 May``, ``in “Tempo”``."""
    return f"on {label}" if label[:1].isdigit() else f"in {label}"


def is_blocked(pair: PairComparison) -> bool:
    """Tell whether nothing of the two runs compares."""
    return any(line.status == NO for line in pair.comparability)


def headline(pair: PairComparison, label: str, *, unit: LengthUnit = _KM) -> str:
    """Return the one sentence a comparison leads with: how much further the runner stayed tall.

    Parameters
    ----------
    pair
        The other run, "you", against the reference.
    label
        Of the reference, from `labels`.
    unit
        In which lengths are told.
    """
    if is_blocked(pair):
        return f"Not comparable: {'; '.join(pair.missing)}."
    tall = pair.onsets.get(OnsetKind.TALL)
    if tall is None:
        return "How far you ran tall cannot be compared."
    value_m = tall.difference_m.value
    if math.isnan(value_m):
        return "You ran tall to the end both times."
    if not tall.difference_m.is_shown:
        return "No difference shown in how far you ran tall."
    by = f"{'at least ' if tall.is_bound else ''}{words.length(abs(value_m), unit)} {unit}"
    if value_m > 0:
        return f"You ran tall {by} longer than {when(label)}."
    return f"You stopped running tall {by} earlier than {when(label)}."


def figure_rows(pair: PairComparison, unit: LengthUnit = _KM) -> list[FigureRow]:
    """Return the figures of a pair: how far tall, slouched from, lean when fresh, and how it changed."""
    drift, late = zip(pair.reference_change, pair.other_change, strict=True)
    drift_each = pair.drift_deg_per_km and per_length(pair.drift_deg_per_km, unit)
    first, second = (unit.per(one) for one in drift)
    found = [
        _onset_row(f"Tall for, {unit}", pair, kind=OnsetKind.TALL, unit=unit),
        _onset_row(f"Slouched from, {unit}", pair, kind=OnsetKind.SLOUCHED, unit=unit),
        _row("Lean when fresh, °", pair.level_deg, pair.reference.level_deg, pair.other.level_deg, 1),
        _row("Last − first third, °", pair.late_minus_early_deg, *late, 1),
        _row(f"Drift, °{unit.pace_unit}", drift_each, first, second, 2),
    ]
    return [row for row in found if row is not None]


def _row(what: str, estimate: Estimate | None, first: float, second: float, digits: int) -> FigureRow | None:
    if estimate is None:
        return None
    return FigureRow(
        what=what,
        reference=words.number(first, digits),
        other=words.number(second, digits),
        difference=words.signed(estimate.value, digits, ""),
        interval=interval(estimate, digits),
        detectable=words.number(estimate.detectable, digits),
        is_shown=estimate.is_shown,
    )


def per_length(per_km: Estimate, unit: LengthUnit) -> Estimate:
    """Return what was told for each kilometre, told for each of another unit."""
    return per_km.times(unit.per(1.0))


def _onset_row(what: str, pair: PairComparison, *, kind: OnsetKind, unit: LengthUnit) -> FigureRow | None:
    found = pair.onsets.get(kind)
    if found is None:
        return None
    first, second = (run.onsets[kind] for run in (pair.reference, pair.other))
    apart = found.difference_m
    told = apart.times(unit.of(1.0))
    bound = ("≥ " if first.is_seen else "≤ ") if found.is_bound else ""
    neither = math.isnan(apart.value)
    return FigureRow(
        what=what,
        reference=place(first, kind, unit=unit),
        other=place(second, kind, unit=unit),
        difference=words.UNKNOWN if neither else bound + words.signed(told.value, 1, ""),
        interval=words.UNKNOWN if neither else interval(told, 1),
        detectable=words.UNKNOWN if neither else words.number(told.detectable, 1),
        is_shown=not neither and apart.is_shown,
    )


def place(onset: Onset, kind: OnsetKind, *, unit: LengthUnit = _KM) -> str:
    """Return where something begins, or that it does not; of tall, how far it lasted."""
    if onset.is_seen:
        return words.length(onset.at_m, unit)
    return f"≥ {words.length(onset.within_m, unit)}" if kind is OnsetKind.TALL else "never"


def interval(estimate: Estimate, digits: int) -> str:
    """Return an interval in words, its open ends too."""
    low, high = (words.signed(end, digits, "") for end in (estimate.low, estimate.high))
    if math.isnan(estimate.low) or (math.isinf(estimate.low) and math.isinf(estimate.high)):
        return words.UNKNOWN
    if math.isinf(estimate.high):
        return f"{low} or more"
    return f"{high} or less" if math.isinf(estimate.low) else f"{low} to {high}"


def cares(pair: PairComparison) -> list[str]:
    """Return what is known to stand in the way of comparing the two runs, and nothing else."""
    return [
        _care(line)
        for line in pair.comparability
        if line.status == WITH_CARE and UNKNOWN not in (line.reference, line.other)
    ]


def _care(line: Comparability) -> str:
    values = [words.short(value) for value in (line.reference, line.other)]
    both = values[0] if values[0] == values[1] else f"{values[0]} / {values[1]}"
    return f"{line.what.replace('_', ' ')} ({both}): {line.because}"


def compared_over(pair: PairComparison, unit: LengthUnit = _KM) -> str:
    """Return over which way, and at which paces, the change with distance was compared; empty without."""
    if not math.isfinite(pair.common_m) or is_blocked(pair):
        return ""
    paces = f"at {words.pace(pair.to_mps, unit)} to {words.pace(pair.from_mps, unit)} {unit.pace_unit}"
    matched = paces if math.isfinite(pair.from_mps) else "at every pace, since one was not measured"
    way = f"the first {words.length(pair.common_m, unit)} {unit}"
    return f"Change with distance: {way}, which both have, {matched}."


def two_uncertainties(comparison: Comparison) -> str:
    """Return the sentence that keeps apart what was measured and what other days would bring."""
    count = len(comparison.runs)
    return (
        f"The intervals tell how sure this is of these {_COUNTS.get(count, str(count))} runs: sensor, zero, "
        f"strap and how posture wanders within a run. What holds on other days takes several runs of "
        f"each kind; here n = {count}."
    )


_COUNTS = {2: "two", 3: "three", 4: "four"}


def too_few(conditions: Conditions) -> str:
    """Return the honest sentence where conditions have too few runs, else an empty text."""
    counts = [len(one.runs) for one in conditions.conditions]
    if len(counts) < 2:
        return f"All runs share one condition of {conditions.by}: there is nothing to hold it against."
    if min(counts) >= conditions.min_runs:
        return ""
    told = " and ".join(str(count) for count in counts) if len(counts) == 2 else ", ".join(map(str, counts))
    return (
        f"n = {told} runs: too few to tell {conditions.by} from the difference between days; "
        f"{conditions.min_runs} of each are needed for an interval."
    )


def condition_quantity(what: str, unit: LengthUnit = _KM) -> tuple[str, float]:
    """Return a quantity of `conditions` as it is called in a unit, and what its values are multiplied by."""
    if what == TALL_KM:
        return what.replace(str(_KM), str(unit)), unit.of_km(1.0)
    if what == DRIFT:
        return what.replace(_KM.pace_unit, unit.pace_unit), unit.per(1.0)
    return what, 1.0
