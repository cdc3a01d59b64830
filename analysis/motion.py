"""One sensor's way through the signal stages: from its samples to the vertical in its own axes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.config import AnalysisConfig
from analysis.signals import EvenStream, Gait, Rests, Strapdown, Strides, TrunkAxes, Vertical
from analysis.stages import quaternion
from analysis.stages.aided import SpeedBelief, aided_vertical
from analysis.stages.axes import find_axes
from analysis.stages.gait import find_gait
from analysis.stages.gapfill import fill_gaps
from analysis.stages.rest import find_rests
from analysis.stages.sides import opening_side
from analysis.stages.speed import SpeedProfile
from analysis.stages.strapdown import integrate
from analysis.stages.strides import find_strides
from analysis.stages.timebase import even_stream
from analysis.stages.vertical import AveragedForce, PathAcceleration, unaided_vertical, up_in_sensor
from analysis.stages.zero import Zero, find_zero
from sensor.samples import FloatArray, IntArray, SensorRecording


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """Everything the signal stages found out about one sensor.

    Parameters
    ----------
    stream
        Even stream, short gaps filled.
    rests, gait, strides
        Stillness, steps, strides (each opens with a left contact where the side is known).
    side
        (b,) per bout: 1 strides open left, 0 undecided.
    zero, axes
        How the sensor sits.
    up_sensor
        (3, n) upward vertical in sensor axes.
    path
        Acceleration of the path.
    """

    stream: EvenStream
    rests: Rests
    gait: Gait
    strides: Strides
    side: IntArray
    zero: Zero
    axes: TrunkAxes
    up_sensor: FloatArray
    path: PathAcceleration


def motion_of(sensor: SensorRecording, speed: SpeedProfile | None, config: AnalysisConfig) -> Motion:
    """Take one sensor with a gyroscope through the signal stages.

    Parameters
    ----------
    sensor
        Samples on the session's time line.
    speed
        Speed through the room where known.
    config
        All numbers.

    Raises
    ------
    SignalError
        For a signal nothing can be drawn from.
    """
    raw = even_stream(sensor, config.signal)
    rests = find_rests(raw, config.rest)
    gait = find_gait(raw, config.gait)
    stream = fill_gaps(raw, gait, config.signal)
    strapdown = integrate(stream, rests, round(config.signal.broken_s * stream.rate_hz))
    force = AveragedForce(stream, strapdown, config.orientation)
    first = unaided_vertical(force, strapdown, config.orientation)
    rough_up = up_in_sensor(strapdown, first)
    strides = find_strides(gait)
    zero = find_zero(stream, rests, strides, rough_up, config.rest)
    axes = find_axes(stream, strapdown, rough_up, strides, zero, rests, config.axes)
    ahead = _forward_inertial(strapdown, axes, force)
    belief = speed_belief(first, stream, gait, rests, speed, config)
    vertical = aided_vertical(force, first, ahead, belief, config.orientation)
    up = up_in_sensor(strapdown, vertical)
    side = opening_side(stream, up, strides, len(gait.first), config.axes)
    return Motion(
        stream,
        rests,
        gait,
        find_strides(gait, (side < 0).astype(np.int64)),
        np.abs(side),
        zero,
        axes,
        up,
        PathAcceleration(force, vertical, ahead, config.orientation),
    )


def _forward_inertial(strapdown: Strapdown, axes: TrunkAxes, force: AveragedForce) -> FloatArray:
    """Return (3, m) the trunk's forward axis in the inertial frame at the thinned rows."""
    q = strapdown.inertial_from_sensor[:, force.row.astype(np.int64)]
    ahead = np.repeat(axes.trunk_from_sensor[0][:, None], q.shape[1], axis=1)
    return quaternion.rotate(q, ahead)


def speed_belief(
    vertical: Vertical,
    stream: EvenStream,
    gait: Gait,
    rests: Rests,
    speed: SpeedProfile | None,
    config: AnalysisConfig,
) -> SpeedBelief:
    """Say what is known of the speed at every node: nought in standing, as measured, or about 3 m/s."""
    c = config.orientation
    row = np.clip(np.round(vertical.node_row).astype(np.int64), 0, len(stream) - 1)
    step_s = float(vertical.node_row[1] - vertical.node_row[0]) / stream.rate_hz
    moving = _inside(row, gait.first, gait.last)
    still = _inside(row, rests.first, rests.last)
    run_mps = c.run_speed_mps
    if speed is not None and not speed.measured:
        run_mps = float(speed.speed_mps[0])
    nominal = np.where(gait.running[row], run_mps, np.where(moving, min(c.walk_speed_mps, run_mps), 0.0))
    measured = np.zeros(len(row))
    weight = np.where(still, 1.0 / c.rest_speed_spread_mps**2, 0.0)
    if speed is not None and speed.measured:
        at_s = stream.start_s + vertical.node_row / stream.rate_hz
        measured = np.where(still, 0.0, np.interp(at_s, speed.time_s, speed.speed_mps))
        weight = np.where(still, weight, step_s / c.known_speed_spread_mps**2)
        nominal = measured
    return SpeedBelief(np.where(still, 0.0, nominal), measured, weight)


def _inside(row: IntArray, first: IntArray, last: IntArray) -> np.ndarray:
    """Tell which rows lie in one of the sorted stretches."""
    return np.asarray(
        np.searchsorted(first, row, side="right") > np.searchsorted(last, row, side="right"), dtype=np.bool_
    )
