"""The course of the heart rate, on the same horizontal axis as the posture above it."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from analysis.report import svg, words
from analysis.report.frame import SIZES, Size, way_of, x_axis, y_grid
from analysis.report.small_figures import HEIGHT
from analysis.report.svg import Scale
from analysis.run_report import RunReport

MARGIN_BPM = 5.0
"""Room above and below the curve."""


def heart_figure(report: RunReport) -> Markup:
    """Return the figure in both sizes; empty where no heart rate was recorded."""
    if not np.isfinite(report.strides["heart_rate_bpm"]).any():
        return Markup("")
    return Markup("").join(_variant(report, size) for size in SIZES)


def _variant(report: RunReport, size: Size) -> Markup:
    rate_bpm = report.strides["heart_rate_bpm"]
    way, top, bottom = way_of(report, size), 26.0, 26.0 + HEIGHT
    low, high = float(np.nanmin(rate_bpm)), float(np.nanmax(rate_bpm))
    scale = Scale(low - MARGIN_BPM, high + MARGIN_BPM, bottom, top)
    x, y = way.places(report.strides["distance_m"], report.strides["start_s"]), scale.places(rate_bpm)
    unbroken = np.zeros(len(x), dtype=bool)
    return svg.drawing(
        svg.rect(size.left, top, size.width - size.right, bottom, class_="plot"),
        svg.text(0, 14, "heart rate, beats per minute", class_="axis-name"),
        y_grid(scale, size, {v: words.number(v) for v in svg.ticks(scale.low, scale.high, 5)}),
        x_axis(way, size, bottom),
        svg.line_path(x, y, after_break=unbroken, class_="heart"),
        width=size.width,
        height=bottom + way.axis_height,
        title="Heart rate",
        description=f"Heart rate in beats per minute, between {low:.0f} and {high:.0f}.",
        key=f"heart-{size.key}",
        class_=size.key,
    )
