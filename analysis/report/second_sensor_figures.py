"""The courses that a second sensor measures: bend of the back and tilt of the pelvis, head and neck."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from analysis.report import svg, words
from analysis.report.frame import CHANGE, SIZES, Plot, Size, way_of, x_axis, y_grid
from analysis.report.posture_marks import ROW, flag_bars, gaps, unjudged, walks
from analysis.report.small_figures import HEIGHT
from analysis.report.svg import Scale
from analysis.run_report import RunReport
from analysis.words import Flag
from sensor.samples import FloatArray

_CLASSES = ("course", "course-second")
"""How the first and the second line are drawn."""


@dataclass(frozen=True, slots=True, eq=False)
class _Course:
    """A figure of two lines over the run: key, words, lines (k,), flags, a limit (degrees), y labels."""

    key: str
    title: str
    told: str
    axis_name: str
    lines: Sequence[tuple[str, FloatArray]]
    flags: Sequence[Flag]
    limit_deg: float
    limit_name: str
    label: Callable[[float], str]


def back_figure(report: RunReport) -> Markup:
    """Return the bend of the back and the tilt of the pelvis; empty without sacrum sensor or fresh window."""
    found = report.provenance.config.findings
    figure = _Course(
        key="back",
        title="Back over distance, measured",
        told="How much further than at the start of the run the upper back is bent against the pelvis, and "
        "how much further forward the pelvis tilts, in degrees.",
        axis_name="degrees more than at your start",
        lines=(("back", report.curve.bend_change_deg), ("pelvis", report.curve.sacrum_change_deg)),
        flags=(Flag.SLOUCHED, Flag.LEANING, Flag.ROUNDED),
        limit_deg=found.rounded_deg,
        limit_name=f"back rounded from +{words.threshold(found.rounded_deg)}",
        label=lambda v: words.signed(v, 0),
    )
    return _figure(report, figure)


def head_course_figure(report: RunReport) -> Markup:
    """Return head pitch and neck flexion; empty without a head sensor or a standing to count from."""
    if not words.has_standing_zero(report):
        return Markup("")
    found = report.provenance.config.findings
    figure = _Course(
        key="head-course",
        title="Head and neck over distance, measured",
        told="How far the face points down and how far the neck is bent forward against the trunk, against "
        "standing, in degrees.",
        axis_name="degrees against your standing, face down is up",
        lines=(("head", report.curve.head_pitch_deg), ("neck", report.curve.neck_flexion_deg)),
        flags=(Flag.HEAD,),
        limit_deg=found.head_pitch_deg,
        limit_name=f"head down from {words.threshold(found.head_pitch_deg)}",
        label=lambda v: words.number(v, 0, "°"),
    )
    return _figure(report, figure)


def _figure(report: RunReport, figure: _Course) -> Markup:
    if not any(np.isfinite(values).any() for _, values in figure.lines):
        return Markup("")
    return Markup("").join(_variant(report, figure, size) for size in SIZES)


def _variant(report: RunReport, figure: _Course, size: Size) -> Markup:
    flags = [f for f in figure.flags if any(e.flag == f for e in report.evidence.episodes)]
    top = 24.0 + ROW * len(flags)
    bottom = top + HEIGHT
    key = f"{figure.key}-{size.key}"
    plot = Plot(
        report=report,
        size=size,
        way=way_of(report, size),
        y=_scale(figure, bottom, top),
        mode=CHANGE,
        top=top,
        bottom=bottom,
    )
    y, left, right = plot.y, plot.left, plot.right
    marks = svg.ticks(y.low, y.high, size.y_ticks)
    return svg.drawing(
        svg.tag("defs", svg.hatch(f"{key}-gap", "hatch")),
        svg.rect(left, top, right, bottom, class_="plot"),
        svg.text(0, 14, figure.axis_name, class_="axis-name"),
        y_grid(y, size, {v: figure.label(v) for v in marks}),
        svg.line(left, y.at(0), right, y.at(0), class_="usual"),
        x_axis(plot.way, size, bottom),
        svg.line(left, y.at(figure.limit_deg), right, y.at(figure.limit_deg), class_="threshold"),
        svg.moved(
            walks(plot),
            unjudged(plot),
            gaps(plot, key),
            *(_line(plot, v, css) for (_, v), css in zip(figure.lines, _CLASSES, strict=True)),
            flag_bars(plot, flags),
        ),
        svg.text(left + 6, y.at(figure.limit_deg) - 5, figure.limit_name, class_="zone-name"),
        width=size.width,
        height=bottom + plot.way.axis_height,
        along=(left, right, top, bottom),
        title=figure.title,
        description=_spoken(report, figure, flags),
        key=key,
        class_=size.key,
    )


def _scale(figure: _Course, bottom: float, top: float) -> Scale:
    known = np.concatenate([values[np.isfinite(values)] for _, values in figure.lines])
    return Scale(
        min(0.0, float(known.min())) - 1.0, max(figure.limit_deg, float(known.max())) + 2.0, bottom, top
    )


def _line(plot: Plot, values: FloatArray, css: str) -> Markup:
    """Return one line, lifted where its value is not known and where the run was broken."""
    curve = plot.report.curve
    if not len(values):
        return Markup("")
    x, y = plot.way.places(curve.distance_m, curve.time_s), plot.y.places(values)
    return svg.line_path(x, y, after_break=curve.after_break, class_=css)


def _spoken(report: RunReport, figure: _Course, flags: Sequence[Flag]) -> str:
    """Return the figure in words, for those who hear it."""
    spans = [
        f"{name} from {words.signed(float(np.nanmin(v)))} to {words.signed(float(np.nanmax(v)))}"
        for name, v in figure.lines
        if np.isfinite(v).any()
    ]
    found = [
        f"{words.FLAG_TEXTS[e.flag]} at {words.stretch(e, words.unit_of(report))}"
        for e in report.evidence.episodes
        if e.flag in flags
    ]
    return f"{figure.told} {'; '.join(spans)}. {'; '.join(found) or 'No flagged stretch'}."
