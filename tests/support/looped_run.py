"""A looped run as an IMU sees it, with the truth that goes with every sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sensor.samples import BoolArray, FloatArray, ImuSignal, freeze_arrays
from tests.support.imu_from_pose import (
    UPRIGHT_WXYZ,
    Bend,
    Loop,
    sample_pose,
    signal_times_s,
    standing_then_running,
    synthesise,
)
from tests.support.markers import inclination_deg

RATE_HZ = 104.0
START_UP_S = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class LoopedRun:
    """A run made endless, as a sensor reads it, and the truth beside it.

    Parameters
    ----------
    name
        Of the recorded run.
    signal
        What the sensor reads, from the first moment of standing.
    time_s, flexion_deg, lateral_deg, height_m
        (n,) with the samples: time, inclination of the body that carries the sensor, height of the sensor.
    running
        (n,) true in full running.
    contact_s, contact_side
        (k,) when each step begins, and on which foot; empty where unknown.
    contact_time_ms
        Median of the force plates, NaN without them.
    cadence_spm, speed_mps
        Of the loop.
    sensor_from_body_wxyz
        (4,) how the case is turned on the body.
    """

    name: str
    signal: ImuSignal
    time_s: FloatArray
    flexion_deg: FloatArray
    lateral_deg: FloatArray
    height_m: FloatArray
    running: BoolArray
    contact_s: FloatArray
    contact_side: tuple[str, ...]
    contact_time_ms: float
    cadence_spm: float
    speed_mps: float
    sensor_from_body_wxyz: FloatArray

    def __post_init__(self) -> None:
        freeze_arrays(self)

    def stride_means_deg(self, angle_deg: FloatArray, start_s: FloatArray, end_s: FloatArray) -> FloatArray:
        """Return the mean (k,) of one of the angles (n,) between the given times (k,) of strides."""
        total = np.concatenate([[0.0], np.cumsum(angle_deg)])
        first, last = (np.searchsorted(self.time_s, edge) for edge in (start_s, end_s))
        return np.asarray((total[last] - total[first]) / (last - first), dtype=np.float64)

    def vertical_oscillation_cm(self) -> float:
        """Return the median over the steps of the sensor's highest minus lowest point within a step."""
        steps = self.contact_s[self.contact_s > self.time_s[self.running][0]]
        edges = np.searchsorted(self.time_s, steps)
        highest = np.maximum.reduceat(self.height_m, edges)[:-1]
        lowest = np.minimum.reduceat(self.height_m, edges)[:-1]
        return float(100.0 * np.median(highest - lowest))


def looped_run(
    name: str,
    loop: Loop,
    *,
    strides_per_loop: int,
    phases: Sequence[tuple[float, str]] = (),
    contact_time_ms: float = float("nan"),
    speed_mps: float = float("nan"),
    standing_s: float = 15.0,
    running_s: float = 300.0,
    sensor_from_body_wxyz: FloatArray = UPRIGHT_WXYZ,
    overground: bool = False,
    bend: Bend | None = None,
    noisy: bool = True,
    seed: int = 1,
) -> LoopedRun:
    """Return the endless run of a loop after a standing in the zero pose.

    Parameters
    ----------
    name, contact_time_ms, speed_mps
        Handed on.
    loop
        What to repeat.
    strides_per_loop
        Whole strides in it.
    phases
        When each step of the loop begins (seconds into it), and on which foot.
    standing_s, running_s
        Seconds of each; no standing where 0.
    sensor_from_body_wxyz
        (4,) how the case is turned on the body.
    overground
        Whether the body travels, or stays on a treadmill.
    bend
        A circle along which it is carried instead.
    noisy, seed
        Add white noise of a good sensor (0.02 m/s2, 0.002 rad/s), and its seed.
    """
    pose = standing_then_running(
        loop,
        standing_s=standing_s,
        running_s=running_s,
        start_up_s=START_UP_S,
        overground=overground,
        bend=bend,
    )
    signal = synthesise(pose, RATE_HZ, sensor_from_body_wxyz)
    time_s = signal_times_s(pose, RATE_HZ)
    sampled = sample_pose(pose, time_s)
    flexion_deg, lateral_deg = inclination_deg(sampled.earth_from_body)
    contact_s, sides = _contacts(phases, loop.period_s, standing_s, running_s)
    return LoopedRun(
        name=name,
        signal=with_noise(signal, np.random.default_rng(seed)) if noisy else signal,
        time_s=time_s,
        flexion_deg=flexion_deg,
        lateral_deg=lateral_deg,
        height_m=sampled.position_earth_m[:, 2],
        running=time_s > standing_s + START_UP_S,
        contact_s=contact_s,
        contact_side=sides,
        contact_time_ms=contact_time_ms,
        cadence_spm=120.0 * strides_per_loop / loop.period_s,
        speed_mps=speed_mps,
        sensor_from_body_wxyz=sensor_from_body_wxyz,
    )


def _contacts(
    phases: Sequence[tuple[float, str]], period_s: float, standing_s: float, running_s: float
) -> tuple[FloatArray, tuple[str, ...]]:
    rounds = np.arange(int(running_s / period_s) + 1)
    contact_s = (standing_s + rounds[:, None] * period_s + [phase for phase, _ in phases]).ravel()
    kept = contact_s < standing_s + running_s
    sides = np.tile([side for _, side in phases], len(rounds))[kept]
    return contact_s[kept], tuple(str(side) for side in sides)


def with_noise(signal: ImuSignal, rng: np.random.Generator) -> ImuSignal:
    """Return the signal with white noise of 0.02 m/s2 and 0.002 rad/s per sample."""
    acc, gyr = signal.acc_sensor_mps2, signal.gyr_sensor_radps
    return ImuSignal(
        signal.rate_hz,
        acc + 0.02 * rng.standard_normal(acc.shape),
        None if gyr is None else gyr + 0.002 * rng.standard_normal(gyr.shape),
    )
