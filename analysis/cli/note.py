"""``runtall note``: what only the runner knows of a session, written into it afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from analysis.cli.completion import session_words
from analysis.cli.home import find_session, home_folder
from analysis.cli.quantities import (
    NONE,
    parse_distance_m,
    parse_hours_sat,
    parse_lap_m,
    parse_pack_kg,
    parse_pains,
    parse_stature_m,
    parse_symptoms,
    parse_tape,
    refuse_flying,
)
from analysis.cli.text import clock_text, parse_duration_s
from sensor.session.context import PACKS, REMARK_MARK, SURFACES
from sensor.units import NS_PER_S
from sensor.wellbeing import SYMPTOMS_KEY, Symptom

OPTION_WORDS = {
    "typed_distance_m": "distance",
    "lap_length_m": "lap",
    "stature_m": "stature",
    "notes": "text",
    "pack_kg": "pack weight",
    "hours_sat_before": "hours sat",
    "long_car_trip": "long drive",
    "wide_straps": "straps",
    "waist_strap": "waist strap",
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
@click.option(
    "--pack-weight", "pack_kg", type=parse_pack_kg, metavar="6kg", help="What the pack weighed, filled."
)
@click.option("--wide-straps/--narrow-straps", default=None, help="How its shoulder straps are.")
@click.option("--waist-strap/--no-waist-strap", default=None, help="Whether its waist strap was closed.")
@click.option(
    "--tape", type=parse_tape, metavar="WORDS", help=f"Tape or brace you wore, and where; {NONE} for neither."
)
@click.option(
    "--sat",
    "hours_sat_before",
    type=parse_hours_sat,
    metavar="3h",
    help=f"How long you had sat before the run; {NONE} for not at all.",
)
@click.option(
    "--long-drive/--no-long-drive",
    "long_car_trip",
    default=None,
    help="Whether you came from a long car trip.",
)
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
@click.option(
    "--at",
    "at_s",
    type=parse_duration_s,
    metavar="12:30",
    help="With --text: a remark at this time of the session, from its start; it joins those that are there.",
)
@click.pass_context
def command(ctx: click.Context, /, session: str, at_s: float | None, **told: Any) -> None:
    """Add distance, surface, shoes, pack, tape, sitting, pain or notes to SESSION.

    SESSION is a path, a name, a date, `latest` (the default) or `latest-1`. What was noted before under the
    same option gives way and stays in the session: `runtall show` lists it. The last line is the path of the
    session.
    """
    facts = {key: value for key, value in told.items() if value is not None}
    if at_s is not None and "notes" not in facts:
        raise click.UsageError("--at tells when a --text was; give that, too")
    if not facts:
        raise click.UsageError("nothing to note; give at least one of the options")

    from sensor.session.info import read_info

    path = find_session(home_folder(ctx), session)
    duration_s = read_info(path).duration_s
    refuse_flying(told["typed_distance_m"], duration_s)
    remark = None if at_s is None else (_within(at_s, duration_s), str(facts.pop("notes")))
    note(path, facts, remark)
    noted = sorted(OPTION_WORDS.get(key, key) for key in facts)
    at = [] if remark is None else [f"a remark at {clock_text(remark[0])}"]
    click.echo(f"Noted: {', '.join([*noted, *at])}.", err=True)
    click.echo(path)


def note(path: Path, facts: Mapping[str, Any], remark: tuple[float, str] | None = None) -> None:
    """Write facts into an ended session, what was told before kept beside them; all of it or nothing.

    Parameters
    ----------
    path
        The session.
    facts
        Key of the context to its value.
    remark
        Seconds from the start of the session, and the words.

    Raises
    ------
    SessionFileError
        As `amend_session`.
    """
    from sensor.session.edit import amend_session

    with amend_session(path) as rows:
        for key, value in facts.items():
            rows.tell(key, value)
        if remark is not None:
            time_s, words = remark
            rows.mark(round(time_s * NS_PER_S), REMARK_MARK, text=words)


def _within(at_s: float, duration_s: float) -> float:
    if at_s > duration_s:
        raise click.UsageError(
            f"--at {clock_text(at_s)} is after the end of the session, {clock_text(duration_s)}; "
            "count from its start, as `runtall show` does"
        )
    return at_s
