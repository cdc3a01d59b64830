"""The stride table of a run report as CSV."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.records import STRIDE_COLUMNS
from analysis.run_report import RunReport


def to_csv(report: RunReport) -> str:
    """Return the stride table as CSV: exactly the columns of `STRIDE_COLUMNS`, one row per stride.

    Numbers are written in full; booleans as ``true`` and ``false``; what is unknown is empty.
    """
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(STRIDE_COLUMNS)
    writer.writerows(zip(*(_cells(report.strides[name]) for name in STRIDE_COLUMNS), strict=True))
    return target.getvalue()


def _cells(column: npt.NDArray[Any]) -> Iterable[str]:
    if column.dtype.kind == "f":
        known = np.isfinite(column).tolist()
        return (
            str(value) if is_known else "" for value, is_known in zip(column.tolist(), known, strict=True)
        )
    return (_cell(value) for value in column.tolist())


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
