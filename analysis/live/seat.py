"""How the sensors sit, from the opening of a session: standing, bow and the first running.

The stages of the report find it, on all that the opening holds; see `LiveConfig.seats_after_s` for when.
"""

from __future__ import annotations

from dataclasses import dataclass

from analysis.config import AnalysisConfig
from analysis.errors import SignalError
from analysis.signal.handedness import Handedness
from analysis.signal.motion import Motion, accelerometer_bias, motion_of
from analysis.signal.neutral_standing import StandingCalibration
from analysis.signal.records import TrunkAxes
from analysis.signal.speed import SpeedProfile
from analysis.signal.strapdown import bias_at_rest
from sensor.samples import FloatArray, SensorRecording, freeze_arrays


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Seat:
    """How one sensor sits, and what is known of its errors.

    Parameters
    ----------
    calibration, axes, handedness
        As the stages of the report found them.
    acc_bias_mps2
        (3,) bias of the accelerometer along the standing vertical.
    gyr_bias_radps
        (3,) bias of the gyroscope in the last rest; nought without one.
    """

    calibration: StandingCalibration
    axes: TrunkAxes
    handedness: Handedness
    acc_bias_mps2: FloatArray
    gyr_bias_radps: FloatArray

    def __post_init__(self) -> None:
        freeze_arrays(self)


def seats_of(
    trunk: SensorRecording,
    head: SensorRecording | None,
    *,
    speed: SpeedProfile | None,
    config: AnalysisConfig,
) -> tuple[Seat, Seat | None]:
    """Find how a trunk sensor, and a sensor at the head, sit.

    Parameters
    ----------
    trunk, head
        What they told in the opening.
    speed
        Speed through the room where known.
    config
        All numbers.

    Returns
    -------
    tuple
        The head's is None where its heading is in doubt or it gives nothing.

    Raises
    ------
    SignalError
        For a trunk sensor nothing can be drawn from.
    """
    motion = motion_of(trunk, speed, config=config)
    return _seat(motion, config), _beside(head, motion, speed=speed, config=config)


def _beside(
    head: SensorRecording | None, trunk: Motion, *, speed: SpeedProfile | None, config: AnalysisConfig
) -> Seat | None:
    if head is None:
        return None
    try:
        motion = motion_of(head, speed, config=config, trunk=trunk)
    except SignalError:
        return None
    return None if motion.axes.heading_doubt else _seat(motion, config)


def _seat(motion: Motion, config: AnalysisConfig) -> Seat:
    _, bias = bias_at_rest(motion.stream, motion.static_periods, config.rest)
    return Seat(
        calibration=motion.calibration,
        axes=motion.axes,
        handedness=motion.handedness,
        acc_bias_mps2=accelerometer_bias(motion.static_periods, motion.calibration, config),
        gyr_bias_radps=bias[-1],
    )
