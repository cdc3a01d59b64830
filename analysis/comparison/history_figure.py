"""The picture of a history: a panel for each figure, over one axis of dates."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
from markupsafe import Markup

from analysis.comparison.history import DAY_S, Figure, History, HistoryRun
from analysis.comparison.history_text import day_text, in_unit, tall_text
from analysis.comparison.trend import Trend
from analysis.lengths import LengthUnit
from analysis.report import svg, words
from analysis.report.frame import SIZES, Size, y_grid
from analysis.report.svg import Scale
from analysis.words import Confidence

HEIGHT, LOW_HEIGHT = 130.0, 80.0
"""Height of a panel, in drawing units; of those that are only context."""

GAP, AXIS = 38.0, 30.0

_NAME_ABOVE = 13.0
"""How far above a panel its name stands: a label at its top edge reaches half a line beyond it."""

RADIUS = 4.5

MOST_TITLED = 200
"""With more runs a dot says nothing under the pointer: the page would grow beyond a megabyte."""

_DAY_STEPS = (1, 2, 7, 14)
_MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PACE_STEPS_S = (5, 10, 15, 30, 60, 120, 300, 600)
_MOST_PACES = 3

_TITLE = "Your runs over time"


@dataclass(frozen=True, slots=True)
class _Panel:
    """A panel: what it shows, its name, how a value reads, its height, and how many labels y may carry."""

    figure: Figure
    name: str
    label: Callable[[float, int], str]
    height: float = HEIGHT
    marks: int = 5


def _panels(unit: LengthUnit) -> tuple[_Panel, ...]:
    return (
        _Panel(Figure.TALL, f"tall until, {unit}", words.number),
        _Panel(Figure.DRIFT, f"drift, ° per {unit}", lambda v, digits: words.signed(v, digits, "")),
        _Panel(Figure.LEVEL, "lean when fresh, °", words.number),
        _Panel(Figure.PACE, f"pace, min{unit.pace_unit}", lambda v, _: words.pace(v, unit), LOW_HEIGHT),
        _Panel(Figure.DISTANCE, f"distance, {unit}", words.number, LOW_HEIGHT, 3),
    )


def history_figure(history: History, unit: LengthUnit = LengthUnit.KILOMETRE) -> Markup:
    """Return the picture in both variants; empty without runs.

    Parameters
    ----------
    history
        Of one runner.
    unit
        Of the axes; the places of dots are the same in every unit.
    """
    if not history.runs:
        return Markup("")
    return Markup("").join(_variant(history, size, unit) for size in SIZES)


def _variant(history: History, size: Size, unit: LengthUnit) -> Markup:
    panels = [p for p in _panels(unit) if any(math.isfinite(r.figure(p.figure)) for r in history.runs)]
    x = _dates(history, size)
    top, drawn = 0.0, []
    for panel in panels:
        drawn.append(_panel(history, panel, x=x, size=size, top=top + GAP - 8.0, unit=unit))
        top += GAP + panel.height
    return svg.drawing(
        *drawn,
        _date_axis(x, size, top + GAP - 8.0 - GAP),
        width=size.width,
        height=top + AXIS,
        title=_TITLE,
        description="Over dates: " + "; ".join(panel.name for panel in panels) + ". One dot for each run.",
        key=f"history-{size.key}",
        class_=size.key,
    )


def _dates(history: History, size: Size) -> Scale:
    days = [run.day for run in history.runs]
    margin = max(0.5, 0.02 * (max(days) - min(days)))
    return Scale(min(days) - margin, max(days) + margin, size.left, size.width - size.right)


def _panel(history: History, panel: _Panel, *, x: Scale, size: Size, top: float, unit: LengthUnit) -> Markup:
    bottom = top + panel.height
    right = size.width - size.right
    y = _values(history, panel, begin=bottom, end=top)
    layers = [
        svg.rect(size.left, top, right, bottom, class_="plot"),
        svg.text(0, top - _NAME_ABOVE, panel.name, class_="axis-name"),
        y_grid(y, size, _marks(panel, y, unit)),
    ]
    if panel.figure in history.trends:
        layers.append(_trend(history.trends[panel.figure], x, y))
    if panel.figure is Figure.TALL and math.isfinite(history.goal_km):
        layers.append(svg.line(size.left, y.at(history.goal_km), right, y.at(history.goal_km), class_="goal"))
        told = f"goal {words.number(in_unit(Figure.TALL, history.goal_km, unit), 1)} {unit}"
        layers.append(svg.text(right, top - _NAME_ABOVE, told, class_="tick", anchor="end"))
    layers += [
        svg.line(x.at(day), top, x.at(day), bottom, class_="threshold")
        for change in history.changes
        if change.figure is panel.figure
        for day in [next(r.day for r in history.runs if r.started_utc == change.started_utc)]
    ]
    known = [run for run in history.runs if math.isfinite(run.figure(panel.figure))]
    if len(history.runs) > MOST_TITLED:
        return svg.group(*layers, *_dense(known, panel, x=x, y=y))
    return svg.group(*layers, *(_mark(run, panel, x=x.at(run.day), y=y, unit=unit) for run in known))


def _dense(runs: list[HistoryRun], panel: _Panel, *, x: Scale, y: Scale) -> list[Markup]:
    """Return many runs as three paths of dots, and one of ticks upward where they are "at least"."""

    def dots(kept: list[HistoryRun], class_: str) -> Markup:
        values = np.array([run.figure(panel.figure) for run in kept])
        places = x.places(np.array([run.day for run in kept])), y.places(values)
        return svg.dots_path(*places, class_=class_)

    least = [run for run in runs if panel.figure is Figure.TALL and run.tall_is_least]
    strokes = (f"M{svg.coordinate(x.at(r.day))} {svg.coordinate(y.at(r.tall_km))}v-9" for r in least)
    return [
        svg.tag("path", d="".join(strokes), class_="run-least"),
        *(
            dots([run for run in runs if _class(run) == class_], f"dense {class_}-dense")
            for class_ in ("run-good", "run-fair", "run-doubted")
        ),
    ]


def _class(run: HistoryRun) -> str:
    return {Confidence.GOOD: "run-good", Confidence.FAIR: "run-fair"}.get(run.confidence, "run-doubted")


def _values(history: History, panel: _Panel, *, begin: float, end: float) -> Scale:
    told = [v for run in history.runs if math.isfinite(v := run.figure(panel.figure))]
    if panel.figure is Figure.TALL and math.isfinite(history.goal_km):
        told.append(history.goal_km)
    if panel.figure in (Figure.TALL, Figure.DISTANCE, Figure.DRIFT):
        told.append(0.0)
    margin = max(0.12 * (max(told) - min(told)), 0.05)
    is_length = panel.figure in (Figure.TALL, Figure.DISTANCE)
    return Scale(0.0 if is_length else min(told) - margin, max(told) + margin, begin, end)


def _trend(trend: Trend, x: Scale, y: Scale) -> Markup:
    """Return the line of a trend over its band, whose slopes are those of the interval."""
    day = np.linspace(x.low, x.high, 41)
    since = day - trend.middle_day
    ends = np.stack([trend.middle + trend.low * since, trend.middle + trend.high * since])
    band = svg.band_path(
        x.places(day), y.places(ends.min(axis=0)), y.places(ends.max(axis=0)), class_="zone-spread"
    )
    line = svg.line_path(
        x.places(day),
        y.places(trend.middle + trend.per_day * since),
        after_break=np.zeros(len(day), dtype=bool),
        class_="course",
    )
    return band + line


def _marks(panel: _Panel, y: Scale, unit: LengthUnit) -> dict[float, str]:
    """Return where the axis carries a label, in the units of its scale, and what each says."""
    if panel.figure is Figure.PACE:
        return {v: panel.label(v, 0) for v in _pace_marks(y, unit)}
    each = in_unit(panel.figure, 1.0, unit)
    values = svg.ticks(y.low * each, y.high * each, panel.marks)
    # Steps are 1, 2 or 5 times a power of ten: two neighbours may not read alike.
    digits = next((d for d in (0, 1) if all(math.isclose(v, round(v, d), abs_tol=1e-9) for v in values)), 2)
    return {v / each: panel.label(v, digits) for v in values}


def _pace_marks(y: Scale, unit: LengthUnit) -> list[float]:
    """Return the speeds of round paces."""
    fast_s, slow_s = (unit.metres / max(speed_mps, 0.5) for speed_mps in (y.high, y.low))
    step_s = next((s for s in _PACE_STEPS_S if (slow_s - fast_s) / s <= _MOST_PACES), _PACE_STEPS_S[-1])
    paces_s = range(math.ceil(fast_s / step_s) * step_s, math.floor(slow_s) + 1, step_s)
    return [unit.metres / s for s in paces_s]


def _mark(run: HistoryRun, panel: _Panel, *, x: float, y: Scale, unit: LengthUnit) -> Markup:
    """Return the dot of a run: hollow where it is not to be trusted, with an arrow where it is "at least"."""
    at = y.at(run.figure(panel.figure))
    arrow = (
        [
            svg.tag(
                "path",
                d=f"M{svg.coordinate(x)} {svg.coordinate(at - RADIUS)}v-9m-4 4l4 -4l4 4",
                class_="run-least",
            )
        ]
        if panel.figure is Figure.TALL and run.tall_is_least
        else []
    )
    told = panel.label(in_unit(panel.figure, run.figure(panel.figure), unit), 1)
    value = tall_text(run, unit) if panel.figure is Figure.TALL else told
    title = f"{day_text(run.started_utc)}, {words.clean(run.name)[:80]}: {value}, confidence {run.confidence}"
    return svg.group(*arrow, svg.tag("circle", cx=x, cy=at, r=RADIUS, class_=_class(run)), title=title)


def _date_axis(x: Scale, size: Size, bottom: float) -> Markup:
    base = svg.line(size.left, bottom, size.width - size.right, bottom, class_="axis")
    marks = [
        svg.line(x.at(at), bottom, x.at(at), bottom + 4, class_="axis")
        + svg.text(x.at(at), bottom + 18, told, class_="tick", anchor="middle")
        for at, told in date_ticks(x.low, x.high, 4 if size.key == "narrow" else 9)
        if size.left + 20 < x.at(at) < size.width - size.right - 20
    ]
    return Markup("").join([base, *marks])


def date_ticks(low: float, high: float, most: int) -> list[tuple[float, str]]:
    """Return round dates between two days (since 1970, UTC), at most about ``most``, and how they read."""
    first, last = (datetime.fromtimestamp(day * DAY_S, UTC).date() for day in (low, high))
    for step in _DAY_STEPS:
        if (high - low) / step <= most:
            days = [first + timedelta(k) for k in range((last - first).days + 1)]
            return [(_day(d), f"{d.day} {_MONTHS[d.month - 1]}") for d in days if d.toordinal() % step == 0]
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    step = next((s for s in _MONTH_STEPS if len(months) / s <= most), _MONTH_STEPS[-1])
    starts = [date(m // 12, m % 12 + 1, 1) for m in months if m % step == 0]
    return [
        (_day(d), str(d.year) if d.month == 1 else _MONTHS[d.month - 1])
        for d in starts
        if low <= _day(d) <= high
    ]


def _day(at: date) -> float:
    return float((at - date(1970, 1, 1)).days)
