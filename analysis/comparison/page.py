"""A comparison as one self-contained HTML page: nothing is loaded from outside, nothing is executed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from analysis.comparison import sentences
from analysis.comparison.overlay_figure import line_class, overlay_figure
from analysis.comparison.records import (
    Comparison,
    Conditions,
    Estimate,
    GroupFigure,
    OnsetKind,
    PairComparison,
    RunSummary,
)
from analysis.comparison.stride_figure import (
    MOST_BANDS,
    StrideLine,
    lines_of_conditions,
    lines_of_runs,
    reading,
    stride_figure,
)
from analysis.comparison.text import condition_figure
from analysis.judging.config import ComparisonConfig, FindingsConfig
from analysis.lengths import LengthUnit
from analysis.report import document, words

_PACKAGE = "analysis.comparison"


def render(
    comparison: Comparison,
    *,
    thresholds: FindingsConfig | None = None,
    config: ComparisonConfig | None = None,
    unit: LengthUnit = LengthUnit.KILOMETRE,
) -> str:
    """Return the page.

    Parameters
    ----------
    comparison
        What to lay out. Text that came from a person is shortened and escaped.
    thresholds
        Where the zones of the figure lie: those of the first run; the defaults without them.
    config
        Numbers that the comparison was made by; the defaults without them.
    unit
        In which lengths and paces are told.
    """
    labels = sentences.labels(comparison.runs)
    style = document.style(_PACKAGE, "comparison.css")
    level = f"{comparison.level:.0%}".replace("%", " %")
    return (
        document.environment(_PACKAGE, {})
        .get_template("comparison.html.j2")
        .render(
            comparison=comparison,
            style=Markup(style),
            policy=document.policy(style),
            simulated=any(run.simulated for run in comparison.runs),
            first=labels[0],
            pairs=[
                _pair(pair, labels[0], label, unit=unit)
                for pair, label in zip(comparison.pairs, labels[1:], strict=True)
            ],
            runs=[
                _run(number, run, label, unit=unit)
                for number, (run, label) in enumerate(zip(comparison.runs, labels, strict=True), 1)
            ],
            figure=overlay_figure(comparison, labels, thresholds or FindingsConfig(), unit=unit),
            strides=_strides(comparison, labels),
            conditions=comparison.conditions
            and _conditions(comparison, comparison.conditions, labels, unit=unit),
            unit=unit,
            two_uncertainties=sentences.two_uncertainties(comparison),
            level=level,
            refit=words.threshold(comparison.refit_deg).removesuffix("°"),
            stage=words.number((config or ComparisonConfig()).stage_m),
        )
    )


def _pair(pair: PairComparison, first: str, label: str, *, unit: LengthUnit) -> dict[str, Any]:
    blocked = sentences.is_blocked(pair)
    notes = [] if blocked else [f"Not compared: {missing}." for missing in pair.missing]
    over = sentences.compared_over(pair, unit)
    return {
        "headline": sentences.headline(pair, first, unit=unit),
        "label": label,
        "rows": sentences.figure_rows(pair, unit),
        "notes": [*([over] if over else []), *notes, *(f"With care: {c}." for c in sentences.cares(pair))],
    }


def _run(number: int, run: RunSummary, label: str, *, unit: LengthUnit) -> dict[str, Any]:
    return {
        "line": line_class(number),
        "label": label,
        "name": words.short(run.name),
        "when": words.started(run.started_utc),
        "distance": words.length(run.distance_m, unit),
        "pace": words.pace(run.speed_mps, unit),
        "tall": _place(run, OnsetKind.TALL, unit=unit),
        "slouched": _place(run, OnsetKind.SLOUCHED, unit=unit),
        "drift": _change(run.drift_deg_per_km and sentences.per_length(run.drift_deg_per_km, unit), 2),
        "late": _change(run.late_minus_early_deg, 1),
        "confidence": run.confidence,
    }


def _place(run: RunSummary, kind: OnsetKind, *, unit: LengthUnit) -> dict[str, str]:
    """Return where something begins, and its interval where it does."""
    onset = run.onsets.get(kind)
    if onset is None:
        return {"value": words.UNKNOWN, "interval": ""}
    low, high = (words.length(end, unit) for end in (onset.low_m, onset.high_m))
    reach = f"{low} or more" if high == words.UNKNOWN else f"{low} to {high}"
    return {"value": sentences.place(onset, kind, unit=unit), "interval": reach if onset.is_seen else ""}


def _change(estimate: Estimate | None, digits: int) -> dict[str, str]:
    if estimate is None:
        return {"value": words.UNKNOWN, "interval": ""}
    return {
        "value": words.signed(estimate.value, digits, ""),
        "interval": sentences.interval(estimate, digits),
    }


def _strides(comparison: Comparison, labels: Sequence[str]) -> dict[str, Any]:
    """Return the figure of average strides, its reading, and which runs have none."""
    lines = lines_of_runs(comparison.runs, labels)
    missing = [
        f"{number} · {label} has none: {run.no_average_stride_because}."
        for number, (run, label) in enumerate(zip(comparison.runs, labels, strict=True), 1)
        if run.average_stride is None
    ]
    averages = [run.average_stride for run in comparison.runs if run.average_stride is not None]
    return {
        **_shown_strides(lines, "strides"),
        "missing": missing,
        "opens_left": all(average.opens_left for average in averages),
    }


def _shown_strides(lines: Sequence[StrideLine], key: str) -> dict[str, Any]:
    return {
        "figure": stride_figure(lines, key),
        "banded": len(lines) <= MOST_BANDS,
        "lines": [
            {
                "line": line_class(line.number),
                "number": line.number,
                "label": line.label,
                "reading": reading(line),
            }
            for line in lines
        ],
    }


def _conditions(
    comparison: Comparison, conditions: Conditions, labels: Sequence[str], *, unit: LengthUnit
) -> dict[str, Any]:
    notes = [sentences.too_few(conditions)]
    if conditions.left_out:
        out = ", ".join(labels[i] for i in conditions.left_out)
        notes.append(f"Left out, {conditions.by} not noted: {out}.")
    names = [words.short(one.label) for one in conditions.conditions]
    cells = [[_cell(figure, unit) for figure in one.figures] for one in conditions.conditions]
    counts = [len(one.runs) for one in conditions.conditions]
    lines = lines_of_conditions(comparison.runs, conditions, names)
    return {
        "by": str(conditions.by),
        "rows": [
            dict(zip(("label", "count", "cells"), row, strict=True))
            for row in zip(names, counts, cells, strict=True)
        ],
        "quantities": [cell["what"] for row in cells[:1] for cell in row],
        "notes": [note for note in notes if note],
        "strides": _shown_strides(lines, "condition-strides") if len(lines) > 1 else None,
        "min_runs": conditions.min_runs,
    }


def _cell(figure: GroupFigure, unit: LengthUnit) -> dict[str, str]:
    return dict(zip(("what", "mean", "difference"), condition_figure(figure, unit), strict=True))
