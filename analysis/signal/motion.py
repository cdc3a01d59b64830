"""One sensor's way through the signal stages: from its samples to the vertical in its own axes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from analysis.config import AnalysisConfig
from analysis.maths import quaternion
from analysis.maths.angles import inclination_deg
from analysis.maths.between_rows import mean_between
from analysis.maths.intervals import inside
from analysis.signal.accelerometer_only import stride_mean_up, without_excess
from analysis.signal.alignment import aligned_axes
from analysis.signal.anatomical_axes import find_axes, upright_from_sensor
from analysis.signal.forward_direction import bow_rows, contradicts_running
from analysis.signal.gait import find_gait
from analysis.signal.gapfill import fill_gaps
from analysis.signal.handedness import Handedness, handedness_of, to_right_handed
from analysis.signal.inclination_smoother import SpeedPrior, smoothed_vertical
from analysis.signal.neutral_standing import (
    StandingCalibration,
    calibrate_standing,
    calibration_with,
)
from analysis.signal.records import EvenStream, Gait, StaticPeriods, Strapdown, Strides, TrunkAxes, Vertical
from analysis.signal.shared_motion import OrientedSensor
from analysis.signal.sides import opening_side
from analysis.signal.speed import SpeedProfile
from analysis.signal.static_periods import find_static_periods
from analysis.signal.strapdown import integrate, long_losses
from analysis.signal.stride_ensemble import first_running
from analysis.signal.strides import find_strides, received_strides
from analysis.signal.sync_taps import find_sync_taps, jumping_s
from analysis.signal.timebase import even_stream
from analysis.signal.vertical import AveragedForce, PathAcceleration, unaided_vertical, up_in_sensor
from analysis.words import CheckOutcome, HeadingDoubt, ZeroSource
from sensor.samples import FloatArray, IntArray, RealArray, SensorRecording
from sensor.units import STANDARD_GRAVITY_MPS2


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Motion:
    """Everything the signal stages found out about one sensor.

    Parameters
    ----------
    stream
        Even stream, short gaps filled.
    static_periods, gait, strides
        Stillness, steps, strides (each opens with a left contact where the side is known).
    side
        (b,) per bout: 1 strides open left, 0 undecided.
    calibration, axes
        How the sensor sits.
    up_sensor
        (3, n) upward vertical in sensor axes.
    path
        Acceleration of the path; None without a gyroscope.
    handedness
        Whether the triad is right-handed; a left-handed one has been mended.
    """

    stream: EvenStream
    static_periods: StaticPeriods
    gait: Gait
    strides: Strides
    side: IntArray
    calibration: StandingCalibration
    axes: TrunkAxes
    up_sensor: RealArray
    path: PathAcceleration | None
    handedness: Handedness

    @property
    def mirrored(self) -> bool:
        """Whether the triad was left-handed and has been mended."""
        return self.handedness.outcome == CheckOutcome.WRONG


Felt: TypeAlias = tuple[EvenStream, StaticPeriods, Gait]
"""A sensor's even stream as received, its static periods and its gait."""


def gait_of(sensor: SensorRecording, config: AnalysisConfig) -> Felt:
    """Return a sensor's even stream as received, its static periods and its gait.

    Raises
    ------
    SignalError
        For a signal nothing can be drawn from.
    """
    raw = even_stream(sensor, config.signal)
    static_periods = find_static_periods(raw, config.rest)
    jumps = raw.rows_at(jumping_s(find_sync_taps(sensor, config.knocks), config.knocks))
    losses = long_losses(raw, round(config.signal.broken_s * raw.rate_hz))
    gait = find_gait(raw, static_periods, config=config.gait, jumps=jumps, losses=losses)
    return raw, static_periods, gait


