"""Heart rate of each stride, from what a strap or a treadmill told beside the sensors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.stride.config import HeartRateConfig
from sensor.samples import FloatArray, Track

STRAP = "heart-rate strap"
"""The source that is believed first; the handles of a treadmill fill in where it is silent."""


def heart_rate_of(tracks: Sequence[Track], time_s: FloatArray, config: HeartRateConfig) -> FloatArray:
    """Return the heart rate at each time, beats per minute.

    Parameters
    ----------
    tracks
        All tracks of the session; those of other quantities are passed over.
    time_s
        (n,) seconds from the start of the session.
    config
        Which values are believed, and for how long.

    Returns
    -------
    FloatArray
        (n,) on a straight line between the reading before and the one after, each at most ``max_age_s`` away;
        the one there is where the other is further off; NaN without either.
    """
    told = [track for track in tracks if track.quantity == "heart_rate_bpm"]
    rate_bpm = np.full(len(time_s), np.nan)
    for track in sorted(told, key=lambda track: track.source != STRAP):
        rate_bpm = np.where(np.isfinite(rate_bpm), rate_bpm, _at(track, time_s, config))
    return rate_bpm


def _at(track: Track, time_s: FloatArray, config: HeartRateConfig) -> FloatArray:
    with np.errstate(invalid="ignore"):
        is_believed = (track.value >= config.least_bpm) & (track.value <= config.most_bpm)
    told_s, told_bpm = track.time_s[is_believed], track.value[is_believed]
    if not len(told_s):
        return np.full(len(time_s), np.nan)
    after = np.searchsorted(told_s, time_s)
    before = np.clip(after - 1, 0, len(told_s) - 1)
    after = np.clip(after, 0, len(told_s) - 1)
    is_before = np.abs(time_s - told_s[before]) <= config.max_age_s
    is_after = np.abs(told_s[after] - time_s) <= config.max_age_s
    between_bpm = np.interp(time_s, told_s, told_bpm)
    single_bpm = np.where(is_before, told_bpm[before], np.where(is_after, told_bpm[after], np.nan))
    return np.asarray(np.where(is_before & is_after, between_bpm, single_bpm), dtype=np.float64)
