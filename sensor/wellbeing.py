"""What a runner can tell of pain and symptoms: closed words, and a scale from 0 to 10."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

PAIN_KEYS = ("pain_before", "pain_during", "pain_after")
"""Keys of a session's context: a list of texts such as ``lower back 7``, one a place."""

SYMPTOMS_KEY = "symptoms"
"""Key of a session's context: a list of words of `Symptom`."""


class BodyPlace(StrEnum):
    """Where it hurts."""

    HEAD = "head"
    NECK = "neck"
    SHOULDER = "shoulder"
    ARM = "arm"
    UPPER_BACK = "upper back"
    LOWER_BACK = "lower back"
    CHEST = "chest"
    BELLY = "belly"
    HIP = "hip"
    KNEE = "knee"
    LEG = "leg"
    FOOT = "foot"


OTHER_WORDS = {
    "mid back": BodyPlace.UPPER_BACK,
    "middle back": BodyPlace.UPPER_BACK,
    "thoracic spine": BodyPlace.UPPER_BACK,
    "shoulder blade": BodyPlace.UPPER_BACK,
    "low back": BodyPlace.LOWER_BACK,
    "lumbar spine": BodyPlace.LOWER_BACK,
    "loin": BodyPlace.LOWER_BACK,
    "breastbone": BodyPlace.CHEST,
    "sternum": BodyPlace.CHEST,
    "rib": BodyPlace.CHEST,
    "elbow": BodyPlace.ARM,
    "hand": BodyPlace.ARM,
    "stomach": BodyPlace.BELLY,
    "side stitch": BodyPlace.BELLY,
    "groin": BodyPlace.HIP,
    "buttock": BodyPlace.HIP,
    "thigh": BodyPlace.LEG,
    "hamstring": BodyPlace.LEG,
    "calf": BodyPlace.LEG,
    "shin": BodyPlace.LEG,
    "ankle": BodyPlace.FOOT,
    "heel": BodyPlace.FOOT,
    "achilles": BodyPlace.FOOT,
}
"""What people also call these places."""

MOST_PAIN = 10
"""The worst there is on the numeric rating scale; 0 is none."""

MOST_LETTERS = 40
"""Longer than any place with its number."""

_TYPED = re.compile(r"(?:(?:left|right) )?([a-z]+(?: [a-z]+)?)[ :,=]*([0-9]{1,2})(?:/10)?")

_HYPHEN = re.compile(r"(?<=[a-z])-(?=[a-z])")


class Symptom(StrEnum):
    """What belongs to a doctor before any exercise."""

    CHEST_PAIN = "chest pain"
    ARM_OR_JAW_PAIN = "arm or jaw pain"
    BREATHLESSNESS = "unusual breathlessness"
    HEARTBEAT = "odd heartbeat"
    DIZZINESS = "dizziness"
    FAINTING = "fainting"
    NUMBNESS = "numbness"
    TINGLING = "tingling"
    WEAKNESS = "weakness"
    BLADDER_OR_BOWEL = "bladder or bowel trouble"
    PAIN_AT_NIGHT = "pain at night"
    FEVER = "fever"
    WEIGHT_LOSS = "unexplained weight loss"
    HARD_FALL = "hard fall"


@dataclass(frozen=True, slots=True)
class Pain:
    """How much it hurts in one place.

    Parameters
    ----------
    place
        Where.
    level
        From 0, none, to `MOST_PAIN`.
    """

    place: BodyPlace
    level: int

    def __str__(self) -> str:
        return f"{self.place} {self.level}"


def read_pain(text: object) -> Pain | None:
    """Return the pain that a text such as ``lower back 7`` or ``left shoulder: 3/10`` tells, or None."""
    if not isinstance(text, str) or len(text) > MOST_LETTERS:
        return None
    typed = _TYPED.fullmatch(" ".join(_HYPHEN.sub(" ", text.casefold()).split()))
    place = _place_of(typed[1]) if typed else None
    if typed is None or place is None or int(typed[2]) > MOST_PAIN:
        return None
    return Pain(place, int(typed[2]))


def strongest_pains(pains: Iterable[Pain]) -> list[Pain]:
    """Return the strongest pain of each place, in the order the places were first told of."""
    strongest: dict[BodyPlace, Pain] = {}
    for pain in pains:
        if pain.place not in strongest or pain.level > strongest[pain.place].level:
            strongest[pain.place] = pain
    return list(strongest.values())


def _place_of(words: str) -> BodyPlace | None:
    """Return the place that words name, in the singular or with an s."""
    named = {place.value: place for place in BodyPlace} | OTHER_WORDS
    return named.get(words) or named.get(words.removesuffix("s"))
