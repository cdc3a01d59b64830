"""Stylised runs of `tests.support.bvh` made endless, with a sensor on the chest and one on the head."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from tests.support.bvh import Clip, bandai, bandai_reference
from tests.support.imu_from_pose import best_period_s, close_loop, sample_pose
from tests.support.looped_run import LoopedRun, looped_run

SYNTHESIS_HZ = 100.0
JOIN_S = 0.25
ARM_M = {"Chest": np.array([0.10, 0.0, 0.08]), "Head": np.array([0.08, 0.0, 0.10])}
"""Where the sensor sits on each segment, from its joint, in trunk convention: breast bone, forehead."""


@lru_cache(maxsize=4)
def _clip(name: str) -> Clip:
    return bandai(name)


def styled_run(name: str, segment: str = "Chest", **how: Any) -> LoopedRun:
    """Return a clip, looped, after standing with the bones of the spine upright.

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
    chest, worn = (sample_pose(clip.pose(joint, ARM_M[joint]), upsampled_s) for joint in ("Chest", segment))
    period_s = best_period_s(chest, start_s, strides * stride_s, JOIN_S)
    return looped_run(
        name,
        close_loop(worn, start_s, period_s, JOIN_S),
        strides_per_loop=strides,
        speed_mps=reference["mid_speed_mps"],
        **how,
    )
