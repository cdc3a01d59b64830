"""The angles of the trunk, averaged over whole strides."""

from __future__ import annotations

import numpy as np

from analysis.maths.angles import flexion_of, integrated_yaw_deg, lateral_of
from analysis.maths.between_rows import mean_between, range_within, value_at
from analysis.maths.intervals import chunks
from analysis.signal.records import EvenStream, Strides
from sensor.samples import FloatArray, RealArray


def posture_columns(
    stream: EvenStream, up_sensor: RealArray, *, trunk_from_sensor: FloatArray, strides: Strides
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
    return {
        **_flexion_columns(flexion_of(trunk_from_sensor, up_sensor), strides),
        **_lateral_columns(lateral_of(trunk_from_sensor, up_sensor), strides),
        "trunk_rotation_rom_deg": _rotation_rom_deg(stream, up_sensor, strides),
    }


def _flexion_columns(flexion_deg: FloatArray, strides: Strides) -> dict[str, FloatArray]:
    start, end = strides.start_row, strides.end_row
    return {
        "trunk_flexion_deg": mean_between(flexion_deg, start, end),
        "trunk_flexion_rom_deg": range_within(flexion_deg, start, end),
    }


def _lateral_columns(lateral_deg: FloatArray, strides: Strides) -> dict[str, FloatArray]:
    start, middle, end = strides.start_row, strides.middle_row, strides.end_row
    edges = np.stack((start, start, middle)), np.stack((end, middle, end))
    whole, left, right = mean_between(lateral_deg, *edges)
    return {"trunk_lateral_deg": whole, "lateral_left_deg": left, "lateral_right_deg": right}


def _rotation_rom_deg(stream: EvenStream, up_sensor: RealArray, strides: Strides) -> FloatArray:
    """Return the (s,) range of the rotation about the vertical; NaN without a gyroscope."""
    if stream.gyr_sensor_radps is None:
        return np.full(len(strides), np.nan)
    yaw = integrated_yaw_deg(stream.gyr_sensor_radps, up_sensor, stream.rate_hz)
    return range_within(_without_turning(yaw, strides), strides.start_row, strides.end_row)


def _without_turning(yaw_deg: FloatArray, strides: Strides) -> FloatArray:
    """Take the heading of the path out of (n,) yaw: a straight line from stride to stride."""
    if len(strides) == 0:
        return yaw_deg
    knots = np.append(strides.start_row, strides.end_row[-1])
    heading_deg = value_at(yaw_deg, knots)
    turned = np.empty_like(yaw_deg)
    for part in chunks(len(yaw_deg)):
        turned[part] = yaw_deg[part] - np.interp(np.arange(part.start, part.stop), knots, heading_deg)
    return turned
