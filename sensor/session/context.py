"""What can be told about a session: keys, units, and what a person can mean by them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sensor.session.integrity import shorten
from sensor.wellbeing import PAIN_KEYS, SYMPTOMS_KEY, BodyPlace, Symptom, read_pain

if TYPE_CHECKING:
    from sensor.samples import Mark

NUMBERS: Mapping[str, tuple[float, float]] = {
    "typed_distance_m": (10.0, 1_000_000.0),
    "typed_speed_mps": (0.2, 20.0),
    "watch_distance_m": (10.0, 1_000_000.0),
    "lap_length_m": (50.0, 50_000.0),
    "stature_m": (0.5, 2.8),
    "hours_sat_before": (0.0, 24.0),
    "sat_flexion_deg": (-180.0, 180.0),
    "longest_sat_min": (0.0, 1440.0),
    "pack_kg": (0.0, 60.0),
}
"""Key to the least and the most that can be true: beyond, somebody mistyped or a file is damaged."""

SURFACES = ("road", "trail", "track", "treadmill", "other")
"""Values of ``surface``."""

PACKS = ("none", "vest", "backpack")
"""Values of ``pack``."""

USUAL_SURFACE_KEY = "usual_surface"
"""What the runner mostly runs on: counts for ``surface`` where nobody and no treadmill tells otherwise."""

CHOICES: Mapping[str, tuple[str, ...]] = {USUAL_SURFACE_KEY: SURFACES}
"""Key to the words it may have. ``surface`` and ``pack`` may have others, of other programs."""

TRUTHS = ("long_car_trip", "wide_straps", "waist_strap")
"""Keys that are true or false."""

RUNNER_KEY = "runner"
"""Whose run it is: the name of a profile; missing for the one runner of a home without others."""

WORDS = (RUNNER_KEY, "tape")
"""Keys that are a text and nothing else."""

REMARK_MARK = "remark"
"""Kind of the marks that hold a remark of the runner's, at its moment."""

REMARKS_KEY = "remarks"
"""Key under which a reader tells the remarks; no session keeps it."""

MOST_REMARKS = 100
"""More are not told: nobody types them, and a page has to stay readable."""

_LONGEST_KEY = 60
_LARGEST = 1e15


def is_plausible(key: str, value: object) -> bool:
    """Tell whether a value can be true: a number within bounds, a text, a truth, or a list of such."""
    if len(key) > _LONGEST_KEY:
        return False
    if key in PAIN_KEYS:
        return _is_list_of(value, most=len(BodyPlace), is_one=lambda item: read_pain(item) is not None)
    if key == SYMPTOMS_KEY:
        return _is_list_of(value, most=len(Symptom), is_one=lambda item: item in tuple(Symptom))
    if key in TRUTHS:
        return isinstance(value, bool)
    if key in WORDS:
        return isinstance(value, str)
    if key in CHOICES:
        return value in CHOICES[key]
    if isinstance(value, list):
        return key not in NUMBERS and all(not isinstance(v, list) and is_plausible(key, v) for v in value)
    if isinstance(value, str | bool) or value is None:
        return key not in NUMBERS
    if not isinstance(value, int | float):
        return False
    least, most = NUMBERS.get(key, (-_LARGEST, _LARGEST))
    return least <= value <= most


def _is_list_of(value: object, *, most: int, is_one: Callable[[object], bool]) -> bool:
    return isinstance(value, list) and len(value) <= most and all(is_one(item) for item in value)


def plausible_part(context: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return what of a context can be true, and the keys of the rest."""
    kept = {
        key: shorten(value) if isinstance(value, str) else value
        for key, value in context.items()
        if is_plausible(key, value)
    }
    return kept, tuple(shorten(key) for key in context if key not in kept)


TAGS_KEY = "tags"
"""Key of the words a session was tagged with."""


def tags_of(context: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the words a session was tagged with, in the order they were given."""
    stored = context.get(TAGS_KEY)
    return tuple(shorten(str(tag)) for tag in stored) if isinstance(stored, list) else ()


def with_remarks(context: Mapping[str, Any], marks: Sequence[Mark]) -> Mapping[str, Any]:
    """Return the context with the remarks among the marks, each behind its time, as in ``12:30 windy``."""
    told = [f"{_clock(mark.time_s)} {mark.text}" for mark in marks if mark.kind == REMARK_MARK]
    return {**context, REMARKS_KEY: told[:MOST_REMARKS]} if told else context


def _clock(time_s: float) -> str:
    minutes, seconds = divmod(max(0, int(time_s)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
