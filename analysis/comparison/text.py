"""A comparison as plain text for a terminal."""

from __future__ import annotations

import math

from analysis.comparison.comparability import YES
from analysis.comparison.records import (
    FORWARD_LEAN,
    Comparison,
    Difference,
    KilometreDifference,
    PairComparison,
    RunSummary,
)
from analysis.words import Verdict, ZeroSource

DASH = "–"


def render(comparison: Comparison) -> str:
    """Lay out a comparison: the runs, then each one against the first."""
    lines = ["Runs (the first is the reference)"]
    lines += [_run_line(number, run) for number, run in enumerate(comparison.runs, 1)]
    for number, pair in enumerate(comparison.pairs, 2):
        lines += ["", *_pair_lines(number, pair, comparison)]
    return "\n".join(lines) + "\n"


def _run_line(number: int, run: RunSummary) -> str:
    slouched = f"slouched for {_number(run.slouched_m / 1000, 1)} km" if run.slouched_m else "no slouching"
    leaning = f", leaning for {_number(run.leaning_m / 1000, 1)} km" if run.leaning_m else ""
    verdict = "no verdict" if run.verdict == Verdict.NONE else slouched + leaning
    figures = f"{_number(run.distance_m / 1000, 2)} km, {_pace(run.speed_mps)}, lean {_lean(run)}"
    return f"  {number}  {_plain(run.name)}: {figures}, {verdict}, confidence {run.confidence}"


def _lean(run: RunSummary) -> str:
    return _number(run.flexion_deg, 1, "°") if run.zero_source == ZeroSource.STANDING else DASH


def _pair_lines(number: int, pair: PairComparison, comparison: Comparison) -> list[str]:
    lines = [f"{number}  {_plain(pair.other.name)} against 1  {_plain(pair.reference.name)}"]
    if pair.difference is None:
        lines.append(f"  No difference can be given: {pair.no_difference_because}.")
    else:
        lines += [f"  {line}" for line in _difference_lines(pair.difference, comparison)]
    lines += ["", "  Comparable?"]
    for line in pair.comparability:
        values = _plain(
            line.reference if line.reference == line.other else f"{line.reference} / {line.other}"
        )
        because = "" if line.status == YES else f": {line.because}"
        lines.append(f"    {line.what:<12}{line.status:<11}{values}{because}")
    if pair.kilometres:
        lines += ["", "  Kilometre      lean (°)             change since the start (°)"]
        lines.append("             first other  diff.      first other  diff.")
        lines += [_kilometre_line(kilometre) for kilometre in pair.kilometres]
    return lines


def _difference_lines(difference: Difference, comparison: Comparison) -> list[str]:
    value = abs(difference.value_deg)
    direction = "further forward" if difference.value_deg >= 0 else "more upright"
    when = "" if difference.quantity == FORWARD_LEAN else ", each against its own start"
    interval = f"{_signed(difference.low_deg)} to {_signed(difference.high_deg)}"
    lines = [
        f"{value:.1f}° {direction}{when} ({comparison.level:.0%} interval {interval}), {_band(difference)}."
    ]
    if difference.within_refitting:
        lines.append(
            f"No difference shown: less than {comparison.refit_deg:g}° can come from refitting the sensor."
        )
    elif difference.low_deg <= 0 <= difference.high_deg:
        lines.append("The interval includes zero: no difference shown.")
    if not difference.independent:
        lines.append("Too few independent stretches: the lean drifts along a run; compare the kilometres.")
    return lines


def _band(difference: Difference) -> str:
    if math.isnan(difference.from_mps):
        return "all strides, since a speed is unknown"
    return f"between {_pace(difference.to_mps)} and {_pace(difference.from_mps)}"


def _kilometre_line(row: KilometreDifference) -> str:
    lean = (row.reference_flexion_deg, row.other_flexion_deg, row.flexion_difference_deg)
    if math.isnan(row.flexion_difference_deg):
        lean = (math.nan, math.nan, math.nan)
    change = (row.reference_adj_deg, row.other_adj_deg, row.adj_difference_deg)
    cells = [f"{_cell(a)} {_cell(b)} {_cell(c, signed=True):>6}" for a, b, c in (lean, change)]
    return f"  {_kilometre(row.from_m):>4}-{_kilometre(row.to_m):<4} {cells[0]}     {cells[1]}"


def _kilometre(metres: float) -> str:
    """Return kilometres with as many digits as they need, at most one."""
    return f"{metres / 1000:.1f}".removesuffix(".0")


def _plain(text: str) -> str:
    """Return a text without anything that could steer a terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _cell(value: float, *, signed: bool = False) -> str:
    return f"{_signed(value, '') if signed else _number(value, 1):>5}"


def _number(value: float, digits: int, unit: str = "") -> str:
    return f"{round(value, digits) + 0.0:.{digits}f}{unit}" if math.isfinite(value) else DASH


def _signed(value: float, unit: str = "°") -> str:
    return f"{round(value, 1) + 0.0:+.1f}{unit}" if math.isfinite(value) else DASH


def _pace(speed_mps: float) -> str:
    """Return a speed as minutes and seconds per kilometre."""
    if not math.isfinite(speed_mps) or speed_mps <= 0:
        return DASH
    minutes, seconds = divmod(round(1000.0 / speed_mps), 60)
    return f"{minutes}:{seconds:02d} min/km"
