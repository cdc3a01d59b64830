"""Upper back and head worn together: is the neck's flexion plausible while standing and walking?

Nobody runs in this record, so the axes are not found from the gait: both sensors were worn with x up and z
backwards (the published segment-to-sensor rotations say so), and a standing levels them.
"""

from __future__ import annotations

import numpy as np

from analysis.config import AnalysisConfig
from analysis.motion import motion_of
from analysis.stages.posture import inclination_deg
from sensor.samples import FloatArray
from tests.bench.revalidation.tables import Cell, Section
from tests.support.datasets import qmt
from tests.support.recordings import sensor_recording

ZERO_S = (60.0, 75.0)
STRETCHES = (
    ("standing, before", 40.5, 45.0),
    ("standing, the zero", 61.0, 74.0),
    ("fast walk or shuffle", 95.0, 108.0),
    ("walk", 110.0, 135.0),
)
SENSOR_LEFT = np.array([0.0, 1.0, 0.0])


def pitch_deg(segment: str) -> tuple[FloatArray, FloatArray]:
    """Return the record's times (n,) and the forward pitch (n,) of a segment against the standing."""
    imu = qmt(segment)
    first_s = float(imu.time_s[0])
    sensor = sensor_recording(imu.time_s - first_s, imu.acc_sensor_mps2, imu.gyr_sensor_radps)
    motion = motion_of(sensor, None, AnalysisConfig())
    time_s = first_s + motion.stream.start_s + np.arange(len(motion.stream)) / motion.stream.rate_hz
    standing = (time_s >= ZERO_S[0]) & (time_s <= ZERO_S[1])
    up = motion.up_sensor[:, standing].mean(axis=1)
    up /= np.linalg.norm(up)
    forward = np.cross(SENSOR_LEFT, up)
    forward /= np.linalg.norm(forward)
    level_from_sensor = np.stack([forward, np.cross(up, forward), up])
    return time_s, inclination_deg(level_from_sensor @ motion.up_sensor)[0]


def stretches() -> list[tuple[str, float, float, float, float]]:
    """Return, per stretch, its name, trunk, head and neck flexion, and how much the neck's seconds differ."""
    (time_s, trunk), (_, head) = pitch_deg("upper_back"), pitch_deg("head")
    found = []
    for name, from_s, to_s in STRETCHES:
        inside = (time_s >= from_s) & (time_s < to_s)
        neck = (head - trunk)[inside]
        seconds = neck[: len(neck) // 100 * 100].reshape(-1, 100).mean(axis=1)
        found.append((name, trunk[inside].mean(), head[inside].mean(), neck.mean(), seconds.std()))
    return found


def section() -> Section:
    """Return the standing and the two stretches of gait."""
    rows: list[list[Cell]] = [[name, *map(float, values)] for name, *values in stretches()]
    return Section(
        "Upper back and head together",
        "No optical truth: the neck must stay within what a walking person does, steady to a few degrees. "
        "All angles are against the standing from 60 to 75 s.",
        ("stretch", "trunk °", "head °", "neck °", "SD of the neck's seconds °"),
        rows,
    )
