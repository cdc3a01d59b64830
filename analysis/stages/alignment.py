"""Axes of a second sensor on the body: turned so that it is pushed about in the same directions as the trunk.

Head and sacrum are shaken along with the trunk. Their own pitch and sway follow no rule that would tell
forward from backward, but their horizontal acceleration is the trunk's, seen from turned axes.
"""

from __future__ import annotations

import numpy as np
from scipy.signal import butter, sosfiltfilt

from analysis.config import AxesConfig
from analysis.signals import EvenStream, Strides, TrunkAxes
from analysis.stages.axes import horizontal_acceleration, turn_about_up, upright_from_sensor
from analysis.stages.zero import Zero
from sensor.samples import FloatArray


def aligned_axes(
    stream: EvenStream,
    up_sensor: FloatArray,
    zero: Zero,
    trunk_horizontal: FloatArray,
    trunk_stream: EvenStream,
    strides: Strides,
    config: AxesConfig,
) -> TrunkAxes | None:
    """Find the heading of a sensor by the trunk's horizontal acceleration.

    Parameters
    ----------
    stream, up_sensor, zero
        Of the second sensor; (3, n) vertical in its axes.
    trunk_horizontal
        (2, m) acceleration of the trunk forward and left, at the rows of ``trunk_stream``.
    trunk_stream, strides
        Of the trunk sensor.
    config
        Fewest strides, and the frequency above which body parts shake on their own.

    Returns
    -------
    TrunkAxes or None
        None where the two were not recorded together over enough running.
    """
    running = strides.running
    if int(running.sum()) < config.min_strides:
        return None
    first, last = strides.start_row[running][0], strides.end_row[running][-1]
    row = np.arange(int(np.ceil(first)), int(last))
    own_row = stream.rows_at(trunk_stream.time_s[row])
    row = row[(own_row >= 0) & (own_row <= len(stream) - 1)]
    if len(row) < config.min_strides * trunk_stream.rate_hz / 2:
        return None
    upright = upright_from_sensor(zero.up_sensor)
    own = horizontal_acceleration(upright @ stream.acc_sensor_mps2.T, upright @ up_sensor)
    at = stream.rows_at(trunk_stream.time_s[row])
    own_there = np.stack([np.interp(at, np.arange(len(stream)), v) for v in own])
    low = butter(4, config.shared_hz / (trunk_stream.rate_hz / 2.0), output="sos")
    mine = sosfiltfilt(low, own_there, axis=1)
    theirs = sosfiltfilt(low, trunk_horizontal[:, row], axis=1)
    product = (mine[0] - 1j * mine[1]) @ (theirs[0] + 1j * theirs[1])
    power = np.sqrt((mine**2).sum() * (theirs**2).sum())
    # Acceleration seen at an angle of -a here and 0 there: these axes must be turned by -a.
    axes = turn_about_up(-float(np.angle(product))) @ upright
    agreement = float(abs(product) / max(power, 1e-12))
    return TrunkAxes(axes, zero.source, agreement, (("shaken with the trunk", 1.0),))