def motion_of(
    sensor: SensorRecording,
    speed: SpeedProfile | None,
    *,
    config: AnalysisConfig,
    trunk: Motion | None = None,
    felt: Felt | None = None,
) -> Motion:
    """Take one sensor through the signal stages; without a gyroscope, by the reduced method.

    Parameters
    ----------
    sensor
        Samples on the session's time line.
    speed
        Speed through the room where known.
    config
        All numbers.
    trunk
        Motion of the trunk sensor where this one is worn elsewhere: its axes are aligned with the trunk's.
    felt
        What `gait_of` found in this very sensor, where that was asked before.

    Raises
    ------
    SignalError
        For a signal nothing can be drawn from.
    """
    raw, static_periods, gait = felt or gait_of(sensor, config)
    stream = fill_gaps(raw, gait, config.signal)
    rules = config.handedness
    if trunk is not None:
        rules = replace(rules, ratio=rules.ratio_beside)
    handedness = handedness_of(stream, gait, rules)
    if handedness.outcome == CheckOutcome.WRONG:
        stream = to_right_handed(stream)
        static_periods = find_static_periods(stream, config.rest)
    if stream.gyr_sensor_radps is None:
        motion = _from_accelerometer(stream, static_periods, gait=gait, handedness=handedness, config=config)
        return motion if trunk is None else _in_doubt(motion, HeadingDoubt.NO_GYROSCOPE)
    return _from_gyroscope(
        stream,
        static_periods,
        gait=gait,
        handedness=handedness,
        speed=speed,
        config=config,
        trunk=trunk,
    )


