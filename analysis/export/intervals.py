"""The run as the CSV of streams that intervals.icu takes: a row a second, by the names it knows."""

from __future__ import annotations

import csv
import io

import numpy as np

from analysis.export.seconds import seconds_of
from analysis.run_report import RunReport
from sensor.samples import FloatArray


def streams_csv(report: RunReport) -> str:
    """Return the streams of a run: ``time`` in whole seconds from 0, then what is known, empty where not.

    Raises
    ------
    ExportError
        Where the report has no angle that means anything.
    """
    seconds = seconds_of(report)
    streams = {
        "distance": (seconds.distance_m, 1),
        "velocity_smooth": (seconds.speed_mps, 3),
        "cadence": (seconds.strides_per_min, 1),
        "heartrate": (seconds.heart_rate_bpm, 0),
        **{one.name: (one.value, 2) for one in seconds.posture},
    }
    known = {name: _cells(*one) for name, one in streams.items() if np.isfinite(one[0]).any()}
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(["time", *known])
    writer.writerows(zip(map(int, seconds.time_s.tolist()), *known.values(), strict=True))
    return target.getvalue()


def _cells(value: FloatArray, digits: int) -> list[str]:
    return ["" if number != number else f"{number:.{digits}f}" for number in value.tolist()]
