"""What to advise after a run, and why: chosen by closed words and by what was found. Never a diagnosis.

Free notes choose nothing: no program tells "no chest pain" from chest pain. Sources: the usual coaching cue
for upright running; advice on sitting, long drives, packs, strengthening of the back extensors and mobility
of the thoracic spine.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analysis.judging.config import AdviceConfig
from analysis.records import Advice, AdviceKind, Episode, QualityLine
from analysis.words import EpisodeEnd, Flag, Grade, Verdict
from sensor.samples import FloatArray
from sensor.wellbeing import PAIN_KEYS, SYMPTOMS_KEY, BodyPlace, Pain, Symptom, read_pain, strongest_pains

_GRAVEST_FIRST = (Flag.SLOUCHED, Flag.ROUNDED, Flag.HEAD, Flag.LEANING, Flag.WATCH)

_PACKS = {"backpack": AdviceKind.LIGHTEN_BACKPACK, "vest": AdviceKind.LIGHTEN_VEST}

_TELL_STRAP_APART = (
    "Draw the strap tighter before the next run. If you feel it move, stop and stand tall for ten seconds: "
    "that tells strap and posture apart."
)

POSTURE_KINDS = frozenset(
    {
        AdviceKind.KEEP,
        AdviceKind.CHECK_EACH_KM,
        AdviceKind.LOOK_AHEAD,
        AdviceKind.CARRY_HIPS_HIGH,
        AdviceKind.COME_UP_SOONER,
        AdviceKind.REMIND_LATE,
        AdviceKind.STRENGTHEN_BACK,
        AdviceKind.MOBILISE_SPINE,
        AdviceKind.RUN_TALL_IN_PARTS,
    }
)
"""What asks the body for something, if only for another run like this: silent where it hurts."""


def advise(
    *,
    verdict: Verdict,
    episodes: Sequence[Episode],
    quality: Sequence[QualityLine],
    context: Mapping[str, Any],
    distance_m: float,
    barred_s: FloatArray,
    config: AdviceConfig,
) -> tuple[Advice, ...]:
    """Return what to advise, the most important first; at least one thing, at most ``config.most``.

    Parameters
    ----------
    verdict, episodes, quality
        Of this run.
    context
        What was told about the session. Of pain and symptoms only closed words count
        (`sensor.wellbeing`); what is none of them is passed over.
    distance_m
        Length of the run; NaN where places on the way are not known.
    barred_s
        (k,) when the strides after a strap step were, up to a standing: a flag there may be the strap's.
    config
        From where on something counts.
    """
    pains = _strongest_pains(context)
    warnings = _red_flags(context, pains)
    if warnings:
        return (Advice(AdviceKind.SEE_DOCTOR, ", ".join(warnings)),)
    found = _by_findings(
        verdict, episodes, quality=quality, distance_m=distance_m, barred_s=barred_s, config=config
    )
    advised = [*found, *_by_context(episodes, context, config=config)]
    if any(pain.place is BodyPlace.UPPER_BACK and pain.level > 0 for pain in pains):
        # What loads an upper back for hours a day comes before what loads it in a run.
        sitting = _about_sitting(context, config)
        advised = [sitting, *(advice for advice in advised if advice.kind != sitting.kind)]
    hurting = [str(pain) for pain in pains if pain.level >= config.pain_silences_from]
    if hurting:
        kept = (advice for advice in advised if advice.kind not in POSTURE_KINDS)
        advised = [Advice(AdviceKind.LET_PAIN_EASE, ", ".join(hurting)), *kept]
    return tuple(advised[: config.most])


def _strongest_pains(context: Mapping[str, Any]) -> list[Pain]:
    """Return the pain of each place at its worst of before, during and after the run."""
    told = (read_pain(text) for key in PAIN_KEYS for text in _items(context.get(key)))
    return strongest_pains(pain for pain in told if pain is not None)


def _red_flags(context: Mapping[str, Any], pains: Sequence[Pain]) -> list[str]:
    """Return what belongs to a doctor, in the order of `Symptom`: a chest that hurts at all is among it."""
    told = _items(context.get(SYMPTOMS_KEY))
    chest_hurts = any(pain.place is BodyPlace.CHEST and pain.level > 0 for pain in pains)
    return [
        symptom.value
        for symptom in Symptom
        if symptom in told or (symptom is Symptom.CHEST_PAIN and chest_hurts)
    ]


def _items(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()


def _by_findings(
    verdict: Verdict,
    episodes: Sequence[Episode],
    *,
    quality: Sequence[QualityLine],
    distance_m: float,
    barred_s: FloatArray,
    config: AdviceConfig,
) -> Iterator[Advice]:
    if verdict == Verdict.NONE:
        yield _improve_recording(quality)
        return
    worst = _worst(episodes)
    if worst is None:
        yield Advice(AdviceKind.KEEP, "nothing was flagged")
    elif worst.flag == Flag.HEAD:
        yield Advice(AdviceKind.LOOK_AHEAD, "the head went down or forward")
    elif worst.flag == Flag.LEANING:
        yield Advice(AdviceKind.CARRY_HIPS_HIGH, "you leaned from the hips with a straight back")
    elif worst.flag == Flag.WATCH and ((barred_s >= worst.from_s) & (barred_s < worst.to_s)).any():
        yield Advice(AdviceKind.IMPROVE_RECORDING, "the strap may have moved", how=_TELL_STRAP_APART)
    elif worst.flag == Flag.WATCH:
        yield Advice(AdviceKind.CHECK_EACH_KM, "the trunk leaned a little more than at the start")
    elif worst.ended_by == EpisodeEnd.RECOVERED:
        yield Advice(AdviceKind.COME_UP_SOONER, "you came back up by yourself")
    elif worst.from_m >= config.late_share * distance_m:
        yield Advice(AdviceKind.REMIND_LATE, "the slouch came late in the run", at_m=worst.from_m)
        yield _hold_it_longer(worst)
    else:
        yield Advice(AdviceKind.RUN_TALL_IN_PARTS, "the slouch came early in the run")


def _hold_it_longer(worst: Episode) -> Advice:
    """Return what helps between runs: for a back that was seen to round, mobility; else strength."""
    if worst.flag == Flag.ROUNDED:
        return Advice(AdviceKind.MOBILISE_SPINE, "your upper back rounded")
    return Advice(AdviceKind.STRENGTHEN_BACK, "the slouch came late in the run")


def _improve_recording(quality: Sequence[QualityLine]) -> Advice:
    """Return the first thing that would have made a verdict possible."""
    for line in quality:
        if line.grade == Grade.BAD and line.advice:
            return Advice(AdviceKind.IMPROVE_RECORDING, f"{line.what}: {line.value}", how=line.advice)
    return Advice(AdviceKind.IMPROVE_RECORDING, "there is no verdict")


def _worst(episodes: Sequence[Episode]) -> Episode | None:
    """Return the first episode of the gravest kind, None where nothing was flagged."""
    for flag in _GRAVEST_FIRST:
        found = [episode for episode in episodes if episode.flag == flag]
        if found:
            return min(found, key=lambda episode: episode.from_s)
    return None


def _by_context(
    episodes: Sequence[Episode], context: Mapping[str, Any], *, config: AdviceConfig
) -> Iterator[Advice]:
    """Add what pack, sitting and a long drive have to do with a trunk that slouched."""
    worst = _worst(episodes)
    if worst is None or worst.flag not in (Flag.SLOUCHED, Flag.ROUNDED):
        return
    pack = _PACKS.get(str(context.get("pack", "none")))
    if pack is not None:
        yield Advice(pack, f"you ran with a {context['pack']}")
    sitting = _about_sitting(context, config)
    if sitting.kind == AdviceKind.BREAK_UP_SITTING:
        yield sitting
    elif context.get("long_car_trip") is True:
        yield Advice(AdviceKind.BREAK_UP_DRIVE, "you came from a long drive")


def _about_sitting(context: Mapping[str, Any], config: AdviceConfig) -> Advice:
    """Return what to do about sitting: break it up where it is known to be long, else see how it is."""
    sat = context.get("hours_sat_before", math.nan)
    if isinstance(sat, int | float) and sat >= config.sat_long_hours:
        return Advice(AdviceKind.BREAK_UP_SITTING, f"you sat for {sat:g} hours before")
    return Advice(AdviceKind.WATCH_SITTING, "your upper back hurt")
