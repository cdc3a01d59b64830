"""The average strides over one another, fresh and late: how the trunk moves within the stride."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from markupsafe import Markup

from analysis.comparison.overlay_figure import NUMBER_ROOM, PATTERNS, line_class, numbers_at_ends
from analysis.comparison.records import Conditions, RunSummary
from analysis.records import StrideEnsemble
from analysis.report import svg, words
from analysis.report.frame import NARROW, WIDE, Size, y_grid
from analysis.report.svg import Scale
from sensor.samples import FloatArray

MOST_BANDS = 4
"""Of more lines the bands would only hide one another."""

_PHASE = np.linspace(0.0, 1.0, 51)
_MARKS_PCT = (0, 25, 50, 75, 100)
_PLOT_HEIGHT = 190.0
_TOP, _BETWEEN, _AXIS = 44.0, 62.0, 26.0
_LEAST_SPAN_DEG = 8.0
"""The axis reaches at least so far: a smaller swing is not to fill the plot."""


@dataclass(frozen=True, slots=True, eq=False)
class StrideCourse:
    """(51,) mean over the stride cycle, and how far its band reaches to either side; None without a band.

    ``stride_count`` is 0 for a mean over runs.
    """

    mean_deg: FloatArray
    half_deg: FloatArray | None
    stride_count: int = 0

    @property
    def swing_deg(self) -> float:
        """Largest minus smallest."""
        return float(np.ptp(self.mean_deg))


@dataclass(frozen=True, slots=True, eq=False)
class StrideLine:
    """What one line of the figure shows: a run, or the runs of a condition."""

    number: int
    label: str
    fresh: StrideCourse
    late: StrideCourse | None


def lines_of_runs(runs: Sequence[RunSummary], labels: Sequence[str]) -> list[StrideLine]:
    """Return a line for each run that has an average stride; the band is the scatter between its strides."""
    return [
        StrideLine(
            number,
            label,
            _of_strides(run.average_stride.fresh),
            _of_strides(run.average_stride.late) if run.average_stride.late else None,
        )
        for number, (run, label) in enumerate(zip(runs, labels, strict=True), 1)
        if run.average_stride is not None
    ]


def lines_of_conditions(
    runs: Sequence[RunSummary], conditions: Conditions, names: Sequence[str]
) -> list[StrideLine]:
    """Return a line for each condition: the mean of its runs; the band is the scatter between runs.

    Parameters
    ----------
    runs
        All runs.
    conditions
        Which of them belong together.
    names
        What each condition is called.
    """
    found = []
    for number, (one, name) in enumerate(zip(conditions.conditions, names, strict=True), 1):
        averages = [average for i in one.runs if (average := runs[i].average_stride) is not None]
        fresh = _of_runs([average.fresh for average in averages], conditions.min_runs)
        if fresh is not None:
            late = _of_runs([average.late for average in averages if average.late], conditions.min_runs)
            found.append(StrideLine(number, f"{name}, n = {len(averages)}", fresh, late))
    return found


def _of_strides(ensemble: StrideEnsemble) -> StrideCourse:
    return StrideCourse(_spread(ensemble.mean_deg), _spread(ensemble.sd_deg), ensemble.stride_count)


def _of_runs(ensembles: Sequence[StrideEnsemble], min_runs: int) -> StrideCourse | None:
    if not ensembles:
        return None
    courses_deg = np.array([_spread(one.mean_deg) for one in ensembles])
    half_deg = courses_deg.std(axis=0, ddof=1) if len(ensembles) >= min_runs else None
    return StrideCourse(courses_deg.mean(axis=0), half_deg)


def _spread(values_deg: Sequence[float]) -> FloatArray:
    """Return a course at the points of the figure, whatever points it was told at."""
    return np.interp(_PHASE, np.linspace(0.0, 1.0, len(values_deg)), values_deg)


def reading(line: StrideLine) -> str:
    """Return a line of the figure in words."""
    fresh, late = line.fresh, line.late
    told = f"the trunk moves by {words.degrees(fresh.swing_deg)} within a stride when fresh{_counted(fresh)}"
    if late is None:
        return f"{told}; too few strides of the last third are judged"
    higher_deg = float((late.mean_deg - fresh.mean_deg)[:-1].mean())
    side = "further forward" if higher_deg >= 0 else "more upright"
    return (
        f"{told} and by {words.degrees(late.swing_deg)} in the last third{_counted(late)}, "
        f"where it is {words.degrees(abs(higher_deg))} {side}"
    )


def _counted(course: StrideCourse) -> str:
    return f" ({course.stride_count} strides)" if course.stride_count else ""


def stride_figure(lines: Sequence[StrideLine], key: str) -> Markup:
    """Return the figure in both sizes, side by side on a wide page; empty without a line.

    Parameters
    ----------
    lines
        What is drawn.
    key
        Unique in the page.
    """
    if not lines:
        return Markup("")
    return _drawing(lines, WIDE, key=key) + _drawing(lines, NARROW, key=key)


def _drawing(lines: Sequence[StrideLine], size: Size, *, key: str) -> Markup:
    parts = [
        (name, [(line.number, course) for line in lines if (course := getattr(line, part)) is not None])
        for name, part in (("When fresh", "fresh"), ("In the last third", "late"))
    ]
    parts = [(name, drawn) for name, drawn in parts if drawn]
    low, high = _range([course for _, drawn in parts for _, course in drawn])
    side_by_side = size is WIDE and len(parts) > 1
    width = (size.width - size.right - 2 * size.left) / 2 if side_by_side else 0.0
    panels = []
    for place, (name, drawn) in enumerate(parts):
        left = size.left + place * (width + size.left) if side_by_side else size.left
        right = left + width if side_by_side else size.width - size.right
        top = _TOP if side_by_side else _TOP + place * (_PLOT_HEIGHT + _BETWEEN)
        box = replace(size, left=left, right=size.width - right)
        panels.append(_panel(name, drawn, box=box, y=Scale(low, high, top + _PLOT_HEIGHT, top)))
    rows = 1 if side_by_side else len(parts)
    return svg.drawing(
        svg.text(0, 14, "degrees further forward than usual", class_="axis-name"),
        *panels,
        width=size.width,
        height=_TOP + rows * _PLOT_HEIGHT + (rows - 1) * _BETWEEN + _AXIS,
        title="The average stride",
        description="Trunk lean over the stride cycle, from one contact of a foot to its next. "
        + "; ".join(f"{line.number}, {line.label}: {reading(line)}" for line in lines)
        + ".",
        key=f"{key}-{size.key}",
        class_=size.key,
    )


def _range(courses: Sequence[StrideCourse]) -> tuple[float, float]:
    """Return the ends of the axis of degrees, one for all panels."""
    bands = [0.0 if course.half_deg is None else course.half_deg for course in courses]
    low = min(float((c.mean_deg - half).min()) for c, half in zip(courses, bands, strict=True))
    high = max(float((c.mean_deg + half).max()) for c, half in zip(courses, bands, strict=True))
    more = max(0.5, (_LEAST_SPAN_DEG - (high - low)) / 2)
    return min(low - more, -0.5), max(high + more, 0.5)


def _panel(name: str, drawn: Sequence[tuple[int, StrideCourse]], *, box: Size, y: Scale) -> Markup:
    """Return one panel: bands below lines, a line at the usual lean and one at the other foot's contact."""
    top, bottom, right = y.end, y.begin, box.width - box.right
    x = Scale(0.0, 1.0, box.left, right - NUMBER_ROOM)
    at = x.places(_PHASE)
    bands = [
        svg.band_path(
            at,
            y.places(course.mean_deg - course.half_deg),
            y.places(course.mean_deg + course.half_deg),
            class_=f"run-band band-{(number - 1) % PATTERNS + 1}",
        )
        for number, course in drawn
        if course.half_deg is not None and len(drawn) <= MOST_BANDS
    ]
    unbroken = np.zeros(len(_PHASE), dtype=bool)
    return svg.group(
        svg.text(box.left, top - 8, name, class_="zone-name"),
        svg.rect(box.left, top, right, bottom, class_="plot"),
        y_grid(y, box, {v: words.signed(v, 0) for v in svg.ticks(y.low, y.high, box.y_ticks)}),
        svg.line(box.left, y.at(0.0), right, y.at(0.0), class_="usual"),
        svg.line(x.at(0.5), top, x.at(0.5), bottom, class_="threshold"),
        *bands,
        *[
            svg.line_path(at, y.places(course.mean_deg), after_break=unbroken, class_=line_class(number))
            for number, course in drawn
        ],
        numbers_at_ends(
            [(y.at(float(course.mean_deg[-1])), x.at(1.0), number) for number, course in drawn],
            top=top,
            bottom=bottom,
        ),
        _axis(x, right=right, bottom=bottom),
    )


def _axis(x: Scale, *, right: float, bottom: float) -> Markup:
    marks = [
        svg.line(x.at(pct / 100), bottom, x.at(pct / 100), bottom + 4, class_="axis")
        + svg.text(x.at(pct / 100), bottom + 18, f"{pct} %", class_="tick", anchor="middle")
        for pct in _MARKS_PCT
    ]
    return svg.line(x.begin, bottom, right, bottom, class_="axis") + Markup("").join(marks)
