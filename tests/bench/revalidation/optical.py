"""Laboratory runners: a sensor made of their markers, against the markers and the force plates.

The sensor is made twice: all but ideal (white noise), and with the errors of a consumer sensor (`CONSUMER`:
bias with warm-up and random walk, scale, cross-axis, sensitivity to g, noise, full scale, resolution), of
which the worst of several draws is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from sensor.virtual.runner.imu_errors import CONSUMER, apply_errors
from tests.bench.revalidation.tables import Cell, Section, pair
from tests.support import walk_run
from tests.support.analysing import TURNED_WXYZ, analyse_run, sideways_error_deg
from tests.support.looped_run import LoopedRun
from tests.support.markers import inclination_deg, line_pitch_deg
from tests.support.report_checks import FlexionCheck, check_flexion
from tests.support.runners import RUNNERS, marker_run, recorded_trial, trunk_track

IDEAL, WORST = "ideal", "consumer, worst of 10"
DRAWS = 10

HEADER = (
    "run", "sensor", "speed told", "zero", "strides", "true °", "found °", "mean error °",
    "per-stride RMSE °", "sideways lean error °", "sideways axis off °", "side right", "cadence true / found",
    "oscillation cm true / found", "contact ms plates / found",
)  # fmt: skip


def checked(name: str, *, speed_told: bool) -> tuple[FlexionCheck, float]:
    """Return the flexion check and the error of the sideways axis of one run, case turned on the chest."""
    run = marker_run(name, sensor_from_body_wxyz=TURNED_WXYZ)
    report = analyse_run(run, speed_mps=run.speed_mps if speed_told else None)
    return check_flexion(report, run), sideways_error_deg(run)


def clean_runs(running_s: float = 300.0) -> Iterator[LoopedRun]:
    """Yield every marker run without any error of the sensor, the case turned on the chest."""
    how = {"running_s": running_s, "noisy": False, "sensor_from_body_wxyz": TURNED_WXYZ}
    for name in RUNNERS:
        yield marker_run(name, **how)
    for person in walk_run.people():
        for name in walk_run.trials_of(person, "Running"):
            yield walk_run.short_run(name, overground=True, **how)
    yield walk_run.short_run(walk_run.STRAIGHT, overground=True, **how)


def with_consumer_sensor(clean: LoopedRun, draw: int) -> LoopedRun:
    """Return the run as one consumer sensor reads it; every run and draw is another sensor."""
    rng = np.random.default_rng([draw, *clean.name.encode()])
    return replace(clean, signal=apply_errors(clean.signal, CONSUMER, rng))


def worst(clean: LoopedRun, draws: int = DRAWS) -> tuple[FlexionCheck, float]:
    """Return check and error of the sideways axis of the consumer sensor that errs most per stride."""
    runs = [with_consumer_sensor(clean, draw) for draw in range(draws)]
    checks = [(check_flexion(analyse_run(run), run), sideways_error_deg(run)) for run in runs]
    return max(checks, key=lambda found: found[0].rmse_deg)


def row(check: FlexionCheck, axis_deg: float, sensor: str = IDEAL, *, speed_told: bool = False) -> list[Cell]:
    """Return one run's row."""
    return [
        check.name,
        sensor,
        "yes" if speed_told else "no",
        check.zero_source,
        check.stride_count,
        check.true_mean_deg,
        check.mean_deg,
        check.mean_error_deg,
        check.rmse_deg,
        check.lateral_error_deg,
        axis_deg,
        "–" if np.isnan(check.side_right_share) else f"{check.side_right_share:.0%}",
        pair(check.true_cadence_spm, check.cadence_spm),
        pair(check.true_oscillation_cm, check.oscillation_cm),
        pair(check.true_contact_ms, check.contact_ms, digits=0),
    ]


def other_definitions() -> str:
    """Return what other definitions of the trunk say of the same run, which are no target."""
    run, standing = recorded_trial("rajagopal"), recorded_trial("rajagopal", standing=True)
    lines = []
    for trial in (run, standing):
        pelvis = trial.stack(("LASI", "RASI", "LPSI", "RPSI")).mean(axis=1)
        lines.append(line_pitch_deg(pelvis, 0.5 * (trial["C7"] + trial["CLAV"])).mean())
    cluster = inclination_deg(trunk_track("rajagopal").earth_from_body)[0].mean()
    return (
        f"Other lines of the same trunk (rajagopal, running minus standing): pelvis to neck "
        f"{lines[0] - lines[1]:.1f}°, the rigid cluster C7, CLAV, LACR, RACR {cluster:.1f}°. "
        "They differ by definition; the target is the cluster that carries the sensor."
    )


def section() -> Section:
    """Return the table of every marker run, speed told and not."""
    rows: list[list[Cell]] = []
    means: dict[str, FlexionCheck] = {}
    for name in RUNNERS:
        for speed_told in (False, True):
            check, axis_deg = checked(name, speed_told=speed_told)
            rows.append(row(check, axis_deg, speed_told=speed_told))
        means[name] = check
    for clean in clean_runs():
        if clean.name not in RUNNERS:
            rows.append(row(check_flexion(analyse_run(clean), clean), sideways_error_deg(clean)))
        rows.append(row(*worst(clean), WORST))
    slow, fast = means["hamner_200"], means["hamner_300"]
    difference = (
        f"hamner has no standing; only the difference between 3 and 2 m/s means anything: "
        f"true {fast.true_mean_deg - slow.true_mean_deg:+.2f}°, found {fast.mean_deg - slow.mean_deg:+.2f}°."
    )
    return Section(
        "Laboratory runners (markers, force plates)",
        "Five minutes made of whole recorded strides after 15 s of the runner's own standing pose; the "
        "sensor sits at the breast bone, its case turned. Truth: inclination of the cluster that carries it. "
        "P01 to P05 have one or two recorded strides, the mean of their walks for a zero, and the sensor "
        "where one was strapped to them.",
        HEADER,
        rows,
        (difference, other_definitions()),
    )
