"""The reduced method: every record whose truth is known, its gyroscope withheld."""

from __future__ import annotations

import numpy as np

from analysis.config import AnalysisConfig
from analysis.pipeline import analyse
from analysis.records import RunReport
from sensor.samples import ImuSignal
from tests.bench.revalidation.hour import stride_errors_deg
from tests.bench.revalidation.tables import Cell, Section
from tests.support.bvh import STEADY
from tests.support.datasets import synthetic_hour
from tests.support.looped_run import LoopedRun
from tests.support.recordings import recording, recording_from_signal, sensor_recording
from tests.support.report_checks import check_flexion
from tests.support.runners import RUNNERS, marker_run
from tests.support.styled_runs import styled_run


def analyse_withheld(run: LoopedRun) -> RunReport:
    """Return the report of a run whose gyroscope is withheld."""
    signal = ImuSignal(run.signal.rate_hz, run.signal.acc_sensor_mps2, None)
    return analyse(recording_from_signal(signal), AnalysisConfig())


def row(run: LoopedRun) -> list[Cell]:
    """Return one run's row."""
    report = analyse_withheld(run)
    check = check_flexion(report, run)
    return [
        run.name,
        report.method,
        check.true_mean_deg,
        check.mean_deg,
        check.mean_error_deg,
        check.rmse_deg,
        f"{check.true_cadence_spm:.1f} / {check.cadence_spm:.1f}",
        report.confidence,
    ]


def hour_row() -> list[Cell]:
    """Return the row of the simulated hour."""
    hour = synthetic_hour()
    sensor = sensor_recording(hour.imu.time_s, hour.imu.acc_sensor_mps2, None)
    report = analyse(recording(sensor), AnalysisConfig())
    error_deg = stride_errors_deg(report, hour)
    true_deg = float(hour.true_flexion_deg[hour.running].mean())
    rmse_deg = float(np.sqrt(np.mean(error_deg**2)))
    found_deg = true_deg + float(error_deg.mean())
    bias_deg = float(error_deg.mean())
    return ["hour", report.method, true_deg, found_deg, bias_deg, rmse_deg, "–", report.confidence]


def section() -> Section:
    """Return every record with a known angle."""
    runs = [marker_run(name) for name in RUNNERS]
    runs += [styled_run(f"dataset-1_run_{style}_001", running_s=120.0) for style in STEADY]
    return Section(
        "Without a gyroscope",
        "The same records with the gyroscope withheld: flexion from the stride-mean force alone.",
        ("run", "method", "true °", "found °", "mean error °", "per-stride RMSE °", "cadence", "confidence"),
        [*(row(run) for run in runs), hour_row()],
    )
