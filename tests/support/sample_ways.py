"""Made-up ways over the ground, in metres, and the places on earth they lie at."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis.run_report import Route, RunReport
from sensor.samples import FloatArray

SPEED_MPS = 3.0


def around(
    corners_m: list[tuple[float, float]], *, step_m: float = SPEED_MPS
) -> tuple[FloatArray, FloatArray]:
    """Return places (east, north) every ``step_m`` along the straight lines from corner to corner."""
    corner = np.array(corners_m)
    along_m = np.concatenate([[0.0], np.hypot(*np.diff(corner, axis=0).T).cumsum()])
    at_m = np.arange(0.0, along_m[-1] + 1e-9, step_m)
    return np.interp(at_m, along_m, corner[:, 0]), np.interp(at_m, along_m, corner[:, 1])


def square(side_m: float) -> tuple[FloatArray, FloatArray]:
    """Return once around a square, from its south-western corner, northward first."""
    return around([(0.0, 0.0), (0.0, side_m), (side_m, side_m), (side_m, 0.0), (0.0, 0.0)])


def placed(
    east_m: FloatArray, north_m: FloatArray, *, latitude_deg: float = 48.0, longitude_deg: float = 11.5
) -> Route:
    """Return one fix a second of a way near a place, by the ellipsoid's two radii of curvature."""
    squared = 0.00669437999014
    sine = np.sin(np.radians(latitude_deg))
    meridian_m = 6_378_137.0 * (1 - squared) / (1 - squared * sine**2) ** 1.5
    latitude = latitude_deg + np.degrees(north_m / meridian_m)
    normal_m = 6_378_137.0 / np.sqrt(1 - squared * np.sin(np.radians(latitude)) ** 2)
    longitude = longitude_deg + np.degrees(east_m / (normal_m * np.cos(np.radians(latitude))))
    time_s = np.arange(len(east_m), dtype=float)
    return Route(time_s, latitude, (longitude + 180.0) % 360.0 - 180.0, SPEED_MPS * time_s)


def with_way(report: RunReport) -> RunReport:
    """Return the report of a run that bends its way around a park, half of it flagged, a part unjudged."""
    strides = report.strides
    share = strides["distance_m"] / np.nanmax(strides["distance_m"])
    flag = np.select(
        [share > 0.65, (share > 0.55) & (share < 0.62), (share > 0.3) & (share < 0.45)],
        ["slouched", "leaning", "watch"],
        "none",
    ).astype(object)
    judged = (strides["activity"] == "run") & strides["usable"] & ((share < 0.2) | (share > 0.25))
    turn = np.linspace(0.0, 2 * np.pi, int(strides["end_s"][-1]))
    radius = 1.0 + 0.25 * np.cos(3 * turn) + 0.1 * np.sin(11 * turn)
    east, north = radius * np.cos(turn), 0.7 * radius * np.sin(turn)
    scale_m = np.nanmax(strides["distance_m"]) / np.hypot(np.diff(east), np.diff(north)).sum()
    way = placed(scale_m * east, scale_m * north)
    distance_m = np.interp(way.time_s, strides["start_s"], strides["distance_m"])
    return replace(
        report,
        strides=strides.with_columns(flag=flag, judged=judged),
        route=replace(way, distance_m=distance_m),
    )
