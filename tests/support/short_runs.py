"""Minutes of virtual running, simulated and analysed once each, and their truth beside what was found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from analysis.config import AnalysisConfig
from analysis.pipeline import analyse
from analysis.records import StrideTable
from analysis.run_report import RunReport
from analysis.signal.motion import Motion, motion_of
from analysis.signal.speed import SpeedProfile
from sensor.samples import BoolArray, FloatArray, ImuSignal, Recording, SensorRecording, Track
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2
from sensor.virtual.runner.imu_errors import CONSUMER
from sensor.virtual.runner.plan import Leg, RunPlan, bow, run, stand
from sensor.virtual.runner.scenarios import EVERYDAY
from sensor.virtual.runner.simulation import VirtualRun, simulate
from tests.bench.scoring import stride_means
from tests.support.recordings import recording_from_signal

CONFIG = AnalysisConfig()

OPENING: tuple[Leg, ...] = (stand(10.0), bow(35.0), stand(8.0))

PLAIN = RunPlan((*OPENING, run(80.0, 3.0), stand(10.0)), style=EVERYDAY)
"""Standing, bow, standing, eighty seconds of even running, standing."""

STEADY = replace(PLAIN, posture_wander_deg=0.0, speed_variation=0.0, winding_degps=0.0)
"""The same without any wander of posture, speed or heading."""

ROOM = SpeedProfile(np.zeros(1), np.zeros(1), measured=True)
"""What is known of the speed through the room on a treadmill: nought."""


@lru_cache(maxsize=128)
def virtual(plan: RunPlan, seed: int = 1) -> VirtualRun:
    """Return the run of a plan; the same object for the same plan and seed."""
    return simulate(plan, seed=seed)


def session(
    virtual_run: VirtualRun,
    *,
    speed: str = "none",
    gyroscope: bool = True,
    lost: BoolArray | None = None,
    rows: slice = slice(None),
    told_late_s: float | None = None,
    **more: Any,
) -> Recording:
    """Return the session a recorder would have made of a virtual run.

    Parameters
    ----------
    virtual_run
        With one sensor or more.
    speed
        ``none``, ``gps`` or ``treadmill``.
    gyroscope
        False: the gyroscope is withheld.
    lost, rows
        Samples of the first sensor that never arrived; which part of the run.
    told_late_s
        What the device's profile says of the gyroscope's delay; None: the truth.
    more
        Further words of `recording_from_signal`.
    """
    signals = [
        ImuSignal(
            virtual_run.rate_hz,
            worn.measured.acc_sensor_mps2[rows],
            None if not gyroscope or worn.measured.gyr_sensor_radps is None
            else worn.measured.gyr_sensor_radps[rows],
        )
        for worn in virtual_run.sensors
    ]  # fmt: skip
    tracks = [Track("speed_mps", "watch file", virtual_run.gps_time_s, virtual_run.gps_speed_mps)]
    ranges = {
        "acc_range_mps2": CONSUMER.acc_range_g * STANDARD_GRAVITY_MPS2,
        "gyr_range_radps": CONSUMER.gyr_range_degps * RADPS_PER_DEGPS,
    }
    return recording_from_signal(
        *signals,
        placements=[worn.placement for worn in virtual_run.sensors],
        lost=lost,
        gyr_late_s=virtual_run.sensors[0].gyr_late_s if told_late_s is None else told_late_s,
        tracks=tracks if speed == "gps" else (),
        context={"surface": "treadmill"} if speed == "treadmill" else {},
        **{**ranges, **more},
    )


def report(virtual_run: VirtualRun, **how: Any) -> RunReport:
    """Return the report of a virtual run; ``how`` are words of `session`."""
    if _plain(how):
        return _kept_report(virtual_run, tuple(sorted(how.items())))
    return analyse(session(virtual_run, **how), CONFIG)


@lru_cache(maxsize=128)
def _kept_report(virtual_run: VirtualRun, how: tuple[tuple[str, Any], ...]) -> RunReport:
    return analyse(session(virtual_run, **dict(how)), CONFIG)


def _plain(how: dict[str, Any]) -> bool:
    """Tell whether the words can be remembered by: reports and motions are frozen, so they can be shared."""
    return all(isinstance(value, str | float | bool | None) for value in how.values())


def trunk_recording(virtual_run: VirtualRun, **how: Any) -> SensorRecording:
    """Return the first sensor's samples; ``how`` are words of `session`."""
    return session(virtual_run, **how).sensors[0]


def motion(virtual_run: VirtualRun, speed: SpeedProfile | None = None, **how: Any) -> Motion:
    """Return the motion of the first sensor; ``how`` are words of `session`."""
    if _plain(how):
        return _kept_motion(virtual_run, speed, tuple(sorted(how.items())))
    return motion_of(trunk_recording(virtual_run, **how), speed, config=CONFIG)


@lru_cache(maxsize=128)
def _kept_motion(
    virtual_run: VirtualRun, speed: SpeedProfile | None, how: tuple[tuple[str, Any], ...]
) -> Motion:
    return motion_of(trunk_recording(virtual_run, **dict(how)), speed, config=CONFIG)


def true_zero_rows(virtual_run: VirtualRun) -> BoolArray:
    """Return (n,) true in the upright standing right before the first movement."""
    start = int(np.argmax(virtual_run.speed_mps > 1e-3))
    bowed = np.flatnonzero(np.abs(virtual_run.true_flexion_deg[:start]) > 2.0)
    rows = np.zeros(len(virtual_run.speed_mps), dtype=np.bool_)
    rows[(int(bowed[-1]) if len(bowed) else 0) + 30 : start - 30] = True
    return rows


@dataclass(frozen=True, slots=True, eq=False)
class Errors:
    """Found minus true, degrees, of the running strides whose angle is trusted; (s,) each."""

    start_s: FloatArray
    flexion: FloatArray
    lateral: FloatArray

    @property
    def rmse(self) -> float:
        """Root mean square of the flexion's error."""
        return float(np.sqrt(np.mean(self.flexion**2)))

    @property
    def bias(self) -> float:
        """Mean of the flexion's error."""
        return float(self.flexion.mean())


def errors(table: StrideTable, virtual_run: VirtualRun, *, usable_only: bool = True) -> Errors:
    """Return how far a stride table is from the truth, over exactly the strides it lists."""
    used = table["activity"] == "run"
    if usable_only:
        used = used & table["usable"]
    rows_s = np.stack((table["start_s"][used], table["end_s"][used]), axis=1)
    zero = true_zero_rows(virtual_run)
    rate_hz = virtual_run.rate_hz
    flexion, lateral = (
        stride_means(truth - truth[zero].mean(), rate_hz, rows_s)
        for truth in (virtual_run.true_flexion_deg, virtual_run.true_lateral_deg)
    )
    return Errors(
        rows_s[:, 0], table["trunk_flexion_deg"][used] - flexion, table["trunk_lateral_deg"][used] - lateral
    )


def turned(signal: ImuSignal, matrix: FloatArray) -> ImuSignal:
    """Return the signal of the same sensor in a case turned by a (3, 3) rotation."""
    gyr = signal.gyr_sensor_radps
    return ImuSignal(
        signal.rate_hz, signal.acc_sensor_mps2 @ matrix.T, None if gyr is None else gyr @ matrix.T
    )
