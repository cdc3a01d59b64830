"""Speed and distance from beside the motion sensor: watch, phone, foot pod, treadmill, or typed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter1d, median_filter

from analysis.judging.config import DistanceConfig
from sensor.samples import FloatArray, Track, freeze_arrays

PHONE = "phone"
"""Source of what a phone's positions tell; `data/FORMAT.md`."""

_SOURCES_BEST_FIRST = ("watch file", PHONE, "foot pod", "treadmill")


@dataclass(frozen=True, slots=True, eq=False)
class SpeedProfile:
    """Speed over the ground, for taking the runner's own acceleration out of the specific force.

    Parameters
    ----------
    time_s
        (n,) seconds from the start of the session, increasing; the first and last value hold beyond it.
    speed_mps
        (n,) metres per second through the room: zero on a treadmill.
    measured
        False for a typed constant: it holds only while the runner runs.
    """

    time_s: FloatArray
    speed_mps: FloatArray
    measured: bool

    def __post_init__(self) -> None:
        freeze_arrays(self)


def best_track(tracks: Sequence[Track], quantity: str) -> Track | None:
    """Return the track of one quantity from the best source, its non-finite values left out.

    Watch, phone, foot pod and treadmill come in this order, and before any other source. A track with fewer
    than two finite values is none.
    """
    kept = []
    for track in tracks:
        good = np.isfinite(track.time_s) & np.isfinite(track.value)
        if track.quantity == quantity and good.sum() >= 2:
            kept.append(Track(quantity, track.source, track.time_s[good], track.value[good]))
    ranks = {source: rank for rank, source in enumerate(_SOURCES_BEST_FIRST)}
    return min(kept, key=lambda track: ranks.get(track.source, len(ranks)), default=None)


def track_speed(tracks: Sequence[Track], config: DistanceConfig) -> Track | None:
    """Return the speed track, made from the distance track where no speed was recorded.

    Parameters
    ----------
    tracks
        Everything recorded beside the motion sensor.
    config
        Gives the window (s) over which a distance is differenced.
    """
    speed = best_track(tracks, "speed_mps")
    distance = best_track(tracks, "distance_m")
    if speed is not None or distance is None:
        return speed
    time_s, half_s = distance.time_s, config.speed_window_s / 2
    before_s = np.maximum(time_s - half_s, time_s[0])
    after_s = np.minimum(time_s + half_s, time_s[-1])
    way_m = np.interp(after_s, time_s, distance.value) - np.interp(before_s, time_s, distance.value)
    return Track("speed_mps", distance.source, time_s, np.maximum(way_m, 0.0) / (after_s - before_s))


def smoothed_speed(speed: Track, config: DistanceConfig) -> Track:
    """Return a speed track on even seconds without spikes and without delay.

    A median over `DistanceConfig.speed_spike_s` drops what satellites invent for a moment, a Gaussian of
    `DistanceConfig.speed_smoothing_s` their noise; both look as far ahead as back.

    Parameters
    ----------
    speed
        Finite values at rising times, evenly spaced or not.
    config
        Both lengths.
    """
    count = int(np.floor(speed.time_s[-1] - speed.time_s[0])) + 1
    if count < 2:
        return speed
    time_s = speed.time_s[0] + np.arange(count, dtype=np.float64)
    even_mps = np.interp(time_s, speed.time_s, speed.value)
    even_mps = median_filter(even_mps, config.speed_spike_s, mode="nearest")
    even_mps = gaussian_filter1d(even_mps, config.speed_smoothing_s, mode="nearest")
    return Track("speed_mps", speed.source, time_s, even_mps)


def typed_value(context: Mapping[str, Any], key: str) -> float | None:
    """Return a positive number the runner typed under ``key``, or None."""
    value = context.get(key)
    if value is None or not math.isfinite(float(value)) or float(value) <= 0:
        return None
    return float(value)


def speed_profile(
    tracks: Sequence[Track], context: Mapping[str, Any], config: DistanceConfig
) -> SpeedProfile | None:
    """Return what is known of the speed through the room before any stride is found, or None.

    Parameters
    ----------
    tracks
        Everything recorded beside the motion sensor.
    context
        ``surface`` (``treadmill``: the runner stays where they are) and ``typed_speed_mps`` are read.
    config
        Numbers of the distance stage.
    """
    if context.get("surface") == "treadmill":
        return SpeedProfile(np.zeros(1), np.zeros(1), measured=True)
    track = track_speed(tracks, config)
    if track is not None:
        smooth = smoothed_speed(track, config)
        return SpeedProfile(smooth.time_s, smooth.value, measured=True)
    typed_mps = typed_value(context, "typed_speed_mps")
    if typed_mps is not None:
        return SpeedProfile(np.zeros(1), np.array([typed_mps]), measured=False)
    return None
