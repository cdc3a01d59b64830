"""Strides as a live estimator tells them."""

from __future__ import annotations

import math

from analysis.live.records import LiveStride
from analysis.words import Activity


def live_stride(start_s: float, adjusted_deg: float, *, stride_s: float = 1.0) -> LiveStride:
    """Return a usable stride of level, even running."""
    return LiveStride(
        start_s=start_s,
        end_s=start_s + stride_s,
        activity=Activity.RUN,
        usable=True,
        distance_m=3.0 * start_s,
        speed_mps=3.0,
        grade_pct=0.0,
        cadence_spm=160.0,
        heart_rate_bpm=math.nan,
        trunk_flexion_deg=8.0 + adjusted_deg,
        adjusted_flexion_deg=adjusted_deg,
        head_pitch_deg=math.nan,
    )


def slouching(count: int, adjusted_deg: float = 6.0) -> list[LiveStride]:
    """Return so many strides of a second, all so far above the usual."""
    return [live_stride(float(i), adjusted_deg) for i in range(count)]
