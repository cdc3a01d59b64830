"""A history in words, as text for a terminal, and as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from analysis.comparison.history import SEARCHED, Change, Figure, History, HistoryRun, known
from analysis.comparison.trend import Trend
from analysis.lengths import LengthUnit
from analysis.report import words

LONGEST_NAME = 28

_KM = LengthUnit.KILOMETRE

_MONTH = 365.25 / 12, "month"
_WEEK = 7.0, "week"
_LEAST_BY_MONTH_DAYS = 45.0
"""Runs over fewer days tell nothing by the month."""

_NAMES: Mapping[Figure, str] = {
    Figure.TALL: "How far you run tall",
    Figure.DRIFT: "How your lean grows along a run",
    Figure.LEVEL: "Your lean when fresh",
}
_DIGITS: Mapping[Figure, int] = {Figure.TALL: 1, Figure.DRIFT: 2, Figure.LEVEL: 1}
_LEAST_HELD = 5
"""A goal is held against so many last runs."""


def header(unit: LengthUnit) -> tuple[str, ...]:
    """Return the names of the columns of `run_cells`."""
    drift = f"drift{unit.pace_unit}"
    return ("date", "name", str(unit), f"min{unit.pace_unit}", "tall until", drift, "lean", "confidence")


def in_unit(figure: Figure, value: float, unit: LengthUnit) -> float:
    """Return a figure of a history, kept in kilometres, in a unit; angles and speeds stay."""
    if figure in (Figure.TALL, Figure.DISTANCE):
        return unit.of_km(value)
    return unit.per(value) if figure is Figure.DRIFT else value


def render(history: History, unit: LengthUnit = _KM) -> str:
    """Lay out a history: its sentences, then every run on one line.

    Parameters
    ----------
    history
        Of one runner.
    unit
        In which lengths and paces are told.
    """
    head = header(unit)
    rows = [head, *(run_cells(run, unit) for run in history.runs)]
    widths = [max(len(row[k]) for row in rows) for k in range(len(head))]
    lines = [
        "  ".join(
            cell.ljust(width) if k < 2 else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    simulated = ["Simulated runner: these runs say nothing about a person."] * history.simulated
    return "\n".join([*simulated, headline(history, unit), *sentences(history, unit), "", *lines]) + "\n"


def sentences(history: History, unit: LengthUnit = _KM) -> list[str]:
    """Return what a history says, the trend of how far the runner runs tall first."""
    told = [_trend_sentence(history, figure, unit=unit) for figure in SEARCHED]
    told += [change_sentence(change, unit) for change in history.changes]
    told += [goal_sentence(history, unit)] if math.isfinite(history.goal_km) else []
    return [*told, *_left_out(history)]


def headline(history: History, unit: LengthUnit = _KM) -> str:
    """Return what the runner asks first: whether they run tall further than they did."""
    trend = history.trends.get(Figure.TALL)
    count = len(known(history.runs, Figure.TALL)[0])
    if trend is None and count < history.least_runs:
        return f"{_runs(count)} so far: too few to tell whether you run tall further than before."
    if trend is None:
        return "Your runs do not tell yet whether you run tall further than before."
    if trend.low <= 0.0 <= trend.high:
        return "Your runs show no change in how far you run tall."
    further = "further" if trend.per_day > 0 else "less far"
    days, each = _each(history)
    by = in_unit(Figure.TALL, abs(trend.per_day) * days, unit)
    return f"You run tall {words.number(by, 1)} {unit} {further} each {each}."


def _each(history: History) -> tuple[float, str]:
    """Return the days by which trends are told, and what they are called."""
    span_days = history.runs[-1].day - history.runs[0].day
    return _MONTH if span_days >= _LEAST_BY_MONTH_DAYS else _WEEK


def _trend_sentence(history: History, figure: Figure, *, unit: LengthUnit) -> str:
    runs, _ = known(history.runs, figure)
    trend, name = history.trends.get(figure), _NAMES[figure]
    if trend is None:
        why = (
            "too few for a trend" if len(runs) < history.least_runs else "which set no bounds to a trend yet"
        )
        return f"{name}: {_runs(len(runs))}, {why}."
    slope = _slope(trend, figure, each=_each(history), unit=unit)
    return f"{name}: {slope}, {_runs(trend.run_count)}{_least(trend)}."


def _unit_text(figure: Figure, unit: LengthUnit) -> str:
    """Return what stands behind a value of a figure."""
    return {Figure.TALL: f" {unit}", Figure.DRIFT: f"°{unit.pace_unit}"}.get(figure, "°")


def _slope(trend: Trend, figure: Figure, *, each: tuple[float, str], unit: LengthUnit) -> str:
    by, low, high = (
        words.signed(in_unit(figure, slope * each[0], unit), _DIGITS[figure], _unit_text(figure, unit))
        for slope in (trend.per_day, trend.low, trend.high)
    )
    between = f"{by} a {each[1]} (95 % from {low} to {high})"
    return f"no change shown, {between}" if trend.low <= 0.0 <= trend.high else between


def _least(trend: Trend) -> str:
    if not trend.least_count:
        return ""
    return f", {trend.least_count} of them without a flag, so at least as far as was judged"


def change_sentence(change: Change, unit: LengthUnit = _KM) -> str:
    """Return a lasting change in words."""
    figure = change.figure
    before, after = (
        words.number(in_unit(figure, value, unit), _DIGITS[figure], _unit_text(figure, unit))
        for value in (change.before, change.after)
    )
    return (
        f"{_NAMES[figure]} changed from {day_text(change.started_utc)} on: "
        f"{before} before, {after} since (p = {change.p_value:.3f})."
    )


def goal_sentence(history: History, unit: LengthUnit = _KM) -> str:
    """Return how often the last runs that were long enough reached the goal."""
    goal_km = history.goal_km
    runs = [run for run in known(history.runs, Figure.TALL)[0] if _tells(run, goal_km)][-_LEAST_HELD:]
    goal = f"Goal, tall for {words.number(in_unit(Figure.TALL, goal_km, unit), 1)} {unit}"
    if not runs:
        return f"{goal}: no run was judged that far yet."
    reached = sum(run.tall_km >= goal_km for run in runs)
    were = "was" if len(runs) == 1 else "were"
    return f"{goal}: reached in {reached} of the last {_runs(len(runs))} that {were} long enough."


def _tells(run: HistoryRun, goal_km: float) -> bool:
    """Tell whether a run says anything of a goal: it reached it, or was flagged before."""
    return run.tall_km >= goal_km or (not run.tall_is_least and run.distance_km >= goal_km)


def _left_out(history: History) -> list[str]:
    doubted = len(history.runs) - len(history.trusted)
    told = [f"{_runs(doubted)} not to be trusted: shown, in no trend."] if doubted else []
    if history.elsewhere_count:
        told.append(f"{_runs(history.elsewhere_count)} of another placement or kind, or undated, left out.")
    return told


def run_cells(run: HistoryRun, unit: LengthUnit = _KM) -> tuple[str, ...]:
    """Return a run as the cells of a table, in the order of `header`."""
    return (
        day_text(run.started_utc),
        words.short(run.name, LONGEST_NAME) or "(no name)",
        words.number(in_unit(Figure.DISTANCE, run.distance_km, unit), 1),
        words.pace(run.speed_mps, unit),
        tall_text(run, unit),
        words.signed(in_unit(Figure.DRIFT, run.drift_deg_per_km, unit), 2),
        words.degrees(run.level_deg),
        str(run.confidence),
    )


def tall_text(run: HistoryRun, unit: LengthUnit = _KM) -> str:
    """Return until where a run was tall: ``≥ 8.0 km`` where nothing was flagged."""
    if not math.isfinite(run.tall_km):
        return words.UNKNOWN
    told = in_unit(Figure.TALL, run.tall_km, unit)
    return f"{'≥ ' if run.tall_is_least else ''}{words.number(told, 1, f' {unit}')}"


def day_text(started_utc: str) -> str:
    """Return the day of a time."""
    return words.clean(started_utc[:10])


def _runs(count: int) -> str:
    return "1 run" if count == 1 else f"{count} runs"


def to_json(history: History) -> str:
    """Return a history as JSON, what is unknown as null."""
    content = {"format": "runtall-history", "version": 1, **_plain(asdict(history))}
    return json.dumps(content, allow_nan=False, indent=2) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
