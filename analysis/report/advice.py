"""One short suggestion, chosen by the pattern of the run. Never a diagnosis, never a remedy to swallow.

Sources: the usual coaching cue for upright running, advice on sitting, packs and strengthening of the back
extensors. Where a note speaks of something a doctor should see, nothing else is advised.
"""

from __future__ import annotations

import math
import re

from analysis.records import Episode, RunReport
from analysis.report.words import context_lines, has_distance, km

RED_FLAGS = (
    r"chest (pain|ache|tightness)|pain (in|under|below) (the|my|left|right)? ?(chest|breast)",
    r"(arm|jaw) (pain|ache)|pain (in|down) (the|my|left|right)? ?(left |right )?(arm|jaw)",
    r"breathless\w*|short(ness)? of breath|could not breathe|couldn.t breathe",
    r"numb\w*|tingling|weakness|weak (arm|leg|hand|foot)",
    r"(bladder|bowel)\w*|incontinen\w*",
    r"fever\w*",
    r"night pain|pain at night",
    r"\bfell\b|\ba fall\b|had a fall|fallen",
)
"""Words in notes or pain answers that belong to a doctor before any exercise."""

_RED_FLAG = re.compile("|".join(f"(?:{pattern})" for pattern in RED_FLAGS), re.IGNORECASE)

LIMITS = (
    "Some lean and a head slightly forward are normal in running. Holding yourself taller may feel odd or "
    "ache a little at first: small steps. If pain lasts, a physiotherapist is the right person to ask."
)
"""What goes with every suggestion."""

CUE = "let your chest rise, shoulder blades back and down"

LATE_SHARE = 0.6
"""A slouch that begins after this share of the run is told as a late one. A choice of wording only."""

SAT_LONG_HOURS = 2.0
"""From here on sitting before the run is worth a word; sitting is best broken up every 20 to 60 minutes."""


def red_flag(report: RunReport) -> str:
    """Return the words in the runner's own notes that call for a doctor, or an empty text."""
    for _, text in context_lines(report):
        found = _RED_FLAG.search(text)
        if found:
            return found.group(0)
    return ""


def advice(report: RunReport) -> str:
    """Return one suggestion for this run.

    Parameters
    ----------
    report
        Its verdict, episodes, quality and context choose the pattern.
    """
    words = red_flag(report)
    if words:
        return (
            f"Your notes mention “{words}”. Please have a doctor look at that before you train on. "
            "This report gives no exercise advice."
        )
    if report.verdict == "none":
        return _before_next_time(report)
    worst = _worst(report)
    if worst is None:
        return "Nothing to change. Run like this again and keep the sensor where you wore it today."
    return _against_slouch(report, worst)


def _before_next_time(report: RunReport) -> str:
    """Return the first thing that would have made a verdict possible."""
    for line in report.quality:
        if line.grade == "bad" and line.advice:
            return line.advice
    return (
        "Next time, run at least two kilometres, and stand tall and still for ten seconds before and after."
    )


def _worst(report: RunReport) -> Episode | None:
    """Return the first episode of the gravest kind, None where nothing was flagged."""
    for flag in ("slouched", "rounded", "head", "watch"):
        found = [e for e in report.episodes if e.flag == flag]
        if found:
            return min(found, key=lambda e: e.from_s)
    return None


def _against_slouch(report: RunReport, worst: Episode) -> str:
    if worst.flag == "head":
        return "Next run, let your eyes rest twenty metres ahead, and check once every kilometre."
    if worst.flag == "watch":
        return f"Next run, check yourself once every kilometre: {CUE}."
    return _by_context(report) or _by_place(report, worst)


def _by_context(report: RunReport) -> str:
    context = report.session.context
    if str(context.get("pack", "none")).lower() not in ("", "none", "no", "false"):
        return "Next run, pack only what you need, with wide shoulder straps and the waist strap closed."
    sat = context.get("hours_sat_before", math.nan)
    if isinstance(sat, int | float) and sat >= SAT_LONG_HOURS:
        return "Before your next run, break up the sitting: stand up every 20 to 60 minutes."
    return ""


def _by_place(report: RunReport, worst: Episode) -> str:
    if worst.ended_by == "recovered":
        return f"You came back up by yourself. Next run, do it sooner: a reminder each kilometre, {CUE}."
    if has_distance(report) and worst.from_m >= LATE_SHARE * report.distance_m:
        return (
            f"It came late in the run. Next time, remind yourself just before km {km(worst.from_m)}: "
            f"{CUE}. A few minutes of back-extensor exercises twice a week can help you hold it longer."
        )
    return (
        f"Next run, try one minute of running tall in every kilometre: {CUE}. Add to it when it feels easy."
    )
