"""Posture in walking beside running: some runners stand taller running."""

from __future__ import annotations

import math

import numpy as np

from analysis.judging.config import ThirdsConfig
from analysis.records import StrideTable, WalkingPosture
from analysis.words import Activity


def walking_beside_running(table: StrideTable, config: ThirdsConfig) -> WalkingPosture | None:
    """Return the median flexion of walking and of running; None where either was too little.

    Parameters
    ----------
    table
        ``activity``, ``usable``, ``trunk_flexion_deg`` and times filled.
    config
        Fewest usable strides of each.
    """
    known = table["usable"] & np.isfinite(table["trunk_flexion_deg"])
    walked, run = (known & (table["activity"] == activity) for activity in (Activity.WALK, Activity.RUN))
    if min(int(walked.sum()), int(run.sum())) < config.min_walked_strides:
        return None
    walking_deg, running_deg = (float(np.median(table["trunk_flexion_deg"][part])) for part in (walked, run))
    return WalkingPosture(
        walking_deg=walking_deg,
        running_deg=running_deg,
        walking_strides=int(walked.sum()),
        running_strides=int(run.sum()),
        walking_s=math.fsum((table["end_s"] - table["start_s"])[walked].tolist()),
    )
