"""Taps and jumps near the beginning and the end of a recording: lone, hard, and calm around each.

A foot strike is as hard, but the next one follows before the body is calm again: the steps of a run are one
unbroken commotion, and none of them a knock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np

from analysis.maths.intervals import runs_of, without_short
from analysis.signal.sync_config import SyncTapConfig
from sensor.samples import FloatArray, SensorRecording
from sensor.units import STANDARD_GRAVITY_MPS2


@dataclass(frozen=True, slots=True, kw_only=True)
class Knock:
    """One knock as one sensor felt it.

    Parameters
    ----------
    at_s
        Session time of the hardest sample.
    first_s, last_s
        Session times between which the sensor was not calm: of a jump from the dip to the landing.
    is_jump
        Whether it fell freely before.
    """

    at_s: float
    first_s: float
    last_s: float
    is_jump: bool


Series = tuple[Knock, ...]
"""Knocks in quick succession, in order of time."""


def find_sync_taps(sensor: SensorRecording, config: SyncTapConfig) -> tuple[Series, ...]:
    """Find series of taps or jumps near both ends of a recording.

    Parameters
    ----------
    sensor
        (n,) time_s increasing, (n, 3) m/s2; the size of the specific force alone is looked at.
    config
        What is calm, hard, long, and a series.

    Returns
    -------
    tuple of Series
        In order of time; a knock alone, or among too many, is none.
    """
    time_s = sensor.time_s
    if len(time_s) < 2:
        return ()
    middle = np.searchsorted(time_s, (time_s[0] + config.edge_s, time_s[-1] - config.edge_s)).tolist()
    is_short = middle[0] >= middle[1]
    parts = [slice(0, len(time_s))] if is_short else [slice(0, middle[0]), slice(middle[1], len(time_s))]
    return tuple(
        series
        for part in parts
        for series in _series([*_lone_knocks(time_s[part], sensor.acc_sensor_mps2[part], config)], config)
    )


def jumping_s(found: Iterable[Series], config: SyncTapConfig) -> FloatArray:
    """Return (2, j) session times at which series of jumps begin and end, the calm around them included."""
    edges_s = [
        (series[0].first_s - config.still_s, series[-1].last_s + config.still_s)
        for series in found
        if any(knock.is_jump for knock in series)
    ]
    return np.array(edges_s, dtype=np.float64).reshape(-1, 2).T


@dataclass(frozen=True, slots=True)
class _Commotion:
    """A stretch that is not calm, described as a knock; one it is only if it is short and hard."""

    knock: Knock
    is_knock: bool


def _commotions(time_s: FloatArray, acc_sensor_mps2: FloatArray, config: SyncTapConfig) -> list[_Commotion]:
    """Find what lies between calm stretches, in order of time."""
    period_s = float(np.median(np.diff(time_s)))
    force_mps2 = np.sqrt(np.einsum("ij,ij->i", acc_sensor_mps2, acc_sensor_mps2))
    calm = np.abs(force_mps2 - STANDARD_GRAVITY_MPS2) < config.calm_mps2
    calm = without_short(calm, max(round(config.calm_s / period_s), 1))
    found = []
    for first, last in zip(*runs_of(~calm), strict=True):
        hardest = first + int(np.argmax(force_mps2[first:last]))
        at_s, first_s, last_s = (float(time_s[k]) for k in (hardest, first, last - 1))
        falling_s = float((force_mps2[first:hardest] < config.flight_mps2).sum()) * period_s
        is_knock = last_s - first_s <= config.longest_s and bool(force_mps2[hardest] >= config.hard_mps2)
        found.append(
            _Commotion(
                Knock(at_s=at_s, first_s=first_s, last_s=last_s, is_jump=falling_s >= config.flight_s),
                is_knock,
            )
        )
    return found


def _lone_knocks(time_s: FloatArray, acc_sensor_mps2: FloatArray, config: SyncTapConfig) -> Iterator[Knock]:
    """Yield the knocks from between two standings in which little else happened."""
    if len(time_s) < 2 or not np.median(np.diff(time_s)) > 0.0:
        return
    edges_s = float(time_s[0]), float(time_s[-1])
    found = _commotions(time_s, acc_sensor_mps2, config)
    before = [edges_s[0], *(c.knock.last_s for c in found)]
    after = [*(c.knock.first_s for c in found), edges_s[1]]
    stands = [k for k, (a, b) in enumerate(zip(before, after, strict=True)) if b - a >= config.still_s]
    for begin, end in pairwise(stands):
        knocks = [c.knock for c in found[begin:end] if c.is_knock]
        if 2 * len(knocks) >= end - begin:
            yield from knocks


def _series(knocks: Sequence[Knock], config: SyncTapConfig) -> list[Series]:
    """Split knocks where they are far apart, and keep what is neither chance nor a gait."""
    far = [0, *(int(b.at_s - a.at_s > config.apart_s) for a, b in pairwise(knocks))]
    number = np.cumsum(far[: len(knocks)]).tolist()
    grouped = groupby(zip(number, knocks, strict=True), key=lambda pair: pair[0])
    found = [tuple(knock for _, knock in group) for _, group in grouped]
    return [series for series in found if config.fewest <= len(series) <= config.most]
