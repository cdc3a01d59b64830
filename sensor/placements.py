"""Where on the body a sensor is worn. Apart from the samples, which lists and profiles do without."""

from __future__ import annotations

from sensor.errors import UnknownSensorError

PLACEMENTS = ("sternum", "upper-back", "sacrum", "waist", "head")
"""Where on the body a sensor can be worn."""

TRUNK_PLACEMENTS = ("sternum", "upper-back")
"""Placements whose flexion is trunk flexion."""

PLACEMENT_ALIASES = {"chest": "sternum", "back": "upper-back"}
"""What runners call a placement, and its name in sessions and reports."""


def placement_of(word: str) -> str:
    """Return the placement that a typed word means: one of `PLACEMENTS`, or an everyday word for it.

    Raises
    ------
    UnknownSensorError
        For a word that means none.
    """
    typed = word.strip().casefold()
    placement = PLACEMENT_ALIASES.get(typed, typed)
    if placement not in PLACEMENTS:
        aliases = " or ".join(PLACEMENT_ALIASES)
        raise UnknownSensorError(
            f"unknown placement {word!r}; use one of {', '.join(PLACEMENTS)} ({aliases} will do, too)"
        )
    return placement
