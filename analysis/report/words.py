"""Numbers and fixed words as a runner reads them: km or miles, min/km, degrees, plain sentences.

Only units and rounding change here. A value that is not known is shown as a dash, never as zero.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import shorten
from typing import Any

import numpy as np

from analysis.lengths import LengthUnit
from analysis.records import Effort, Episode, Segment
from analysis.run_report import RunReport, Totals
from analysis.words import CADENCE_MODEL, Flag, Grade, LapKind, Verdict, ZeroSource, Zone

UNKNOWN = "–"
"""What stands where a number is not known."""

LONGEST_NAME = 40
"""Letters of a run's name that are shown beside others: some names come from files of strangers."""

MINUS = "\N{MINUS SIGN}"

THIN_SPACE = "\N{THIN SPACE}"

_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class VerdictWords:
    """A verdict in a word of the traffic light, in a short text, and as the name of a shape."""

    light: str
    text: str
    shape: str


VERDICTS: Mapping[str, VerdictWords] = {
    Verdict.USUAL: VerdictWords("Green", "as usual", "circle"),
    Verdict.WATCH: VerdictWords("Amber", "more forward", "triangle"),
    Verdict.LEANING: VerdictWords("Amber", "leaning, back straight", "slant"),
    Verdict.SLOUCHED: VerdictWords("Red", "slouched", "square"),
    Verdict.NONE: VerdictWords("No light", "no verdict", "ring"),
}
"""Verdict of a report to its words; the shape tells it apart where colours do not."""

FLAG_WORDS = {
    Flag.NONE: "",
    Flag.WATCH: "more forward",
    Flag.LEANING: "leaning",
    Flag.SLOUCHED: "slouched",
    Flag.ROUNDED: "rounded",
    Flag.HEAD: "head",
}
"""Flag to the word a runner reads where there is little room; mere wandering may be ``watch``, so its word is
mild."""

FLAG_TEXTS = {
    Flag.WATCH: FLAG_WORDS[Flag.WATCH],
    Flag.LEANING: "leaning, back straight",
    Flag.SLOUCHED: "slouched",
    Flag.ROUNDED: "rounded upper back",
    Flag.HEAD: "head down or forward",
}
"""Flag of an episode to what a runner reads."""

_SLOUCHES = {Flag.WATCH, Flag.SLOUCHED, Flag.ROUNDED}

ZONE_WORDS = {
    Zone.TALLER: "taller",
    Zone.USUAL: "usual",
    Zone.WATCH: FLAG_WORDS[Flag.WATCH],
    Zone.LEANING: "leaning",
    Zone.SLOUCHED: "slouched",
}
"""Zone to the word that a kilometre's cell has room for."""

ZONE_TEXTS = {
    Zone.TALLER: "taller than usual",
    Zone.USUAL: "as usual",
    Zone.WATCH: "more forward",
    Zone.LEANING: "leaning",
    Zone.SLOUCHED: "slouched",
}
"""Zone of the adjusted flexion to what a runner reads, from tall to bent."""


def clean(text: str) -> str:
    """Return ``text`` without anything that is not to be read: controls, escapes, direction overrides.

    Tabs and line breaks become spaces, the rest the replacement character, so that a name cannot steer a
    terminal, turn the reading direction, or break the encoding of a file.
    """
    return "".join(_visible(c) for c in text)


def short(text: str, most: int = LONGEST_NAME) -> str:
    """Return a text of a stranger, made harmless and short: cut between words where there are any."""
    plain = " ".join(clean(text[: 10 * most]).split())
    if len(plain) <= most:
        return plain
    told = shorten(plain, most, placeholder="…")
    return told if told != "…" else f"{plain[: most - 1]}…"


def _visible(character: str) -> str:
    if character in "\t\n\r":
        return " "
    hidden = unicodedata.category(character) in _HIDDEN_CATEGORIES
    return "\N{REPLACEMENT CHARACTER}" if hidden else character


def number(value: float, digits: int = 0, unit: str = "") -> str:
    """Return ``value`` rounded, with its unit; a dash where it is not finite."""
    if not math.isfinite(value):
        return UNKNOWN
    rounded = round(value, digits) + 0.0  # adding zero turns −0 into 0
    return f"{rounded:.{digits}f}".replace("-", MINUS) + unit


def tick_digits(value: float) -> int:
    """Return how many digits the label of a grid line needs: none where it is whole."""
    return 0 if math.isclose(value, round(value), abs_tol=1e-6) else 1


def signed(value: float, digits: int = 1, unit: str = "°") -> str:
    """Return ``value`` with its sign always shown, for a change; zero has none."""
    shown = number(value, digits, unit)
    positive = math.isfinite(value) and round(value, digits) > 0
    return f"+{shown}" if positive else shown


def degrees(value: float) -> str:
    """Return an angle in degrees, one digit."""
    return number(value, 1, "°")


def percent(share: float) -> str:
    """Return a share of 0 to 1 in whole per cent."""
    return number(share * 100, 0, " %")


