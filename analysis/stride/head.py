"""How far the head is carried ahead of its place in standing: two links, always with an interval.

    forward = H · (h · sin(k · trunk flexion) + n · sin(neck link tilt))

H is the stature, h the share of the hip–C7 link, n that of the neck–head link up to the temples. With a head
sensor the tilt of the neck link is a mix of head pitch and trunk flexion, without one it follows the trunk
alone, as it does on average in a small population. Neither measures the head sliding forward at level gaze.
It is a model: pitch and neck flexion are measured, and said first.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.stride.config import HeadConfig
from sensor.samples import FloatArray

HEAD_SENSOR = "head sensor"
TRUNK_MODEL = "trunk model"

_TWO_SIDED_95 = 1.96
_CM_PER_M = 100.0


def head_columns(
    trunk_flexion_deg: FloatArray,
    head_pitch_deg: FloatArray | None,
    *,
    stature_m: float | None,
    config: HeadConfig,
) -> dict[str, npt.NDArray[Any]]:
    """Return the head columns of the stride table.

    Parameters
    ----------
    trunk_flexion_deg
        (s,) stride means against standing, forward positive; NaN where unknown.
    head_pitch_deg
        (s,) stride means of the head sensor against standing, face-down positive; None without one.
    stature_m
        The runner's stature; None where it is not known, which widens the interval.
    config
        Shares, ratios and the half width.

    Returns
    -------
    dict
        Arrays (s,): `head_pitch_deg`, `neck_flexion_deg` (both NaN without a head sensor), `head_forward_cm`
        with its 95 % interval `head_forward_lo_cm` and `head_forward_hi_cm`, relative to the hip, and
        `head_source`. A stride with any angle missing has no position, also where its trunk is known: one
        run never mixes two methods.
    """
    pitch_deg = np.full(len(trunk_flexion_deg), np.nan) if head_pitch_deg is None else head_pitch_deg
    tilt_deg = _neck_link_tilt_deg(trunk_flexion_deg, head_pitch_deg, config)
    height_cm = _CM_PER_M * (config.default_stature_m if stature_m is None else stature_m)
    forward_cm = height_cm * (
        config.trunk_link * _sin(config.trunk_line_per_flexion * trunk_flexion_deg)
        + config.neck_link * _sin(tilt_deg)
    )
    half_cm = _half_width_cm(forward_cm, stature_m, config)
    source = TRUNK_MODEL if head_pitch_deg is None else HEAD_SENSOR
    return {
        "head_pitch_deg": pitch_deg,
        "neck_flexion_deg": pitch_deg - trunk_flexion_deg,
        "head_forward_cm": forward_cm,
        "head_forward_lo_cm": forward_cm - half_cm,
        "head_forward_hi_cm": forward_cm + half_cm,
        "head_source": np.full(len(trunk_flexion_deg), source, dtype=object),
    }


def _neck_link_tilt_deg(
    flexion_deg: FloatArray, pitch_deg: FloatArray | None, config: HeadConfig
) -> FloatArray:
    """Return how far the line from C7 to the temples has turned since standing."""
    if pitch_deg is None:
        return config.neck_per_flexion_alone * flexion_deg
    return config.neck_per_pitch * pitch_deg + config.neck_per_flexion * flexion_deg


def _half_width_cm(forward_cm: FloatArray, stature_m: float | None, config: HeadConfig) -> FloatArray:
    """Return half the 95 % interval: posture scales with the body, an unknown stature with the estimate."""
    half_cm = config.half_width_cm
    if stature_m is not None:
        return np.full_like(forward_cm, half_cm * stature_m / config.default_stature_m)
    unknown = _TWO_SIDED_95 * config.stature_spread_m / config.default_stature_m
    return np.hypot(half_cm, unknown * forward_cm)


def _sin(angle_deg: FloatArray) -> FloatArray:
    return np.asarray(np.sin(np.radians(angle_deg)))
