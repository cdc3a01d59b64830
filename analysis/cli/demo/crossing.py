"""Where a known course of flexion crosses by the rule of the report: the truth beside what the demo found."""

from __future__ import annotations

import numpy as np

from analysis.config import AnalysisConfig
from analysis.judging.baseline import fresh_window, with_adjusted_flexion, with_judged
from analysis.judging.flags import findings_of
from analysis.records import StrideTable
from analysis.words import Flag
from sensor.samples import FloatArray


def crossing_of(
    distance_m: FloatArray,
    flexion_deg: FloatArray,
    *,
    config: AnalysisConfig,
    flag: Flag = Flag.SLOUCHED,
    speed_mps: FloatArray | None = None,
    grade_pct: FloatArray | None = None,
) -> float | None:
    """Put any course of flexion through the same fresh window and rule: where does the flag first open?

    For a known truth beside a measured run: what should have been found.

    Parameters
    ----------
    distance_m, flexion_deg
        (n,) distance at the start of each running stride, increasing, and its mean flexion; any zero.
    config
        The numbers in force.
    flag
        ``watch`` or ``slouched``.
    speed_mps
        (n,) where known: strides at another speed than the fresh window's are not judged.
    grade_pct
        (n,) where known: nor are strides on a slope.

    Returns
    -------
    float or None
        Metres, None where the flag never opens.
    """
    count = len(distance_m)
    table = StrideTable(
        {
            "stride": np.arange(count),
            "start_s": np.arange(count, dtype=float),
            "end_s": np.arange(1, count + 1, dtype=float),
            "distance_m": distance_m,
            "speed_mps": np.full(count, np.nan) if speed_mps is None else speed_mps,
            "grade_pct": np.full(count, np.nan) if grade_pct is None else grade_pct,
            "activity": np.full(count, "run", dtype=object),
            "trunk_flexion_deg": flexion_deg,
            "usable": np.ones(count, dtype=bool),
        }
    )
    baseline = fresh_window(table, float(distance_m[-1]) if count else 0.0, config.baseline)
    table = with_judged(table, baseline, config.baseline, speed_is_measured=speed_mps is not None)
    found = findings_of(with_adjusted_flexion(table, baseline), baseline, config=config)
    return next((episode.from_m for episode in found.episodes if episode.flag == flag), None)
