"""Rows that share a time: the samples of one packet, each given its own moment."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sensor.clock.counted import fit_counted
from sensor.errors import ImportFileError
from sensor.importers.plausibility import LATEST_S, MAX_RATE_HZ, MIN_RATE_HZ
from sensor.samples import FloatArray, IntArray

_MOST_ALONE = 0.9
"""Where more rows than this have a time of their own, none are packets."""

_SPAN_PACKETS = 50
"""Over so many packets the radio's delay of one is a hundredth at most."""


def times_from_arrivals(path: Path, stamp_s: FloatArray) -> FloatArray:
    """Return (n,) times of rows whose stamps are those of the packets they came in.

    A packet arrives when its last sample is taken, or later, never earlier: the rows are counted, and the
    earliest arrivals tell their pace (`sensor.clock.counted`). Rows with stamps of their own keep them.

    Parameters
    ----------
    path
        The file, for the message.
    stamp_s
        (n,) seconds, finite.

    Raises
    ------
    ImportFileError
        When they tell no rate of a sensor.
    """
    if not (np.abs(stamp_s) <= LATEST_S).all():
        raise ImportFileError(f"{path}: a time in it is no time of a run; export it again")
    begins = np.flatnonzero(np.diff(stamp_s, prepend=np.nan) != 0)
    if len(begins) > _MOST_ALONE * len(stamp_s):
        return stamp_s
    count = np.diff(np.append(begins, len(stamp_s)))
    arrival_s = stamp_s[begins]
    rate_hz = _rows_per_s(arrival_s, count)
    if not MIN_RATE_HZ <= rate_hz <= MAX_RATE_HZ:
        raise ImportFileError(
            f"{path}: {rate_hz:.3g} rows a second by the times it tells; 20 to 1000 Hz are needed, export "
            "the sensor's own times"
        )
    first = np.cumsum(count) - count
    return fit_counted(first, count, arrival_s=arrival_s, nominal_rate_hz=rate_hz, least_loss_s=0.0).time_s


def _rows_per_s(arrival_s: FloatArray, count: IntArray) -> float:
    """Return the pace of rows: the median over spans of packets, few of them late or lost."""
    apart = min(_SPAN_PACKETS, len(count) // 2)
    if apart < 1:
        return 0.0
    rows = np.cumsum(count)
    span_s = arrival_s[apart:] - arrival_s[:-apart]
    pace_s = float(np.median(span_s / (rows[apart:] - rows[:-apart])))
    return 1 / pace_s if pace_s > 0 else 0.0
