"""The smaller drawings: one mark and span per kilometre, the bar of zones, the shapes of the verdicts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from analysis.report import svg, words
from analysis.report.frame import SIZES, Size, Way, way_of, x_axis, y_grid
from analysis.report.split_words import SPLIT_WORDS
from analysis.report.svg import Scale
from analysis.run_report import RunReport
from analysis.words import Verdict

HEIGHT = 150.0
"""Height of the plot of one small figure, in drawing units."""

_DOT = 4.0
"""Radius of a mark. Marks that lie closer cover one another: none can be pointed at, nor needs words."""


@dataclass(frozen=True, slots=True)
class Span:
    """What one kilometre shows: where it lies (m), a value, and the two ends of its span."""

    from_m: float
    to_m: float
    value: float
    low: float
    high: float
    told: str


@dataclass(frozen=True, slots=True)
class SpanFigure:
    """A small figure: its key, what it is called and says, how a y label reads, and its kilometres."""

    key: str
    title: str
    description: str
    axis_name: str
    label: Callable[[float], str]
    spans: Sequence[Span]


def head_figure(report: RunReport) -> Markup:
    """Return how far the head is carried ahead per kilometre or lap, with its interval; empty if unknown."""
    unit, one = words.unit_of(report), SPLIT_WORDS[report.provenance.config.segments.split].one
    spans = [
        Span(
            from_m=s.from_m,
            to_m=s.to_m,
            value=s.head_forward_cm,
            low=s.head_forward_lo_cm,
            high=s.head_forward_hi_cm,
            told=f"{words.segment_place(s, unit)}: estimate {words.number(s.head_forward_cm, 1, ' cm')}, "
            f"95 % from {words.number(s.head_forward_lo_cm, 1)} to "
            f"{words.number(s.head_forward_hi_cm, 1)} cm, {report.provenance.head_source}",
        )
        for s in report.evidence.segments
    ]
    figure = SpanFigure(
        key="head",
        title=f"Head position per {one}, estimate ({report.provenance.head_source})",
        description="How many centimetres the head is carried ahead of standing, with its 95 % interval.",
        axis_name=f"cm ahead of standing, estimate ({report.provenance.head_source})",
        label=lambda v: words.number(v, words.tick_digits(v)),
        spans=spans,
    )
    return _span_figure(report, figure)


def side_figure(report: RunReport) -> Markup:
    """Return how far the trunk leans sideways per kilometre or lap, with the means of both sides' steps."""
    unit, one = words.unit_of(report), SPLIT_WORDS[report.provenance.config.segments.split].one
    spans = [
        Span(
            from_m=s.from_m,
            to_m=s.to_m,
            value=s.lateral_deg,
            low=s.lateral_left_deg,
            high=s.lateral_right_deg,
            told=f"{words.segment_place(s, unit)}: {side(s.lateral_deg)}, "
            f"on left steps {side(s.lateral_left_deg)}, on right steps {side(s.lateral_right_deg)}",
        )
        for s in report.evidence.segments
    ]
    figure = SpanFigure(
        key="side",
        title=f"Lean to the side per {one}",
        description="The mean sideways lean of the trunk, and its means over left and right steps, "
        "in degrees.",
        axis_name="degrees, right is up",
        label=_side_label,
        spans=spans,
    )
    return _span_figure(report, figure)


def side(value: float) -> str:
    """Return a sideways lean with its side in words: right lean is positive."""
    if not math.isfinite(value) or round(value, 1) == 0:
        return words.degrees(value)
    return f"{words.degrees(abs(value))} {'right' if value > 0 else 'left'}"


def _side_label(value: float) -> str:
    letter = "" if round(value, 1) == 0 else " R" if value > 0 else " L"
    return words.number(abs(value), words.tick_digits(value), "°") + letter


def _span_figure(report: RunReport, figure: SpanFigure) -> Markup:
    shown = [s for s in figure.spans if math.isfinite(s.value)]
    if not shown or not words.has_distance(report) or not words.has_enough_strides(report):
        return Markup("")
    return Markup("").join(_span_variant(report, figure, shown=shown, size=size) for size in SIZES)


