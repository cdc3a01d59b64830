"""``runtall list``: the sessions, newest first, each with its length and a word on its posture."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

import click

from analysis.cli.home import home_folder
from analysis.cli.runner import chosen_config
from analysis.cli.text import clock_text, local_start, shortened, tell, text_table
from analysis.library.places import sessions_folder
from analysis.words import Verdict
from sensor.text import printable

if TYPE_CHECKING:
    from analysis.lengths import LengthUnit
    from analysis.library.examining import Examined
    from analysis.library.row import Entry

NAME_WIDTH = 40
"""Columns of a terminal for a session's name; one long name would widen every row."""

_REASON_LETTERS = 300
_LEAST_SHOWN = 2
"""So many sessions to analyse are worth a bar that grows."""

_UNKNOWN = "-"


@click.command("list")
@click.option("--tag", "tags", multiple=True, metavar="WORD", help="Only sessions tagged with WORD.")
@click.option("--runner", metavar="NAME", help="Only the sessions of this runner.")
@click.option("--no-analysis", is_flag=True, help="Show at once what is known, and analyse nothing.")
@click.pass_context
def command(ctx: click.Context, tags: tuple[str, ...], runner: str | None, no_analysis: bool) -> None:
    """List the sessions, newest first, with kilometres or miles and a word on the posture.

    Sessions that are new or have changed are analysed first, which takes a second or two each; afterwards
    they are known.
    """
    from analysis.library.library import Library

    home = home_folder(ctx)
    config = chosen_config(ctx)
    with Library.open(home, config, say=tell, progress=analysis_bar) as library:
        entries = library.entries(analyse=not no_analysis)
    if not entries:
        click.echo(f"No sessions in {sessions_folder(home)} yet: record or import makes one.", err=True)
        return
    shown = [entry for entry in reversed(entries) if _is_wanted(entry, tags, runner)]
    if not shown:
        click.echo(f"None of the {len(entries)} sessions is tagged or run like that.", err=True)
        return
    click.echo(_table(shown, config.segments.split.unit))


def analysis_bar(parts: Iterable[Examined], count: int) -> AbstractContextManager[Iterable[Examined]]:
    """Show on a terminal how far the analysis of many sessions has come."""
    if count < _LEAST_SHOWN or not sys.stderr.isatty():
        return nullcontext(parts)
    return click.progressbar(parts, length=count, label=f"Analysing {count} sessions", file=sys.stderr)


def _is_wanted(entry: Entry, tags: Sequence[str], runner: str | None) -> bool:
    own = {tag.casefold() for tag in entry.row.tags}
    is_theirs = runner is None or entry.row.runner.casefold() == runner.casefold()
    return is_theirs and own.issuperset(tag.casefold() for tag in tags)


def _table(entries: Sequence[Entry], unit: LengthUnit) -> str:
    """Return a row a session; whose they are and how they are tagged only where any tells."""
    columns = {
        "NAME": [_name(entry) for entry in entries],
        "DATE": [_date(entry) for entry in entries],
        "DURATION": [_number(entry.duration_s, clock_text) for entry in entries],
        str(unit).upper(): [
            _number(entry.row.distance_m, lambda m: f"{unit.of(m):.1f}") for entry in entries
        ],
        "VERDICT": [_verdict(entry) for entry in entries],
        "RUNNER": [shortened(printable(entry.row.runner), NAME_WIDTH) for entry in entries],
        "TAGS": [shortened(printable(" ".join(entry.row.tags)), NAME_WIDTH) for entry in entries],
        "SENSORS": [_sensors(entry) for entry in entries],
        "SIZE": [_size(entry.size) for entry in entries],
        "FILE": [_file(entry) for entry in entries],
    }
    told = {title: cells for title, cells in columns.items() if any(cells)}
    return text_table(tuple(told), list(zip(*told.values(), strict=True)))


def _name(entry: Entry) -> str:
    from analysis.library.row import MISSING

    if entry.trouble == MISSING:
        return "(missing)"
    if not entry.row.is_readable:
        return "(broken)"
    return shortened(printable(entry.name), NAME_WIDTH) + " (simulated)" * entry.row.simulated


def _date(entry: Entry) -> str:
    started = local_start(entry.started_utc)
    return f"{started:%Y-%m-%d %H:%M}" if started else _UNKNOWN


def _number(value: float, told: Callable[[float], str]) -> str:
    return told(value) if math.isfinite(value) else _UNKNOWN


def _verdict(entry: Entry) -> str:
    """Return the word a report leads with, ``no verdict`` where it withholds one."""
    if entry.trouble:
        return _UNKNOWN
    return "no verdict" if entry.row.verdict == Verdict.NONE else entry.row.verdict


def _sensors(entry: Entry) -> str:
    return ", ".join(map(printable, entry.sensors)) or ("none" if entry.row.is_readable else _UNKNOWN)


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"


def _file(entry: Entry) -> str:
    """Return the name of the file, and why there is no report of it."""
    if not entry.trouble:
        return entry.path.name
    return shortened(f"{entry.path.name}: {printable(entry.trouble)}", len(entry.path.name) + _REASON_LETTERS)
