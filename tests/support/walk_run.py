"""Recorded runs without a standing of their own: ten-metre laboratory runs beside walks, and a run in a bend.

Flexion of a run counts from the mean pose of the same person's walks (`grouvel_run_walk`), or from the
recorded standing (`biomac_curved_run`). A run of one or two strides is looped like every other.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from sensor.samples import FloatArray
from tests.support.datasets import data_dir, names
from tests.support.imu_from_pose import Bend, Pose, best_period_s, close_loop, off_bend, pose_from_matrices
from tests.support.looped_run import LoopedRun, looped_run
from tests.support.markers import (
    FORWARD_IS_X,
    FORWARD_IS_Z,
    MarkerTrial,
    fit_rigid,
    smooth_markers,
    upright_shape,
)

WALK_RUN, BEND = "grouvel_run_walk", "biomac_curved_run"
THORAX = ("C7", "T10", "CLAV", "STRN")
CASE = ("TR1", "TR2", "TR3", "TR4")
"""Markers on a sensor strapped to the breast bone: the simulated one sits there too."""
BEND_THORAX = ("C7", "Clav", "Strn")
STRAIGHT, CURVED, STANDING = "straight_run", "curved_run", "standing_npose"
HEAD_BAND = ("LFHD", "RFHD", "LBHD", "RBHD")
PELVIS = ("LASI", "RASI", "LPSI", "RPSI")
WORN: dict[tuple[str, ...], tuple[str, ...]] = {THORAX: CASE, HEAD_BAND: HEAD_BAND, PELVIS: ("SACR",)}
"""Markers in whose middle the simulated sensor sits, by the body part's cluster."""
JOIN_S = 0.15
STRAIGHT_SLOPE = 0.1
"""Largest slope of a path that counts as heading along x."""
STRIDE_S, STRIDE_REACH_S = 0.73, 0.13
"""Strides that a run is searched for: 140 to 200 steps a minute."""


@lru_cache(maxsize=64)
def walk_run_trial(name: str) -> MarkerTrial:
    """Return a smoothed walk or run, turned so that x is the way the person goes."""
    with np.load(data_dir() / WALK_RUN / f"{name}.npz") as stored:
        labels, points = stored["marker_names"], stored["markers_m"].astype(np.float64)
        rate_hz = float(stored["fs"])
    sacrum = points[:, list(labels).index("SACR"), 0]
    way = np.sign(sacrum[-1] - sacrum[0])
    return _trial(name, rate_hz, labels, points * np.array([way, way, 1.0]))


@lru_cache(maxsize=4)
def bend_trial(name: str) -> MarkerTrial:
    """Return the smoothed markers of the straight run, the bend, or the standing, which faces aside."""
    lab = FORWARD_IS_Z if name == STANDING else FORWARD_IS_X
    with np.load(data_dir() / BEND / f"{name}.npz") as stored:
        points = stored["markers_m"].astype(np.float64) @ lab.T
        return _trial(name, float(stored["fs"]), stored["marker_names"], points)


def _trial(name: str, rate_hz: float, labels: FloatArray, points: FloatArray) -> MarkerTrial:
    time_s = np.arange(len(points)) / rate_hz
    return smooth_markers(
        MarkerTrial(name, rate_hz, time_s, {str(label): points[:, i] for i, label in enumerate(labels)})
    )


def people() -> tuple[str, ...]:
    """Return the people of the walks and runs."""
    return tuple(sorted({name.split("_")[0] for name in names(WALK_RUN, "*.npz")}))


def trials_of(person: str, activity: str) -> tuple[str, ...]:
    """Return the names of a person's trials of ``Running``, ``Gait``, ``FastGait`` or ``SlowGait``."""
    return tuple(name.removesuffix(".npz") for name in names(WALK_RUN, f"{person}_{activity}_*.npz"))


def walking_shape(person: str, cluster: tuple[str, ...]) -> FloatArray:
    """Return the mean cluster (markers, 3) of a person's walks at their own pace, which counts as upright."""
    walks = [upright_shape(walk_run_trial(name), cluster) for name in trials_of(person, "Gait")]
    return np.asarray(np.mean(walks, axis=0), dtype=np.float64)


