"""The sentence that says what was found, where, how far and for how long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.lengths import LengthUnit
from analysis.records import Episode
from analysis.words import Flag, Verdict


@dataclass(frozen=True, slots=True)
class _Found:
    """Where the episodes of one flag begin, how deep they are on average, and how long together."""

    from_m: float
    start: str
    depth_deg: float
    how_long: str


def found_sentence(verdict: Verdict, episodes: Sequence[Episode], *, unit: LengthUnit) -> str:
    """Return what the episodes say, for a verdict that at least one of them stands behind."""
    slouched, rounded = _found(episodes, Flag.SLOUCHED, unit), _found(episodes, Flag.ROUNDED, unit)
    if verdict == Verdict.SLOUCHED and slouched is not None:
        return f"{_slouched(slouched, episodes, unit)}{_and_rounded(rounded)}."
    if verdict == Verdict.SLOUCHED and rounded is not None:
        return (
            f"From {rounded.start} on your upper back rounded by about {rounded.depth_deg:.0f}°, "
            f"for {rounded.how_long}."
        )
    leaning, watch = _found(episodes, Flag.LEANING, unit), _found(episodes, Flag.WATCH, unit)
    if verdict == Verdict.LEANING and leaning is not None:
        return (
            f"From {leaning.start} on you leaned about {leaning.depth_deg:.0f}° further forward from the "
            f"hips, for {leaning.how_long}; your back stayed straight."
        )
    if watch is not None:
        return (
            f"From {watch.start} on you leaned about {watch.depth_deg:.0f}° further forward than at your "
            f"start, for {watch.how_long}."
        )
    head = _found(episodes, Flag.HEAD, unit)
    if head is None:
        raise ValueError(f"verdict {verdict} without an episode behind it")
    return (
        f"From {head.start} on your head was down or forward, for {head.how_long}; "
        "your trunk stayed as usual."
    )


def _found(episodes: Sequence[Episode], flag: Flag, unit: LengthUnit) -> _Found | None:
    found = [episode for episode in episodes if episode.flag == flag]
    if not found:
        return None
    length_m = [episode.to_m - episode.from_m for episode in found]
    stretches = f" in {len(found)} stretches" if len(found) > 1 else ""
    return _Found(
        from_m=found[0].from_m,
        start=_length(found[0].from_m, unit),
        depth_deg=float(np.average([episode.depth_deg for episode in found], weights=length_m)),
        how_long=f"{_length(sum(length_m), unit)}{stretches}",
    )


def _slouched(slouched: _Found, episodes: Sequence[Episode], unit: LengthUnit) -> str:
    watch_m = min((e.from_m for e in episodes if e.flag == Flag.WATCH), default=np.inf)
    tall, depth = "You ran tall until", f"by about {slouched.depth_deg:.0f}° for {slouched.how_long}"
    if watch_m < slouched.from_m and _length(watch_m, unit) != slouched.start:
        leaned = f"{_length(watch_m, unit)}, then leaned further forward"
        return f"{tall} {leaned}, and slouched from {slouched.start} {depth}"
    return f"{tall} {slouched.start}, then slouched {depth}"


def _and_rounded(rounded: _Found | None) -> str:
    return "" if rounded is None else f"; your upper back rounded by about {rounded.depth_deg:.0f}°"


def _length(metres: float, unit: LengthUnit) -> str:
    return f"{unit.of(metres):.1f} {unit}"
