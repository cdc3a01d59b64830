"""A copy of a watch's FIT file that also tells the posture: every other message stays byte for byte."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.export.posture import posture_at
from analysis.run_report import RunReport
from sensor.errors import ImportFileError
from sensor.fit.merging import record_times_s, with_quantities
from sensor.fit.walking import split_fit
from sensor.samples import FloatArray

ToSessionTime = Callable[[FloatArray], FloatArray]
"""Takes the seconds since 1970 that a watch told, returns seconds from the start of the session."""


@dataclass(frozen=True, slots=True)
class WatchCopy:
    """The copy, and how many of the records in it tell the posture."""

    content: bytes
    records: int
    with_posture: int


def watch_copy(content: bytes, report: RunReport, *, session_s: ToSessionTime) -> WatchCopy:
    """Return a copy of a watch's file with the posture at each of its records.

    Parameters
    ----------
    content
        The file.
    report
        Of the same run.
    session_s
        The watch's clock against that of the session.

    Raises
    ------
    ImportFileError
        For a file that is damaged, is no FIT file, has these fields already, or is not of this run.
    ExportError
        Where the report has no angle that means anything.
    """
    parts = split_fit(content)
    time_s = session_s(record_times_s(parts))
    if not len(time_s):
        raise ImportFileError("has no records; give the file of a recorded activity")
    told = posture_at(report, time_s)
    known = np.any([np.isfinite(one.value) for one in told], axis=0)
    if not known.any():
        raise ImportFileError(
            f"none of its records falls on the run of {report.session.name}: it is of another run, or one "
            "of the two clocks was wrong"
        )
    return WatchCopy(with_quantities(parts, told), len(time_s), int(known.sum()))
