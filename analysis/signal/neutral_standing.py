"""Which standing is the zero, and what the other standings show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.signal.config import RestConfig
from analysis.signal.records import EvenStream, StaticPeriods, Strides
from analysis.words import ZeroSource
from sensor.samples import FloatArray, IntArray, RealArray, freeze_arrays


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class StandingCalibration:
    """The upward vertical, in sensor axes, from which angles are counted.

    Parameters
    ----------
    up_sensor
        (3,) unit vector.
    source
        Where it comes from.
    static_period
        Number of the static period that is the zero; -1 without one.
    standing
        Numbers of all static periods long enough, and upright enough, to be standings of the runner.
    bent
        Numbers of the standings before the run that were passed over as bent.
    """

    up_sensor: RealArray
    source: ZeroSource
    static_period: int
    standing: IntArray
    bent: IntArray

    def __post_init__(self) -> None:
        freeze_arrays(self)


def calibrate_standing(
    stream: EvenStream,
    static_periods: StaticPeriods,
    *,
    strides: Strides,
    up_sensor: RealArray,
    config: RestConfig,
    bent_count: int = 0,
) -> StandingCalibration:
    """Choose the zero: the last sound standing before the first running, however long before.

    Its vertical is the **raw** mean of the accelerometer over the rest. A later standing does not move it: a
    runner who waits at a light leans on one leg by degrees (2 degrees in the stops of the reference hour).

    Parameters
    ----------
    stream, static_periods, strides
        From the earlier stages.
    up_sensor
        (3, m) unaided upward vertical in sensor axes at the first rows, for the direction of the run.
    config
        Lengths and angles.
    bent_count
        How many of the last standings before the run are passed over, because the run lies behind them.

    Returns
    -------
    StandingCalibration
        ``own baseline`` (the mean vertical of the first running) where no standing serves.
    """
    running = np.flatnonzero(strides.running)
    if len(running) == 0:
        nothing = np.zeros(0, dtype=np.int64)
        return StandingCalibration(
            up_sensor=np.array([0.0, 0.0, 1.0]),
            source=ZeroSource.NONE,
            static_period=-1,
            standing=nothing,
            bent=nothing,
        )
    first_row = int(strides.start_row[running[0]])
    last_row = min(int(strides.end_row[running[-1]]), up_sensor.shape[1])
    baseline = _unit(up_sensor[:, first_row:last_row].mean(axis=1))
    direction = static_periods.acc_sensor_mps2 / np.maximum(
        np.linalg.norm(static_periods.acc_sensor_mps2, axis=1, keepdims=True), 1e-9
    )
    upright = direction @ baseline > np.cos(np.radians(config.standing_tilt_deg))
    long = static_periods.last - static_periods.first >= config.standing_s * stream.rate_hz
    standing = np.flatnonzero(upright & long)
    before = standing[static_periods.first[standing] < first_row]
    left = max(len(before) - bent_count, 0)
    before, bent = before[:left], before[left:]
    if len(before) == 0:
        return StandingCalibration(
            up_sensor=baseline, source=ZeroSource.OWN_BASELINE, static_period=-1, standing=standing, bent=bent
        )
    return StandingCalibration(
        up_sensor=_unit(static_periods.acc_sensor_mps2[before[-1]]),
        source=ZeroSource.STANDING,
        static_period=int(before[-1]),
        standing=standing,
        bent=bent,
    )


def calibration_with(
    stream: EvenStream, static_periods: StaticPeriods, *, start_s: float, end_s: float
) -> StandingCalibration | None:
    """Return the zero of a sensor beside the trunk's: its own rest while the trunk's standing was the zero.

    A head may hang further in the run than any trunk leans, so the run says nothing about this standing.

    Parameters
    ----------
    stream, static_periods
        Of the second sensor.
    start_s, end_s
        The standing that is the trunk's zero, session time.

    Returns
    -------
    StandingCalibration or None
        None where this sensor was not still for half of that standing.
    """
    first, last = stream.rows_at(np.array([start_s, end_s]))
    together = np.minimum(static_periods.last, last) - np.maximum(static_periods.first, first)
    if len(static_periods) == 0 or together.max() < (last - first) / 2.0:
        return None
    rest = int(np.argmax(together))
    nothing = np.zeros(0, dtype=np.int64)
    return StandingCalibration(
        up_sensor=_unit(static_periods.acc_sensor_mps2[rest]),
        source=ZeroSource.STANDING,
        static_period=rest,
        standing=np.array([rest], dtype=np.int64),
        bent=nothing,
    )


def _unit(vector: FloatArray) -> FloatArray:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9))
