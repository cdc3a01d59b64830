"""The track of a run as GPX 1.1, with heart rate, cadence and posture at its points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.sax.saxutils import escape

import numpy as np

from analysis.errors import ExportError
from analysis.export.at_times import means_at
from analysis.export.positions import LONGEST_HOLE_S, Positions
from analysis.export.posture import posture_at
from analysis.export.seconds import STEPS_PER_STRIDE, started_s
from analysis.run_report import HIDDEN_M, RunReport
from sensor.samples import BoolArray, FloatArray

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<gpx version="1.1" creator="runtall" xmlns="http://www.topografix.com/GPX/1/1" '
    'xmlns:tpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1" xmlns:posture="urn:runtall:posture">'
)


def track_gpx(report: RunReport, positions: Positions, *, notes: str = "") -> str:
    """Return a track as GPX.

    Parameters
    ----------
    report
        Of the run.
    positions
        What of the way is told.
    notes
        For its description; empty for none.

    Raises
    ------
    ExportError
        Where no position is left to tell, where the session does not tell when it began, or where the report
        has no angle that means anything.
    """
    known = positions.known
    if not known.any():
        raise ExportError(
            f"{report.session.name}: all positions lie within {HIDDEN_M:.0f} m of where the track begins or "
            "ends, and are kept back; --with-track writes them"
        )
    time_s = positions.time_s[known]
    begins = np.diff(time_s, prepend=-np.inf) > LONGEST_HOLE_S
    points = _points(report, positions, known)
    described = f"<desc>{escape(notes)}</desc>\n" if notes else ""
    body = "\n".join(
        f"</trkseg>\n<trkseg>\n{point}" if is_first else point
        for is_first, point in zip(begins.tolist(), points, strict=True)
    ).removeprefix("</trkseg>\n")
    return f"{_HEAD}\n<trk>\n{described}<type>running</type>\n{body}\n</trkseg>\n</trk>\n</gpx>\n"


def _points(report: RunReport, positions: Positions, known: BoolArray) -> Iterator[str]:
    """Yield the elements of the points that are known."""
    time_s = positions.time_s[known]
    every = np.ones(len(report.strides), dtype=bool)
    heart, steps = (
        means_at(report.strides, name, time_s, counted=every) for name in ("heart_rate_bpm", "cadence_spm")
    )
    sensed = {"tpx:hr": (heart, 0), "tpx:cad": (steps / STEPS_PER_STRIDE, 0)}
    posture = {f"posture:{one.name}": (one.value, 2) for one in posture_at(report, time_s)}
    columns = (
        positions.latitude_deg[known].tolist(),
        positions.longitude_deg[known].tolist(),
        _elements({"ele": (positions.altitude_m[known], 1)}),
        _days_and_times(started_s(report) + time_s),
        _elements(sensed),
        _elements(posture),
    )
    for latitude, longitude, height, at, body, angles in zip(*columns, strict=True):
        extensions = (f"<tpx:TrackPointExtension>{body}</tpx:TrackPointExtension>" if body else "") + angles
        yield (
            f'<trkpt lat="{latitude:.7f}" lon="{longitude:.7f}">{height}<time>{at}</time>'
            + (f"<extensions>{extensions}</extensions>" if extensions else "")
            + "</trkpt>"
        )


def _days_and_times(unix_s: FloatArray) -> list[str]:
    """Return moments as XML has them, in UTC."""
    milliseconds = np.round(1000.0 * unix_s).astype("datetime64[ms]")
    told: list[str] = np.datetime_as_string(milliseconds, timezone="UTC").tolist()
    return told


def _elements(told: Mapping[str, tuple[FloatArray, int]]) -> list[str]:
    """Return for each point the elements of what is known there; numbers with so many digits."""
    columns = [
        ["" if number != number else f"<{name}>{number:.{digits}f}</{name}>" for number in value.tolist()]
        for name, (value, digits) in told.items()
    ]
    return ["".join(row) for row in zip(*columns, strict=True)]
