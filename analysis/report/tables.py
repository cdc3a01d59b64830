"""A run report for other programs: the stride table as CSV, everything else as versioned JSON.

The keys of the JSON are documented in ``data/REPORT_JSON.md``; within a version no key changes its meaning.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.records import STRIDE_COLUMNS, Episode, RunReport

FORMAT = "runtall-report"
VERSION = 1
"""Raised when a key is removed or changes its meaning; new keys leave it as it is."""

_WHOLE = (
    "headline",
    "verdict",
    "no_verdict_because",
    "confidence",
    "confidence_because",
    "method",
    "zero_source",
    "distance_source",
    "speed_source",
    "grade_known",
    "distance_m",
    "running_s",
    "walking_s",
    "stride_count",
    "usable_fraction",
    "cadence_spm",
    "speed_mps",
    "flexion_deg",
    "flexion_half_width_deg",
    "head_source",
)
"""Fields of the report that stand in the JSON under their own name, in this order."""

_LISTS = ("standings", "segments", "strap_steps", "gaps", "quality")


def to_json(report: RunReport) -> str:
    """Return the report as JSON, plain ASCII, keys in a fixed order, what is unknown as null."""
    content = {
        "format": FORMAT,
        "version": VERSION,
        "session": asdict(report.session),
        **{name: getattr(report, name) for name in _WHOLE},
        "baseline": None if report.baseline is None else asdict(report.baseline),
        "episodes": [_episode(e) for e in report.episodes],
        "zones": dict(report.zones),
        **{name: [asdict(item) for item in getattr(report, name)] for name in _LISTS},
        "notes": list(report.notes),
        "settings": dict(report.settings),
        "hashes": {"file": report.file_hash, "config": report.config_hash},
        "runtall_version": report.version,
    }
    return json.dumps(_plain(content), allow_nan=False, indent=2) + "\n"


def to_csv(report: RunReport) -> str:
    """Return the stride table as CSV: exactly the columns of `STRIDE_COLUMNS`, one row per stride.

    Numbers are written in full; booleans as ``true`` and ``false``; what is unknown is empty.
    """
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(STRIDE_COLUMNS)
    writer.writerows(zip(*(_cells(report.strides[name]) for name in STRIDE_COLUMNS), strict=True))
    return target.getvalue()


def _episode(episode: Episode) -> dict[str, Any]:
    """Return an episode with its depth under the short name of the documented format."""
    return {("depth" if key == "depth_deg" else key): value for key, value in asdict(episode).items()}


def _cells(column: npt.NDArray[Any]) -> Iterable[str]:
    return (_cell(value) for value in column.tolist())


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _plain(value: Any) -> Any:
    """Return a value as JSON knows it: NumPy scalars as numbers, what is not finite as null."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)
