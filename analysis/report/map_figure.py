"""The map: the way from above, told by the posture along it; no tiles, nothing loaded, both ends hidden."""

from __future__ import annotations

import math

import numpy as np
from markupsafe import Markup

from analysis.report import svg, words
from analysis.report.frame import SIZES, Size
from analysis.report.map_course import (
    BROKEN,
    NOT_JUDGED,
    ZONES,
    MapCourse,
    StridePosture,
    course_of,
    spots_along,
    thinned,
)
from analysis.run_report import HIDDEN_M, RunReport
from analysis.words import Flag, Zone
from sensor.samples import BoolArray, FloatArray, IntArray

PAD = 20.0
HEIGHTS = {"wide": 420.0, "narrow": 300.0}
"""Room for the way, in drawing units: around it, and from south to north."""

LEAST_M = 100.0
"""A way on the spot is not blown up to fill the page."""

TOLERANCE = 0.4
MOST_POINTS = {"wide": 1800, "narrow": 800}
"""How far the line may stray, in drawing units, and points a map may have: 40 kB for both sizes together."""

ROW = 20.0
"""Height of a row below the map, in drawing units."""

KM_LABELS = {"wide": 12, "narrow": 6}
LABEL_GAP = 22.0
"""How many kilometres are named at most, and how far apart two names lie at least, in drawing units."""

_NAMES = ("not judged", *(words.ZONE_TEXTS[zone] for zone in ZONES if zone is not None))
_CLASSES = ("none", *(zone.value for zone in ZONES if zone is not None))
"""Of a number in `ZONES`: what a reader is told, and the end of its class name."""

_FLAG_ZONES = {
    Flag.NONE: Zone.USUAL,
    Flag.WATCH: Zone.WATCH,
    Flag.LEANING: Zone.LEANING,
    Flag.SLOUCHED: Zone.SLOUCHED,
}


def map_figure(report: RunReport, *, whole: bool = False) -> Markup:
    """Return the map of a run in both sizes; empty where no place is known, or none may be shown.

    Parameters
    ----------
    report
        With the route of the run.
    whole
        Draw the first and the last 200 m, too.
    """
    course = shown_course(report, whole=whole)
    if course is None:
        return Markup("")
    return Markup("").join(_variant(course, size, whole=whole) for size in SIZES)


def shown_course(report: RunReport, *, whole: bool = False) -> MapCourse | None:
    """Return the way that the map draws, and nothing of what it hides; None where there is no map."""
    if report.route is None:
        return None
    return course_of(report.route, posture_of(report), hidden_m=0.0 if whole else HIDDEN_M)


def spots_on_map(course: MapCourse, at_m: FloatArray) -> list[list[int] | None]:
    """Return where the map draws each of (n,) distances; None where it draws nothing.

    East and north from the lower left corner of the way, in thousandths of the longer side of the map:
    `_variant` tells by ``data-map`` how both sizes draw them.
    """
    thousandth_m = _longer_side_m(course) / 1000
    spots = np.column_stack(spots_along(course, at_m)) / thousandth_m
    return [[round(east), round(north)] if math.isfinite(east) else None for east, north in spots.tolist()]


def _longer_side_m(course: MapCourse) -> float:
    return max(float(course.east_m.max()), float(course.north_m.max()), LEAST_M)


def posture_of(report: RunReport) -> StridePosture:
    """Return the zone of every stride: what it is flagged as where it is judged."""
    strides = report.strides
    judged = strides["judged"] & (report.evidence.baseline is not None)
    zone = np.full(len(judged), NOT_JUDGED)
    for flag, named in _FLAG_ZONES.items():
        zone[judged & (strides["flag"] == flag)] = ZONES.index(named)
    return StridePosture(start_s=strides["start_s"], end_s=strides["end_s"], zone=zone)


def _variant(course: MapCourse, size: Size, *, whole: bool) -> Markup:
    wide_m, high_m = (max(float(v.max()), LEAST_M) for v in (course.east_m, course.north_m))
    per_m = min((size.width - 2 * PAD) / wide_m, HEIGHTS[size.key] / high_m)
    bottom = high_m * per_m + 2 * PAD
    left = (size.width - wide_m * per_m) / 2
    x = left + course.east_m * per_m
    y = bottom - PAD - course.north_m * per_m
    kept = thinned(x, y, course.zone, tolerance=TOLERANCE, most=MOST_POINTS[size.key])
    zone, metres = course.zone[kept[:-1]], _zone_lengths(course)
    legend, height = _legend(metres, size, bottom + ROW + 26)
    return svg.drawing(
        svg.rect(0, 0, size.width, bottom, class_="plot"),
        *(_lines(x[kept], y[kept], zone == number, number=number) for number in metres),
        *_kilometres(x, y, course.distance_m, size),
        _scale_bar(per_m, size, bottom + ROW),
        _north(size.width - 14, bottom + ROW),
        *legend,
        width=size.width,
        height=height,
        title="Posture on the map",
        description=_spoken(wide_m, high_m, metres, whole=whole),
        key=f"map-{size.key}",
        class_=size.key,
        data_map=f"{left:.1f} {bottom - PAD:.1f} {_longer_side_m(course) / 1000 * per_m:.5f}",
    )


