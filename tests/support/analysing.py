"""Records put straight through the analysis, without a session file in between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from analysis.config import AnalysisConfig
from analysis.errors import AnalysisError
from analysis.pipeline import analyse
from analysis.run_report import RunReport
from analysis.signal.motion import motion_of
from sensor.samples import Track
from tests.support.datasets import ImuData
from tests.support.looped_run import LoopedRun
from tests.support.recordings import recording, recording_from_signal, sensor_recording

TURNED_WXYZ = np.array([0.36, -0.46, -0.70, 0.41]) / np.linalg.norm([0.36, -0.46, -0.70, 0.41])
"""A case that sits on the chest in no convenient way."""


def told(speed_mps: float | None, *, treadmill: bool = False) -> dict[str, Any]:
    """Return the context of a session of which a speed is told, or nothing."""
    context: dict[str, Any] = {"surface": "treadmill"} if treadmill else {}
    return context if speed_mps is None else {**context, "typed_speed_mps": speed_mps}


def analyse_run(run: LoopedRun, *, speed_mps: float | None = None, treadmill: bool = False) -> RunReport:
    """Return the report of a looped run worn at the breast bone."""
    return analyse(
        recording_from_signal(run.signal, context=told(speed_mps, treadmill=treadmill)), AnalysisConfig()
    )


def analyse_pair(chest: LoopedRun, head: LoopedRun) -> RunReport:
    """Return the report of a run with a sensor on the chest and one on the head."""
    session = recording_from_signal(
        chest.signal, head.signal, placements=("sternum", "head"), nominal_rate_hz=chest.signal.rate_hz
    )
    return analyse(session, AnalysisConfig())


def analyse_imu(
    *worn: tuple[str, ImuData],
    acc_range_mps2: float | None = None,
    gyr_range_radps: float | None = None,
    gyroscope: bool = True,
    tracks: Sequence[Track] = (),
    context: dict[str, Any] | None = None,
) -> RunReport:
    """Return the report of records that share a clock, each with its placement; times start at 0."""
    first_s = min(float(imu.time_s[0]) for _, imu in worn)
    sensors = [
        sensor_recording(
            imu.time_s - first_s,
            imu.acc_sensor_mps2,
            imu.gyr_sensor_radps if gyroscope else None,
            placement=placement,
            acc_range_mps2=acc_range_mps2,
            gyr_range_radps=gyr_range_radps,
        )
        for placement, imu in worn
    ]
    return analyse(recording(*sensors, tracks=tracks, context=context), AnalysisConfig())


def refusal(*worn: tuple[str, ImuData], **how: Any) -> str:
    """Return why no report can be made of the records, or an empty text where one can."""
    try:
        analyse_imu(*worn, **how)
    except AnalysisError as error:
        return str(error)
    return ""


def sideways_error_deg(run: LoopedRun) -> float:
    """Return the angle between the found and the true left of a looped run, degrees."""
    sensor = recording_from_signal(run.signal).sensors[0]
    found_left = motion_of(sensor, None, config=AnalysisConfig()).axes.trunk_from_sensor[1]
    w, x, y, z = run.sensor_from_body_wxyz
    true_left = np.array([2.0 * (x * y - w * z), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z + w * x)])
    return float(np.degrees(np.arccos(np.clip(found_left @ true_left, -1.0, 1.0))))
