"""Where the run went, as far as it may leave the house."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.export.at_times import at_each
from analysis.run_report import HIDDEN_M
from analysis.signal.speed import best_track
from sensor.geodesy import great_circle_m
from sensor.samples import BoolArray, FloatArray, Track, freeze_arrays

LONGEST_HOLE_S = 10.0
"""Between positions that are further apart in time nothing is known of the way."""


@dataclass(frozen=True, slots=True, eq=False)
class Positions:
    """A track.

    Parameters
    ----------
    time_s
        (n,) seconds from the start of the session, rising.
    latitude_deg, longitude_deg
        (n,) NaN where there is none, or none that is told.
    altitude_m
        (n,) NaN where not known.
    """

    time_s: FloatArray
    latitude_deg: FloatArray
    longitude_deg: FloatArray
    altitude_m: FloatArray

    def __post_init__(self) -> None:
        freeze_arrays(self)

    @property
    def known(self) -> BoolArray:
        """(n,) where there is a position."""
        return np.isfinite(self.latitude_deg) & np.isfinite(self.longitude_deg)

    def at(self, time_s: FloatArray, value: FloatArray) -> FloatArray:
        """Return a quantity between the positions around each time; NaN where one of them is not told."""
        after = np.clip(np.searchsorted(self.time_s, time_s), 1, len(self.time_s) - 1)
        told = np.where(self.known, value, np.nan)
        step_s = self.time_s[after] - self.time_s[after - 1]
        share = (time_s - self.time_s[after - 1]) / step_s
        between = (1.0 - share) * told[after - 1] + share * told[after]
        is_near = (share >= 0.0) & (share <= 1.0) & (step_s <= LONGEST_HOLE_S)
        return np.asarray(np.where(is_near, between, np.nan))


def positions_of(tracks: Sequence[Track]) -> Positions | None:
    """Return where a session went by its tracks; None where they hold no positions."""
    latitude, longitude = best_track(tracks, "latitude_deg"), best_track(tracks, "longitude_deg")
    if latitude is None or longitude is None:
        return None
    height = best_track(tracks, "altitude_m")
    time_s = latitude.time_s
    return Positions(
        time_s,
        latitude.value,
        at_each(longitude.time_s, longitude.value, time_s),
        np.full(len(time_s), np.nan) if height is None else at_each(height.time_s, height.value, time_s),
    )


def without_ends(positions: Positions, hidden_m: float = HIDDEN_M) -> Positions:
    """Return a track without what lies around its two ends, whenever the runner was there.

    A track that only lost its first and last metres would still lead home where the runner circled the block
    or passed by again.
    """
    at = np.flatnonzero(positions.known)
    if not len(at):
        return positions
    shown = np.minimum(*(_away_m(positions, int(end)) for end in (at[0], at[-1]))) > hidden_m
    return Positions(
        positions.time_s,
        np.where(shown, positions.latitude_deg, np.nan),
        np.where(shown, positions.longitude_deg, np.nan),
        positions.altitude_m,
    )


def _away_m(positions: Positions, place: int) -> FloatArray:
    """Return (n,) how far each position is from one of them, m as the crow flies."""
    places = np.radians(np.stack([positions.latitude_deg, positions.longitude_deg]))
    return great_circle_m(places, places[:, place : place + 1])
