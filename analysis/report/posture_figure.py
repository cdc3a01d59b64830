"""The main figure: posture over distance, against the runner's own usual."""

from __future__ import annotations

import math

import numpy as np
from markupsafe import Markup

from analysis.report import svg, words
from analysis.report.bands import band_courses, band_frames, bands_height
from analysis.report.frame import ANGLE, CHANGE, SHAPE, SIZES, Plot, Size, way_of, x_axis, y_grid
from analysis.report.posture_marks import FLAG_ROWS, ROW, flag_bars, gaps, hover, pins, unjudged, walks
from analysis.report.svg import Scale
from analysis.run_report import RunReport
from analysis.words import Activity, Zone
from sensor.samples import FloatArray


def axis_mode(report: RunReport) -> str:
    """Return what the y axis of the figure tells: `CHANGE`, `ANGLE` or `SHAPE`.

    Without a zero from a standing an absolute angle has no meaning; without a fresh window neither has a
    change. Then only the shape of the curve is drawn, beside a scale without numbers.
    """
    if np.isfinite(report.curve.adj_deg).any():
        return CHANGE
    return ANGLE if words.has_standing_zero(report) else SHAPE


def posture_figure(report: RunReport) -> Markup:
    """Return the figure in both sizes; empty where too few strides could be used."""
    known = np.isfinite(_curve_values(report, axis_mode(report))).any()
    if not known or not words.has_enough_strides(report):
        return Markup("")
    return Markup("").join(_variant(report, size) for size in SIZES)


def posture_picture(report: RunReport) -> Markup:
    """Return the wide figure alone; empty where too few strides could be used."""
    return _variant(report, SIZES[0]) if posture_figure(report) else Markup("")


def y_step(report: RunReport) -> float:
    """Return how many degrees lie between two grid lines of the wide figure."""
    low, high = _y_range(report, axis_mode(report))
    return svg.nice_step(high - low, SIZES[0].y_ticks)


def _curve_values(report: RunReport, mode: str) -> FloatArray:
    return report.curve.adj_deg if mode == CHANGE else report.curve.flexion_deg


def _y_range(report: RunReport, mode: str) -> tuple[float, float]:
    values = _curve_values(report, mode)
    low, high = float(np.nanmin(values)) - 2.0, float(np.nanmax(values)) + 2.0
    slouched = report.provenance.config.findings.slouched_deg
    if mode == CHANGE:
        low, high = min(low, -slouched + 0.5), max(high, slouched + 1.5)
    return low, high


def _variant(report: RunReport, size: Size) -> Markup:
    mode = axis_mode(report)
    flags = [f for f in FLAG_ROWS if any(e.flag == f for e in report.evidence.episodes)]
    top = 24.0 + ROW * len(flags)
    bottom = top + size.plot_height
    plot = Plot(
        report=report,
        size=size,
        way=way_of(report, size),
        y=Scale(*_y_range(report, mode), bottom, top),
        mode=mode,
        top=top,
        bottom=bottom,
    )
    key, foot = f"posture-{size.key}", bottom + bands_height(report)
    return svg.drawing(
        svg.tag("defs", svg.hatch(f"{key}-gap", "hatch")),
        svg.rect(plot.left, top, plot.right, bottom, class_="plot"),
        _zones(plot),
        _axes(plot, foot),
        band_frames(report, size, top=bottom),
        svg.moved(
            walks(plot),
            unjudged(plot),
            gaps(plot, key),
            _course(plot),
            band_courses(report, plot.way, top=bottom),
            hover(plot),
            pins(plot),
            flag_bars(plot, flags),
        ),
        _zone_names(plot),
        width=size.width,
        height=foot + plot.way.axis_height,
        along=(plot.left, plot.right, top, foot),
        title=f"Posture over {'distance' if plot.way.by_distance else 'time'}",
        description=_spoken(report, mode),
        key=key,
        class_=size.key,
    )


def _spoken(report: RunReport, mode: str) -> str:
    """Return the figure in words, for those who hear it."""
    told = {
        CHANGE: "Trunk lean against this run's own usual, in degrees; higher is further forward.",
        ANGLE: "Trunk lean against standing, in degrees; higher is further forward.",
        SHAPE: "The course of trunk lean without absolute figures; higher is further forward.",
    }[mode]
    unit = words.unit_of(report)
    found = [
        f"{words.FLAG_TEXTS.get(e.flag, e.flag)} at {words.stretch(e, unit)}, {words.signed(e.depth_deg)}"
        for e in report.evidence.episodes
    ]
    missing = f" {len(report.evidence.gaps)} stretches without data." if report.evidence.gaps else ""
    return f"{told} {'; '.join(found) or 'No flagged stretch'}.{missing}"


