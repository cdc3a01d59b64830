"""The angles of the trunk, averaged over whole strides."""

from __future__ import annotations

import numpy as np

from analysis.maths.angles import inclination_of, integrated_yaw_deg
from analysis.maths.between_rows import mean_between, range_within, value_at
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
    flexion, lateral = inclination_of(trunk_from_sensor, up_sensor)
    start, middle, end = strides.start_row, strides.middle_row, strides.end_row
    yaw = np.full(len(stream), np.nan)
    if stream.gyr_sensor_radps is not None:
        yaw = integrated_yaw_deg(stream.gyr_sensor_radps, up_sensor, stream.rate_hz)
    return {
        "trunk_flexion_deg": mean_between(flexion, start, end),
        "trunk_flexion_rom_deg": range_within(flexion, start, end),
        "trunk_lateral_deg": mean_between(lateral, start, end),
        "lateral_left_deg": mean_between(lateral, start, middle),
        "lateral_right_deg": mean_between(lateral, middle, end),
        "trunk_rotation_rom_deg": range_within(_without_turning(yaw, strides), start, end),
    }


def _without_turning(yaw_deg: FloatArray, strides: Strides) -> FloatArray:
    """Take the heading of the path out of (n,) yaw: a straight line from stride to stride."""
    if len(strides) == 0:
        return yaw_deg
    knots = np.append(strides.start_row, strides.end_row[-1])
    row = np.arange(len(yaw_deg))
    return np.asarray(yaw_deg - np.interp(row, knots, value_at(yaw_deg, knots)))
