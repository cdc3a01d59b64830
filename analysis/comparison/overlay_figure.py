"""The runs over one another by distance: change against each run's own usual."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from analysis.comparison.records import Comparison, OnsetKind, RunSummary
from analysis.judging.config import FindingsConfig
from analysis.lengths import LengthUnit
from analysis.report import svg, words
from analysis.report.frame import SIZES, Size, Way, x_axis, y_grid
from analysis.report.svg import Scale
from sensor.samples import FloatArray

PATTERNS = 6
"""Lines that differ in dashes and colour; further runs begin again and are told apart by their numbers."""

_TOP = 24.0
_LABEL_GAP = 16.0
NUMBER_ROOM = 22.0
"""Room for a number at the end of a line."""


def overlay_figure(
    comparison: Comparison, labels: Sequence[str], thresholds: FindingsConfig, *, unit: LengthUnit
) -> Markup:
    """Return the figure in both sizes; empty where fewer than two runs have a fresh window.

    Parameters
    ----------
    comparison
        The runs, each in stages.
    labels
        What each run is called.
    thresholds
        Where the zones lie.
    unit
        Of the axis along the way.
    """
    drawn = [(number, run) for number, run in enumerate(comparison.runs, 1) if run.course]
    if len(drawn) < 2:
        return Markup("")
    return Markup("").join(_variant(drawn, size, labels, thresholds, unit) for size in SIZES)


def line_class(number: int) -> str:
    """Return the class of a run's line: its dashes and colour."""
    return f"run-line run-{(number - 1) % PATTERNS + 1}"


def _variant(
    drawn: Sequence[tuple[int, RunSummary]],
    size: Size,
    labels: Sequence[str],
    thresholds: FindingsConfig,
    unit: LengthUnit,
) -> Markup:
    bottom = _TOP + size.plot_height
    y = Scale(*_y_range(drawn, thresholds), bottom, _TOP)
    furthest_m = max(run.course[-1].to_m for _, run in drawn)
    right = size.width - size.right
    scale = Scale(0.0, unit.of(furthest_m), size.left, right - NUMBER_ROOM)
    way = Way(True, scale, np.zeros(1), np.zeros(1), unit)
    lines = [_line(number, run, way, y) for number, run in drawn]
    ends = [(y.at(run.course[-1].adj_deg), way.at(run.course[-1].to_m, 0.0), number) for number, run in drawn]
    return svg.drawing(
        svg.rect(size.left, _TOP, right, bottom, class_="plot"),
        _zones(y, size, thresholds),
        svg.text(0, 14, "degrees further forward than each run's own usual", class_="axis-name"),
        y_grid(y, size, {v: words.signed(v, 0) for v in svg.ticks(y.low, y.high, size.y_ticks)}),
        svg.line(size.left, y.at(0.0), right, y.at(0.0), class_="usual"),
        x_axis(way, size, bottom),
        *lines,
        *[_onset_mark(number, run, way, y) for number, run in drawn],
        numbers_at_ends(ends, top=_TOP, bottom=bottom),
        width=size.width,
        height=bottom + way.axis_height,
        title="The runs by distance",
        description=_spoken(drawn, labels, unit=unit),
        key=f"runs-{size.key}",
        class_=size.key,
    )


def _y_range(drawn: Sequence[tuple[int, RunSummary]], thresholds: FindingsConfig) -> tuple[float, float]:
    values = [point.adj_deg for _, run in drawn for point in run.course]
    slouched = thresholds.slouched_deg
    return min(*values, 0.5 - slouched) - 0.5, max(*values, slouched + 1.0) + 0.5


def _zones(y: Scale, size: Size, thresholds: FindingsConfig) -> Markup:
    left, right = size.left, size.width - size.right
    watch, slouched = thresholds.watch_deg, thresholds.slouched_deg
    bands = [
        svg.rect(left, y.at(thresholds.taller_deg), right, y.at(watch), class_="zone-usual"),
        svg.rect(left, y.at(watch), right, y.at(slouched), class_="zone-watch"),
        svg.rect(left, y.at(slouched), right, _TOP, class_="zone-slouched"),
    ]
    names = [
        svg.text(left + 6, y.at(v) - 5, f"{name} from +{words.threshold(v)}", class_="zone-name")
        for name, v in (("more forward", watch), ("slouched", slouched))
    ]
    edges = [svg.line(left, y.at(v), right, y.at(v), class_="threshold") for v in (watch, slouched)]
    return Markup("").join([*bands, *edges, *names])


def _points(run: RunSummary) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return beginnings, ends and changes of the stages."""
    from_m, to_m, adj_deg = np.array([(p.from_m, p.to_m, p.adj_deg) for p in run.course]).T
    return from_m, to_m, adj_deg


def _line(number: int, run: RunSummary, way: Way, y: Scale) -> Markup:
    from_m, to_m, adj_deg = _points(run)
    lifted = np.concatenate([[False], from_m[1:] > to_m[:-1] + 1.0])
    x = way.places((from_m + to_m) / 2, np.zeros(len(from_m)))
    return svg.line_path(x, y.places(adj_deg), after_break=lifted, class_=line_class(number))


def _onset_mark(number: int, run: RunSummary, way: Way, y: Scale) -> Markup:
    """Return a ring on the line where tall ends."""
    unit = way.length_unit
    onset = run.onsets.get(OnsetKind.TALL)
    if onset is None or not onset.is_seen:
        return Markup("")
    from_m, to_m, adj_deg = _points(run)
    height = float(np.interp(onset.at_m, (from_m + to_m) / 2, adj_deg))
    return svg.tag(
        "circle",
        svg.tag("title", f"run {number}: tall until {unit.place} {words.length(onset.at_m, unit)}"),
        cx=way.at(onset.at_m, 0.0),
        cy=y.at(height),
        r=5.0,
        class_=f"run-end {line_class(number)}",
    )


def numbers_at_ends(ends: Sequence[tuple[float, float, int]], *, top: float, bottom: float) -> Markup:
    """Return each line's number at its end, none over another, none outside of the plot if there is room.

    Parameters
    ----------
    ends
        Height and place of each line's end in drawing units, and its number.
    top, bottom
        Edges of the plot.
    """
    placed: list[tuple[float, float, int]] = []
    lowest = top
    for height, x, number in sorted(ends):
        lowest = max(height, lowest + (_LABEL_GAP if placed else 8.0))
        placed.append((lowest, x, number))
    beyond = max(0.0, placed[-1][0] - (bottom - 4.0)) if placed else 0.0
    return Markup("").join(
        svg.text(x + 5, height - beyond + 4.5, str(number), class_="run-number")
        for height, x, number in placed
    )


def _spoken(drawn: Sequence[tuple[int, RunSummary]], labels: Sequence[str], *, unit: LengthUnit) -> str:
    """Return the figure in words, for those who hear it."""
    told = []
    for number, run in drawn:
        onset = run.onsets.get(OnsetKind.TALL)
        place = "as far as it goes"
        if onset is not None and onset.is_seen:
            place = f"until {unit.place} {words.length(onset.at_m, unit)}"
        late = run.late_minus_early_deg
        change = f", {words.signed(late.value)} from first to last third" if late else ""
        told.append(f"run {number}, {labels[number - 1]}: tall {place}{change}")
    return "Trunk lean of each run against its own usual; higher is further forward. " + "; ".join(told) + "."
