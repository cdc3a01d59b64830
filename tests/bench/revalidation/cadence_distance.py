"""Distance from cadence alone, against runs whose distance or speed somebody measured."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analysis.judging.config import DistanceConfig
from analysis.judging.distance import model_speed
from sensor.importers.watch.reading import read_activity
from sensor.samples import FloatArray
from tests.bench.revalidation.tables import Section
from tests.support.datasets import data_dir
from tests.support.stride_tables import steady_run

HEADER = ("run", "truth", "known", "from cadence", "error %")
WATCHES = (
    ("fenix2_run_9km.fit", "watch"),
    ("fr310xt_run_7km.fit", "watch with foot pod"),
    ("fr920xt_hrmrun_12km.fit", "watch with chest strap"),
    ("stryd_run_57min_developer_fields.fit", "foot pod"),
)
"""The runs of 5 km and more: the short files are tests of watches, standing and turning most of the time."""

MEASURED_MODES = ("treadmill", "overground")
WALK_BELOW_SPM = 140.0
LONGEST_STEP_S = 10.0
"""A record further from the one before it lies behind a pause."""


@dataclass(frozen=True, slots=True)
class CadenceCheck:
    """A run of known length, m, or speed, m/s, and what its cadence suggests; statures are not known."""

    name: str
    truth: str
    unit: str
    known: float
    found: float

    @property
    def error_pct(self) -> float:
        """Found against known."""
        return 100.0 * (self.found / self.known - 1.0)


def checks() -> Iterator[CadenceCheck]:
    """Yield every run that says how far or how fast it went, and its cadence."""
    for name, truth in WATCHES:
        activity = read_activity(data_dir() / "fit_runs" / name)
        step_s, step_m = np.diff(activity.time_s), np.diff(activity.distance_m)
        cadence_spm = activity.cadence_spm[1:]
        moving = (step_s <= LONGEST_STEP_S) & np.isfinite(step_m) & (cadence_spm > 0)
        found_m = float((suggested_mps(cadence_spm[moving]) * step_s[moving]).sum())
        yield CadenceCheck(name, truth, "km", float(step_m[moving].sum()) / 1000, found_m / 1000)
    with (data_dir() / "runners_optical" / "reference_angles.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["mode"] in MEASURED_MODES:
                known_mps, cadence_spm = float(row["speed_mps"]), np.array([float(row["cadence_spm"])])
                found_mps = float(suggested_mps(cadence_spm)[0])
                yield CadenceCheck(row["file"], f"markers, {row['mode']}", "m/s", known_mps, found_mps)


def suggested_mps(cadence_spm: FloatArray) -> FloatArray:
    """Return the speed that each cadence (n,) suggests for a person of the model's stature."""
    strides = steady_run(
        len(cadence_spm),
        start_s=np.zeros(len(cadence_spm)),
        end_s=120.0 / cadence_spm,
        activity=np.where(cadence_spm < WALK_BELOW_SPM, "walk", "run").astype(object),
    )
    return model_speed(strides, DistanceConfig())


def rms_error_pct(found: list[CadenceCheck]) -> float:
    """Return the root mean square of the errors."""
    return float(np.sqrt(np.mean([check.error_pct**2 for check in found])))


def worst_error_pct(found: list[CadenceCheck]) -> float:
    """Return the largest error, whichever its sign."""
    return max(abs(check.error_pct) for check in found)


def section() -> Section:
    """Return the table of all runs."""
    found = list(checks())
    rows = [
        (
            check.name,
            check.truth,
            f"{check.known:.2f} {check.unit}",
            f"{check.found:.2f} {check.unit}",
            f"{check.error_pct:+.1f}",
        )
        for check in found
    ]
    remark = (
        f"Root mean square error {rms_error_pct(found):.1f} %, the largest {worst_error_pct(found):.1f} %: "
        "what a report states of a distance from cadence. The first four also served to choose the model's "
        "central step, so for a stranger it may be a little more."
    )
    about = "Step length from cadence alone, statures unknown, against distances and speeds others measured."
    return Section("Distance from cadence", about, HEADER, rows, (remark,))
