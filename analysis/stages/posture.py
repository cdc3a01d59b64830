"""Stage 10: the angles of the trunk, averaged over whole strides."""

from __future__ import annotations

import numpy as np

from analysis.signals import EvenStream, RealArray, Strides
from analysis.stages.runs import chunks
from sensor.samples import FloatArray


def inclination_deg(up: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return flexion and lateral angle in degrees of (3, n) upward verticals in the axes of a segment.

    Forward and right are positive: atan2(−x, z) and atan2(y, z).
    """
    return np.degrees(np.arctan2(-up[0], up[2])), np.degrees(np.arctan2(up[1], up[2]))


def inclination_of(body_from_sensor: FloatArray, up_sensor: RealArray) -> tuple[FloatArray, FloatArray]:
    """Return `inclination_deg` of (3, n) verticals in sensor axes, turned into a body's first."""
    flexion, lateral = np.empty(up_sensor.shape[1]), np.empty(up_sensor.shape[1])
    for part in chunks(up_sensor.shape[1]):
        flexion[part], lateral[part] = inclination_deg(body_from_sensor @ up_sensor[:, part])
    return flexion, lateral


def turned_deg(gyr_sensor_radps: FloatArray, up_sensor: RealArray, rate_hz: float) -> FloatArray:
    """Return (n,) degrees turned about the vertical since row 0, left positive.

    Parameters
    ----------
    gyr_sensor_radps, up_sensor
        (n, 3) angular rate and (3, n) upward vertical, sensor axes.
    rate_hz
        Rows per second.
    """
    rate = np.einsum("ij,ji->i", gyr_sensor_radps, up_sensor)
    return np.asarray(np.degrees(np.cumsum(rate)) / rate_hz)


def mean_between(values: FloatArray, start_row: FloatArray, end_row: FloatArray) -> FloatArray:
    """Return the mean of (n,) or (c, n) values between fractional rows, by the trapezoid rule."""
    steps = (values[..., 1:] + values[..., :-1]) / 2.0
    total = np.concatenate((np.zeros((*values.shape[:-1], 1)), np.cumsum(steps, axis=-1)), axis=-1)
    length = np.maximum(end_row - start_row, 1e-9)
    return np.asarray((_at(total, end_row) - _at(total, start_row)) / length)


def _at(values: FloatArray, row: FloatArray) -> FloatArray:
    """Interpolate (…, n) values at fractional rows."""
    base = np.clip(row.astype(np.int64), 0, values.shape[-1] - 2)
    part = row - base
    return np.asarray(values[..., base] * (1.0 - part) + values[..., base + 1] * part)


def range_within(values: FloatArray, start_row: FloatArray, end_row: FloatArray) -> FloatArray:
    """Return largest minus smallest of (n,) values between fractional rows that do not overlap."""
    if len(start_row) == 0:
        return np.zeros(0)
    first = np.ceil(start_row).astype(np.int64)
    last = np.maximum(np.floor(end_row).astype(np.int64), first + 1)
    edges = np.stack((first, np.minimum(last, len(values) - 1)), axis=1).ravel()
    largest = np.maximum.reduceat(values, edges)[::2]
    smallest = np.minimum.reduceat(values, edges)[::2]
    return np.asarray(largest - smallest)


def posture_columns(
    stream: EvenStream, up_sensor: RealArray, trunk_from_sensor: FloatArray, strides: Strides
) -> dict[str, FloatArray]:
    """Return the angle columns of the stride table.

    Parameters
    ----------
    stream
        For rotation about the vertical.
    up_sensor
        (3, n) upward vertical in sensor axes.
    trunk_from_sensor
        (3, 3) rotation.
    strides
        Which rows belong together; every stride opens with a left contact where sides are known.

    Returns
    -------
    dict
        Arrays (s,) in degrees.
    """
    flexion, lateral = inclination_of(trunk_from_sensor, up_sensor)
    start, middle, end = strides.start_row, strides.middle_row, strides.end_row
    yaw = np.full(len(stream), np.nan)
    if stream.gyr_sensor_radps is not None:
        yaw = turned_deg(stream.gyr_sensor_radps, up_sensor, stream.rate_hz)
    return {
        "trunk_flexion_deg": mean_between(flexion, start, end),
        "trunk_flexion_rom_deg": range_within(flexion, start, end),
        "trunk_lateral_deg": mean_between(lateral, start, end),
        "lateral_left_deg": mean_between(lateral, start, middle),
        "lateral_right_deg": mean_between(lateral, middle, end),
        "trunk_rotation_rom_deg": range_within(_without_turning(yaw, strides), start, end),
    }


def _without_turning(yaw_deg: FloatArray, strides: Strides) -> FloatArray:
    """Take the course of the path out of the yaw: a straight line from stride to stride."""
    if len(strides) == 0:
        return yaw_deg
    knots = np.append(strides.start_row, strides.end_row[-1])
    row = np.arange(len(yaw_deg), dtype=np.float64)
    return np.asarray(yaw_deg - np.interp(row, knots, _at(yaw_deg, knots)))
