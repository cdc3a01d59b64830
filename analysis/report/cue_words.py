"""The cues of a run and whether they helped, in sentences and rows."""

from __future__ import annotations

from analysis.cues.log import CueFate
from analysis.cues.records import CueComparison, CueEffect, CueMoment
from analysis.report import words
from analysis.run_report import RunReport

MOST_ROWS = 30
"""More rows nobody reads; the JSON has all."""

_HOW_TO_KNOW = "With withhold = true in the profile one in four is left out by chance, to find out."

_FATES = {
    CueFate.DELIVERED: "given",
    CueFate.WITHHELD: "withheld",
    CueFate.FAILED: "could not be given",
}


def cue_sentences(report: RunReport) -> list[str]:
    """Return how many cues there were and whether they helped; nothing for a run without."""
    cues = report.evidence.cues
    if cues is None:
        return []
    counts = [
        f"{sum(m.fate is fate for m in cues.moments)} {word}"
        for fate, word in _FATES.items()
        if any(m.fate is fate for m in cues.moments)
    ]
    plural = "cue was" if len(cues.moments) == 1 else "cues were"
    return [f"{len(cues.moments)} {plural} due: {', '.join(counts)}.", *_effect(cues.effect)]


def _effect(effect: CueEffect) -> list[str]:
    runs = "this run" if effect.run_count <= 1 else f"{effect.run_count} runs"
    if effect.compared_with is CueComparison.NOTHING:
        so_far = f"{runs} had {effect.given_count} and {effect.other_count}"
        told = [f"Whether cues help you cannot be told yet: {effect.because}; {so_far}."]
        return told if effect.other_count else [*told, _HOW_TO_KNOW]
    interval = f"95 % interval {words.signed(effect.lo_deg)} to {words.signed(effect.hi_deg)}"
    counted = f"{effect.given_count} cues against {effect.other_count} {effect.compared_with}, {runs}"
    told = [f"{_found(effect)} ({interval}; {counted})."]
    if effect.compared_with is CueComparison.UNCUED:
        told.append(
            "Those moments were as deep but not drawn by chance, so something else may be in it; "
            "withhold = true in the profile makes it sure."
        )
    return told


def _found(effect: CueEffect) -> str:
    if effect.helped:
        return (
            f"Cues help you: in the half minute after one you were {words.degrees(-effect.effect_deg)} "
            "further upright than without"
        )
    if effect.harmed:
        return (
            f"Cues do not help you: after one you were {words.degrees(effect.effect_deg)} further forward "
            "than without"
        )
    return f"That cues help you is not shown: {words.signed(effect.effect_deg)} against none"


def cue_rows(report: RunReport) -> list[tuple[str, str, str, str, str]]:
    """Return place, time, before, after, and fate of the first `MOST_ROWS` cues."""
    cues = report.evidence.cues
    return [] if cues is None else [_row(report, moment) for moment in cues.moments[:MOST_ROWS]]


def _row(report: RunReport, moment: CueMoment) -> tuple[str, str, str, str, str]:
    unit = words.unit_of(report)
    return (
        f"{unit.place} {words.length(moment.distance_m, unit)}",
        words.minutes(moment.time_s),
        words.signed(moment.before_deg),
        words.signed(moment.after_deg),
        _FATES[moment.fate],
    )
