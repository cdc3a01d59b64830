"""Which angles of a report leave it, by which name, and what they are at other moments than its strides'.

The names are those that charts of other programs are set up with, so they stay.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from analysis.errors import ExportError
from analysis.export.at_times import means_at
from analysis.run_report import RunReport
from analysis.words import Activity, ZeroSource
from sensor.fit.developer import Quantity
from sensor.samples import FloatArray

TRUNK_FLEXION, TRUNK_FLEXION_ADJ, HEAD_PITCH = "trunk_flexion", "trunk_flexion_adj", "head_pitch"
_UNIT = "deg"
_HEAD = "head"


def posture_at(report: RunReport, time_s: FloatArray) -> list[Quantity]:
    """Return the angles of a run at given times, of usable running strides alone.

    Absolute flexion is told only against a standing, adjusted flexion only with a fresh window, head pitch
    only where a head sensor was worn: else each would be a number without a zero.

    Parameters
    ----------
    report
        Of the run.
    time_s
        (n,) rising seconds from the start of the session.

    Raises
    ------
    ExportError
        Where the report has no angle that means anything.
    """
    counted = (report.strides["activity"] == Activity.RUN) & report.strides["usable"]
    told = [
        Quantity(name, _UNIT, means_at(report.strides, column, time_s, counted=counted))
        for name, column in _told(report)
        if np.isfinite(report.strides[column][counted]).any()
    ]
    if not told:
        raise ExportError(
            f"{report.session.name}: no angle to write: there was neither a standing before the run nor a "
            "fresh window to count from; stand tall for 10 s before you set off"
        )
    return told


def _told(report: RunReport) -> Iterator[tuple[str, str]]:
    """Yield name and column of the stride table of every angle with a zero."""
    if report.provenance.zero_source == ZeroSource.STANDING:
        yield TRUNK_FLEXION, "trunk_flexion_deg"
    if report.evidence.baseline is not None:
        yield TRUNK_FLEXION_ADJ, "trunk_flexion_adj_deg"
    if any(sensor.placement == _HEAD for sensor in report.session.sensors):
        yield HEAD_PITCH, "head_pitch_deg"