def _from_gyroscope(
    stream: EvenStream,
    static_periods: StaticPeriods,
    *,
    gait: Gait,
    handedness: Handedness,
    speed: SpeedProfile | None,
    config: AnalysisConfig,
    trunk: Motion | None,
) -> Motion:
    """Find the vertical roughly, from it the axes, and with them the vertical to a tenth of a degree."""
    broken_rows = round(config.signal.broken_s * stream.rate_hz)
    strapdown = integrate(stream, static_periods, broken_rows=broken_rows, config=config.rest)
    force = AveragedForce(stream, strapdown, broken_rows=broken_rows, config=config.orientation)
    first = unaided_vertical(force, strapdown, config.orientation)
    strides = received_strides(find_strides(gait), stream, config.posture.gap_strides)
    # A sensor beside the trunk's is aligned at the trunk's strides, wherever they lie in its own stream.
    seen = _rows_for_axes(strides, len(stream), config) if trunk is None else len(stream)
    rough_up = up_in_sensor(strapdown, first, seen)
    if trunk is None:
        calibration, axes = _upright(
            stream,
            strapdown,
            up_sensor=rough_up,
            strides=strides,
            static_periods=static_periods,
            config=config,
        )
    else:
        calibration = _zero_of_trunk(stream, static_periods, trunk) or calibrate_standing(
            stream, static_periods, strides=strides, up_sensor=rough_up, config=config.rest
        )
        axes = _aligned(stream, rough_up, calibration=calibration, trunk=trunk, config=config)
    # Under the same name, so that the force with the bias is let go of.
    force = force.without_bias(accelerometer_bias(static_periods, calibration, config), strapdown)
    levelled = level_with_axes(
        stream,
        static_periods,
        gait=gait,
        strapdown=strapdown,
        force=force,
        first=first,
        axes=axes,
        speed=speed,
        config=config,
    )
    up = levelled.up_sensor
    side = opening_side(stream, up, strides=strides, bouts=len(gait.first), config=config.axes)
    sided = find_strides(gait, (side < 0).astype(np.int64))
    return Motion(
        stream=stream,
        static_periods=static_periods,
        gait=gait,
        strides=received_strides(sided, stream, config.posture.gap_strides),
        side=np.abs(side),
        calibration=calibration,
        axes=axes,
        up_sensor=up,
        path=levelled.path,
        handedness=handedness,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Levelled:
    """The best vertical of one sensor, and what came out beside it.

    Parameters
    ----------
    up_sensor
        (3, n) upward vertical in sensor axes.
    path
        Acceleration of the path.
    bias_trunk_radps
        (k, 2) what is left of the gyroscope's bias at the nodes, about the forward and the left axis.
    """

    up_sensor: RealArray
    path: PathAcceleration
    bias_trunk_radps: FloatArray


def level_with_axes(
    stream: EvenStream,
    static_periods: StaticPeriods,
    *,
    gait: Gait,
    strapdown: Strapdown,
    force: AveragedForce,
    first: Vertical,
    axes: TrunkAxes,
    speed: SpeedProfile | None,
    config: AnalysisConfig,
) -> Levelled:
    """Take the path's acceleration and the gyroscope's bias out of a rough vertical, the axes being known.

    Parameters
    ----------
    stream, static_periods, gait, strapdown
        Of one sensor.
    force
        Averaged force, the accelerometer's bias taken out.
    first
        The unaided vertical.
    axes
        How the sensor sits.
    speed
        Speed through the room where known.
    config
        All numbers.
    """
    ahead = forward_inertial(strapdown, axes, force)
    prior = speed_prior(first, stream, gait=gait, static_periods=static_periods, speed=speed, config=config)
    found = smoothed_vertical(force, first, forward_inertial=ahead, speed=prior, config=config.orientation)
    # Before the vertical of every row, which is the larger by far.
    path = PathAcceleration(force, found.vertical, forward_inertial=ahead, config=config.orientation)
    return Levelled(up_in_sensor(strapdown, found.vertical, len(stream)), path, found.bias_trunk_radps)


def _rows_for_axes(strides: Strides, count: int, config: AnalysisConfig) -> int:
    """Return how many rows the axes are read from."""
    used = np.flatnonzero(first_running(strides, config.axes.most_strides))
    return min(int(strides.end_row[used[-1]]) + 2, count) if len(used) else count


def _upright(
    stream: EvenStream,
    strapdown: Strapdown | None,
    *,
    up_sensor: RealArray,
    strides: Strides,
    static_periods: StaticPeriods,
    config: AnalysisConfig,
) -> tuple[StandingCalibration, TrunkAxes]:
    """Return the trunk's zero and the axes found from it, passing over standings behind which the run lies.

    A runner leans forward from upright standing, so the standing was bent. Which way is forward has to be
    found first, and that depends on the zero: each standing is tried, the last one first.
    """
    bent_count = 0
    while True:
        calibration = calibrate_standing(
            stream,
            static_periods,
            strides=strides,
            up_sensor=up_sensor,
            config=config.rest,
            bent_count=bent_count,
        )
        axes = find_axes(
            stream,
            strapdown,
            up_sensor=up_sensor,
            strides=strides,
            calibration=calibration,
            static_periods=static_periods,
            config=config.axes,
        )
        behind = _lean_deg(up_sensor, axes, strides=strides, config=config) < -config.rest.bent_deg
        if calibration.source != ZeroSource.STANDING or not (
            behind or contradicts_running(axes.forward_votes, config.axes)
        ):
            return calibration, axes
        bent_count += 1


def _lean_deg(up_sensor: RealArray, axes: TrunkAxes, *, strides: Strides, config: AnalysisConfig) -> float:
    """Return the median flexion (degrees) of the running that the axes were read from; 0 without any."""
    running = first_running(strides, config.axes.most_strides) & (strides.end_row < up_sensor.shape[1] - 1)
    if not running.any():
        return 0.0
    mean = mean_between(
        axes.trunk_from_sensor @ up_sensor, strides.start_row[running], strides.end_row[running]
    )
    return float(np.median(inclination_deg(mean)[0]))


def _zero_of_trunk(
    stream: EvenStream, static_periods: StaticPeriods, trunk: Motion
) -> StandingCalibration | None:
    """Return the zero at the trunk's standing, None where it has none or this sensor was not still in it."""
    if trunk.calibration.static_period < 0:
        return None
    edges = np.array(
        [
            trunk.static_periods.first[trunk.calibration.static_period],
            trunk.static_periods.last[trunk.calibration.static_period],
        ]
    )
    start_s, end_s = trunk.stream.start_s + edges / trunk.stream.rate_hz
    return calibration_with(stream, static_periods, start_s=float(start_s), end_s=float(end_s))


def _aligned(
    stream: EvenStream,
    up_sensor: RealArray,
    *,
    calibration: StandingCalibration,
    trunk: Motion,
    config: AnalysisConfig,
) -> TrunkAxes:
    """Return axes that agree with the trunk's; with any heading where no running tells it."""
    found = None
    if calibration.source != ZeroSource.NONE:
        found = aligned_axes(
            stream,
            up_sensor,
            calibration=calibration,
            trunk=OrientedSensor(trunk.stream, trunk.up_sensor, trunk.axes.trunk_from_sensor),
            strides=trunk.strides,
            bow_rows=_bow_rows(trunk, config),
            axes=config.axes,
            config=config.alignment,
        )
    return found or TrunkAxes(
        trunk_from_sensor=upright_from_sensor(calibration.up_sensor),
        zero_source=calibration.source,
        sideways_strength=0.0,
        forward_votes=(),
        heading_doubt=HeadingDoubt.ALONE,
    )


def _in_doubt(motion: Motion, doubt: HeadingDoubt) -> Motion:
    return replace(motion, axes=replace(motion.axes, heading_doubt=doubt))


def _bow_rows(trunk: Motion, config: AnalysisConfig) -> slice:
    """Return the rows of the trunk's stream in which a bow may be made; none without an upright standing."""
    if trunk.calibration.static_period < 0 or not trunk.strides.running.any():
        return slice(0, 0)
    return bow_rows(
        trunk.strides,
        calibration=trunk.calibration,
        static_periods=trunk.static_periods,
        rate_hz=trunk.stream.rate_hz,
        config=config.axes,
    )


def _from_accelerometer(
    stream: EvenStream,
    static_periods: StaticPeriods,
    *,
    gait: Gait,
    handedness: Handedness,
    config: AnalysisConfig,
) -> Motion:
    """Take the vertical from acceleration averaged over strides; no sides, and degrees of error."""
    up: RealArray = stride_mean_up(stream, config.orientation)
    strides = received_strides(find_strides(gait), stream, config.posture.gap_strides)
    calibration, axes = _upright(
        stream, None, up_sensor=up, strides=strides, static_periods=static_periods, config=config
    )
    if calibration.source == ZeroSource.STANDING:
        up = without_excess(up, axes.trunk_from_sensor, gait=gait, config=config.orientation)
    return Motion(
        stream=stream,
        static_periods=static_periods,
        gait=gait,
        strides=strides,
        side=np.zeros(len(gait.first), dtype=np.int64),
        calibration=calibration,
        axes=axes,
        up_sensor=up,
        path=None,
        handedness=handedness,
    )


def accelerometer_bias(
    static_periods: StaticPeriods, calibration: StandingCalibration, config: AnalysisConfig
) -> FloatArray:
    """Return the (3,) bias along the standing vertical: by how much a still sensor does not read 1 g.

    Across the vertical a bias cancels against the zero; along it, it tilts whatever leans.
    """
    if calibration.static_period < 0:
        return np.zeros(3)
    excess = (
        float(np.linalg.norm(static_periods.acc_sensor_mps2[calibration.static_period]))
        - STANDARD_GRAVITY_MPS2
    )
    limit = config.orientation.accelerometer_bias_mps2
    fraction = config.orientation.accelerometer_bias_share if abs(excess) < limit else 0.0
    return np.asarray(fraction * excess * calibration.up_sensor)


def forward_inertial(strapdown: Strapdown, axes: TrunkAxes, force: AveragedForce) -> FloatArray:
    """Return (3, m) the trunk's forward axis in the inertial frame at the thinned rows."""
    q = strapdown.inertial_from_sensor[:, force.row.astype(np.int64)]
    ahead = np.repeat(axes.trunk_from_sensor[0][:, None], q.shape[1], axis=1)
    return quaternion.rotate(q, ahead)


def speed_prior(
    vertical: Vertical,
    stream: EvenStream,
    *,
    gait: Gait,
    static_periods: StaticPeriods,
    speed: SpeedProfile | None,
    config: AnalysisConfig,
) -> SpeedPrior:
    """Say what is known of the speed at every node: nought in standing, as measured, or about 3 m/s."""
    c = config.orientation
    row = np.clip(np.round(vertical.node_row).astype(np.int64), 0, len(stream) - 1)
    step_s = float(vertical.node_row[1] - vertical.node_row[0]) / stream.rate_hz
    moving = inside(row, gait.first, gait.last)
    still = inside(row, static_periods.first, static_periods.last)
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
    return SpeedPrior(np.where(still, 0.0, nominal), measured, weight)
