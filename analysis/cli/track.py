"""``runtall track``: how far a watch or a phone says the run went."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis.cli.home import find_session, home_folder
from sensor.text import printable

if TYPE_CHECKING:
    from sensor.importers.watch.activity import WatchActivity

WATCH_KEYS = ("watch_distance_m", "watch_file", "watch_device", "watch_sha256")
"""What a session keeps of a watch's file, `data/FORMAT.md`."""

_TOLERATED_S = 120.0
"""A watch may be started and stopped so much before and after the sensor, standing around."""

_LEAST_SHARE = 0.5
"""A watch that moved for less of the session than this missed most of it, or is of another run."""


@click.command("track")
@click.argument("session")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--remove", is_flag=True, help="Forget the file that SESSION was given.")
@click.pass_context
def command(ctx: click.Context, session: str, file: Path | None, remove: bool) -> None:
    """Take the distance of SESSION from FILE, the FIT, GPX or TCX file of a watch or a phone.

    The distance of the whole file counts, shared out over the run by your steps; the watch's own clock does
    not matter. A file given before is replaced. SESSION is a path, a name, a date or `latest`. The last line
    is the path of the session.
    """
    if (file is None) != remove:
        raise click.UsageError("give the watch's FILE, or --remove")

    from sensor.session.edit import amend_session
    from sensor.session.info import read_info

    path = find_session(home_folder(ctx), session)
    facts = {} if file is None else watch_facts(file, read_info(path).duration_s)
    with amend_session(path) as rows:
        for key in WATCH_KEYS:
            rows.forget_context(key)
        for key, value in facts.items():
            rows.set_context(key, value)
    click.echo(told(facts) if facts else "The watch's file is forgotten.", err=True)
    click.echo(path)


def watch_facts(file: Path, session_s: float) -> dict[str, Any]:
    """Return what a session keeps of a watch's file.

    Raises
    ------
    ImportFileError
        For a file that cannot be read, knows no distance, or cannot be of a session this long.
    """
    import hashlib

    import numpy as np

    from sensor.errors import ImportFileError
    from sensor.importers.source import read_source
    from sensor.importers.watch.reading import activity_in

    content = read_source(file)
    activity = activity_in(content, file)
    known_m = activity.distance_m[np.isfinite(activity.distance_m)]
    distance_m = float(known_m[-1] - known_m[0]) if len(known_m) else 0.0
    if distance_m <= 0.0:
        raise ImportFileError(f"{file}: knows no distance; type it: runtall note --distance 10km")
    moved_s = _moved_s(activity)
    if not _LEAST_SHARE * session_s - _TOLERATED_S <= moved_s <= session_s + _TOLERATED_S:
        raise ImportFileError(
            f"{file}: moved for {moved_s / 60:.0f} min, the session lasts {session_s / 60:.0f} min; "
            "give the file of this run"
        )
    for notice in activity.notices:
        click.echo(printable(f"{file}: {notice}"), err=True)
    if not activity.has_date:
        click.echo(printable(f"{file}: its clock does not tell the date; that does not matter."), err=True)
    return {
        "watch_distance_m": round(distance_m, 2),
        "watch_file": printable(file.name),
        "watch_device": printable(activity.device),
        "watch_sha256": hashlib.sha256(content).hexdigest(),
    }


def told(facts: dict[str, Any]) -> str:
    """Return what was taken from a watch's file, in a sentence."""
    device = f" ({facts['watch_device']})" if facts["watch_device"] else ""
    return f"Distance from {facts['watch_file']}{device}: {facts['watch_distance_m'] / 1000:.2f} km."


def _moved_s(activity: WatchActivity) -> float:
    """Return from the first to the last moment at which the distance grew, s."""
    import numpy as np

    known = np.isfinite(activity.distance_m)
    time_s, distance_m = activity.time_s[known], activity.distance_m[known]
    grew = np.flatnonzero(np.diff(distance_m) > 0)
    return float(time_s[grew[-1] + 1] - time_s[grew[0]]) if len(grew) else 0.0
