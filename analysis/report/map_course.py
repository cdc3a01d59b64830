"""The runner's way as lines on a plane: projected, its ends hidden, every step told by the posture in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.run_report import HIDDEN_M, Route
from analysis.words import Zone
from sensor.geodesy import FASTEST_MPS
from sensor.samples import BoolArray, FloatArray, IntArray

NOT_JUDGED, BROKEN = 0, -1
"""Numbers of a step that has no zone, and of one that is no step: the line is lifted there."""

ZONES = (None, Zone.USUAL, Zone.WATCH, Zone.LEANING, Zone.SLOUCHED)
"""What the other numbers of a step stand for: indices of this."""

AWAY_SHARE = 0.5
"""Nothing is shown either until the runner was this part of `HIDDEN_M` away in a straight line: a position
that jitters while its runner waits makes 200 m of way on the spot."""

LONGEST_PAUSE_S = 15.0
"""Fixes farther apart are not joined. Watches that save only bends leave up to some 10 s."""

SHORTEST_PIECE_M = 10.0
"""A shorter piece between two breaks is no way, but a stray fix or two."""

SHORTEST_GREY_M = 50.0
"""A shorter stretch that is not judged, between two of one zone, is drawn as what is around it."""

_NO_WAY_M = 1e-6
"""Keeps a divisor from zero: smaller than any step."""

_EQUATOR_M, _FLATTENING = 6_378_137.0, 1 / 298.257_223_563
"""The WGS 84 ellipsoid."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class StridePosture:
    """The posture over the run, one row per stride.

    Parameters
    ----------
    start_s, end_s
        (n,) session time, increasing.
    zone
        (n,) indices of `ZONES`.
    """

    start_s: FloatArray
    end_s: FloatArray
    zone: IntArray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class MapCourse:
    """What a map shows, and nothing of what is hidden.

    Parameters
    ----------
    east_m, north_m
        (k,) on the tangent plane, from the south-western corner of what is shown.
    distance_m
        (k,) way since the start of the run; NaN where unknown.
    zone
        (k - 1,) of each step from a point to the next: an index of `ZONES`, or `BROKEN`.
    """

    east_m: FloatArray
    north_m: FloatArray
    distance_m: FloatArray
    zone: IntArray

    @property
    def step_m(self) -> FloatArray:
        """(k - 1,) lengths of the steps; nought where the line is lifted."""
        return np.where(self.zone == BROKEN, 0.0, _lengths(self.east_m, self.north_m))


def course_of(route: Route, posture: StridePosture, *, hidden_m: float = HIDDEN_M) -> MapCourse | None:
    """Return the way that may be shown; None where nothing is left of it.

    Parameters
    ----------
    route
        Fixes on the session's time line; those that are no place on earth are passed over.
    posture
        What was found along the way.
    hidden_m
        Way to leave out at both ends. Where more than nought is, so is all until the runner was half as far
        from the end in a straight line.
    """
    on_earth = _on_earth(route)
    time_s, latitude_deg, longitude_deg = on_earth.time_s, on_earth.latitude_deg, on_earth.longitude_deg
    plane_m = tangent_plane(latitude_deg, longitude_deg)
    is_joined = _joined(time_s, *plane_m)
    is_shown = _shown(*plane_m, is_joined=is_joined, hidden_m=hidden_m)
    zone = np.where(is_joined & is_shown[1:] & is_shown[:-1], _zones_at(time_s, posture)[1:], BROKEN)
    row = np.flatnonzero(_touched(zone))
    if not len(row):
        return None
    # Laid on a plane of its own, so that what is hidden moves nothing, not even by a rounding error.
    east_m, north_m = tangent_plane(latitude_deg[row], longitude_deg[row])
    zone = np.where(np.diff(row) == 1, zone[row[:-1]], BROKEN)
    return MapCourse(
        east_m=east_m - east_m.min(),
        north_m=north_m - north_m.min(),
        distance_m=on_earth.distance_m[row],
        zone=_without_specks(zone, _lengths(east_m, north_m)),
    )


