"""States of a run as a live estimator would tell them, written by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence

from analysis.live.records import LiveState, LiveStride, Usual, UsualSource
from analysis.words import Activity, ZeroSource

STRIDE_S = 0.7
STRIDE_M = 2.5

USUAL = Usual(6.2, UsualSource.THIS_RUN, 180.0)


def a_stride(
    start_s: float,
    *,
    distance_m: float,
    change_deg: float = 0.0,
    activity: Activity = Activity.RUN,
) -> LiveStride:
    """Return a stride of `STRIDE_S` over `STRIDE_M`, at whose end ``distance_m`` are covered."""
    return LiveStride(
        start_s=start_s,
        end_s=start_s + STRIDE_S,
        activity=activity,
        usable=True,
        distance_m=distance_m,
        speed_mps=STRIDE_M / STRIDE_S,
        grade_pct=math.nan,
        cadence_spm=120.0 / STRIDE_S,
        heart_rate_bpm=math.nan,
        trunk_flexion_deg=USUAL.flexion_deg + change_deg,
        adjusted_flexion_deg=change_deg,
        head_pitch_deg=math.nan,
    )


def run_of(
    count: int, *, change_deg: float, from_s: float = 0.0, from_m: float = 0.0
) -> tuple[LiveStride, ...]:
    """Return so many strides without a break."""
    return tuple(
        a_stride(from_s + i * STRIDE_S, distance_m=from_m + (i + 1) * STRIDE_M, change_deg=change_deg)
        for i in range(count)
    )


def state_of(strides: Sequence[LiveStride], time_s: float, *, usual: Usual | None = None) -> LiveState:
    """Return the state that tells these strides."""
    return LiveState(time_s, tuple(strides), usual or USUAL, ZeroSource.STANDING, "")