def unit_of(report: RunReport) -> LengthUnit:
    """Return in which unit distances and paces are told."""
    return report.provenance.config.segments.split.unit


def length(metres: float, unit: LengthUnit, digits: int = 1) -> str:
    """Return a distance in kilometres or miles, without the unit."""
    return number(unit.of(metres), digits)


def pace(speed_mps: float, unit: LengthUnit) -> str:
    """Return a speed as minutes and seconds per kilometre or mile, without the unit."""
    if not math.isfinite(speed_mps) or speed_mps <= 0:
        return UNKNOWN
    minutes, seconds = divmod(round(unit.metres / speed_mps), 60)
    return f"{minutes}:{seconds:02d}"


def duration(seconds: float) -> str:
    """Return a time as ``1 h 02 min``, ``12 min 05 s`` or ``40 s``."""
    if not math.isfinite(seconds):
        return UNKNOWN
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes_left = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes_left:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def minutes(seconds: float) -> str:
    """Return a time in whole minutes, or in seconds where it is less than one."""
    return number(seconds / 60, 0, " min") if seconds >= 60 else number(seconds, 0, " s")


def _trimmed(metres: float, unit: LengthUnit) -> str:
    """Return a length with as many digits as it needs, at most one."""
    return length(metres, unit).removesuffix(".0")


def segment_name(segment: Segment, unit: LengthUnit) -> str:
    """Return ``6–7`` for the kilometre or mile that begins at 6, and a lap's number."""
    if segment.lap:
        return f"{segment.lap} {LapKind.REST}" if segment.lap_kind == LapKind.REST else f"{segment.lap}"
    return f"{_trimmed(segment.from_m, unit)}–{_trimmed(segment.to_m, unit)}"


def segment_place(segment: Segment, unit: LengthUnit) -> str:
    """Return a segment's name with what it counts: ``km 6–7`` or ``lap 3``."""
    return f"{'lap' if segment.lap else unit.place} {segment_name(segment, unit)}"


def mean_pace(part: Segment | Effort, unit: LengthUnit) -> str:
    """Return the pace of a whole lap, or of all work or rest, standing included."""
    metres = part.distance_m if isinstance(part, Effort) else part.to_m - part.from_m
    return pace(metres / part.duration_s if part.duration_s > 0 else math.nan, unit)


def lap_time(seconds: float) -> str:
    """Return a time as a watch shows it, ``1:35`` or ``1:02:03``."""
    if not math.isfinite(seconds):
        return UNKNOWN
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes_left = divmod(minutes, 60)
    return f"{hours}:{minutes_left:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def stretch(episode: Episode, unit: LengthUnit) -> str:
    """Return where an episode lies: along the way, or in minutes where the distance is not known."""
    if math.isfinite(episode.from_m) and math.isfinite(episode.to_m):
        return f"{unit.place} {length(episode.from_m, unit)} to {length(episode.to_m, unit)}"
    return f"min {number(episode.from_s / 60)} to {number(episode.to_s / 60)}"


def episode_length(episode: Episode, unit: LengthUnit) -> str:
    """Return how long an episode is: distance where known, and time."""
    time = duration(episode.to_s - episode.from_s)
    metres = episode.to_m - episode.from_m
    return f"{length(metres, unit)} {unit}, {time}" if math.isfinite(metres) else time


def grade(value: float) -> str:
    """Return a slope in per cent with its sign, or that it is not known."""
    return signed(value, 1, " %") if math.isfinite(value) else "not known"


def started(started_utc: str) -> str:
    """Return an ISO 8601 time as ``2025-05-14 17:31 UTC``; anything else as it stands."""
    day, _, time = started_utc.partition("T")
    is_utc = time.endswith(("Z", "+00:00"))
    return f"{day} {time[:5]} UTC" if is_utc and len(time) >= 5 else started_utc


def quality_in_short(report: RunReport) -> str:
    """Return the table of data quality in a few words: what is not good in it."""
    lines = report.evidence.quality
    doubted = [line.what for line in lines if line.grade is not Grade.GOOD]
    if not doubted:
        return "all good"
    return f"{len(lines) - len(doubted)} of {len(lines)} good; look at: {', '.join(doubted)}"