def _zones(plot: Plot) -> Markup:
    """Return the bands of the runner's own usual and of the thresholds in force."""
    if plot.mode != CHANGE:
        return Markup("")
    found = plot.report.provenance.config.findings
    taller, watch, slouched = found.taller_deg, found.watch_deg, found.slouched_deg
    y, left, right = plot.y, plot.left, plot.right
    names = _furthest(plot.report)
    furthest = Zone.WATCH if Zone.LEANING in names else Zone.SLOUCHED
    bands = [
        svg.rect(left, y.at(taller), right, y.at(watch), class_="zone-usual", title="your usual"),
        svg.rect(
            left, y.at(watch), right, y.at(slouched), class_="zone-watch", title=words.ZONE_TEXTS[Zone.WATCH]
        ),
        svg.rect(left, y.at(slouched), right, plot.top, class_=f"zone-{furthest}", title=" or ".join(names)),
    ]
    base = plot.report.evidence.baseline
    if base is not None and math.isfinite(base.sd_deg):
        spread = f"spread of your fresh strides, ± {words.degrees(base.sd_deg)}"
        low, high = y.at(-base.sd_deg), y.at(base.sd_deg)
        bands.append(svg.rect(left, low, right, high, class_="zone-spread", title=spread))
    edges = [svg.line(left, y.at(v), right, y.at(v), class_="threshold") for v in (watch, slouched)]
    return Markup("").join([*bands, *edges])


def _furthest(report: RunReport) -> tuple[Zone, ...]:
    """Return what the furthest zone can mean: with a sacrum sensor the line alone shows no slouch."""
    return (Zone.LEANING, Zone.SLOUCHED) if words.has_sacrum(report) else (Zone.SLOUCHED,)


def _zone_names(plot: Plot) -> Markup:
    """Return the names of the thresholds, inside the plot at its left edge, above their lines."""
    if plot.mode != CHANGE:
        return Markup("")
    found = plot.report.provenance.config.findings
    named = (
        (words.ZONE_TEXTS[Zone.WATCH], found.watch_deg),
        (" or ".join(_furthest(plot.report)), found.slouched_deg),
    )
    return Markup("").join(
        svg.text(plot.left + 6, plot.y.at(v) - 5, f"{name} from +{words.threshold(v)}", class_="zone-name")
        for name, v in named
    )


def _axes(plot: Plot, foot: float) -> Markup:
    marks = svg.ticks(plot.y.low, plot.y.high, plot.size.y_ticks)
    heading = {
        CHANGE: "degrees further forward than your usual",
        ANGLE: "degrees forward of your standing",
        SHAPE: "further forward is higher",
    }[plot.mode]
    zero = plot.y.at(0)
    usual = [svg.line(plot.left, zero, plot.right, zero, class_="usual")] if plot.mode == CHANGE else []
    return Markup("").join(
        [
            svg.text(0, 14, heading, class_="axis-name"),
            y_grid(plot.y, plot.size, {v: _label(v, plot.mode) for v in marks}),
            *usual,
            x_axis(plot.way, plot.size, foot),
        ]
    )


def _label(value: float, mode: str) -> str:
    """Return the label of one grid line; a scale without a zero has none."""
    if mode == SHAPE:
        return ""
    digits = words.tick_digits(value)
    return words.signed(value, digits) if mode == CHANGE else words.number(value, digits, "°")


def _course(plot: Plot) -> Markup:
    """Return one dot per stride that can be used, and the running median as a line."""
    strides, curve = plot.report.strides, plot.report.curve
    column = "trunk_flexion_adj_deg" if plot.mode == CHANGE else "trunk_flexion_deg"
    x, y = plot.way.places(strides["distance_m"], strides["start_s"]), plot.y.places(strides[column])
    shown = (strides["activity"] == Activity.RUN) & strides["usable"] & np.isfinite(x) & np.isfinite(y)
    line_x = plot.way.places(curve.distance_m, curve.time_s)
    line_y = plot.y.places(_curve_values(plot.report, plot.mode))
    most = svg.MAX_DOTS if plot.size.width > 500 else svg.MAX_DOTS // 2
    return svg.dots_path(x[shown], y[shown], class_="dots", most=most) + svg.line_path(
        line_x, line_y, after_break=curve.after_break, class_="course"
    )
