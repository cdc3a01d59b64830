"""Angular rates that come as a stream of their own, brought to the moments of the accelerometer's samples.

Both streams are dated each for itself before they meet here, so that neither losses in one of them nor
packets that begin with another sample can put rates beside the wrong accelerations.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sensor.clock.pairing import find_neighbours
from sensor.samples import Gap, IntArray
from sensor.session.segments import DecodedSegment

MISSING = "angular rates missing"
"""Why samples are left out of which only the acceleration came."""


def with_angular_rates(acc: DecodedSegment, gyr: DecodedSegment) -> DecodedSegment:
    """Return the samples of an accelerometer for which there are angular rates, and these.

    Parameters
    ----------
    acc
        The accelerometer's stream over one connection.
    gyr
        The gyroscope's over the same connection; its ``gyr_sensor_radps`` is interpolated linearly.

    Returns
    -------
    DecodedSegment
        On the accelerometer's time line. Samples left out within it are gaps.
    """
    rejected = acc.rejected + gyr.rejected
    rates = gyr.gyr_sensor_radps
    if rates is None or not len(gyr.time_s) or not len(acc.time_s):
        return replace(_rows_of(acc, np.zeros(0, np.int64)), rejected=rejected)
    near = find_neighbours(acc.time_s, gyr.time_s, period=1 / acc.rate_hz)
    between = near.interpolate(rates)
    # A neighbour of weight 0 is no part of the value, so its clipping does not count.
    clipped = acc.clipped | (gyr.clipped[near.before] & (near.weight < 1))
    clipped |= gyr.clipped[near.after] & (near.weight > 0)
    whole = replace(acc, gyr_sensor_radps=between, clipped=clipped, rejected=rejected)
    return whole if near.is_known.all() else _rows_of(whole, np.flatnonzero(near.is_known))


def _rows_of(whole: DecodedSegment, rows: IntArray) -> DecodedSegment:
    """Return some rows of a segment; what is left out between them are gaps, with the reason they had."""
    gyr = whole.gyr_sensor_radps
    return replace(
        whole,
        time_s=whole.time_s[rows],
        acc_sensor_mps2=whole.acc_sensor_mps2[rows],
        gyr_sensor_radps=None if gyr is None else gyr[rows],
        clipped=whole.clipped[rows],
        gaps=_gaps(whole, rows),
    )


def _gaps(whole: DecodedSegment, rows: IntArray) -> tuple[Gap, ...]:
    if not len(rows):
        return ()
    time_s = whole.time_s
    left_out = np.flatnonzero(np.diff(rows) > 1)
    holes = [(float(time_s[rows[i]]), float(time_s[rows[i + 1]])) for i in left_out.tolist()]
    first_s, last_s = float(time_s[rows[0]]), float(time_s[rows[-1]])
    inside = [gap for gap in whole.gaps if first_s <= gap.start_s and gap.end_s <= last_s]
    kept = [gap for gap in inside if not any(a < gap.end_s and gap.start_s < b for a, b in holes)]
    widened = [
        Gap(a, b, next((gap.reason for gap in inside if a < gap.end_s and gap.start_s < b), MISSING))
        for a, b in holes
    ]
    return tuple(sorted([*kept, *widened], key=lambda gap: gap.start_s))
