"""The simulated hour made by others: per-stride flexion, with and without a watch, with and without loss."""

from __future__ import annotations

import numpy as np

from analysis.config import AnalysisConfig
from analysis.pipeline import analyse
from analysis.run_report import RunReport
from sensor.samples import Track
from tests.bench.revalidation.tables import Cell, Section
from tests.support.datasets import SyntheticHour, synthetic_hour
from tests.support.recordings import recording, sensor_recording
from tests.support.report_checks import usable_running


def analyse_hour(hour: SyntheticHour, *, watch: bool, loss: bool) -> RunReport:
    """Return the report of the hour, with the watch's speed or without, with 5 % lost or with none."""
    imu = hour.imu
    sensor = sensor_recording(
        imu.time_s, imu.acc_sensor_mps2, imu.gyr_sensor_radps, lost=hour.lost if loss else None
    )
    speed = Track("speed_mps", "watch file", hour.gps_time_s, hour.gps_speed_mps)
    return analyse(recording(sensor, tracks=[speed] if watch else []), AnalysisConfig())


def stride_errors_deg(report: RunReport, hour: SyntheticHour) -> np.ndarray:
    """Return found minus true flexion of every usable running stride."""
    used = usable_running(report)
    edges = [np.searchsorted(hour.imu.time_s, report.strides[key][used]) for key in ("start_s", "end_s")]
    total = np.concatenate([[0.0], np.cumsum(hour.true_flexion_deg)])
    true_deg = (total[edges[1]] - total[edges[0]]) / (edges[1] - edges[0])
    return np.asarray(report.strides["trunk_flexion_deg"][used] - true_deg)


def row(hour: SyntheticHour, *, watch: bool, loss: bool) -> list[Cell]:
    """Return the row of one way to analyse the hour."""
    report = analyse_hour(hour, watch=watch, loss=loss)
    error_deg = stride_errors_deg(report, hour)
    running = report.strides["activity"] == "run"
    true_strides = int(np.sum(hour.running[np.searchsorted(hour.imu.time_s, hour.stride_start_s)]))
    return [
        "1 Hz watch" if watch else "none",
        "5 % in 100 ms gaps" if loss else "none",
        f"{true_strides} / {int(running.sum())}",
        f"{report.totals.usable_fraction:.1%}",
        float(error_deg.mean()),
        float(np.sqrt(np.mean(error_deg**2))),
        float(np.quantile(np.abs(error_deg), 0.95)),
        float(np.abs(error_deg).max()),
    ]


def section() -> Section:
    """Return the four ways to analyse the hour."""
    hour = synthetic_hour()
    return Section(
        "The simulated hour",
        "Corners, laps, stops, intervals, any mounting, a consumer-grade sensor. Usable strides only.",
        ("speed", "lost", "strides true / found", "usable", "bias °", "RMSE °", "p95 °", "max °"),
        [row(hour, watch=watch, loss=loss) for loss in (False, True) for watch in (False, True)],
    )
