"""``runtall profile``: show and change what a runner told once and for all."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis.cli.home import home_folder
from analysis.cli.quantities import parse_stature_m
from analysis.cli.runner import DEFAULT_RUNNER, chosen_runner, load_profile, profile_path, read_content
from analysis.profile import KEYS, UNITS, Preset, Profile, edited, profile_text, read_profile
from sensor.session.context import SURFACES
from sensor.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

_NEW = f"""\
# A runner's profile for runtall. Edit it as you like: what you write behind a # is kept.
# Keys: {", ".join(KEYS)}.
"""


def _stature(ctx: click.Context, param: click.Parameter, text: str | None) -> str | None:
    if text is not None:
        parse_stature_m(text)
    return text


def _sensors(ctx: click.Context, param: click.Parameter, words: tuple[str, ...]) -> dict[str, str] | None:
    typed = [word.partition("=") for word in words]
    for place, equals, name in typed:
        if not (place.strip() and equals and name.strip()):
            raise click.BadParameter("write where it is worn and its name, as in sternum=NAME")
    return {place.strip(): name.strip() for place, _, name in typed} or None


def _cue_entries(ctx: click.Context, param: click.Parameter, words: tuple[str, ...]) -> dict[str, Any] | None:
    """Return the entries of the table of cues; what is no number, truth, day or list is a text."""
    typed = [word.partition("=") for word in words]
    for key, equals, value in typed:
        if not (key.strip() and equals and value.strip()):
            raise click.BadParameter("write a key and its value, as in threshold_deg=5 or outputs=tone,words")
    return {key.strip(): _cue_value(key.strip(), value.strip()) for key, _, value in typed} or None


def _cue_value(key: str, text: str) -> Any:
    if key == "outputs":
        return [word.strip() for word in text.split(",")]
    if key in ("vibrator_bytes", "vibrator_address", "file"):
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except ValueError:
        return text


def _names(ctx: click.Context, param: click.Parameter, words: tuple[str, ...]) -> list[str] | None:
    return list(words) or None


@click.command("profile")
@click.option("--name", metavar="WORDS", help="What you are called.")
@click.option("--stature", callback=_stature, metavar="172cm", help="How tall you are.")
@click.option(
    "--preset",
    type=click.Choice([*map(str, Preset)]),
    help="From how many degrees on a change is told: gentle 3 and 6, normal 2 and 4, strict 1.5 and 3.",
)
@click.option("--watch", "watch_deg", type=float, metavar="DEGREES", help="Your own threshold of watch.")
@click.option(
    "--slouched", "slouched_deg", type=float, metavar="DEGREES", help="Your own threshold of slouched."
)
@click.option("--units", type=click.Choice([*UNITS]), help="In which distances and paces are told.")
@click.option("--surface", type=click.Choice(SURFACES), help="What you mostly run on.")
@click.option(
    "--sensor",
    "sensors",
    multiple=True,
    callback=_sensors,
    metavar="PLACEMENT=NAME",
    help="A sensor you usually wear; `runtall record` then needs none. Repeat for several.",
)
@click.option(
    "--beside",
    multiple=True,
    callback=_names,
    metavar="NAME",
    help="A heart-rate strap, foot pod or treadmill you usually record, too; all of them at once.",
)
@click.option(
    "--cue",
    "cues",
    multiple=True,
    callback=_cue_entries,
    metavar="KEY=VALUE",
    help="When and how `runtall record --cues` reminds you, as in preset=gentle or outputs=tone,words; "
    "repeat for several.",
)
@click.option(
    "--forget",
    multiple=True,
    metavar="KEY",
    help="Take a key out, such as surface or sensors.head; repeat for several.",
)
@click.pass_context
def command(ctx: click.Context, /, forget: tuple[str, ...], **told: Any) -> None:
    """Show your profile, or change what is typed.

    With `runtall --runner NAME profile` that of another runner. It is a TOML file with your own comments,
    which stay. The last line is its path.
    """
    changes = {key: told[key] for key in KEYS if told[key] is not None}
    runner = chosen_runner(ctx)
    path = profile_path(home_folder(ctx), runner)
    if changes or forget:
        _change(path, changes, forget)
    profile = load_profile(path)
    for label, value in _facts(runner, profile or Profile()):
        click.echo(f"{label + ':':<11}{printable(value)}")
    if profile is None:
        click.echo("There is no profile yet; this is what counts without one.", err=True)
    click.echo(path)


def _change(path: Path, changes: dict[str, Any], forget: tuple[str, ...]) -> None:
    """Write a changed profile in one go; where the outcome would be wrong, nothing is written.

    Raises
    ------
    ProfileError
        For a file that is no TOML or would hold what cannot be true.
    OutputError
        Where it cannot be written.
    """
    from analysis.errors import OutputError
    from sensor.private_files import make_private_folder, replace_private

    content = read_content(path)
    text = edited(_NEW if content is None else profile_text(content, str(path)), str(path), changes, forget)
    read_profile(text.encode(), f"{path} (left as it was)")
    try:
        make_private_folder(path.parent)
        replace_private(path, text.encode())
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror}); choose another --home") from error


def _facts(runner: str, profile: Profile) -> Iterator[tuple[str, str]]:
    yield "Runner", runner or DEFAULT_RUNNER
    yield "Name", profile.name or "-"
    yield "Stature", "-" if profile.stature_m is None else f"{100 * profile.stature_m:.0f} cm"
    yield "Watch", f"from {profile.watch_deg:g}° on"
    yield "Slouched", f"from {profile.slouched_deg:g}° on"
    yield "Units", next(word for word, unit in UNITS.items() if unit is profile.unit)
    yield "Surface", profile.surface or "-"
    yield "Sensors", ", ".join(f"{place}={name}" for place, name in profile.sensors) or "-"
    cues = profile.cues
    yield (
        "Cues",
        f"after {cues.hold_off_s:g} s from {cues.threshold_deg:g}° on, {cues.cool_down_s:g} s apart, by "
        f"{', '.join(cues.outputs)}",
    )
    yield "Beside", ", ".join(profile.beside) or "-"
