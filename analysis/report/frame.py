"""The plotting area: its size on a phone and on a wide page, the way along x, grid and labels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from textwrap import shorten

import numpy as np
from markupsafe import Markup

from analysis.lengths import LengthUnit
from analysis.report import words
from analysis.report.svg import Scale, group, line, text, ticks
from analysis.run_report import RunReport
from sensor.samples import FloatArray

CHANGE, ANGLE, SHAPE = "change", "angle", "shape"
"""What the y axis of the main figure tells: degrees from the usual, from standing, or no number at all."""


@dataclass(frozen=True, slots=True)
class Size:
    """One of the two variants every figure is drawn in, so that its text stays legible.

    ``key`` ends the ids of the variant; lengths are in drawing units; ``x_ticks`` and ``y_ticks`` are the
    most labels an axis may carry; ``letter`` is the width to reckon with for one letter.
    """

    key: str
    width: float
    plot_height: float
    left: float
    right: float
    x_ticks: int
    y_ticks: int
    letter: float


WIDE = Size(
    key="wide", width=840.0, plot_height=280.0, left=52.0, right=14.0, x_ticks=14, y_ticks=8, letter=9.6
)
NARROW = Size(
    key="narrow", width=340.0, plot_height=220.0, left=40.0, right=8.0, x_ticks=6, y_ticks=8, letter=8.6
)
SIZES = (WIDE, NARROW)

_LONGEST_SOURCE = 32
"""Letters of a source's name that fit below the narrow figure: some come from files of strangers."""


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """The horizontal axis: kilometres or miles, or minutes where the distance is not known.

    Parameters
    ----------
    by_distance
        Whether places are told by distance.
    scale
        From kilometres, miles or minutes to drawing units.
    stride_s, stride_m
        (n,) a place for each moment, for what is known only by its time.
    length_unit
        Of places told by distance.
    source
        Where the distance comes from; empty along minutes.
    """

    by_distance: bool
    scale: Scale
    stride_s: FloatArray
    stride_m: FloatArray
    length_unit: LengthUnit
    source: str = ""

    def places(self, metres: FloatArray, seconds: FloatArray) -> FloatArray:
        """Return drawing places of (n,) points known by distance and time."""
        return self.scale.places(metres / self.length_unit.metres if self.by_distance else seconds / 60)

    def at(self, metres: float, seconds: float) -> float:
        """Return the place of one event; one without a distance is placed between its neighbours in time."""
        if not self.by_distance:
            return self.scale.at(seconds / 60)
        if not math.isfinite(metres):
            metres = float(np.interp(seconds, self.stride_s, self.stride_m))
        return self.scale.at(self.length_unit.of(metres))

    @property
    def axis_height(self) -> float:
        """Room for the labels below the plot."""
        return 42.0 if self.source else 26.0

    @property
    def unit(self) -> str:
        """``km``, ``mi`` or ``min``."""
        return str(self.length_unit) if self.by_distance else "min"


@dataclass(frozen=True, slots=True, eq=False)
class Plot:
    """Where things go in one variant of the main figure.

    Parameters
    ----------
    report
        What is drawn.
    size, way, y
        The variant, its axis along the run, and its axis of degrees.
    mode
        What the y axis tells: `CHANGE`, `ANGLE` or `SHAPE`.
    top, bottom
        Edges of the plotting area, in drawing units.
    """

    report: RunReport
    size: Size
    way: Way
    y: Scale
    mode: str
    top: float
    bottom: float

    @property
    def left(self) -> float:
        """Left edge of the plotting area."""
        return self.size.left

    @property
    def right(self) -> float:
        """Right edge of the plotting area."""
        return self.size.width - self.size.right


def way_of(report: RunReport, size: Size) -> Way:
    """Return the horizontal axis of a report's figures."""
    begin, end = size.left, size.width - size.right
    start_s, metres, unit = report.strides["start_s"], report.strides["distance_m"], words.unit_of(report)
    if words.has_distance(report):
        known = np.isfinite(metres)
        scale = Scale(0.0, unit.of(report.totals.distance_m), begin, end)
        source = shorten(words.clean(words.distance_source(report)), _LONGEST_SOURCE, placeholder=" …")
        return Way(True, scale, *_or_origin(start_s[known], metres[known]), unit, source)
    last_s = float(start_s[-1]) if len(start_s) else 60.0
    return Way(False, Scale(0.0, last_s / 60, begin, end), *_or_origin(start_s, metres), unit)


def _or_origin(seconds: FloatArray, metres: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the two, or a single origin where there is no stride to place anything by."""
    return (seconds, metres) if len(seconds) else (np.zeros(1), np.zeros(1))


def x_axis(way: Way, size: Size, bottom: float) -> Markup:
    """Return labels along x, the unit behind the last one that leaves it room, and the distance's source."""
    marks = ticks(way.scale.low, way.scale.high, size.x_ticks)
    unit_at = size.width - size.right
    room = unit_at - size.letter * 2.6
    labels = [
        text(way.scale.at(v), bottom + 18, f"{v:g}", class_="tick", anchor="middle")
        for v in marks
        if way.scale.at(v) + size.letter * len(f"{v:g}") / 2 < room
    ]
    small = [line(way.scale.at(v), bottom, way.scale.at(v), bottom + 4, class_="axis") for v in marks]
    base = line(size.left, bottom, unit_at, bottom, class_="axis")
    unit = text(unit_at, bottom + 18, way.unit, class_="tick unit", anchor="end")
    told = f"distance: {way.source}"
    source = [text(unit_at, bottom + 36, told, class_="tick", anchor="end")] if way.source else []
    return Markup("").join([base, group(*small, *labels, class_="x-axis"), unit, *source])


def y_grid(scale: Scale, size: Size, labels: dict[float, str]) -> Markup:
    """Return horizontal lines at the given values, with their labels to the left."""
    right = size.width - size.right
    rows = [
        line(size.left, scale.at(v), right, scale.at(v), class_="grid")
        + text(size.left - 6, scale.at(v) + 4.5, label, class_="tick", anchor="end")
        for v, label in labels.items()
    ]
    return Markup("").join(rows)
