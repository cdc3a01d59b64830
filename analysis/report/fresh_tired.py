"""What changed within the run, and since earlier ones, in sentences: thirds, walking, runs before."""

from __future__ import annotations

import math
from collections.abc import Sequence

from analysis.lengths import LengthUnit
from analysis.records import EarlierRun
from analysis.report import words
from analysis.run_report import RunReport


def thirds_sentence(report: RunReport) -> str:
    """Return what the last third changed against the first; empty in a report of an older version."""
    thirds = report.evidence.thirds
    if thirds is None:
        return ""
    if thirds.because:
        return f"First and last third were not compared: {thirds.because}."
    interval = f"95 % interval {words.signed(thirds.lo_deg)} to {words.signed(thirds.hi_deg)}"
    if not thirds.is_shown:
        found = words.signed(thirds.change_deg)
        return f"No change shown from the first third to the last ({found}; {interval})."
    way = "further forward" if thirds.change_deg > 0 else "more upright"
    by = f"{words.degrees(abs(thirds.change_deg))} {way}"
    return f"In the last third you were {by} than in the first ({interval})."


def thirds_remarks(report: RunReport) -> list[str]:
    """Return what was compared, how small a change would have shown, and what else may be in it."""
    thirds = report.evidence.thirds
    if thirds is None or thirds.first is None or thirds.last is None:
        return []
    unit = words.unit_of(report)
    matched = " and ".join(thirds.matched_by)
    other = [name for name in ("pace", "slope") if name not in thirds.matched_by]
    parts = " against ".join(_part(part.from_m, part.to_m, unit) for part in (thirds.first, thirds.last))
    remarks = [
        f"{parts}{f', at the {matched} both have' if matched else ''}.",
        f"A change of less than {words.degrees(thirds.detectable_deg)} would not show in this run.",
    ]
    if other:
        verb = "was" if len(other) == 1 else "were"
        remarks.append(f"{' and '.join(other).capitalize()} {verb} not measured, and may be part of it.")
    if thirds.doubt:
        remarks.append(f"{thirds.doubt[0].upper()}{thirds.doubt[1:]}.")
    return remarks


def _part(from_m: float, to_m: float, unit: LengthUnit) -> str:
    return f"{unit.place} {words.length(from_m, unit)}–{words.length(to_m, unit)}"


def walking_sentence(report: RunReport) -> str:
    """Return posture in walking beside running; empty where either was too little."""
    walking = report.evidence.walking
    if walking is None:
        return ""
    taller_deg = walking.taller_running_deg
    way = "more upright" if taller_deg > 0 else "further forward"
    told = f"Running, you were {words.degrees(abs(taller_deg))} {way} than walking"
    if round(abs(taller_deg), 1) == 0:
        told = "Running, you were as upright as walking"
    figures = (
        f" ({words.degrees(walking.running_deg)} against {words.degrees(walking.walking_deg)})"
        if words.has_standing_zero(report)
        else ""
    )
    return f"{told}{figures}. Shown, not judged."


def earlier_rows(earlier: Sequence[EarlierRun], unit: LengthUnit) -> list[tuple[str, str, str, str]]:
    """Return day and name, length, how far tall, and change within the run, of each earlier run."""
    return [
        (
            f"{words.started(run.started_utc)[:10]}, {words.clean(run.name)}",
            words.number(unit.of(run.distance_m), 1, f" {unit}"),
            _tall(run, unit),
            words.signed(run.late_change_deg),
        )
        for run in earlier
    ]


def this_row(report: RunReport) -> tuple[str, str, str, str]:
    """Return the same of this run."""
    unit, thirds = words.unit_of(report), report.evidence.thirds
    judged_m = report.strides["distance_m"][report.strides["judged"]]
    begins = [e.from_m for e in report.evidence.episodes if e.flag != "head"]
    return earlier_rows(
        [
            EarlierRun(
                name=report.session.name,
                started_utc=report.session.started_utc,
                distance_m=report.totals.distance_m,
                tall_until_m=min(begins, default=math.nan),
                judged_m=float(judged_m.max()) if len(judged_m) else math.nan,
                late_change_deg=math.nan if thirds is None else thirds.change_deg,
                level_deg=math.nan,
            )
        ],
        unit,
    )[0]


def _tall(run: EarlierRun, unit: LengthUnit) -> str:
    if math.isfinite(run.tall_until_m):
        return f"until {unit.place} {words.length(run.tall_until_m, unit)}"
    if math.isfinite(run.judged_m):
        return f"all {words.length(run.judged_m, unit)} {unit} judged"
    return words.UNKNOWN
