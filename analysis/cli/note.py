"""``runtall note``: what only the runner knows of a session, written into it afterwards."""

from __future__ import annotations

from typing import Any

import click

from analysis.cli.completion import session_words
from analysis.cli.home import find_session, home_folder
from analysis.cli.quantities import (
    NONE,
    parse_distance_m,
    parse_lap_m,
    parse_pains,
    parse_stature_m,
    parse_symptoms,
    refuse_flying,
)
from sensor.session.context import PACKS, SURFACES
from sensor.wellbeing import SYMPTOMS_KEY, Symptom

OPTION_WORDS = {
    "typed_distance_m": "distance",
    "lap_length_m": "lap",
    "stature_m": "stature",
    "notes": "text",
    "pain_during": "pain",
    "pain_before": "pain before",
    "pain_after": "pain after",
    SYMPTOMS_KEY: "symptom",
}
"""Keys of the session whose options have another name."""

_PAIN_METAVAR = '"lower back 7"'


def _pains(ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]) -> list[str] | None:
    return parse_pains(texts)


def _symptoms(ctx: click.Context, param: click.Parameter, words: tuple[str, ...]) -> list[str] | None:
    return parse_symptoms(words)


@click.command("note")
@click.argument("session", default="latest", shell_complete=session_words)
@click.option(
    "--distance", "typed_distance_m", type=parse_distance_m, metavar="10km", help="How far it went, in all."
)
@click.option(
    "--lap",
    "lap_length_m",
    type=parse_lap_m,
    metavar="400m",
    help="How long the laps were that you marked in the recording.",
)
@click.option("--surface", type=click.Choice(SURFACES), help="What you ran on.")
@click.option("--shoes", metavar="WORDS", help="Which shoes.")
@click.option("--pack", type=click.Choice(PACKS), help="What you carried on your back.")
@click.option("--stature", "stature_m", type=parse_stature_m, metavar="172cm", help="How tall you are.")
@click.option(
    "--pain",
    "pain_during",
    multiple=True,
    callback=_pains,
    metavar=_PAIN_METAVAR,
    help="Where it hurt during the run and how much, 0 to 10; repeat for several places, "
    f"{NONE} takes it back. From 4 on the report gives no exercises.",
)
@click.option(
    "--pain-before", multiple=True, callback=_pains, metavar=_PAIN_METAVAR, help="The same, before the run."
)
@click.option(
    "--pain-after", multiple=True, callback=_pains, metavar=_PAIN_METAVAR, help="The same, after the run."
)
@click.option(
    "--symptom",
    SYMPTOMS_KEY,
    multiple=True,
    callback=_symptoms,
    type=click.Choice([*map(str, Symptom), NONE], case_sensitive=False),
    help="What a doctor should hear of; repeat for several. The report then says so, and advises nothing "
    "else.",
)
@click.option("--text", "notes", metavar="WORDS", help="Anything else.")
@click.pass_context
def command(ctx: click.Context, /, session: str, **told: Any) -> None:
    """Add distance, surface, shoes, pain or notes to SESSION.

    SESSION is a path, a name, a date, `latest` (the default) or `latest-1`. What was noted before under the
    same option is replaced. The last line is the path of the session.
    """
    facts = {key: value for key, value in told.items() if value is not None}
    if not facts:
        raise click.UsageError("nothing to note; give at least one of the options")

    from sensor.session.edit import amend_session
    from sensor.session.info import read_info

    path = find_session(home_folder(ctx), session)
    refuse_flying(told["typed_distance_m"], read_info(path).duration_s)
    with amend_session(path) as rows:
        for key, value in facts.items():
            rows.set_context(key, value)
    click.echo(f"Noted: {', '.join(sorted(OPTION_WORDS.get(key, key) for key in facts))}.", err=True)
    click.echo(path)