def worn_pose(name: str, cluster: tuple[str, ...] = THORAX) -> Pose:
    """Return the pose of thorax, head or pelvis in a run, where the sensor sits (`WORN`)."""
    trial = walk_run_trial(name)
    track = fit_rigid(trial, cluster, walking_shape(name.split("_")[0], cluster))
    apart = trial.stack(WORN[cluster]).mean(axis=1) - track.origin_earth_m
    arm = np.einsum("nji,nj->ni", track.earth_from_body, apart).mean(axis=0)
    return pose_from_matrices(
        track.time_s, track.origin_earth_m + track.earth_from_body @ arm, track.earth_from_body
    )


def bend_pose(name: str) -> Pose:
    """Return the pose of the breast bone in `STRAIGHT` or `CURVED`, against the recorded standing."""
    shape = upright_shape(bend_trial(STANDING), BEND_THORAX)
    track = fit_rigid(bend_trial(name), BEND_THORAX, shape)
    arm = shape[BEND_THORAX.index("Strn")]
    return pose_from_matrices(
        track.time_s, track.origin_earth_m + track.earth_from_body @ arm, track.earth_from_body
    )


def short_run(name: str, cluster: tuple[str, ...] = THORAX, **how: Any) -> LoopedRun:
    """Return a run of the walks and runs, or ``straight_run``, looped, after a standing in its own zero.

    The loop is the same for thorax, head and pelvis, so several sensors can be worn at once.

    Parameters
    ----------
    name
        ``P01_Running_01`` or another of `trials_of`, or `STRAIGHT`.
    cluster
        `THORAX`, or `HEAD_BAND` or `PELVIS` of the walks and runs.
    how
        Further words of `looped_run`.
    """
    if name == STRAIGHT:
        trunk = worn = bend_pose(STRAIGHT)
    else:
        trunk, worn = worn_pose(name), worn_pose(name, cluster)
    period_s, strides = _period(trunk)
    loop = close_loop(worn, JOIN_S, period_s, JOIN_S)
    speed_mps = float(abs(loop.advance_m[0]) / period_s)
    return looped_run(name, loop, strides_per_loop=strides, speed_mps=speed_mps, **how)


def bend_run(**how: Any) -> tuple[LoopedRun, Bend]:
    """Return the run in a bend, made an endless circle after the recorded standing, and that circle.

    Parameters
    ----------
    how
        Further words of `looped_run`.
    """
    pose = bend_pose(CURVED)
    bend, centre_m = _circle(pose)
    straight = off_bend(pose, bend, centre_m)
    period_s, strides = _period(straight)
    loop = close_loop(straight, JOIN_S, period_s, JOIN_S)
    speed_mps = abs(bend.radius_m * bend.turn_radps)
    return looped_run(CURVED, loop, strides_per_loop=strides, speed_mps=speed_mps, bend=bend, **how), bend


def _circle(pose: Pose) -> tuple[Bend, FloatArray]:
    """Return the circle on which a body goes that heads along x in the middle of the record, and its middle.

    A parabola through the path, y over x, has the circle's curvature where it heads along x.
    """
    x, y, _ = pose.position_earth_m.T
    middle_s = pose.time_s.mean()
    half, slope, start = np.polyfit(x - np.interp(middle_s, pose.time_s, x), y, 2)
    if abs(slope) > STRAIGHT_SLOPE:
        raise ValueError(f"{CURVED} does not head along x in its middle: slope {slope:.2f}")
    speed_mps = (x[-1] - x[0]) / (pose.time_s[-1] - pose.time_s[0])
    radius_m = 1.0 / (2.0 * abs(half))
    bend = Bend(radius_m, float(np.sign(half) * speed_mps / radius_m))
    middle = np.array([np.interp(middle_s, pose.time_s, x), start, 0.0])
    return bend, middle + bend.centre_m


def _period(pose: Pose) -> tuple[float, int]:
    """Return the length of the loop and the strides in it: as many as fit, at most three."""
    stride_s = best_period_s(pose, JOIN_S, STRIDE_S, JOIN_S, reach_s=STRIDE_REACH_S)
    strides = min(3, int((float(pose.time_s[-1]) - JOIN_S - 0.025) / stride_s))
    return best_period_s(pose, JOIN_S, strides * stride_s, JOIN_S), strides
