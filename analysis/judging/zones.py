"""The zone that a change of trunk flexion against the runner's usual lies in: one rule for all."""

from __future__ import annotations

import math

import numpy as np

from analysis.judging.config import FindingsConfig
from analysis.words import Flag, Zone
from sensor.samples import FloatArray, IntArray

_FLAGS = {Zone.WATCH: Flag.WATCH, Zone.SLOUCHED: Flag.SLOUCHED}


def zone_of(change_deg: float, config: FindingsConfig) -> Zone | None:
    """Return the zone of one change (degrees, forward positive); None where the change is not known."""
    if math.isnan(change_deg):
        return None
    return tuple(Zone)[int(_zone_numbers(np.array([change_deg]), config)[0])]


def flag_of(change_deg: float, config: FindingsConfig) -> Flag:
    """Return the flag of the zone that a change (degrees) lies in; none for NaN."""
    zone = zone_of(change_deg, config)
    return Flag.NONE if zone is None else _FLAGS.get(zone, Flag.NONE)


def zone_shares(change_deg: FloatArray, config: FindingsConfig) -> dict[Zone, float]:
    """Return the share (0 to 1) of (n,) known changes (degrees) in each zone."""
    counts = np.bincount(_zone_numbers(change_deg, config), minlength=len(Zone))
    return {zone: float(count / max(len(change_deg), 1)) for zone, count in zip(Zone, counts, strict=True)}


def _zone_numbers(change_deg: FloatArray, config: FindingsConfig) -> IntArray:
    """Return (n,) which zone, counted from the tallest; a limit belongs to the zone above it."""
    limits_deg = (config.taller_deg, config.watch_deg, config.slouched_deg)
    return np.searchsorted(limits_deg, change_deg, side="right")
