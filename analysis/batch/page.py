"""The coach's page: all runners of a data set, self-contained; nothing is loaded, nothing is executed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

import numpy as np
from markupsafe import Markup

from analysis.batch import cohort
from analysis.batch.cohort import RunnerRow
from analysis.report import document, words
from analysis.report.svg import Scale, drawing, line, strokes_path
from analysis.words import Verdict

_PACKAGE = "analysis.batch"

SPARK_WIDTH, SPARK_HEIGHT = 120.0, 28.0
"""Drawing units."""

LEAST_SPAN_DEG = 8.0
"""A spark reaches at least from a little below 0 to twice the watch threshold, so that noise stays small."""

_NOBODY = "not told"


def render(rows: Sequence[RunnerRow], *, names: Mapping[str, str] | None = None) -> str:
    """Return the page.

    Parameters
    ----------
    rows
        In the order they are to stand in.
    names
        Pseudonym to name, where names are to be shown; one that is missing stays a pseudonym.
    """
    style = document.style(_PACKAGE, "cohort.css")
    shown = names or {}
    return (
        document.environment(_PACKAGE, {"signed": words.signed})
        .get_template("cohort.html.j2")
        .render(
            style=Markup(style),
            policy=document.policy(style),
            version=version("runtall"),
            rows=[_shown(number, row, shown) for number, row in enumerate(rows)],
            runs=sum(row.run_count for row in rows),
            looks=sum(bool(row.reasons) for row in rows),
            simulated=any(row.simulated for row in rows),
            named=names is not None,
            rules=cohort,
        )
    )


def _shown(number: int, row: RunnerRow, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "runner": names.get(row.runner, row.runner) or _NOBODY,
        "runs": row.run_count,
        "last": row.last_utc[:10] or words.UNKNOWN,
        "flag": Verdict.SLOUCHED if math.isfinite(row.slouched_from_m) else row.verdict,
        "onset": _onset(row),
        "late_change": words.signed(row.late_change_deg),
        "spark": _spark(row, key=f"spark-{number}"),
        "trend": row.trend,
        "counted": len(row.late_changes_deg),
        "confidence": row.confidence,
        "reasons": row.reasons,
    }


def _onset(row: RunnerRow) -> str:
    if math.isfinite(row.slouched_from_m):
        return f"km {row.slouched_from_m / 1000:.1f}"
    if row.verdict == Verdict.NONE or not math.isfinite(row.judged_m):
        return "not judged"
    return f"none in {row.judged_m / 1000:.1f} km"


def _spark(row: RunnerRow, *, key: str) -> Markup | None:
    """Return late − fresh of the last runs as a small line; None for fewer than two."""
    changes = row.late_changes_deg
    if len(changes) < 2:
        return None
    low = min(float(changes.min()), -LEAST_SPAN_DEG / 4)
    high = max(float(changes.max()), low + LEAST_SPAN_DEG)
    across = Scale(0.0, len(changes) - 1.0, 4.0, SPARK_WIDTH - 4.0)
    up = Scale(low, high, SPARK_HEIGHT - 3.0, 3.0)
    starts = np.arange(len(changes)) == 0
    course = strokes_path(
        across.places(np.arange(len(changes), dtype=np.float64)), up.places(changes), starts, class_="course"
    )
    return drawing(
        line(0.0, up.at(0.0), SPARK_WIDTH, up.at(0.0), class_="usual"),
        course,
        width=SPARK_WIDTH,
        height=SPARK_HEIGHT,
        title="Late − fresh of the last runs",
        description=f"{len(changes)} runs, from {words.signed(changes[0])} to {words.signed(changes[-1])}; "
        "the straight line is 0.",
        key=key,
        class_="spark",
    )