def spots_along(course: MapCourse, at_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return where on the plane (m east, north) the run was at (n,) distances; NaN where nothing is drawn."""
    known = np.flatnonzero(np.isfinite(course.distance_m))
    if len(known) < 2:
        return np.full(len(at_m), np.nan), np.full(len(at_m), np.nan)
    after = np.clip(np.searchsorted(course.distance_m[known], at_m), 1, len(known) - 1)
    begin, end = known[after - 1], known[after]
    begin_m, end_m = course.distance_m[begin], course.distance_m[end]
    is_drawn = (end == begin + 1) & (course.zone[begin] != BROKEN) & (begin_m <= at_m) & (at_m <= end_m)
    share = np.where(is_drawn, (at_m - begin_m) / np.maximum(end_m - begin_m, _NO_WAY_M), np.nan)
    east_m, north_m = (
        values[begin] + share * (values[end] - values[begin]) for values in (course.east_m, course.north_m)
    )
    return east_m, north_m


def tangent_plane(latitude_deg: FloatArray, longitude_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return (n,) metres east and north of the median place, on the plane that touches the earth there."""
    if not len(latitude_deg):
        return np.zeros(0), np.zeros(0)
    x_m, y_m, z_m = _geocentric(latitude_deg, longitude_deg)
    # The middle of longitudes is taken of directions: they end at 180 degrees and go on at -180.
    longitude = np.arctan2(np.median(y_m), np.median(x_m))
    latitude_0_deg = np.array(np.median(latitude_deg))
    x_0, y_0, z_0 = _geocentric(latitude_0_deg, np.degrees(longitude))
    latitude = np.radians(latitude_0_deg)
    outward_m = np.cos(longitude) * (x_m - x_0) + np.sin(longitude) * (y_m - y_0)
    east_m = np.cos(longitude) * (y_m - y_0) - np.sin(longitude) * (x_m - x_0)
    return east_m, np.cos(latitude) * (z_m - z_0) - np.sin(latitude) * outward_m


def _geocentric(latitude_deg: FloatArray, longitude_deg: FloatArray) -> tuple[FloatArray, ...]:
    """Return earth-centred, earth-fixed coordinates (m) of places at sea level."""
    latitude, longitude = np.radians(latitude_deg), np.radians(longitude_deg)
    squeezed = (1.0 - _FLATTENING) ** 2
    normal_m = _EQUATOR_M / np.sqrt(np.cos(latitude) ** 2 + squeezed * np.sin(latitude) ** 2)
    from_axis_m = normal_m * np.cos(latitude)
    return (
        from_axis_m * np.cos(longitude),
        from_axis_m * np.sin(longitude),
        squeezed * normal_m * np.sin(latitude),
    )


def _on_earth(route: Route) -> Route:
    """Return the fixes that are places on earth."""
    latitude_deg, longitude_deg = route.latitude_deg, route.longitude_deg
    known = (np.abs(latitude_deg) <= 90.0) & (np.abs(longitude_deg) <= 180.0) & np.isfinite(route.time_s)
    return Route(route.time_s[known], latitude_deg[known], longitude_deg[known], route.distance_m[known])


def _lengths(east_m: FloatArray, north_m: FloatArray) -> FloatArray:
    return np.hypot(np.diff(east_m), np.diff(north_m))


def _joined(time_s: FloatArray, east_m: FloatArray, north_m: FloatArray) -> BoolArray:
    """Return (n - 1,) which fixes are joined to the next: soon after, near enough, and part of some way."""
    step_s, step_m = np.diff(time_s), _lengths(east_m, north_m)
    is_joined: BoolArray = (step_s > 0) & (step_s <= LONGEST_PAUSE_S) & (step_m <= FASTEST_MPS * step_s)
    piece = np.cumsum(~is_joined)
    piece_m = np.bincount(piece, np.where(is_joined, step_m, 0.0))
    return is_joined & (piece_m[piece] >= SHORTEST_PIECE_M)


def _shown(east_m: FloatArray, north_m: FloatArray, *, is_joined: BoolArray, hidden_m: float) -> BoolArray:
    """Return (n,) which fixes lie beyond the hidden way of both ends, of what is joined."""
    is_shown = np.ones(len(east_m), dtype=np.bool_)
    way = np.flatnonzero(_touched(np.where(is_joined, NOT_JUDGED, BROKEN)))
    if not len(way) or not hidden_m > 0:
        return is_shown
    along_m = np.concatenate([[0.0], np.cumsum(np.where(is_joined, _lengths(east_m, north_m), 0.0))])
    forth = slice(way[0], way[-1] + 1)
    east_m, north_m, along_m = east_m[forth], north_m[forth], along_m[forth]
    is_past_start = _past_hidden(east_m, north_m, along_m, hidden_m)
    is_before_end = _past_hidden(east_m[::-1], north_m[::-1], along_m[-1] - along_m[::-1], hidden_m)[::-1]
    is_shown[forth] = is_past_start & is_before_end
    return is_shown


def _past_hidden(east_m: FloatArray, north_m: FloatArray, along_m: FloatArray, hidden_m: float) -> BoolArray:
    """Return (n,) which fixes lie beyond the hidden way of the first."""
    away_m = np.maximum.accumulate(np.hypot(east_m - east_m[0], north_m - north_m[0]))
    return np.asarray((along_m >= hidden_m) & (away_m >= AWAY_SHARE * hidden_m))


def _touched(zone: IntArray) -> BoolArray:
    """Return (n,) which points a step that is drawn begins or ends at, of the zones of (n - 1,) steps."""
    is_step = np.concatenate([[False], zone != BROKEN, [False]])
    return np.asarray(is_step[1:] | is_step[:-1])


def _zones_at(time_s: FloatArray, posture: StridePosture) -> IntArray:
    """Return (n,) the zone of the stride at each time; `NOT_JUDGED` where there is none."""
    if not len(posture.start_s):
        return np.full(len(time_s), NOT_JUDGED)
    stride = np.searchsorted(posture.start_s, time_s, side="right") - 1
    inside = (stride >= 0) & (time_s <= posture.end_s[stride])
    return np.where(inside, posture.zone[stride], NOT_JUDGED)


def _without_specks(zone: IntArray, step_m: FloatArray) -> IntArray:
    """Return the zones with short stretches that are not judged given to what lies on both sides of them."""
    start = np.flatnonzero(np.concatenate([[True], np.diff(zone) != 0]))
    run_zone, run_m = zone[start], np.add.reduceat(step_m, start)
    around = np.concatenate([[BROKEN], run_zone[:-1]]), np.concatenate([run_zone[1:], [BROKEN]])
    is_speck = (run_zone == NOT_JUDGED) & (run_m < SHORTEST_GREY_M) & (around[0] == around[1])
    filled = np.where(is_speck & (around[0] != BROKEN), around[0], run_zone)
    return np.repeat(filled, np.diff(np.append(start, len(zone))))


def thinned(x: FloatArray, y: FloatArray, zone: IntArray, *, tolerance: float, most: int) -> IntArray:
    """Return which points draw the same lines (Douglas and Peucker 1973), all stretches halved side by side.

    Parameters
    ----------
    x, y
        (k,) places.
    zone
        (k - 1,) of the steps, as in `MapCourse`; where it changes the point stays.
    tolerance
        How far a point that is left out may lie from the line; doubled as long as more than ``most`` are
        kept, so that laps upon laps stay a drawing.
    """
    changes = np.concatenate([[True], np.diff(zone) != 0, [True]])
    while True:
        kept = _thinned(x, y, np.flatnonzero(changes), tolerance)
        if len(kept) <= max(most, int(changes.sum())):
            return kept
        tolerance *= 2.0


def _thinned(x: FloatArray, y: FloatArray, kept: IntArray, tolerance: float) -> IntArray:
    while True:
        chord = np.clip(np.searchsorted(kept, np.arange(len(x)), side="right") - 1, 0, len(kept) - 2)
        off = _off_chord(x, y, kept[chord], kept[chord + 1])
        farthest = np.maximum.reduceat(off, kept[:-1])
        worst = np.flatnonzero((off == farthest[chord]) & (off > tolerance))
        if not len(worst):
            return kept
        _, first = np.unique(chord[worst], return_index=True)
        kept = np.union1d(kept, worst[first])


def _off_chord(x: FloatArray, y: FloatArray, begin: IntArray, end: IntArray) -> FloatArray:
    """Return (k,) how far each point lies from the chord between two others."""
    along_x, along_y = x[end] - x[begin], y[end] - y[begin]
    off_x, off_y = x - x[begin], y - y[begin]
    square = np.maximum(along_x**2 + along_y**2, 1e-12)
    share = np.clip((off_x * along_x + off_y * along_y) / square, 0.0, 1.0)
    return np.hypot(off_x - share * along_x, off_y - share * along_y)
