"""Stylised runs of `tests.support.bvh` made endless, with a sensor on the chest and one on the head."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from tests.support.bvh import Clip, bandai, bandai_reference
from tests.support.imu_from_pose import Pose, best_period_s, close_loop, pose_from_matrices, sample_pose
from tests.support.looped_run import LoopedRun, looped_run

SYNTHESIS_HZ = 100.0
JOIN_S = 0.25
ARM_M = {"Chest": np.array([0.10, 0.0, 0.08]), "Head": np.array([0.08, 0.0, 0.10])}
"""Where the sensor sits on each segment, from its joint, in trunk convention: breast bone, forehead."""

BENT_LEAN_DEG = 15.0
BENT_FROM_DEG = 20.0
"""The actors were not recorded standing. Upright styles stand with the bones of the spine upright, bent ones
(thorax from here on) lean a little in standing too, or they would run more than 25 degrees from it."""


@lru_cache(maxsize=4)
def _clip(name: str) -> Clip:
    return bandai(name)


def standing_lean_deg(name: str) -> float:
    """Return how far chest and head lean forward in the made-up standing of a clip."""
    thorax_deg = float(bandai_reference()["mid_thorax_pitch_deg"].to_dict()[name])
    return BENT_LEAN_DEG if thorax_deg > BENT_FROM_DEG else 0.0


def _pose(clip: Clip, joint: str) -> Pose:
    pose = clip.pose(joint, ARM_M[joint])
    back = Rotation.from_euler("y", -standing_lean_deg(clip.name), degrees=True).as_matrix()
    return pose_from_matrices(pose.time_s, pose.position_earth_m, pose.earth_from_body @ back)


def styled_run(name: str, segment: str = "Chest", **how: Any) -> LoopedRun:
    """Return a clip, looped, after standing at `standing_lean_deg`, from which its flexion counts.

    The loop is the same for every segment of a clip, so two sensors can be worn at once.

    Parameters
    ----------
    name
        As the reference table calls the clip, for example ``dataset-1_run_sad_001``.
    segment
        ``Chest`` or ``Head``.
    how
        Further words of `looped_run`: `standing_s`, `running_s`, `sensor_from_body_wxyz`, `noisy`, `seed`.
    """
    clip, reference = _clip(name), bandai_reference().loc[[name]].iloc[0].astype(float)
    stride_s = 120.0 / reference["cadence_spm"]
    strides = int((clip.time_s[-1] - JOIN_S - 0.02) / stride_s)
    start_s = JOIN_S + 0.5 * (clip.time_s[-1] - JOIN_S - 0.02 - strides * stride_s)
    upsampled_s = np.arange(int(clip.time_s[-1] * SYNTHESIS_HZ) + 1) / SYNTHESIS_HZ
    chest, worn = (sample_pose(_pose(clip, joint), upsampled_s) for joint in ("Chest", segment))
    period_s = best_period_s(chest, start_s, strides * stride_s, JOIN_S)
    return looped_run(
        name,
        close_loop(worn, start_s, period_s, JOIN_S),
        strides_per_loop=strides,
        speed_mps=reference["mid_speed_mps"],
        **how,
    )
