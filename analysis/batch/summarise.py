"""One session to its rows: a pure call, which can be handed to another process or another machine."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from analysis.batch.records import Column, Failure, FailureKind, Summary
from analysis.batch.schema import CONTEXT, EPISODES, FACTS, NOTES, SEGMENTS
from analysis.batch.sources import local_copy
from analysis.comparison.run_facts import RunFacts
from analysis.comparison.summing_up import facts_of
from analysis.errors import AnalysisError
from analysis.pipeline import analyse_session
from analysis.run_report import RunReport
from sensor.errors import SessionFileError
from sensor.text import printable

LATE_SHARE = 0.75
"""The last quarter of a run is what "late" means."""

_LONGEST_MESSAGE = 500


def summarise(path: str, *, with_notes: bool = False) -> Summary:
    """Read, analyse and sum up one session.

    Parameters
    ----------
    path
        A path, or an address that fsspec knows.
    with_notes
        Also take in what the runner wrote, and pain.

    Raises
    ------
    SessionFileError
        For a file that cannot be read.
    AnalysisError
        For a session of which nothing can be said.
    OSError
        Where the file is not handed over.
    """
    with local_copy(path) as local:
        report = analyse_session(local)
    facts = facts_of(report)
    return Summary(
        session=facts.file_hash,
        runner=facts.runner or _runner_by_folder(path),
        tables={
            "sessions": _session_row(report, facts, with_notes=with_notes),
            "segments": _rows(report.evidence.segments, SEGMENTS),
            "strides": report.strides.columns,
            "episodes": _rows(report.evidence.episodes, EPISODES),
        },
    )


def attempt(path: str, with_notes: bool = False) -> Summary | Failure:
    """Return what `summarise` gives, or why it gives nothing: no file ends a batch."""
    try:
        return summarise(path, with_notes=with_notes)
    except Exception as error:  # whatever a file brings about is told beside it
        return failure_of(path, error)


_KINDS = (
    (SessionFileError, FailureKind.UNREADABLE),
    (AnalysisError, FailureKind.NO_REPORT),
    (MemoryError, FailureKind.OUT_OF_MEMORY),
    (OSError, FailureKind.UNREACHABLE),
    (Exception, FailureKind.UNEXPECTED),
)


def failure_of(path: str, error: Exception) -> Failure:
    """Return what an error says of a file, in one line and without its name."""
    kind = next(kind for known, kind in _KINDS if isinstance(error, known))
    said = " ".join(str(error).split())
    said = said.partition(f"{PurePosixPath(path).name}: ")[2] or said
    if kind is FailureKind.UNEXPECTED or not said:
        said = f"{type(error).__name__}: {said}".removesuffix(": ")
    return Failure(kind, printable(said)[:_LONGEST_MESSAGE])


def drift_deg(facts: RunFacts) -> float:
    """Return how much further forward the last quarter of the run was than the fresh window; NaN if unknown.

    The median over its stretches, each the median of its usable running strides.
    """
    late = [one.adj_deg for one in facts.bins if one.from_m >= LATE_SHARE * facts.distance_m]
    known = [adj for adj in late if math.isfinite(adj)]
    return float(np.median(known)) if known else math.nan


def _session_row(report: RunReport, facts: RunFacts, *, with_notes: bool) -> dict[str, Column]:
    row: dict[str, Any] = {name: getattr(facts, name) for name in FACTS}
    row |= {"drift_deg": drift_deg(facts), "runtall_version": report.provenance.version}
    row |= {name: _told(facts.context.get(name), kind) for name, kind in CONTEXT.items()}
    told = {"name": facts.name, **facts.context} if with_notes else {}
    row |= {name: _told(told.get(name), kind) for name, kind in NOTES.items()}
    return {name: [value] for name, value in row.items()}


def _told(value: object, kind: str) -> object:
    """Return something that was told as the kind its column holds; None where it was not told."""
    if kind == "float":
        return float(value) if isinstance(value, int | float) else None
    if isinstance(value, list | tuple):
        value = "; ".join(map(str, value))
    return str(value) if value else None


def _rows(items: Sequence[object], columns: Mapping[str, str]) -> dict[str, Column]:
    return {name: [getattr(item, name) for item in items] for name in columns}


def _runner_by_folder(path: str) -> str:
    """Return the folder a session lies in: a club has one a runner. A runner's own is called `sessions`."""
    parents = [part for part in PurePosixPath(path.replace("\\", "/")).parts[:-1] if part != "sessions"]
    return parents[-1] if parents else ""
