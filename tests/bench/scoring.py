"""From an upward vertical, or a stride table, to the error of each stride, and from those to figures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sensor.samples import BoolArray, FloatArray


@dataclass(frozen=True, slots=True)
class Figures:
    """Error of per-stride mean flexion over some strides, degrees, and how many strides."""

    bias: float
    sd: float
    rmse: float
    p95: float
    worst: float
    count: int


def figures(error_deg: FloatArray) -> Figures:
    """Return the figures of a set of stride errors."""
    if error_deg.size == 0:
        return Figures(*(float("nan"),) * 5, 0)
    size = np.abs(error_deg)
    return Figures(
        float(error_deg.mean()),
        float(error_deg.std()),
        float(np.sqrt((error_deg**2).mean())),
        float(np.percentile(size, 95)),
        float(size.max()),
        int(error_deg.size),
    )


def pitch_deg(up_sensor: FloatArray, trunk_from_sensor: FloatArray) -> FloatArray:
    """Return the (n,) forward pitch from (n, 3) upward verticals in sensor axes."""
    up = up_sensor @ trunk_from_sensor.T
    return np.asarray(np.degrees(np.arctan2(-up[:, 0], up[:, 2])))


def stride_means(values: FloatArray, rate_hz: float, rows_s: FloatArray) -> FloatArray:
    """Return the (s,) means of (n,) values between (s, 2) times, to the fraction of a sample."""
    total = np.concatenate([[0.0], np.cumsum(0.5 * (values[1:] + values[:-1]))])
    at = np.interp(rows_s * rate_hz, np.arange(len(values)), total)
    return np.asarray((at[:, 1] - at[:, 0]) / ((rows_s[:, 1] - rows_s[:, 0]) * rate_hz))


def inclination_rmse_deg(up: FloatArray, true_up: FloatArray, rows: BoolArray) -> float:
    """Return the root mean square angle between (n, 3) unit verticals over the chosen rows."""
    across = np.linalg.norm(np.cross(up[rows], true_up[rows]), axis=1)
    angle = np.degrees(np.arctan2(across, (up[rows] * true_up[rows]).sum(axis=1)))
    return float(np.sqrt((angle**2).mean()))
