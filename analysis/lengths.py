"""What a run is cut into, and in which unit a person reads its lengths. Inside, everything is in metres."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from enum import StrEnum

from sensor.units import KMH_PER_MPS, METRES_PER_MILE

_METRES_PER_KM = 1000.0
_S_PER_H = 3600.0

STATURE_UNITS_M = {"m": 1.0, "cm": 0.01}
"""Units in which a person tells how tall they are, in metres."""

_NUMBER = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([a-z/]+)")


def number_with_unit(text: str, units: Mapping[str, float]) -> float:
    """Return a typed number times its unit, as of ``172cm``; NaN where it is none or its unit unknown."""
    match = _NUMBER.fullmatch(text.strip().lower())
    return float(match[1]) * units.get(match[2], math.nan) if match else math.nan


class LengthUnit(StrEnum):
    """The unit of distances and paces on pages and in print, as it is written behind a number."""

    KILOMETRE = "km"
    MILE = "mi"

    @property
    def metres(self) -> float:
        """Its length."""
        return METRES_PER_MILE if self is LengthUnit.MILE else _METRES_PER_KM

    @property
    def noun(self) -> str:
        """Its name in a sentence."""
        return "mile" if self is LengthUnit.MILE else "kilometre"

    @property
    def place(self) -> str:
        """What stands before the number of a place on the way: ``km 6.1``, ``mile 3.8``."""
        return "mile" if self is LengthUnit.MILE else "km"

    @property
    def pace_unit(self) -> str:
        """What stands behind minutes in a pace."""
        return "/mile" if self is LengthUnit.MILE else "/km"

    def of(self, metres: float) -> float:
        """Return a length in this unit."""
        return metres / self.metres

    def of_km(self, kilometres: float) -> float:
        """Return a length that was kept in kilometres in this unit."""
        return self.of(kilometres * _METRES_PER_KM)

    def per(self, per_km: float) -> float:
        """Return what holds for each kilometre for each of this unit."""
        return per_km * self.metres / _METRES_PER_KM

    def speed(self, speed_mps: float, digits: int = 0) -> str:
        """Return a speed in this unit an hour, with its unit."""
        if self is LengthUnit.MILE:
            return f"{speed_mps * _S_PER_H / METRES_PER_MILE:.{digits}f} mph"
        return f"{KMH_PER_MPS * speed_mps:.{digits}f} km/h"


class Split(StrEnum):
    """What the rows of a report are, as typed behind ``--split``."""

    KILOMETRE = "1km"
    MILE = "mile"
    SHORT = "400m"
    LAP = "lap"

    @property
    def unit(self) -> LengthUnit:
        """The unit of everything a person reads beside these rows."""
        return LengthUnit.MILE if self is Split.MILE else LengthUnit.KILOMETRE

    @property
    def length_m(self) -> float:
        """Length of a row.

        Raises
        ------
        ValueError
            For laps, which have none of their own.
        """
        if self is Split.LAP:
            raise ValueError("laps have no length of their own: they are cut where they were marked")
        return {Split.MILE: METRES_PER_MILE, Split.SHORT: 400.0}.get(self, _METRES_PER_KM)
