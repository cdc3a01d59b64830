"""One printed page for a physiotherapist: what was told, what changed, how sure, how measured."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from analysis.records import EarlierRun, Segment
from analysis.report import document, method, words
from analysis.report.fresh_tired import (
    earlier_rows,
    thirds_remarks,
    thirds_sentence,
    this_row,
    walking_sentence,
)
from analysis.report.own_baseline import against_own, own_baseline_sentence
from analysis.report.page import page_environment
from analysis.report.posture_figure import posture_figure
from analysis.report.small_figures import side
from analysis.report.split_words import SPLIT_WORDS
from analysis.run_report import RunReport

MOST_ROWS = 12
"""More kilometres than this are told as evenly chosen ones: the sheet stays one page."""

MOST_EARLIER = 4


def render(report: RunReport, *, earlier: Sequence[EarlierRun] = ()) -> str:
    """Return the sheet as one self-contained HTML page, made for A4; it holds no script and no map.

    Parameters
    ----------
    report
        What to sum up. Texts of people are escaped as in the page.
    earlier
        The last comparable runs, the latest first.
    """
    style = document.style("analysis.report", "sheet.css")
    unit = words.unit_of(report)
    segments = report.evidence.segments if words.has_distance(report) else ()
    against = against_own(report)
    return (
        page_environment()
        .get_template("sheet.html.j2")
        .render(
            report=report,
            style=Markup(style),
            policy=document.policy(style),
            verdict=words.VERDICTS[report.outcome.verdict],
            facts=words.facts(report),
            context=words.context_lines(report),
            usual_is=words.usual_is(report),
            own_baseline=own_baseline_sentence(report),
            above_own_deg=None if against is None else against.above_deg,
            figure=posture_figure(report),
            thirds_sentence=thirds_sentence(report),
            thirds_remarks=thirds_remarks(report),
            walking_sentence=walking_sentence(report),
            earlier=earlier_rows(earlier[:MOST_EARLIER], unit),
            this_row=this_row(report),
            sides_sentence=_sides(segments if words.has_enough_strides(report) else ()),
            unit=unit,
            split=SPLIT_WORDS[report.provenance.config.segments.split],
            standing_zero=words.has_standing_zero(report) and words.has_enough_strides(report),
            segments=_chosen(segments),
            method_lines=method.method_lines(report),
        )
    )


def _chosen(segments: Sequence[Segment]) -> list[Segment]:
    """Return all kilometres, or as many as the sheet has room for, first and last among them."""
    count = min(len(segments), MOST_ROWS)
    return [segments[k] for k in np.linspace(0, len(segments) - 1, count).round().astype(int).tolist()]


def _sides(segments: Sequence[Segment]) -> str:
    """Return the sideways lean of the first and the last kilometre, and of left and right steps."""
    known = [s for s in segments if math.isfinite(s.lateral_deg)]
    if not known:
        return "Left and right are not known in this run."
    first, last = known[0], known[-1]
    told = f"Lean to the side: {side(first.lateral_deg)} at the start, {side(last.lateral_deg)} at the end."
    if first is last:
        told = f"Lean to the side: {side(last.lateral_deg)}."
    if not math.isfinite(last.lateral_left_deg + last.lateral_right_deg):
        return told
    steps = f"{side(last.lateral_left_deg)} on left steps, {side(last.lateral_right_deg)} on right steps"
    return f"{told} In the last part {steps}. Shown, not judged."
