"""A personal baseline as text for a terminal, and as JSON."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any

from analysis.personal import EarlierRun, PersonalBaseline
from analysis.report import words
from analysis.report.personal_words import from_when, level_sentence, slope_sentences, step_sentence


def render(personal: PersonalBaseline, *, least_runs: int) -> str:
    """Lay out slopes with their intervals, the usual level, the step length, and the runs behind them.

    Parameters
    ----------
    personal
        What is known.
    least_runs
        Comparable runs from which on slopes are fitted.
    """
    lines = [f"What is usual for you, from {from_when(personal)}."]
    lines += [f"  {sentence}" for sentence in slope_sentences(personal)]
    if not personal.has_slopes:
        lines.append(f"  {_why_no_slopes(personal, least_runs)}")
    lines += [f"  {level_sentence(personal.level)}"] if personal.level else []
    lines += [f"  {step_sentence(personal.step)}"] if personal.step else []
    lines += ["", "Runs", *(f"  {_run_line(run)}" for run in personal.runs)]
    return "\n".join(lines) + "\n"


def _why_no_slopes(personal: PersonalBaseline, least_runs: int) -> str:
    count = len(personal.slope_runs)
    if count < least_runs:
        return (
            f"No slopes yet: {count} of at least {least_runs} runs with a measured speed and a known slope."
        )
    return "No slopes: the runs do not differ enough in speed and grade to tell them apart from chance."


def _run_line(run: EarlierRun) -> str:
    name = words.short(run.name) or "(no name)"
    told = f"left out: {run.left_out_because}" if run.left_out_because else "used"
    if not run.left_out_because and not run.gives_slopes:
        told = "used for the level only: speed or slope is not known"
    return f"{words.clean(run.started_utc[:10])}  {name}: {told}"


def to_json(personal: PersonalBaseline) -> str:
    """Return a personal baseline as JSON, what is unknown as null."""
    content = {"format": "runtall-baseline", "version": 1, **_known(asdict(personal))}
    return json.dumps(content, allow_nan=False, indent=2) + "\n"


def _known(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _known(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_known(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
