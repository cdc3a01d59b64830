"""Laboratory runners: a sensor made of their markers, against the markers and the force plates."""

from __future__ import annotations

import numpy as np

from tests.bench.revalidation.tables import Cell, Section, pair
from tests.support.analysing import TURNED_WXYZ, analyse_run, sideways_error_deg
from tests.support.markers import inclination_deg, line_pitch_deg
from tests.support.report_checks import FlexionCheck, check_flexion
from tests.support.runners import RUNNERS, marker_run, recorded_trial, trunk_track

HEADER = (
    "run", "speed told", "zero", "strides", "true °", "found °", "mean error °", "per-stride RMSE °",
    "sideways lean error °", "sideways axis off °", "side right", "cadence true / found",
    "oscillation cm true / found", "contact ms plates / found",
)  # fmt: skip


def checked(name: str, *, speed_told: bool) -> tuple[FlexionCheck, float]:
    """Return the flexion check and the error of the sideways axis of one run, case turned on the chest."""
    run = marker_run(name, sensor_from_body_wxyz=TURNED_WXYZ)
    report = analyse_run(run, speed_mps=run.speed_mps if speed_told else None)
    return check_flexion(report, run), sideways_error_deg(run)


def row(check: FlexionCheck, axis_deg: float, *, speed_told: bool) -> list[Cell]:
    """Return one run's row."""
    return [
        check.name,
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
    slow, fast = means["hamner_200"], means["hamner_300"]
    difference = (
        f"hamner has no standing; only the difference between 3 and 2 m/s means anything: "
        f"true {fast.true_mean_deg - slow.true_mean_deg:+.2f}°, found {fast.mean_deg - slow.mean_deg:+.2f}°."
    )
    return Section(
        "Laboratory runners (markers, force plates)",
        "Five minutes made of whole recorded strides after 15 s of the runner's own standing pose; the "
        "sensor sits at the breast bone, its case turned. Truth: inclination of the cluster that carries it.",
        HEADER,
        rows,
        (difference, other_definitions()),
    )
