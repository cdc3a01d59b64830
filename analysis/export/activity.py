"""The run as a FIT activity of its own, for programs that know nothing of this one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.export.positions import Positions
from analysis.export.seconds import Seconds, seconds_of, started_s
from analysis.run_report import RunReport
from sensor.fit.activity import Maker, encode_activity
from sensor.samples import FloatArray, Track

_MAKER = Maker("runtall")


def activity_file(
    report: RunReport, *, tracks: Sequence[Track] = (), positions: Positions | None = None
) -> bytes:
    """Return a run as a FIT file with a record for every second.

    Parameters
    ----------
    report
        Of the run.
    tracks
        Of the session, for the height.
    positions
        What of the way is told; None for nothing.

    Raises
    ------
    ExportError
        Where the session does not tell when it began, or has no angle that means anything.
    """
    began_s = started_s(report)
    seconds = seconds_of(report, tracks=tracks, first_s=float(np.ceil(began_s) - began_s))
    values = _values(seconds)
    if positions is not None:
        values |= {
            "position_lat": positions.at(seconds.time_s, positions.latitude_deg),
            "position_long": positions.at(seconds.time_s, positions.longitude_deg),
        }
    known = {name: value for name, value in values.items() if np.isfinite(value).any()}
    return encode_activity(
        np.round(began_s + seconds.time_s), known, maker=_MAKER, quantities=seconds.posture
    )


def _values(seconds: Seconds) -> dict[str, FloatArray]:
    return {
        "distance": seconds.distance_m,
        "enhanced_speed": seconds.speed_mps,
        "enhanced_altitude": seconds.altitude_m,
        "cadence": np.floor(seconds.strides_per_min),
        "fractional_cadence": seconds.strides_per_min % 1.0,
        "heart_rate": seconds.heart_rate_bpm,
    }
