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
    OnsetKind,
    PairComparison,
    RunSummary,
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
                _pair(pair, labels[0], label)
                for pair, label in zip(comparison.pairs, labels[1:], strict=True)
            ],
            runs=[
                _run(number, run, label)
                for number, (run, label) in enumerate(zip(comparison.runs, labels, strict=True), 1)
            ],
            figure=overlay_figure(comparison, labels, thresholds or FindingsConfig()),
            conditions=comparison.conditions and _conditions(comparison.conditions, labels),
            two_uncertainties=sentences.two_uncertainties(comparison),
            level=level,
            refit=words.threshold(comparison.refit_deg).removesuffix("°"),
            stage=words.number((config or ComparisonConfig()).stage_m),
        )
    )


def _pair(pair: PairComparison, first: str, label: str) -> dict[str, Any]:
    blocked = sentences.is_blocked(pair)
    notes = [] if blocked else [f"Not compared: {missing}." for missing in pair.missing]
    over = sentences.compared_over(pair)
    return {
        "headline": sentences.headline(pair, first),
        "label": label,
        "rows": sentences.figure_rows(pair),
        "notes": [*([over] if over else []), *notes, *(f"With care: {c}." for c in sentences.cares(pair))],
    }


def _run(number: int, run: RunSummary, label: str) -> dict[str, Any]:
    return {
        "line": line_class(number),
        "label": label,
        "name": sentences.short(run.name),
        "when": words.started(run.started_utc),
        "distance": words.number(run.distance_m / 1000.0, 1),
        "pace": words.pace(run.speed_mps, LengthUnit.KILOMETRE),
        "tall": _place(run, OnsetKind.TALL),
        "slouched": _place(run, OnsetKind.SLOUCHED),
        "drift": _change(run.drift_deg_per_km, 2),
        "late": _change(run.late_minus_early_deg, 1),
        "confidence": run.confidence,
    }


def _place(run: RunSummary, kind: OnsetKind) -> dict[str, str]:
    """Return where something begins, and its interval where it does."""
    onset = run.onsets.get(kind)
    if onset is None:
        return {"value": words.UNKNOWN, "interval": ""}
    low, high = (words.number(end / 1000.0, 1) for end in (onset.low_m, onset.high_m))
    reach = f"{low} or more" if high == words.UNKNOWN else f"{low} to {high}"
    return {"value": sentences.place(onset, kind), "interval": reach if onset.is_seen else ""}


def _change(estimate: Estimate | None, digits: int) -> dict[str, str]:
    if estimate is None:
        return {"value": words.UNKNOWN, "interval": ""}
    return {
        "value": words.signed(estimate.value, digits, ""),
        "interval": sentences.interval(estimate, digits),
    }


def _conditions(conditions: Conditions, labels: Sequence[str]) -> dict[str, Any]:
    notes = [sentences.too_few(conditions)]
    if conditions.left_out:
        out = ", ".join(labels[i] for i in conditions.left_out)
        notes.append(f"Left out, {conditions.by} not noted: {out}.")
    rows = [
        {
            "label": sentences.short(one.label),
            "count": len(one.runs),
            "cells": [
                dict(
                    zip(("what", "mean", "difference"), (figure.what, *condition_figure(figure)), strict=True)
                )
                for figure in one.figures
            ],
        }
        for one in conditions.conditions
    ]
    quantities = [figure.what for one in conditions.conditions[:1] for figure in one.figures]
    return {
        "by": str(conditions.by),
        "rows": rows,
        "quantities": quantities,
        "notes": [note for note in notes if note],
    }
