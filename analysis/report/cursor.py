"""What the page's cursor reads out: the run at evenly spaced places, few enough for a page of a day."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import numpy as np
from markupsafe import Markup

from analysis.report import words
from analysis.report.frame import SIZES, way_of
from analysis.report.map_figure import shown_course, spots_on_map
from analysis.run_report import RunReport
from sensor.samples import FloatArray

SPACING_M, FEWEST, MOST = 25.0, 100, 600
"""A place every 25 m, but never so many that the page of a day grows by a tenth."""

_REACH = 1.5
"""A place further than this many spacings from any stride has nothing to read out."""


@cache
def script() -> str:
    """Return the one script of a page: cursor, read-out, zoom."""
    return files("analysis.report").joinpath("templates", "cursor.js").read_text(encoding="utf-8")


def cursor_data(report: RunReport, *, whole_map: bool = False) -> Markup:
    """Return what the script reads out, as JSON that may stand inside a page; empty without a curve.

    Parameters
    ----------
    report
        Of a run. Of its way only what the map shows is told.
    whole_map
        Whether that is all of it.
    """
    way, unit = way_of(report, SIZES[0]), words.unit_of(report)
    curve, strides = report.curve, report.strides
    low, high = way.scale.low, way.scale.high
    if not words.has_enough_strides(report) or not high > low:
        return Markup("")
    count = int(np.clip(report.totals.distance_m / SPACING_M, FEWEST, MOST)) if way.by_distance else MOST // 2
    place = np.linspace(low, high, count)
    stride_at, curve_at = (
        _nearest(metres / unit.metres if way.by_distance else seconds / 60, place)
        for metres, seconds in (
            (strides["distance_m"], strides["start_s"]),
            (curve.distance_m, curve.time_s),
        )
    )
    columns = {
        **{name: _tenths(values, curve_at) for name, values in _curve_columns(report).items()},
        **{name: _tenths(values, stride_at) for name, values in _stride_columns(report).items()},
    }
    content = {
        "unit": way.unit,
        "low": round(low, 4),
        "high": round(high, 4),
        "count": count,
        **(_spots(report, place * unit.metres, whole_map=whole_map) if way.by_distance else {}),
        "read": {name: values for name, values in columns.items() if any(v is not None for v in values)},
    }
    return Markup(json.dumps(content, separators=(",", ":")).replace("<", "\\u003c"))


def _spots(report: RunReport, at_m: FloatArray, *, whole_map: bool) -> dict[str, list[list[int] | None]]:
    course = shown_course(report, whole=whole_map)
    return {} if course is None else {"map": spots_on_map(course, at_m)}


def _curve_columns(report: RunReport) -> Mapping[str, FloatArray]:
    """Return the smoothed angles by what the read-out calls them; an asterisk stands for the value."""
    curve = report.curve
    if np.isfinite(curve.adj_deg).any():
        columns = {"trunk +*° against usual": curve.adj_deg}
    elif words.has_standing_zero(report):
        columns = {"trunk *° forward": curve.flexion_deg}
    else:
        columns = {}
    if len(curve.head_pitch_deg) and words.has_standing_zero(report):
        columns["head *° down"] = curve.head_pitch_deg
    return columns


def _stride_columns(report: RunReport) -> Mapping[str, FloatArray]:
    strides, unit = report.strides, words.unit_of(report)
    columns = {}
    if words.has_distance(report):
        with np.errstate(divide="ignore"):
            seconds = unit.metres / strides["speed_mps"]
        columns[f"pace * {unit.pace_unit}"] = np.where(seconds < 3_600.0, seconds, math.nan)
    if report.provenance.grade_known:
        columns["slope +* %"] = strides["grade_pct"]
    if not len(report.curve.head_pitch_deg):
        columns[f"head *\N{NO-BREAK SPACE}cm ahead, estimate ({report.provenance.head_source})"] = strides[
            "head_forward_cm"
        ]
    columns["heart * per minute"] = strides["heart_rate_bpm"]
    return columns


def _nearest(at: FloatArray, place: FloatArray) -> FloatArray:
    """Return (p,) the row of ``at`` nearest to each place, NaN where none is near. Unknown rows count not."""
    known = np.flatnonzero(np.isfinite(at))
    if not len(known):
        return np.full(len(place), np.nan)
    at = at[known]
    after = np.clip(np.searchsorted(at, place), 1, max(len(at) - 1, 1))
    before = after - 1
    after = np.minimum(after, len(at) - 1)
    row = np.where(place - at[before] < at[after] - place, before, after)
    is_near = np.abs(at[row] - place) <= _REACH * (place[1] - place[0])
    return np.asarray(np.where(is_near, known[row], np.nan))


def _tenths(values: FloatArray, row: FloatArray) -> list[int | None]:
    """Return values at the rows in tenths, None where either is unknown."""
    known = np.isfinite(row)
    found = np.full(len(row), np.nan)
    found[known] = values[row[known].astype(np.int64)]
    return [round(v * 10) if math.isfinite(v) else None for v in found.tolist()]
