"""The run as a FIT activity of its own, for programs that know nothing of this one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.errors import ExportError
from analysis.export.positions import Positions
from analysis.export.seconds import Seconds, seconds_of, started_s
from analysis.run_report import RunReport
from sensor.fit.activity import encode_activity
from sensor.fit.profile import FIT_EPOCH_S
from sensor.samples import FloatArray, Track

_FIT_ENDS_S = FIT_EPOCH_S + 2.0**32 - 14 * 86_400.0
"""In 2126 its seconds run out."""


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
        Where the session does not tell when it began, or no time that FIT knows, or where the report has no
        angle that means anything.
    """
    began_s = started_s(report)
    if not FIT_EPOCH_S <= began_s < _FIT_ENDS_S:
        raise ExportError(
            f"{report.session.name}: began on {report.session.started_utc}, which FIT cannot tell: the clock "
            "was wrong then; import its files again, with --started"
        )
    seconds = seconds_of(report, tracks=tracks, first_s=float(np.ceil(began_s) - began_s))
    values = _values(seconds)
    if positions is not None:
        values |= {
            "position_lat": positions.at(seconds.time_s, positions.latitude_deg),
            "position_long": positions.at(seconds.time_s, positions.longitude_deg),
        }
    known = {name: value for name, value in values.items() if np.isfinite(value).any()}
    return encode_activity(
        np.round(began_s + seconds.time_s), known, product_name="runtall", quantities=seconds.posture
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
