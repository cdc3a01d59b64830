"""What a watch or a phone recorded of a run, on its own clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sensor.errors import ImportFileError
from sensor.importers.watch.positions import way_along
from sensor.samples import FloatArray, freeze_arrays
from sensor.session.watch_rows import LONGEST_WATCH_S

EARLIEST_DATE_S = 946_684_800.0
"""2000-01-01: a watch that tells an earlier time has never been set."""

STEPS_PER_STRIDE = 2.0
"""Files count the strides of one leg."""

MOST_POINTS = 2_000_000
"""Three weeks of a point a second."""

PER_POINT = (
    "distance_m",
    "speed_mps",
    "altitude_m",
    "heart_rate_bpm",
    "cadence_spm",
    "latitude_deg",
    "longitude_deg",
)
"""What a point may tell beside its time, in the order of `Point`."""

_POSSIBLE: Mapping[str, tuple[float, float]] = {
    "distance_m": (0.0, 1e7),
    "speed_mps": (0.0, 50.0),
    "altitude_m": (-500.0, 9_000.0),
    "heart_rate_bpm": (20.0, 250.0),
    "cadence_spm": (0.0, 400.0),
    "latitude_deg": (-90.0, 90.0),
    "longitude_deg": (-180.0, 180.0),
}
"""What can be; a value beyond is left out."""


class Point(NamedTuple):
    """One record of a watch: its time, s on its clock, and what it measured then; None where nothing."""

    time_s: float
    distance_m: float | None = None
    speed_mps: float | None = None
    altitude_m: float | None = None
    heart_rate_bpm: float | None = None
    cadence_spm: float | None = None
    latitude_deg: float | None = None
    longitude_deg: float | None = None


class Lap(NamedTuple):
    """A lap or interval as the watch has it, s on its clock."""

    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WatchActivity:
    """One run of an activity file.

    Parameters
    ----------
    kind
        ``FIT``, ``GPX`` or ``TCX``.
    device
        Name of what recorded it, empty where the file does not say.
    has_date
        Whether its clock knows the date: then times are seconds since 1970 in UTC, else only their
        differences count.
    time_s
        (n,) strictly rising.
    distance_m, speed_mps, altitude_m, heart_rate_bpm, cadence_spm, latitude_deg, longitude_deg
        (n,) NaN where nothing was measured. Cadence is steps a minute. Distance never falls.
    laps, pauses_s
        Laps, and the stretches in which the watch was stopped.
    notices
        What had to be left out or mended, in sentences.
    """

    kind: str
    device: str
    has_date: bool
    time_s: FloatArray
    distance_m: FloatArray
    speed_mps: FloatArray
    altitude_m: FloatArray
    heart_rate_bpm: FloatArray
    cadence_spm: FloatArray
    latitude_deg: FloatArray
    longitude_deg: FloatArray
    laps: tuple[Lap, ...] = ()
    pauses_s: tuple[tuple[float, float], ...] = ()
    notices: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        freeze_arrays(self)


def activity_of(
    kind: str,
    points: Iterable[Point],
    *,
    device: str = "",
    has_zone: bool = True,
    laps: Iterable[Lap] = (),
    pauses_s: Iterable[tuple[float, float]] = (),
    notices: Iterable[str] = (),
) -> WatchActivity:
    """Put points in order and leave out what cannot be.

    Parameters
    ----------
    kind
        ``FIT``, ``GPX`` or ``TCX``.
    points
        In the order of the file.
    device
        Name of what recorded them.
    has_zone
        Whether times are UTC; else they are some local time.
    laps, pauses_s, notices
        As in `WatchActivity`.

    Raises
    ------
    ImportFileError
        With fewer than two points, more than any run has, or times that no run spans.
    """
    table = _table(points)
    table, told = _in_order(table)
    columns = dict(zip(PER_POINT, table[:, 1:].T, strict=True))
    time_s = table[:, 0]
    told = [*notices, *told]
    if np.isnan(columns["distance_m"]).all():
        columns["distance_m"] = way_along(time_s, columns["latitude_deg"], columns["longitude_deg"])
    columns["distance_m"], fell_m = _never_falling(columns["distance_m"])
    if fell_m > 0:
        told.append(f"Its distance fell by {fell_m:.0f} m in all; it is taken to have stood still there.")
    has_date = has_zone and bool(time_s[0] >= EARLIEST_DATE_S)
    return WatchActivity(
        kind=kind,
        device=device,
        has_date=has_date,
        time_s=time_s,
        **columns,
        laps=tuple(lap for lap in laps if lap.end_s > lap.start_s),
        pauses_s=tuple(pause for pause in pauses_s if pause[1] > pause[0]),
        notices=tuple(told),
    )


def refuse_more_points(count: int) -> None:
    """Refuse more points than any run has, while they are read: a hostile file has room for millions.

    Raises
    ------
    ImportFileError
        Above `MOST_POINTS`.
    """
    if count > MOST_POINTS:
        raise ImportFileError(f"more than {MOST_POINTS:,} points; give the file of one run")


def _table(points: Iterable[Point]) -> FloatArray:
    """Return (n, 8) one row per point, NaN where nothing was measured or what was measured cannot be."""
    rows: list[Point] = []
    for point in points:
        rows.append(point)
        refuse_more_points(len(rows))
    table = np.array(rows, dtype=np.float64).reshape(-1, 1 + len(PER_POINT))
    for column, (low, high) in enumerate(_POSSIBLE.values(), start=1):
        value = table[:, column]
        value[~((value >= low) & (value <= high))] = np.nan
    # A position is two numbers: one alone is none, nor is the place at 0°, 0° that empty fields become.
    place = table[:, -2:]
    place[np.isnan(place).any(axis=1) | (place == 0.0).all(axis=1)] = np.nan
    return table


def _in_order(table: FloatArray) -> tuple[FloatArray, list[str]]:
    """Return the points with rising times and nothing of other days, and what was left out."""
    told = []
    table = table[np.isfinite(table[:, 0])]
    if len(table) < 2:
        raise ImportFileError(
            "no points with a time in it; export the recorded activity, not a planned route"
        )
    off = np.abs(table[:, 0] - np.median(table[:, 0])) > LONGEST_WATCH_S
    if off.any():
        told.append(f"{np.count_nonzero(off)} points dated weeks away from the others are left out.")
        table = table[~off]
    if len(table) < 2:
        raise ImportFileError("its times lie weeks apart from each other; export the activity again")
    rising = np.concatenate([[True], table[1:, 0] > np.maximum.accumulate(table[:, 0])[:-1]])
    doubled = int(np.count_nonzero(~rising))
    if doubled > len(table) // 2:
        raise ImportFileError("most of its times do not rise; export the activity again")
    if doubled:
        told.append(f"{doubled} points that repeat or go back in time are left out.")
    table = table[rising]
    if len(table) < 2:
        raise ImportFileError("fewer than two points in it; give the file of a run")
    return table, told


def _never_falling(distance_m: FloatArray) -> tuple[FloatArray, float]:
    """Return the distance as its highest value so far, and by how much it fell in all."""
    known = np.isfinite(distance_m)
    if not known.any():
        return distance_m, 0.0
    kept = distance_m.copy()
    value = distance_m[known]
    kept[known] = np.maximum.accumulate(value)
    steps = np.diff(value)
    return kept, float(-steps[steps < 0].sum())
