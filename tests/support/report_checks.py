"""What a report says of a record, held against what is known of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.run_report import RunReport
from sensor.samples import BoolArray, FloatArray
from tests.support.cadence import step_count, step_rate_spm
from tests.support.datasets import ImuData
from tests.support.looped_run import LoopedRun

JUDGED_FROM_S = 8.0
"""Strides this long after the standing ends are in full running."""

EVEN_HZ = 100.0
LEAST_STRETCH_S = 5.0


def usable_running(report: RunReport) -> BoolArray:
    """Return (strides,) true where a stride is running and its angle can be trusted."""
    strides = report.strides
    return np.asarray((strides["activity"] == "run") & strides["usable"])


@dataclass(frozen=True, slots=True)
class FlexionCheck:
    """Per-stride flexion against the truth; NaN side share where no foot is known, or none was decided."""

    name: str
    zero_source: str
    stride_count: int
    true_mean_deg: float
    mean_deg: float
    rmse_deg: float
    spread_rmse_deg: float
    lateral_error_deg: float
    side_right_share: float
    true_cadence_spm: float
    cadence_spm: float
    true_oscillation_cm: float
    oscillation_cm: float
    true_contact_ms: float
    contact_ms: float

    @property
    def mean_error_deg(self) -> float:
        """Found minus true mean."""
        return self.mean_deg - self.true_mean_deg


def check_flexion(report: RunReport, truth: LoopedRun) -> FlexionCheck:
    """Return the usable running strides of a report against the run they came from."""
    strides = report.strides
    settled_s = float(truth.time_s[truth.running][0]) + JUDGED_FROM_S - 3.0
    used = usable_running(report) & (strides["start_s"] > settled_s)
    starts, ends = strides["start_s"][used], strides["end_s"][used]
    true_deg = truth.stride_means_deg(truth.flexion_deg, starts, ends)
    true_lateral_deg = truth.stride_means_deg(truth.lateral_deg, starts, ends)
    error_deg = strides["trunk_flexion_deg"][used] - true_deg
    return FlexionCheck(
        name=truth.name,
        zero_source=report.provenance.zero_source,
        stride_count=int(used.sum()),
        true_mean_deg=float(true_deg.mean()),
        mean_deg=float(strides["trunk_flexion_deg"][used].mean()),
        rmse_deg=float(np.sqrt(np.mean(error_deg**2))),
        spread_rmse_deg=float(error_deg.std()),
        lateral_error_deg=float((strides["trunk_lateral_deg"][used] - true_lateral_deg).mean()),
        side_right_share=_right_side_share(starts, strides["side_first"][used], truth),
        true_cadence_spm=truth.cadence_spm,
        cadence_spm=float(np.mean(strides["cadence_spm"][used])),
        true_oscillation_cm=truth.vertical_oscillation_cm() if len(truth.contact_s) else float("nan"),
        oscillation_cm=_median(strides["vertical_oscillation_cm"][used]),
        true_contact_ms=truth.contact_time_ms,
        contact_ms=_median(strides["contact_time_ms"][used]),
    )


def _median(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")


def _right_side_share(starts_s: FloatArray, sides: np.ndarray, truth: LoopedRun) -> float:
    decided = sides != ""
    if not decided.any() or not len(truth.contact_s):
        return float("nan")
    nearest = np.abs(truth.contact_s[None, :] - starts_s[decided][:, None]).argmin(axis=1)
    return float(np.mean(np.array(truth.contact_side)[nearest] == sides[decided]))


@dataclass(frozen=True, slots=True)
class StepsCheck:
    """Steps and cadence of a report against the record's own spectrum over the same stretch."""

    name: str
    running_s: float
    walking_s: float
    steps: float
    true_steps: float
    cadence_spm: float
    true_cadence_spm: float
    verdict: str
    confidence: str

    @property
    def missed_share(self) -> float:
        """Share of true steps that are missing, negative where steps were invented."""
        return 1.0 - self.steps / self.true_steps


def check_steps(report: RunReport, imu: ImuData, witness: ImuData | None = None) -> StepsCheck:
    """Return the running strides of a report against step counts without step detection.

    Judged is every unbroken stretch of running strides of `LEAST_STRETCH_S` or more, and no other.

    Parameters
    ----------
    report, imu
        The analysis, and the record it came from.
    witness
        Another sensor of the same run on the same clock; by default the record itself.
    """
    strides = report.strides
    running = strides["activity"] == "run"
    stretches = unbroken(strides["start_s"][running], strides["end_s"][running])
    seen = [even_acceleration(witness or imu, start_s, end_s) for start_s, end_s, _ in stretches]
    return StepsCheck(
        name=imu.name,
        running_s=report.totals.running_s,
        walking_s=report.totals.walking_s,
        steps=2.0 * sum(count for _, _, count in stretches),
        true_steps=sum(step_count(acc, EVEN_HZ) for acc in seen),
        cadence_spm=report.totals.cadence_spm,
        true_cadence_spm=step_rate_spm(max(seen, key=len), EVEN_HZ) if seen else float("nan"),
        verdict=report.outcome.verdict,
        confidence=report.outcome.confidence,
    )


def unbroken(start_s: FloatArray, end_s: FloatArray) -> list[tuple[float, float, int]]:
    """Return start, end and count of each run of strides that follow one another without a hole."""
    if not len(start_s):
        return []
    breaks = np.flatnonzero(start_s[1:] - end_s[:-1] > 1e-3) + 1
    parts = zip(np.split(start_s, breaks), np.split(end_s, breaks), strict=True)
    return [(float(a[0]), float(b[-1]), len(a)) for a, b in parts if b[-1] - a[0] >= LEAST_STRETCH_S]


def even_acceleration(imu: ImuData, start_s: float, end_s: float) -> FloatArray:
    """Return the specific force (m, 3) between two times on an even grid of `EVEN_HZ`."""
    grid_s = np.arange(start_s, end_s, 1.0 / EVEN_HZ)
    return np.stack([np.interp(grid_s, imu.time_s, axis) for axis in imu.acc_sensor_mps2.T], axis=1)
