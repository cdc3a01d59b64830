"""Where a phone was, as arrays, and what a session keeps of it: how far and how fast, no places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sensor.geodesy import EARTH_RADIUS_M, FASTEST_MPS
from sensor.samples import BoolArray, FloatArray, freeze_arrays
from sensor.session.rows import SessionRows
from sensor.units import NS_PER_S

SOURCE = "phone"
"""Source of the tracks, `data/FORMAT.md`."""

WORST_ACCURACY_M = 25.0
"""A fix that may be farther off than this says nothing of the way; open sky gives 3 to 10 m."""

STANDING_MPS = 0.5
"""Slower than anybody walks: what a fix moves by is its jitter."""

_LATITUDES_DEG, _LONGITUDES_DEG = 90.0, 180.0
_ALTITUDES_M = (-500.0, 9000.0)


@dataclass(frozen=True, slots=True, eq=False)
class PhoneTrack:
    """Fixes of a phone on the clock of its samples; all (m,), NaN where unknown.

    Parameters
    ----------
    time_s
        Strictly rising.
    latitude_deg, longitude_deg, altitude_m, speed_mps
        Of each fix; altitude above the ellipsoid or the sea, as the phone has it.
    accuracy_m
        Radius within which the fix lies.
    """

    time_s: FloatArray
    latitude_deg: FloatArray
    longitude_deg: FloatArray
    altitude_m: FloatArray
    speed_mps: FloatArray
    accuracy_m: FloatArray

    def __post_init__(self) -> None:
        freeze_arrays(self)


def phone_track(
    time_s: FloatArray,
    latitude_deg: FloatArray,
    longitude_deg: FloatArray,
    *,
    altitude_m: FloatArray | None = None,
    speed_mps: FloatArray | None = None,
    accuracy_m: FloatArray | None = None,
) -> PhoneTrack | None:
    """Return the fixes that can be, in order of time; None with fewer than two.

    Negative speeds and accuracies are how phones write that they do not know.
    """
    unknown = np.full(len(time_s), np.nan)
    columns = [unknown if one is None else one for one in (altitude_m, speed_mps, accuracy_m)]
    table = np.column_stack([time_s, latitude_deg, longitude_deg, *columns]).astype(np.float64)
    is_place = (np.abs(table[:, 1]) <= _LATITUDES_DEG) & (np.abs(table[:, 2]) <= _LONGITUDES_DEG)
    table = table[is_place & np.isfinite(table[:, 0]) & (table[:, 1:3] != 0.0).any(axis=1)]
    table = table[np.argsort(table[:, 0], kind="stable")]
    table = table[np.diff(table[:, 0], prepend=-np.inf) > 0]
    if len(table) < 2:
        return None
    altitude, speed, accuracy = table[:, 3], table[:, 4], table[:, 5]
    altitude[~((altitude >= _ALTITUDES_M[0]) & (altitude <= _ALTITUDES_M[1]))] = np.nan
    speed[~((speed >= 0) & (speed <= FASTEST_MPS))] = np.nan
    accuracy[~(accuracy >= 0)] = np.nan
    return PhoneTrack(*table.T)


def distance_along(track: PhoneTrack) -> tuple[FloatArray, FloatArray]:
    """Return (k,) times and metres along the fixes that can be trusted.

    Each fix is averaged with its two neighbours. Poor fixes and jumps are passed over, and while the phone
    stands its jitter adds nothing.
    """
    kept = ~(track.accuracy_m > WORST_ACCURACY_M)
    kept &= ~_is_jump(track, kept)
    time_s = track.time_s[kept]
    if len(time_s) < 2:
        return time_s, np.zeros(len(time_s))
    place_m = _averaged(_on_plane(track.latitude_deg[kept], track.longitude_deg[kept]))
    step_m, step_s = np.linalg.norm(np.diff(place_m, axis=0), axis=1), np.diff(time_s)
    told_mps = track.speed_mps[kept]
    mean_mps = np.where(np.isnan(told_mps[1:]), step_m / step_s, (told_mps[1:] + told_mps[:-1]) / 2)
    mean_mps = np.where(np.isnan(mean_mps), told_mps[1:], mean_mps)
    step_m[mean_mps < STANDING_MPS] = 0.0
    return time_s, np.concatenate([[0.0], np.cumsum(step_m)])


def write_phone_track(
    rows: SessionRows, track: PhoneTrack, *, zero_s: float, span_s: tuple[float, float]
) -> None:
    """Write distance, speed and altitude of the fixes within a recording as tracks of a session.

    Parameters
    ----------
    rows
        Of the session.
    track
        On the time line of the file.
    zero_s
        Second 0 of the session on it.
    span_s
        First and last sample on it.
    """
    time_s, distance_m = distance_along(track)
    for quantity, at_s, values in (
        ("distance_m", time_s, distance_m),
        ("speed_mps", track.time_s, track.speed_mps),
        ("altitude_m", track.time_s, track.altitude_m),
    ):
        kept = np.isfinite(values) & (at_s >= span_s[0]) & (at_s <= span_s[1])
        if np.count_nonzero(kept) < 2:
            continue
        t_ns = np.rint((at_s[kept] - zero_s) * NS_PER_S).astype(np.int64)
        points = zip(t_ns.tolist(), values[kept].tolist(), strict=True)
        rows.track_points(rows.add_track(quantity, SOURCE), points)


def _on_plane(latitude_deg: FloatArray, longitude_deg: FloatArray) -> FloatArray:
    """Return (k, 2) metres east and north, true to scale along a run."""
    latitude, longitude = np.radians(latitude_deg), np.unwrap(np.radians(longitude_deg))
    # The scale of a parallel changes along the way: summed from fix to fix, each with its own.
    middle = (latitude[1:] + latitude[:-1]) / 2
    east = np.concatenate([[0.0], np.cumsum(np.diff(longitude) * np.cos(middle))])
    return EARTH_RADIUS_M * np.column_stack([east, latitude - latitude[0]])


def _averaged(place_m: FloatArray) -> FloatArray:
    """Return (k, 2) places, each the mean of itself and its neighbours; the ends stay."""
    if len(place_m) < 3:
        return place_m
    inner = (place_m[:-2] + place_m[1:-1] + place_m[2:]) / 3
    return np.concatenate([place_m[:1], inner, place_m[-1:]])


def _is_jump(track: PhoneTrack, kept: BoolArray) -> BoolArray:
    """Mark fixes (m,) to and from which nobody can run, among those kept."""
    rows = np.flatnonzero(kept)
    jumps = np.zeros(len(kept), bool)
    if len(rows) < 3:
        return jumps
    place_m = _on_plane(track.latitude_deg[rows], track.longitude_deg[rows])
    pace_mps = np.linalg.norm(np.diff(place_m, axis=0), axis=1) / np.diff(track.time_s[rows])
    too_fast = pace_mps > FASTEST_MPS
    jumps[rows[1:-1]] = too_fast[:-1] & too_fast[1:]
    return jumps
