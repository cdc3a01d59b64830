"""Angles of a vertical and about it, for whole records: inclination of a body segment, heading turned."""

from __future__ import annotations

import numpy as np

from analysis.maths.intervals import chunks
from sensor.samples import FloatArray, RealArray


def inclination_deg(up: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return flexion and lateral angle in degrees of (3, n) upward verticals in the axes of a segment.

    Forward and right are positive: atan2(−x, z) and atan2(y, z).
    """
    return flexion_deg(up[0], up[2]), lateral_deg(up[1], up[2])


def flexion_deg(forward: FloatArray, along: FloatArray) -> FloatArray:
    """Return the flexion of upward verticals from their components forward and along a segment."""
    return np.degrees(np.arctan2(-forward, along))


def lateral_deg(left: FloatArray, along: FloatArray) -> FloatArray:
    """Return the lateral angle of upward verticals from their components to the left and along a segment."""
    return np.degrees(np.arctan2(left, along))


def flexion_of(body_from_sensor: FloatArray, up_sensor: RealArray) -> FloatArray:
    """Return (n,) `flexion_deg` of (3, n) verticals in sensor axes, turned into a body's by (3, 3) first."""
    flexion = np.empty(up_sensor.shape[1])
    for part in chunks(len(flexion)):
        up = body_from_sensor @ up_sensor[:, part]
        flexion[part] = flexion_deg(up[0], up[2])
    return flexion


def lateral_of(body_from_sensor: FloatArray, up_sensor: RealArray) -> FloatArray:
    """Return (n,) `lateral_deg`, as `flexion_of`: apart, since of a day each takes 72 MB."""
    lateral = np.empty(up_sensor.shape[1])
    for part in chunks(len(lateral)):
        up = body_from_sensor @ up_sensor[:, part]
        lateral[part] = lateral_deg(up[1], up[2])
    return lateral


def integrated_yaw_deg(gyr_sensor_radps: FloatArray, up_sensor: RealArray, rate_hz: float) -> FloatArray:
    """Return (n,) degrees turned about the vertical since row 0, left positive.

    Parameters
    ----------
    gyr_sensor_radps, up_sensor
        (n, 3) angular rate and (3, n) upward vertical, sensor axes.
    rate_hz
        Rows per second.
    """
    yaw: FloatArray = np.einsum("ij,ji->i", gyr_sensor_radps, up_sensor)
    np.cumsum(yaw, out=yaw)
    np.degrees(yaw, out=yaw)
    yaw /= rate_hz
    return yaw
