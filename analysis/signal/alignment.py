"""Axes of a second sensor on the body: turned so that it is pushed about in the same directions as the trunk.

Head and sacrum are shaken along with the trunk. Their own pitch and sway follow no rule that would tell
forward from backward, but their horizontal acceleration is the trunk's, seen from turned axes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, sosfiltfilt

from analysis.signal.anatomical_axes import horizontal_acceleration, turn_about_up, upright_from_sensor
from analysis.signal.config import AxesConfig
from analysis.signal.neutral_standing import StandingCalibration
from analysis.signal.records import EvenStream, Strides, TrunkAxes
from analysis.signal.stride_ensemble import first_running
from sensor.samples import FloatArray, RealArray


@dataclass(frozen=True, slots=True, eq=False)
class OrientedSensor:
    """A sensor whose axes are known: its stream, (3, n) vertical in its axes, (3, 3) rotation of its body."""

    stream: EvenStream
    up_sensor: RealArray
    body_from_sensor: FloatArray

    def horizontal(self, part: slice) -> FloatArray:
        """Return (2, m) acceleration along the body's levelled x and y at some rows."""
        force = self.body_from_sensor @ self.stream.acc_sensor_mps2[part].T
        return horizontal_acceleration(force, self.body_from_sensor @ self.up_sensor[:, part])


def aligned_axes(
    stream: EvenStream,
    up_sensor: RealArray,
    *,
    calibration: StandingCalibration,
    trunk: OrientedSensor,
    strides: Strides,
    config: AxesConfig,
) -> TrunkAxes | None:
    """Find the heading of a sensor by the trunk's horizontal acceleration.

    Parameters
    ----------
    stream, up_sensor, calibration
        Of the second sensor; (3, n) vertical in its axes.
    trunk, strides
        The trunk sensor, and the strides seen by it.
    config
        Fewest and most strides, and the frequency above which body parts shake on their own.

    Returns
    -------
    TrunkAxes or None
        None where the two were not recorded together over enough running.
    """
    running = first_running(strides, config.most_strides)
    if int(running.sum()) < config.min_strides:
        return None
    part = _together(
        stream, trunk.stream, first=strides.start_row[running][0], last=strides.end_row[running][-1]
    )
    if part.stop - part.start < config.min_strides * trunk.stream.rate_hz / 2:
        return None
    at = stream.rows_at(trunk.stream.time_s[part])
    own = slice(int(at[0]), min(int(at[-1]) + 2, len(stream)))
    upright = upright_from_sensor(calibration.up_sensor)
    shaken = OrientedSensor(stream, up_sensor, upright).horizontal(own)
    there = np.stack([np.interp(at - own.start, np.arange(shaken.shape[1]), v) for v in shaken])
    corner = min(config.shared_hz / (trunk.stream.rate_hz / 2.0), config.shared_nyquist)
    low = butter(4, corner, output="sos")
    mine = sosfiltfilt(low, there, axis=1)
    theirs = sosfiltfilt(low, trunk.horizontal(part), axis=1)
    product = (mine[0] - 1j * mine[1]) @ (theirs[0] + 1j * theirs[1])
    power = np.sqrt((mine**2).sum() * (theirs**2).sum())
    # Σ|m·exp(ia) - t|² over angles a is least at the argument of Σ conj(m)·t: the other terms are constant
    # (Procrustes in the plane). Acceleration seen at an angle of -a here and 0 there: turn these axes by -a.
    axes = turn_about_up(-float(np.angle(product))) @ upright
    agreement = float(abs(product) / max(power, 1e-12))
    return TrunkAxes(
        trunk_from_sensor=axes,
        zero_source=calibration.source,
        sideways_strength=agreement,
        forward_votes=(("shaken with the trunk", 1.0),),
    )


def _together(stream: EvenStream, trunk: EvenStream, *, first: float, last: float) -> slice:
    """Return the trunk's rows between two of them at which the other sensor recorded as well."""
    begin_s = max(trunk.start_s + first / trunk.rate_hz, stream.start_s)
    end_s = min(trunk.start_s + last / trunk.rate_hz, stream.start_s + (len(stream) - 1) / stream.rate_hz)
    begin, end = trunk.rows_at(np.array([begin_s, end_s]))
    return slice(int(np.ceil(begin)), max(int(end), int(np.ceil(begin))))