def _span_variant(report: RunReport, figure: SpanFigure, *, shown: list[Span], size: Size) -> Markup:
    top, bottom = 26.0, 26.0 + HEIGHT
    ends = [v for s in shown for v in (s.value, s.low, s.high) if math.isfinite(v)]
    scale = Scale(min(0.0, *ends) - 0.5, max(0.0, *ends) + 0.5, bottom, top)
    way = way_of(report, size)
    marks = svg.ticks(scale.low, scale.high, 5)
    is_crowded = size.width - size.right - size.left < _DOT * len(shown)
    return svg.drawing(
        svg.rect(size.left, top, size.width - size.right, bottom, class_="plot"),
        svg.text(0, 14, figure.axis_name, class_="axis-name"),
        y_grid(scale, size, {v: figure.label(v) for v in marks}),
        svg.line(size.left, scale.at(0), size.width - size.right, scale.at(0), class_="usual"),
        x_axis(way, size, bottom),
        svg.moved(*(_crowd if is_crowded else _each)(way, scale, shown)),
        width=size.width,
        height=bottom + way.axis_height,
        along=(size.left, size.width - size.right, top, bottom),
        title=figure.title,
        description=figure.description,
        key=f"{figure.key}-{size.key}",
        class_=size.key,
    )


def _each(way: Way, scale: Scale, spans: Sequence[Span]) -> list[Markup]:
    """Return a mark with its words for every span."""
    return [_span(way, scale, span) for span in spans]


def _crowd(way: Way, scale: Scale, spans: Sequence[Span]) -> list[Markup]:
    """Return the same marks in two paths: those of a day, each with its words, were half of its page."""
    x = np.array([_middle(way, span) for span in spans])
    value, low, high = (np.array(v) for v in zip(*((s.value, s.low, s.high) for s in spans), strict=True))
    reaches = np.isfinite(low) & np.isfinite(high)
    ends = np.column_stack([scale.places(low[reaches]), scale.places(high[reaches])]).ravel()
    starts = np.arange(len(ends)) % 2 == 0
    return [
        svg.strokes_path(np.repeat(x[reaches], 2), ends, starts, class_="span"),
        svg.dots_path(x, scale.places(value), class_="span-dots"),
    ]


def _middle(way: Way, span: Span) -> float:
    return (way.at(span.from_m, 0) + way.at(span.to_m, 0)) / 2


def _span(way: Way, scale: Scale, span: Span) -> Markup:
    x = _middle(way, span)
    reach = (
        [svg.line(x, scale.at(span.low), x, scale.at(span.high), class_="span")]
        if math.isfinite(span.low) and math.isfinite(span.high)
        else []
    )
    dot = svg.tag("circle", cx=x, cy=scale.at(span.value), r=_DOT, class_="span-dot")
    return svg.group(*reach, dot, title=span.told)


def zones_bar(report: RunReport) -> Markup:
    """Return the shares of the zones as one bar that stretches with the page; empty without shares."""
    if not report.evidence.zones:
        return Markup("")
    begin = 0.0
    parts = []
    for zone, share in report.evidence.zones.items():
        told = f"{words.ZONE_TEXTS[zone]}: {words.percent(share)}"
        parts.append(
            svg.tag(
                "rect",
                svg.tag("title", told),
                x=f"{begin * 100:.2f}%",
                width=f"{share * 100:.2f}%",
                y=0,
                height="100%",
                class_=f"fill-{zone}",
            )
        )
        begin += share
    spoken = "; ".join(
        f"{words.ZONE_TEXTS[z]} {words.percent(share)}" for z, share in report.evidence.zones.items()
    )
    return svg.tag("svg", svg.tag("title", spoken), *parts, class_="zones-bar", role="img")


_SHAPES: dict[str, tuple[str, dict[str, object]]] = {
    "circle": ("circle", {"cx": 12, "cy": 12, "r": 10}),
    "triangle": ("path", {"d": "M12 2L23 22H1z"}),
    "slant": ("path", {"d": "M10 2H23L14 22H1z"}),
    "square": ("rect", {"x": 2, "y": 2, "width": 20, "height": 20, "rx": 2}),
    "ring": ("circle", {"cx": 12, "cy": 12, "r": 9}),
}


def shape(verdict: str) -> Markup:
    """Return the shape that stands for a verdict or flag; the words beside it say the same."""
    name = words.VERDICTS.get(verdict, words.VERDICTS[Verdict.NONE]).shape
    element, attributes = _SHAPES[name]
    drawn = svg.tag(element, **attributes)
    return svg.tag("svg", drawn, viewBox="0 0 24 24", class_=f"shape shape-{name}", aria_hidden="true")
