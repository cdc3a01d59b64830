"""What earlier runs tell of a runner, in words: for the report, and for ``runtall baseline``."""

from __future__ import annotations

import math

from analysis.personal import FittedStep, PersonalBaseline, Slope, UsualLevel
from analysis.report import words


def slope_sentences(personal: PersonalBaseline) -> list[str]:
    """Return each slope that is known, with its interval."""
    told = (
        (personal.speed, "forward", "m/s faster"),
        (personal.uphill, "forward", "% uphill"),
        (personal.downhill, "back", "% downhill"),
    )
    return [
        f"{_signed_way(slope, side)} for each {unit} ({_interval(slope)})"
        for slope, side, unit in told
        if slope is not None
    ]


def _signed_way(slope: Slope, side: str) -> str:
    other = {"forward": "back", "back": "forward"}[side]
    way = side if slope.per_unit_deg >= 0 else other
    return f"{words.number(abs(slope.per_unit_deg), 2, '°')} further {way}"


def _interval(slope: Slope) -> str:
    """Return the 95 % interval in the direction in which the slope is told."""
    ends = [abs(slope.per_unit_deg) + sign * slope.half_width_deg for sign in (-1, 1)]
    return f"95 % from {words.number(ends[0], 2)} to {words.number(ends[1], 2)}; {slope.run_count} runs"


def level_sentence(level: UsualLevel) -> str:
    """Return how far the runner usually leans when fresh."""
    scatter = f", {words.degrees(level.sd_deg)} scatter" if math.isfinite(level.sd_deg) else ""
    lean = f"{words.degrees(level.mean_deg)} forward of standing"
    return f"Fresh, you lean {lean} ({_runs(level.run_count)}{scatter})."


def step_sentence(step: FittedStep) -> str:
    """Return the runner's own step length, and how far a distance from it is off."""
    return (
        f"Your steps are {words.number(step.step_m, 2)} m long at {words.number(step.cadence_spm)} a minute; "
        f"a distance from them is off by about {words.number(step.error_pct)} % "
        f"(each of {_runs(step.run_count)} foretold by the others)."
    )


def from_when(personal: PersonalBaseline) -> str:
    """Return how many runs a baseline comes from, and the days between which they lie."""
    used = personal.used
    days = sorted({words.clean(run.started_utc[:10]) for run in used if run.started_utc})
    when = f", {days[0]} to {days[-1]}" if len(days) > 1 else f", {days[0]}" if days else ""
    left_out = len(personal.runs) - len(used)
    without = f"; {_runs(left_out)} left out" if left_out else ""
    return f"{len(used)} earlier {'run' if len(used) == 1 else 'runs'}{when}{without}"


def _runs(count: int) -> str:
    return "1 run" if count == 1 else f"{count} runs"
