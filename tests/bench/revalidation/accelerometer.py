"""The reduced method: every record whose truth is known, its gyroscope withheld."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student_t

from analysis.config import AnalysisConfig
from analysis.pipeline import analyse
from analysis.run_report import RunReport
from sensor.samples import ImuSignal
from tests.bench.revalidation.hour import stride_errors_deg
from tests.bench.revalidation.tables import Cell, Section
from tests.support import walk_run
from tests.support.bvh import STEADY
from tests.support.datasets import synthetic_hour
from tests.support.looped_run import LoopedRun
from tests.support.recordings import recording, recording_from_signal, sensor_recording
from tests.support.report_checks import FlexionCheck, check_flexion
from tests.support.runners import RUNNERS, marker_run
from tests.support.styled_runs import styled_run

LEVEL = 0.95
RUNNING_S, SHORT_S = 300.0, 120.0
"""Running made of laboratory runs; of clips of a few strides."""


@dataclass(frozen=True, slots=True)
class Person:
    """Mean errors in degrees, before `accelerometer_excess_deg` is taken off, of the runs of one person."""

    excess_deg: tuple[float, ...]

    @property
    def mean_deg(self) -> float:
        """Mean over the runs."""
        return float(np.mean(self.excess_deg))


def people_and_runs(
    running_s: float = RUNNING_S, short_s: float = SHORT_S
) -> Iterator[tuple[str, LoopedRun]]:
    """Yield who ran and the run; `rajagopal` may be hamner's runner, three actors play all styles."""
    for name in RUNNERS:
        yield "ja1" if name.startswith("ja1") else "hamner, rajagopal", marker_run(name, running_s=running_s)
    for person in walk_run.people():
        for name in walk_run.trials_of(person, "Running"):
            yield person, walk_run.short_run(name, running_s=short_s)
    yield "biomac", walk_run.short_run(walk_run.STRAIGHT, running_s=short_s)
    for style in STEADY:
        yield "actors", styled_run(f"dataset-1_run_{style}_001", running_s=short_s)


def analyse_withheld(run: LoopedRun) -> RunReport:
    """Return the report of a run whose gyroscope is withheld."""
    signal = ImuSignal(run.signal.rate_hz, run.signal.acc_sensor_mps2, None)
    return analyse(recording_from_signal(signal), AnalysisConfig())


def row(check: FlexionCheck, report: RunReport) -> list[Cell]:
    """Return one run's row."""
    return [
        check.name,
        check.true_mean_deg,
        check.mean_deg,
        check.mean_error_deg,
        check.rmse_deg,
        f"{check.true_cadence_spm:.1f} / {check.cadence_spm:.1f}",
        report.outcome.confidence,
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
    return ["hour", true_deg, found_deg, float(error_deg.mean()), rmse_deg, "–", report.outcome.confidence]


def mean_excess_deg(people: Sequence[Person]) -> float:
    """Return the mean over people, each counting once."""
    return float(np.mean([person.mean_deg for person in people]))


def left_out_errors_deg(people: Sequence[Person]) -> list[float]:
    """Return the error of every run less the mean excess of everybody else."""
    errors: list[float] = []
    for i, person in enumerate(people):
        others = mean_excess_deg([*people[:i], *people[i + 1 :]])
        errors += [excess - others for excess in person.excess_deg]
    return errors


def half_widths_deg(people: Sequence[Person]) -> tuple[float, float]:
    """Return half the 95 % interval of another person's mean, and of one run of another person.

    Student's t over the people's means; to a single run the spread of runs within people is added.
    """
    means = np.array([person.mean_deg for person in people])
    within = [np.var(person.excess_deg, ddof=1) for person in people if len(person.excess_deg) > 1]
    quantile = float(student_t.ppf(0.5 + LEVEL / 2.0, len(means) - 1))
    between = float(np.var(means, ddof=1)) * (1.0 + 1.0 / len(means))
    return quantile * float(np.sqrt(between)), quantile * float(np.sqrt(between + np.mean(within)))


def excess_deg(check: FlexionCheck) -> float:
    """Return by how much a run read too bent before the correction."""
    return check.mean_error_deg + AnalysisConfig().orientation.accelerometer_excess_deg


def remarks(by_person: Mapping[str, Sequence[float]], stated_deg: float) -> tuple[str, ...]:
    """Return what leaving one person out says of the stated interval."""
    people = [Person(tuple(excess)) for excess in by_person.values()]
    errors = np.abs(left_out_errors_deg(people))
    of_mean, of_run = half_widths_deg(people)
    within = int((errors <= stated_deg).sum())
    means = ", ".join(f"{name} {Person(tuple(e)).mean_deg:.1f}" for name, e in by_person.items())
    return (
        f"Excess before the correction, degrees by person: {means}; mean {mean_excess_deg(people):.2f}.",
        f"Each person corrected by the others' mean: {within} of {len(errors)} runs within "
        f"the stated ±{stated_deg:g}°, the largest error {errors.max():.1f}°. By Student's t another "
        f"person's mean lies within {of_mean:.1f}°, one run of another person within {of_run:.1f}°.",
    )


def section() -> Section:
    """Return every record with a known angle."""
    config = AnalysisConfig()
    rows: list[list[Cell]] = []
    by_person: dict[str, list[float]] = {}
    for person, run in people_and_runs():
        report = analyse_withheld(run)
        check = check_flexion(report, run)
        by_person.setdefault(person, []).append(excess_deg(check))
        rows.append(row(check, report))
    return Section(
        "Without a gyroscope",
        "Records with the gyroscope withheld: flexion from the stride-mean force, less a mean excess of "
        f"{config.orientation.accelerometer_excess_deg}° while running. P01 to P05 and straight_run are one "
        "to three recorded strides each, made endless.",
        ("run", "true °", "found °", "mean error °", "per-stride RMSE °", "cadence", "confidence"),
        [*rows, hour_row()],
        remarks(by_person, config.posture.accelerometer_error_deg),
    )
