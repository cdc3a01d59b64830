"""A comparison for the terminal: the sentence that matters first, then the figures, in 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from analysis.comparison import sentences
from analysis.comparison.records import Comparison, Conditions, GroupFigure, PairComparison, RunSummary
from analysis.lengths import LengthUnit
from analysis.report import words

WIDTH = 80

_NARROW_CHARACTERS = {ord(words.MINUS): "-", ord(words.THIN_SPACE): " ", ord("≥"): ">=", ord("≤"): "<="}
"""What the code page of an older terminal lacks, and what stands for it."""

_COLUMNS = (22, 8, 8, 9, 17, 11)


def render(comparison: Comparison, unit: LengthUnit = LengthUnit.KILOMETRE) -> str:
    """Lay out a comparison: each run against the first, conditions, then the runs themselves.

    Parameters
    ----------
    comparison
        What to lay out.
    unit
        In which lengths and paces are told.
    """
    labels = sentences.labels(comparison.runs)
    named = list(zip(comparison.pairs, labels[1:], strict=True))
    several = len(named) > 1
    lines: list[str] = []
    for pair, label in named:
        lines += _wrapped((f"{label}: " if several else "") + sentences.headline(pair, labels[0], unit=unit))
    for pair, label in named:
        lines += [
            "",
            *([f"{label} against {labels[0]}"] if several else []),
            *_pair_lines(pair, comparison, unit=unit),
        ]
    lines += [""]
    if comparison.conditions is not None:
        lines += [*_condition_lines(comparison.conditions, labels, unit=unit), ""]
    lines += ["Runs (the first is the reference)"]
    lines += [_run_line(number, run, unit=unit) for number, run in enumerate(comparison.runs, 1)]
    lines += ["", *_wrapped(sentences.two_uncertainties(comparison))]
    return ("\n".join(line.rstrip() for line in lines) + "\n").translate(_NARROW_CHARACTERS)


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent)


def _pair_lines(pair: PairComparison, comparison: Comparison, *, unit: LengthUnit) -> list[str]:
    if sentences.is_blocked(pair):
        return _wrapped(f"Not comparable: {'; '.join(pair.missing)}.", "  ")
    rows = sentences.figure_rows(pair, unit)
    lines = [_cells("", "first", "this", "differs", f"{100 * comparison.level:g} % interval", "shows from")]
    lines += [
        _cells(row.what, row.reference, row.other, row.difference, row.interval, row.detectable)
        + ("" if row.is_shown else " *")
        for row in rows
    ]
    if not all(row.is_shown for row in rows):
        lines += ["  * no difference shown"]
    told = [sentences.compared_over(pair, unit)]
    if pair.level_deg is not None:
        told += [f"Lean when fresh: refitting the sensor alone can make {comparison.refit_deg:g}°."]
    told += [f"Not compared: {missing}." for missing in pair.missing]
    told += [f"With care: {care}." for care in sentences.cares(pair)]
    return [*(lines if rows else []), *(line for text in told for line in _wrapped(text, "  "))]


def _cells(what: str, *cells: str) -> str:
    plain = (cell.translate(_NARROW_CHARACTERS) for cell in cells)
    shown = "".join(f"{cell:>{width}}" for cell, width in zip(plain, _COLUMNS[1:], strict=True))
    return f"  {what:<{_COLUMNS[0]}}{shown}"


def _run_line(number: int, run: RunSummary, *, unit: LengthUnit) -> str:
    name = words.short(run.name, 22)
    way, pace = words.length(run.distance_m, unit), words.pace(run.speed_mps, unit)
    when = sentences.day(run) or "no date"
    return f"  {number}  {when:<17} {name:<22} {way:>5} {unit}  {pace:>5} {unit.pace_unit}  {run.verdict}"


def _condition_lines(conditions: Conditions, labels: Sequence[str], *, unit: LengthUnit) -> list[str]:
    lines = [f"By {conditions.by} (the first condition is the reference)"]
    for condition in conditions.conditions:
        label = words.short(condition.label)
        lines += [f"  {label}, n = {len(condition.runs)}"]
        lines += [_figure_line(figure, unit) for figure in condition.figures if figure.run_count]
    few = sentences.too_few(conditions)
    lines += _wrapped(few, "  ") if few else []
    if conditions.left_out:
        out = ", ".join(labels[i] for i in conditions.left_out)
        lines += _wrapped(f"Left out, {conditions.by} not noted: {out}.", "  ")
    return lines


def _figure_line(figure: GroupFigure, unit: LengthUnit) -> str:
    what, mean, between = condition_figure(figure, unit)
    against = f"   differs {between}" if between else ""
    return f"    {what:<22}{mean}{against}"


def condition_figure(figure: GroupFigure, unit: LengthUnit) -> tuple[str, str, str]:
    """Return a figure's name, its mean over runs and the difference from the first condition."""
    what, factor = sentences.condition_quantity(figure.what, unit)
    bound, found = "≥ " if figure.is_bound else "", figure.mean.times(factor)
    own = sentences.interval(found, 1)
    mean = f"{bound}{words.number(found.value, 1)}" + (f" ({own})" if own != words.UNKNOWN else "")
    if figure.difference is None:
        return what, mean, ""
    apart = figure.difference.times(factor)
    between = f"{words.signed(apart.value, 1, '')} ({sentences.interval(apart, 1)})"
    return what, mean, between + ("" if apart.is_shown else ", no difference shown")
