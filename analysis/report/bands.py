"""What may explain a posture, in narrow bands below it on the same way: slope, pace, heart rate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from analysis.judging.distance import UNMEASURED
from analysis.lengths import LengthUnit
from analysis.report import svg, words
from analysis.report.frame import Size, Way
from analysis.report.svg import Scale
from analysis.run_report import RunReport
from analysis.words import Activity
from sensor.samples import FloatArray

NAME_HEIGHT, PLOT_HEIGHT = 22.0, 32.0
"""Room for the name of a band and for the band itself, in drawing units."""

_BREAK = 4.0
"""Columns without a value, in drawing units, from which a line is lifted."""


@dataclass(frozen=True, slots=True, eq=False)
class _Band:
    """A band: name, values per stride (n,), ends of its scale from the bottom up, how an end is labelled."""

    name: str
    css: str
    values: FloatArray
    low: float
    high: float
    label: Callable[[float], str]


def bands_height(report: RunReport) -> float:
    """Return how much room the bands take below the plot."""
    return (NAME_HEIGHT + PLOT_HEIGHT) * len(_bands(report))


def band_frames(report: RunReport, size: Size, *, top: float) -> Markup:
    """Return names, grounds and labels of the bands, the first one below ``top``."""
    right = size.width - size.right
    drawn = []
    for band, above, below in _placed(report, top):
        drawn += [
            svg.text(size.left, above - 5, band.name, class_="tick"),
            svg.rect(size.left, above, right, below, class_="plot"),
            svg.text(size.left - 6, above + 10, band.label(band.high), class_="tick", anchor="end"),
            svg.text(size.left - 6, below, band.label(band.low), class_="tick", anchor="end"),
        ]
    return Markup("").join(drawn)


def band_courses(report: RunReport, way: Way, *, top: float) -> Markup:
    """Return the courses within the bands."""
    strides = report.strides
    x = way.places(strides["distance_m"], strides["start_s"])
    return Markup("").join(
        _course(x, band, Scale(band.low, band.high, below, above))
        for band, above, below in _placed(report, top)
    )


def _placed(report: RunReport, top: float) -> list[tuple[_Band, float, float]]:
    each = NAME_HEIGHT + PLOT_HEIGHT
    return [
        (band, top + row * each + NAME_HEIGHT, top + (row + 1) * each)
        for row, band in enumerate(_bands(report))
    ]


def _course(x: FloatArray, band: _Band, scale: Scale) -> Markup:
    x, y = svg.column_means(x, scale.places(band.values))
    if band.css == "grade":
        return svg.band_path(x, np.full(len(x), scale.at(0.0)), y, class_="grade")
    return svg.line_path(x, y, after_break=np.diff(x, prepend=x[:1]) > _BREAK, class_=band.css)


def _bands(report: RunReport) -> Sequence[_Band]:
    found = (_slope(report), _pace(report), _heart_rate(report))
    return [band for band in found if band is not None]


def _slope(report: RunReport) -> _Band | None:
    grade_pct = report.strides["grade_pct"]
    if not report.provenance.grade_known or not np.isfinite(grade_pct).any():
        return None
    steepest = max(1.0, float(np.nanmax(np.abs(grade_pct))))
    return _Band("slope", "grade", grade_pct, -steepest, steepest, lambda v: words.signed(v, 0, "%"))


def _pace(report: RunReport) -> _Band | None:
    """Return the pace of running where it was measured: one guessed from cadence explains nothing."""
    is_run = report.strides["activity"] == Activity.RUN
    speed_mps = np.where(is_run, report.strides["speed_mps"], np.nan)
    if report.provenance.speed_source in UNMEASURED or not np.isfinite(speed_mps).any():
        return None
    unit = words.unit_of(report)
    low, high = (float(v) for v in np.nanquantile(speed_mps, (0.01, 0.99)))
    return _Band(
        f"pace, min {unit.pace_unit}", "pace", speed_mps, low, max(high, low + 0.1), _pace_label(unit)
    )


def _pace_label(unit: LengthUnit) -> Callable[[float], str]:
    return lambda speed_mps: words.pace(speed_mps, unit)


def _heart_rate(report: RunReport) -> _Band | None:
    rate_bpm = report.strides["heart_rate_bpm"]
    if not np.isfinite(rate_bpm).any():
        return None
    low, high = float(np.nanmin(rate_bpm)), float(np.nanmax(rate_bpm))
    return _Band("heart rate, beats per minute", "heart", rate_bpm, low, max(high, low + 1.0), words.number)
