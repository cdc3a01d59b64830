"""Upper back and head worn together: is the neck's flexion plausible while standing and walking?

Nobody runs in this record, so the axes are not found from the gait: both sensors were worn with x up and z
backwards (the published segment-to-sensor rotations say so), and a standing levels them. offlineVQF on the
same samples is the second opinion: the walker nods by ten degrees, and both must see it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from analysis.maths.angles import inclination_deg
from sensor.samples import FloatArray
from tests.bench.revalidation.orientation import offline_vqf, ours
from tests.bench.revalidation.tables import Cell, Section
from tests.support.datasets import ImuData, qmt

ZERO_S = (60.0, 75.0)
STRETCHES = (
    ("standing, before", 40.5, 45.0),
    ("standing, the zero", 61.0, 74.0),
    ("fast walk or shuffle", 95.0, 108.0),
    ("walk", 110.0, 135.0),
)
SENSOR_LEFT = np.array([0.0, 1.0, 0.0])

Way = Callable[[ImuData], FloatArray]


def pitch_deg(segment: str, way: Way) -> tuple[FloatArray, FloatArray]:
    """Return the record's times (n,) and the forward pitch (n,) of a segment against the standing."""
    imu = qmt(segment)
    all_up = way(imu).T
    standing = (imu.time_s >= ZERO_S[0]) & (imu.time_s <= ZERO_S[1])
    up = all_up[:, standing].mean(axis=1)
    up /= np.linalg.norm(up)
    forward = np.cross(SENSOR_LEFT, up)
    forward /= np.linalg.norm(forward)
    level_from_sensor = np.stack([forward, np.cross(up, forward), up])
    return imu.time_s, inclination_deg(level_from_sensor @ all_up)[0]


def neck_seconds(way: Way = ours) -> dict[str, tuple[float, float, FloatArray]]:
    """Return, per stretch, mean trunk and head pitch and the neck's flexion second by second, degrees."""
    (time_s, trunk), (_, head) = pitch_deg("upper_back", way), pitch_deg("head", way)
    found = {}
    for name, from_s, to_s in STRETCHES:
        inside = (time_s >= from_s) & (time_s < to_s)
        neck = (head - trunk)[inside]
        seconds = neck[: len(neck) // 100 * 100].reshape(-1, 100).mean(axis=1)
        found[name] = (float(trunk[inside].mean()), float(head[inside].mean()), seconds)
    return found


def section() -> Section:
    """Return the standing and the two stretches of gait."""
    peer = neck_seconds(offline_vqf)
    rows: list[list[Cell]] = []
    for name, (trunk, head, neck) in neck_seconds().items():
        apart = float(np.abs(neck - peer[name][2]).max())
        rows.append([name, trunk, head, float(neck.mean()), float(neck.std()), apart])
    return Section(
        "Upper back and head together",
        "No optical truth: the neck must stay within what a walking person does, and agree with offlineVQF. "
        "All angles are against the standing from 60 to 75 s.",
        ("stretch", "trunk °", "head °", "neck °", "SD of the neck's seconds °", "largest second off VQF °"),
        rows,
    )