def value_text(value: Any) -> str:
    """Return a setting or a piece of context as text: lists joined, yes and no for truth."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(value_text(v) for v in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


_LABELS = {
    "longest_sat_min": "longest sat at once, minutes",
    "sat_flexion_deg": "sat on average in front of sitting tall, °",
}
"""Keys that say too little as words."""


def label(key: str) -> str:
    """Return a key such as ``hours_sat_before`` as words."""
    return _LABELS.get(key, key.replace("_", " "))


def threshold(value: float) -> str:
    """Return a threshold in force with as many digits as it was given."""
    return f"{value:g}°" if math.isfinite(value) else UNKNOWN


def usual_is(report: RunReport) -> str:
    """Return the sentence that says what this run is compared with; empty without a fresh window."""
    window = report.evidence.baseline
    if window is None:
        return ""
    unit = unit_of(report)
    place = f"{unit.place} {length(window.from_m, unit)} to {length(window.to_m, unit)}"
    where = f"Usual means your own start, {place}"
    if not has_standing_zero(report):
        return f"{where}."
    side = "forward of" if window.flexion_deg >= 0 else "behind"
    return f"{where}, which was {degrees(abs(window.flexion_deg))} {side} your standing."


def has_enough_strides(report: RunReport) -> bool:
    """Tell whether as many strides could be used as one median of the curve is over: fewer tell nothing."""
    return len(report.curve.time_s) >= report.provenance.config.findings.smoothing_strides


def has_distance(report: RunReport) -> bool:
    """Tell whether places on the way can be told by distance."""
    return report.provenance.distance_source != "unknown" and math.isfinite(report.totals.distance_m)


def distance_source(report: RunReport) -> str:
    """Return where distances come from, the error of the cadence model beside its name."""
    return _with_error(report.provenance.distance_source, report)


def _with_error(source: str, report: RunReport) -> str:
    if source != CADENCE_MODEL:
        return source
    return f"{source}, about ±{number(report.provenance.config.distance.model_error_pct)} %"


def has_sacrum(report: RunReport) -> bool:
    """Tell whether a sensor on the sacrum tells a lean from a rounded back."""
    return bool(np.isfinite(report.strides["sacrum_pitch_deg"]).any())


def stretches_title(report: RunReport) -> str:
    """Return what the list of flagged stretches is called: not slouched where any is none."""
    flags = {e.flag for e in report.evidence.episodes}
    slouched = not flags or (flags <= _SLOUCHES and flags != {Flag.WATCH})
    return "Slouched stretches" if slouched else "Flagged stretches"


def has_standing_zero(report: RunReport) -> bool:
    """Tell whether absolute angles have a meaning: only a standing gives them a zero."""
    return report.provenance.zero_source == ZeroSource.STANDING


def facts(report: RunReport) -> list[tuple[str, str, str]]:
    """Return the facts of the run: what, its value with unit, where it comes from."""
    totals, provenance, unit = report.totals, report.provenance, unit_of(report)
    lines = [
        ("Distance", number(unit.of(totals.distance_m), 2, f" {unit}"), distance_source(report)),
        _climb_fact(totals),
        ("Running", duration(totals.running_s), ""),
        ("Walking", duration(totals.walking_s), "not judged") if totals.walking_s >= 1 else None,
        _unjudged_fact(report),
        (
            "Pace",
            f"{pace(totals.speed_mps, unit)} {unit.pace_unit}",
            _with_error(provenance.speed_source, report),
        ),
        ("Cadence", number(totals.cadence_spm), "steps per minute"),
        ("Heart rate", number(totals.heart_rate_bpm), "beats per minute, median")
        if math.isfinite(totals.heart_rate_bpm)
        else None,
        _trunk_fact(report),
        (
            "Strides",
            f"{totals.stride_count:,}".replace(",", THIN_SPACE),
            f"{percent(totals.usable_fraction)} usable",
        ),
    ]
    return [line for line in lines if line is not None]


def _climb_fact(totals: Totals) -> tuple[str, str, str] | None:
    """Return how far the way rose and fell, where an altitude tells it."""
    if not math.isfinite(totals.ascent_m):
        return None
    up, down = (number(metres, 0, " m") for metres in (totals.ascent_m, totals.descent_m))
    return ("Climb", f"{up} up, {down} down", "by the altitude recorded beside")


def _unjudged_fact(report: RunReport) -> tuple[str, str, str] | None:
    """Return how much running was shown but not judged, where that is a tenth of a kilometre or more."""
    totals, unit = report.totals, unit_of(report)
    parts = {"too steep": totals.too_steep_m, "at another pace": totals.other_pace_m}
    told = [f"{length(length_m, unit)} {unit} {why}" for why, length_m in parts.items() if length_m >= 50.0]
    if sum(parts.values()) < 100.0:
        return None
    return ("Not judged", f"{length(sum(parts.values()), unit)} {unit}", ", ".join(told))


def _trunk_fact(report: RunReport) -> tuple[str, str, str] | None:
    """Return the trunk's lean, only where a standing gives it a zero, and enough strides tell it."""
    if not has_standing_zero(report) or not has_enough_strides(report):
        return None
    return ("Trunk lean", degrees(report.totals.flexion_deg), "forward of your standing")


_UNTOLD_PREFIXES = ("typed_", "watch_")


def context_lines(report: RunReport) -> list[tuple[str, str]]:
    """Return what was told about the session, as label and text.

    Empty values are left out, and so are a typed distance and speed, which stand among the facts of the run,
    and a watch's file, of which the method tells.
    """
    told = [(str(k), v) for k, v in report.session.context.items() if v not in (None, "", [], ())]
    return [(label(k), value_text(v)) for k, v in told if not k.startswith(_UNTOLD_PREFIXES)]
