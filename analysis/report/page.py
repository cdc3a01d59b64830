"""A run report as one self-contained HTML page: nothing is loaded, one script of our own runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from jinja2 import Environment
from markupsafe import Markup

from analysis.judging.zones import zone_of_segment
from analysis.records import Axis, EarlierRun
from analysis.report import document, method, words
from analysis.report.advice import LEAST_RUN, advice_lines, limits, reasons
from analysis.report.cue_words import cue_rows, cue_sentences
from analysis.report.cursor import cursor_data, script
from analysis.report.fresh_tired import (
    earlier_rows,
    thirds_remarks,
    thirds_sentence,
    this_row,
    walking_sentence,
)
from analysis.report.kilometre_flags import flag_parts
from analysis.report.map_figure import map_figure
from analysis.report.posture_figure import axis_mode, posture_figure, y_step
from analysis.report.posture_marks import has_unjudged
from analysis.report.second_sensor_figures import back_figure, head_course_figure
from analysis.report.small_figures import head_figure, shape, side, side_figure, zones_bar
from analysis.report.split_words import SPLIT_WORDS
from analysis.run_report import RunReport
from analysis.words import Grade, LapKind, Verdict, Zone

FILTERS: Mapping[str, Callable[..., Any]] = {
    "degrees": words.degrees,
    "signed": words.signed,
    "number": words.number,
    "percent": words.percent,
    "pace": words.pace,
    "duration": words.duration,
    "minutes": words.minutes,
    "way": words.length,
    "mean_pace": words.mean_pace,
    "lap_time": words.lap_time,
    "grade": words.grade,
    "side": side,
    "threshold": words.threshold,
    "segment_name": words.segment_name,
    "stretch": words.stretch,
    "episode_length": words.episode_length,
    "started": words.started,
    "value_text": words.value_text,
    "shape": shape,
}
"""What the templates may do with a value: units, rounding, words, shapes."""


def render(report: RunReport, *, whole_map: bool = False, earlier: Sequence[EarlierRun] = ()) -> str:
    """Return the page.

    Parameters
    ----------
    report
        What to lay out. Text that came from a person or a sensor is escaped, control characters are shown
        as replacement characters.
    whole_map
        Draw the first and the last 200 m of the way on the map, too.
    earlier
        The last comparable runs, the latest first, to stand beside this one.

    Returns
    -------
    str
        A whole HTML document, below 1 MB also for runs of many hours.
    """
    style, course = document.style(), cursor_data(report, whole_map=whole_map)
    thresholds = report.provenance.config.findings
    return (
        page_environment()
        .get_template("page.html.j2")
        .render(
            report=report,
            style=Markup(style),
            policy=document.policy(style, script() if course else ""),
            course=course,
            script=Markup(script()),
            verdict=words.VERDICTS[report.outcome.verdict],
            facts=words.facts(report),
            context=words.context_lines(report),
            advice=advice_lines(report),
            reasons=reasons(report),
            limits=limits(report),
            thirds_sentence=thirds_sentence(report),
            thirds_remarks=thirds_remarks(report),
            walking_sentence=walking_sentence(report),
            cue_sentences=cue_sentences(report),
            cue_rows=cue_rows(report),
            earlier=earlier_rows(earlier, words.unit_of(report)),
            this_row=this_row(report),
            quality_in_short=words.quality_in_short(report),
            has_heart=bool(np.isfinite(report.strides["heart_rate_bpm"]).any()),
            method=method,
            figures=_figures(report, whole_map=whole_map),
            hides_ends=not whole_map,
            by_distance=words.has_distance(report),
            unit=words.unit_of(report),
            split=SPLIT_WORDS[report.provenance.config.segments.split],
            least_run=LEAST_RUN[words.unit_of(report)],
            distance_source=words.distance_source(report),
            has_unjudged=has_unjudged(report),
            usual_is=words.usual_is(report),
            watch_deg=thresholds.watch_deg,
            median_strides=words.number(thresholds.smoothing_strides),
            zones=[zone_of_segment(segment, thresholds) for segment in report.evidence.segments],
            flag_parts=[flag_parts(report, segment) for segment in report.evidence.segments],
            slouched_deg=thresholds.slouched_deg,
            rounded_deg=thresholds.rounded_deg,
            head_pitch_deg=thresholds.head_pitch_deg,
            neck_change_deg=thresholds.neck_change_deg,
            has_sacrum=words.has_sacrum(report),
            stretches_title=words.stretches_title(report),
            standing_zero=words.has_standing_zero(report),
            enough_strides=words.has_enough_strides(report),
            head_measured=words.has_standing_zero(report)
            and any(math.isfinite(s.head_pitch_deg) for s in report.evidence.segments),
        )
    )


def _figures(report: RunReport, *, whole_map: bool) -> dict[str, Any]:
    posture = posture_figure(report)
    return {
        "posture": posture,
        "mode": axis_mode(report),
        "map": map_figure(report, whole=whole_map),
        "grid_deg": y_step(report) if posture else 0.0,
        "zones": zones_bar(report),
        "side": side_figure(report),
        "head": head_figure(report),
        "back": back_figure(report),
        "head_course": head_course_figure(report),
    }


@cache
def page_environment() -> Environment:
    """Return what lays out the templates of a run's report."""
    made = document.environment("analysis.report", FILTERS)
    made.globals.update(
        flag_texts=words.FLAG_TEXTS,
        zone_texts=words.ZONE_TEXTS,
        zone_words=words.ZONE_WORDS,
        Verdict=Verdict,
        Zone=Zone,
        Grade=Grade,
        Axis=Axis,
        LapKind=LapKind,
    )
    return made
