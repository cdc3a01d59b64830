"""The newest part of a sensor's signal through the stages of the report, how it sits being known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis.config import AnalysisConfig
from analysis.live.config import LiveConfig
from analysis.live.seat import Seat
from analysis.signal.accelerometer_only import stride_mean_up, without_excess
from analysis.signal.gapfill import fill_gaps
from analysis.signal.handedness import RIGHT_FROM_LEFT
from analysis.signal.motion import Levelled, Motion, gait_of, level_with_axes
from analysis.signal.records import EvenStream, Gait, StaticPeriods, Strides
from analysis.signal.speed import SpeedProfile
from analysis.signal.strapdown import bias_at_rest, integrate
from analysis.signal.strides import find_strides, received_strides
from analysis.signal.vertical import AveragedForce, unaided_vertical
from analysis.words import CheckOutcome, ZeroSource
from sensor.samples import FloatArray, IntArray, SensorRecording


class WindowedSensor:
    """Looks at the newest part of one sensor's signal again and again, and carries its bias along.

    Parameters
    ----------
    seat
        How it sits.
    config, live
        All numbers.
    """

    def __init__(self, seat: Seat, config: AnalysisConfig, live: LiveConfig) -> None:
        self._seat = seat
        self._live = live
        self._bias_radps: FloatArray = seat.gyr_bias_radps
        tight = replace(config.orientation, bias_spread_radps=live.bias_spread_radps)
        self._config = replace(config, orientation=tight)

    def sits(self, seat: Seat) -> None:
        """Take up what was found anew of how it sits; the bias goes on."""
        self._seat = seat

    def motion(self, sensor: SensorRecording, speed: SpeedProfile | None, *, told_until_s: float) -> Motion:
        """Return the motion of one window.

        Parameters
        ----------
        sensor
            What it holds, no rows lost in between left out.
        speed
            Speed through the room where known.
        told_until_s
            End of the last stride that was told: in its bout, strides go on from there.

        Raises
        ------
        SignalError
            For a signal nothing can be drawn from.
        """
        config, seat = self._config, self._seat
        raw, static_periods, gait = gait_of(self._corrected(sensor), config)
        stream = fill_gaps(raw, gait, config.signal)
        levelled = None
        if stream.gyr_sensor_radps is not None:
            levelled = self._levelled(stream, static_periods, gait=gait, speed=speed)
        up = self._mean_up(stream, gait) if levelled is None else levelled.up_sensor
        return Motion(
            stream=stream,
            static_periods=static_periods,
            gait=gait,
            strides=self._strides(stream, gait, told_until_s),
            side=np.zeros(len(gait.first), dtype=np.int64),
            calibration=seat.calibration,
            axes=seat.axes,
            up_sensor=up,
            path=None if levelled is None else levelled.path,
            handedness=seat.handedness,
        )

    def _corrected(self, sensor: SensorRecording) -> SensorRecording:
        """Return the samples right-handed, and less the bias that was found so far."""
        acc, gyr = sensor.acc_sensor_mps2, sensor.gyr_sensor_radps
        if self._seat.handedness.outcome == CheckOutcome.WRONG:
            acc, gyr = acc * RIGHT_FROM_LEFT, None if gyr is None else gyr * RIGHT_FROM_LEFT
        return replace(
            sensor, acc_sensor_mps2=acc, gyr_sensor_radps=None if gyr is None else gyr - self._bias_radps
        )

    def _levelled(
        self,
        stream: EvenStream,
        static_periods: StaticPeriods,
        *,
        gait: Gait,
        speed: SpeedProfile | None,
    ) -> Levelled:
        config = self._config
        broken_rows = round(config.signal.broken_s * stream.rate_hz)
        strapdown = integrate(stream, static_periods, broken_rows=broken_rows, config=config.rest)
        force = AveragedForce(stream, strapdown, broken_rows=broken_rows, config=config.orientation)
        levelled = level_with_axes(
            stream,
            static_periods,
            gait=gait,
            strapdown=strapdown,
            force=force.without_bias(self._seat.acc_bias_mps2, strapdown),
            first=unaided_vertical(force, strapdown, config.orientation),
            axes=self._seat.axes,
            speed=speed,
            config=config,
        )
        self._carry(stream, static_periods, levelled)
        return levelled

    def _carry(self, stream: EvenStream, static_periods: StaticPeriods, levelled: Levelled) -> None:
        """Carry on some of what is left of the bias, and all of it where a rest shows it."""
        seen = bias_at_rest(stream, static_periods, self._config.rest)[1][-1]
        behind = round(self._live.behind_s / self._config.orientation.node_s)
        forward, left = levelled.bias_trunk_radps[-1 - min(behind, len(levelled.bias_trunk_radps) - 1)]
        found = self._seat.axes.trunk_from_sensor.T @ np.array([forward, left, 0.0])
        self._bias_radps = self._bias_radps + seen + self._live.bias_share * found

    def _mean_up(self, stream: EvenStream, gait: Gait) -> FloatArray:
        """Return the vertical without a gyroscope."""
        up = stride_mean_up(stream, self._config.orientation)
        if self._seat.calibration.source != ZeroSource.STANDING:
            return up
        axes = self._seat.axes.trunk_from_sensor
        return np.asarray(without_excess(up, axes, gait=gait, config=self._config.orientation))

    def _strides(self, stream: EvenStream, gait: Gait, told_until_s: float) -> Strides:
        """Return the strides, each beginning with the foot with which those told before did."""
        told_row = float(stream.rows_at(np.array([told_until_s]))[0])
        strides = find_strides(gait, _parity(gait, told_row))
        return received_strides(strides, stream, self._config.posture.gap_strides)


def _parity(gait: Gait, told_row: float) -> IntArray:
    """Return (b,) at which contacts strides open: those from which the last stride told was counted."""
    parity = np.zeros(len(gait.first), dtype=np.int64)
    inside = np.flatnonzero((gait.first <= told_row) & (told_row < gait.last))
    if len(inside):
        at = np.arange(len(gait.step_phase))
        contact = round(float(np.interp(told_row, at, gait.step_phase)))
        parity[inside[0]] = contact % 2
    return parity
