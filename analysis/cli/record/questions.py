"""What only the runner knows of the run that has just ended, asked briefly; Enter skips."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from analysis.cli.note import note
from analysis.cli.quantities import NONE, parse_hours_sat, parse_pains, parse_tape
from analysis.cli.record.foreground import may_read
from sensor.session.context import SURFACES

INTRODUCTION = "The run is saved. A few questions; Enter skips one, Ctrl-C all."


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask.

    Parameters
    ----------
    key
        Of the session's context.
    text
        What is asked.
    read
        Turns an answer into what the session keeps; `click.BadParameter` asks again.
    """

    key: str
    text: str
    read: Callable[[str], Any]


def _surface(text: str) -> str:
    if text.casefold() not in SURFACES:
        raise click.BadParameter(f"{text[:40]!r} is none of {', '.join(SURFACES)}")
    return text.casefold()


QUESTIONS = (
    Question("surface", f"What did you run on ({', '.join(SURFACES)})", _surface),
    Question("tape", f"Tape or brace ({NONE}, or which and where)", parse_tape),
    Question("hours_sat_before", f"How long had you sat before (3h, 40min, {NONE})", parse_hours_sat),
    Question(
        "pain_during",
        f"Pain while running, where and 0 to 10 (lower back 3; knee 1, or {NONE})",
        lambda text: parse_pains(text.split(";")),
    ),
)


def may_ask() -> bool:
    """Tell whether somebody sits at the terminal: it is read from, written to, and in the foreground."""
    return sys.stdin.isatty() and sys.stderr.isatty() and may_read(sys.stdin.fileno())


def ask(session: Path, *, known: Collection[str]) -> None:
    """Ask what is not known and note the answers in the ended session; those before a Ctrl-C count.

    Parameters
    ----------
    session
        That has ended.
    known
        Keys of the context that need no question.

    Raises
    ------
    SessionFileError
        When the session cannot be written; the recording in it stays as it was.
    """
    click.echo(INTRODUCTION, err=True)
    told: dict[str, Any] = {}
    try:
        for question in QUESTIONS:
            if question.key in known:
                continue
            if answer := _typed(question):
                told[question.key] = answer
    except (click.Abort, KeyboardInterrupt):
        click.echo(err=True)
    if told:
        note(session, {key: value for key, (value,) in told.items()})
        click.echo("Noted.", err=True)


def _typed(question: Question) -> tuple[Any, ...]:
    """Return the answer, none where the question was skipped; what cannot be read is asked again."""
    while True:
        text = click.prompt(question.text, default="", show_default=False, err=True).strip()
        if not text:
            return ()
        try:
            return (question.read(text),)
        except click.BadParameter as error:
            click.echo(error.message, err=True)