def _zone_lengths(course: MapCourse) -> dict[int, float]:
    """Return the way (m) drawn in each zone that there is, lowest on the map first."""
    lengths = np.bincount(course.zone - BROKEN, course.step_m, minlength=len(ZONES) + 1)[-BROKEN:]
    return {number: float(metres) for number, metres in enumerate(lengths) if metres > 0}


def _lines(x: FloatArray, y: FloatArray, inside: BoolArray, *, number: int) -> Markup:
    """Return all stretches of one zone as one path; ``inside`` tells of (k - 1,) steps which they are."""
    step = np.flatnonzero(inside)
    begins = np.concatenate([[True], np.diff(step) > 1])[: len(step)]
    points: IntArray = np.insert(step + 1, np.flatnonzero(begins), step[begins])
    lifted = np.zeros(len(points), dtype=np.bool_)
    lifted[np.flatnonzero(begins) + np.arange(int(begins.sum()))] = True
    return svg.group(
        svg.strokes_path(x[points], y[points], lifted, class_=f"way way-{_CLASSES[number]}"),
        title=_NAMES[number],
    )


def _kilometres(x: FloatArray, y: FloatArray, distance_m: FloatArray, size: Size) -> list[Markup]:
    """Return marks at round kilometres, named where no other name is near."""
    drawn, places = [], list[tuple[float, float]]()
    known = np.flatnonzero(np.isfinite(distance_m))
    if not len(known):
        return []
    first_km, last_km = (float(distance_m[known[i]]) / 1000 for i in (0, -1))
    every_km = max(1.0, svg.nice_step(last_km - first_km, KM_LABELS[size.key]))
    for km in np.arange(math.ceil(first_km / every_km), last_km / every_km + 1e-9) * every_km:
        row = known[np.searchsorted(distance_m[known], 1000 * km)]
        place = float(x[row]), float(y[row])
        if distance_m[row] - 1000 * km > 50.0 or any(math.dist(place, one) < LABEL_GAP for one in places):
            continue
        places.append(place)
        drawn.append(_kilometre(*place, f"{km:g}", size))
    return drawn


def _kilometre(x: float, y: float, name: str, size: Size) -> Markup:
    is_right = x < size.width - 4 * size.letter
    label = svg.text(
        x + (7 if is_right else -7), y - 5, name, class_="zone-name", anchor="start" if is_right else "end"
    )
    return svg.group(svg.tag("circle", cx=x, cy=y, r=3.0, class_="map-km"), label, title=f"km {name}")


def _scale_bar(per_m: float, size: Size, y: float) -> Markup:
    """Return a bar of a round length, at most a quarter of the map."""
    metres = max(step for step in _round_lengths() if step * per_m <= size.width / 4)
    told = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
    x0, x1 = 1.0, 1.0 + metres * per_m
    bar = svg.tag("path", d=f"M{x0:g} {y - 9:g}v7H{x1:.1f}v-7", class_="bracket")
    return svg.group(bar, svg.text(x1 + 7, y, told, class_="tick"), title=f"this long: {told}")


def _round_lengths() -> list[float]:
    return [digit * 10.0**power for power in range(8) for digit in (1, 2, 5)]


def _north(x: float, y: float) -> Markup:
    arrow = svg.tag("path", d=f"M{x:g} {y - 16:g}l5 15l-5 -4l-5 4z", class_="map-north")
    return svg.group(arrow, svg.text(x - 9, y, "N", class_="tick", anchor="end"), title="north is up")


def _legend(metres: dict[int, float], size: Size, top: float) -> tuple[list[Markup], float]:
    """Return a line and a name for each zone, in as many rows as they need, and where they end."""
    drawn, x, y = [], 0.0, top
    for number in sorted(metres, key=lambda n: (n == NOT_JUDGED, n)):
        told = f"{_NAMES[number]}, {words.number(metres[number] / 1000, 1)} km"
        needs = 34 + len(told) * size.letter
        if x > 0 and x + needs > size.width:
            x, y = 0.0, y + ROW
        line = svg.line(x + 1, y - 4, x + 27, y - 4, class_=f"way way-{_CLASSES[number]}")
        drawn.append(line + svg.text(x + 34, y, told, class_="tick"))
        x += needs
    return drawn, y + 8


def _spoken(wide_m: float, high_m: float, metres: dict[int, float], *, whole: bool) -> str:
    """Return the map in words, for those who hear it."""
    told = [f"{_NAMES[number]} for {words.number(m / 1000, 1)} km" for number, m in metres.items()]
    hidden = "" if whole else f" The first and the last {HIDDEN_M:.0f} m are left out."
    return (
        f"The way from above, north up: {words.number(wide_m / 1000, 1)} km from west to east, "
        f"{words.number(high_m / 1000, 1)} km from south to north. Along it: {', '.join(told)}.{hidden}"
    )
