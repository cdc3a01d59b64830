"""The zone that a change of trunk flexion against the runner's usual lies in: one rule for all."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from analysis.judging.config import FindingsConfig
from analysis.records import Segment
from analysis.words import Flag, Zone
from sensor.samples import BoolArray, FloatArray, IntArray

_FLAGS = {Zone.WATCH: Flag.WATCH, Zone.LEANING: Flag.LEANING, Zone.SLOUCHED: Flag.SLOUCHED}

_BY_CHANGE = (Zone.TALLER, Zone.USUAL, Zone.WATCH, Zone.SLOUCHED)
"""What the change of flexion alone tells apart, from tall to bent."""


def zone_of_segment(segment: Segment, config: FindingsConfig) -> Zone | None:
    """Return the zone of a row of the report; where a strap step holds its flag back, its zone as well."""
    zone = zone_of(segment.adj_deg, config, bend_change_deg=segment.bend_change_deg)
    return Zone.WATCH if segment.flag == Flag.WATCH else zone


def zone_of(change_deg: float, config: FindingsConfig, *, bend_change_deg: float = math.nan) -> Zone | None:
    """Return the zone of one change (degrees, forward positive); None where the change is not known.

    ``bend_change_deg`` is how much further the upper trunk bends against the sacrum than in the fresh window,
    NaN without a sacrum sensor: with a straight back no change is slouched.
    """
    if math.isnan(change_deg):
        return None
    zone = _BY_CHANGE[int(_zone_numbers(np.array([change_deg]), config)[0])]
    straight = bend_change_deg < config.leaning_bend_deg
    return Zone.LEANING if zone is Zone.SLOUCHED and straight else zone


def flag_of(change_deg: float, config: FindingsConfig, *, bend_change_deg: float = math.nan) -> Flag:
    """Return the flag of the zone that a change (degrees) lies in; none for NaN. Words as in `zone_of`."""
    zone = zone_of(change_deg, config, bend_change_deg=bend_change_deg)
    return Flag.NONE if zone is None else _FLAGS.get(zone, Flag.NONE)


def strides_by_zone(
    change_deg: FloatArray, config: FindingsConfig, *, bend_change_deg: FloatArray, barred: BoolArray
) -> dict[Zone, BoolArray]:
    """Return which of (n,) known changes (degrees) lie in each zone, the tallest first.

    Parameters
    ----------
    change_deg
        (n,) against the usual, forward positive.
    config
        Limits of the zones.
    bend_change_deg
        (n,) as in `zone_of`; where it is never known there is no zone `Zone.LEANING`.
    barred
        (n,) true after a strap step, which may make the change as well as the posture: there nothing is worse
        than `Zone.WATCH`.
    """
    numbers = _zone_numbers(change_deg, config)
    inside = {zone: numbers == number for number, zone in enumerate(_BY_CHANGE)}
    bent = inside[Zone.SLOUCHED]
    inside |= {Zone.WATCH: inside[Zone.WATCH] | bent & barred, Zone.SLOUCHED: bent & ~barred}
    if np.isfinite(bend_change_deg).any():
        bent, straight = inside[Zone.SLOUCHED], bend_change_deg < config.leaning_bend_deg
        inside |= {Zone.LEANING: bent & straight, Zone.SLOUCHED: bent & ~straight}
    return {zone: np.asarray(inside[zone]) for zone in Zone if zone in inside}


def zone_shares(inside: Mapping[Zone, BoolArray]) -> dict[Zone, float]:
    """Return the share (0 to 1) of the strides of `strides_by_zone` in each zone."""
    return {zone: float(part.sum() / max(len(part), 1)) for zone, part in inside.items()}


def zone_times(inside: Mapping[Zone, BoolArray], lasted_s: FloatArray) -> dict[Zone, float]:
    """Return the seconds in each zone of (n,) strides that lasted ``lasted_s``."""
    return {zone: float(lasted_s[part].sum()) for zone, part in inside.items()}


def _zone_numbers(change_deg: FloatArray, config: FindingsConfig) -> IntArray:
    """Return (n,) which of `_BY_CHANGE`; a limit belongs to the zone above it."""
    limits_deg = (config.taller_deg, config.watch_deg, config.slouched_deg)
    return np.searchsorted(limits_deg, change_deg, side="right")
