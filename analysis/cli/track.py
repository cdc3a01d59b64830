"""``runtall track``: the run as a watch or a phone recorded it, laid under the strides."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from analysis.cli.completion import session_words
from analysis.cli.home import find_session, home_folder
from analysis.cli.working import reading

if TYPE_CHECKING:
    from sensor.importers.watch.record import WatchFile

_TOLERATED_S = 120.0
"""A watch may be started and stopped so much before and after the sensor, standing around."""

_LEAST_SHARE = 0.5
"""A watch that moved for less of the session than this missed most of it, or is of another run."""


@click.command("track")
@click.argument("session", shell_complete=session_words)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--remove", is_flag=True, help="Forget the file that SESSION was given.")
@click.option(
    "--offset",
    "start_s",
    type=float,
    metavar="SECONDS",
    help="The watch was started so many seconds after the sensor; negative: before it.",
)
@click.pass_context
def command(ctx: click.Context, session: str, file: Path | None, remove: bool, start_s: float | None) -> None:
    """Give SESSION the run in FILE, the FIT, GPX or TCX file of a watch or a phone.

    Distance, speed, slope and heart rate are laid under the strides by the steps that watch and sensor both
    counted; the watch's own clock does not matter. Where the steps do not tell, the distance of the whole
    file counts, shared out over the run by your steps. A file given before is replaced. SESSION is a path, a
    name, a date or `latest`. The last line is the path of the session.
    """
    if (file is None) != remove:
        raise click.UsageError("give the watch's FILE, or --remove")
    if remove and start_s is not None:
        raise click.UsageError("--offset belongs to a FILE")
    path = find_session(home_folder(ctx), session)
    if file is None:
        _forget(path)
        click.echo("The watch's file is forgotten.", err=True)
    else:
        give_track(path, read_track(file, start_s))
    click.echo(path)


def read_track(file: Path, start_s: float | None = None) -> WatchFile:
    """Read the file of a watch and say what was mended in it.

    Raises
    ------
    ImportFileError
        For a file that cannot be read or knows no distance.
    """
    with reading([file]):
        from sensor.errors import ImportFileError
        from sensor.importers.watch.record import read_watch_file

        watch = read_watch_file(file, start_s)
    if watch.distance_m <= 0.0:
        raise ImportFileError(f"{file}: knows no distance; type it: runtall note --distance 10km")
    for notice in watch.notices:
        click.echo(notice, err=True)
    return watch


def give_track(path: Path, watch: WatchFile) -> None:
    """Write the file of a watch into a session, if it is of this run, and say where it lies.

    Raises
    ------
    ImportFileError
        For the file of another run; the session stays as it was.
    """
    from sensor.session.edit import amend_session
    from sensor.session.watch_rows import forget_watch, put_watch

    said = _placed(path, watch)
    with amend_session(path) as rows:
        forget_watch(rows)
        put_watch(rows, watch.record, watch.distance_m)
    click.echo(said, err=True)


def _forget(path: Path) -> None:
    from sensor.session.edit import amend_session
    from sensor.session.watch_rows import forget_watch

    with amend_session(path) as rows:
        forget_watch(rows)


def _placed(path: Path, watch: WatchFile) -> str:
    """Hold the file against the session, and say in a sentence or two where it lies.

    Raises
    ------
    ImportFileError
        For the file of another run.
    """
    from dataclasses import replace

    from analysis.pipeline import place_watch
    from analysis.words import WatchMatch
    from sensor.errors import ImportFileError
    from sensor.session.reader import read_recording

    recording = replace(read_recording(path), watch=watch.record)
    clock = place_watch(recording)
    name = watch.record.file
    if clock.match == WatchMatch.ANOTHER_RUN:
        raise ImportFileError(
            f"{name}: {clock.clock.doubt}; give the file of this run, or --offset if you know that it is"
        )
    device = f" ({watch.record.device})" if watch.record.device else ""
    distance = f"Distance from {name}{device}: {watch.distance_m / 1000:.2f} km"
    if clock.match == WatchMatch.UNDECIDED:
        _refuse_other_length(watch, recording.duration_s)
        return (
            f"{distance}, shared out by your steps. When the watch began cannot be told: "
            f"{clock.clock.doubt}. If you know it, say --offset SECONDS."
        )
    start_s = clock.start_s
    _refuse_outside(watch, start_s, recording.duration_s)
    began = f"{abs(start_s):.1f} s {'after' if start_s >= 0 else 'before'} the sensor"
    if clock.match == WatchMatch.TOLD:
        return f"{distance}. It began {began}, as you said."
    return f"{distance}. By your steps it began {began}, to within {max(clock.clock.within_s, 0.1):.1f} s."


def _refuse_other_length(watch: WatchFile, session_s: float) -> None:
    from sensor.errors import ImportFileError

    if not _LEAST_SHARE * session_s - _TOLERATED_S <= watch.moved_s <= session_s + _TOLERATED_S:
        raise ImportFileError(
            f"{watch.record.file}: moved for {watch.moved_s / 60:.0f} min, the session lasts "
            f"{session_s / 60:.0f} min; give the file of this run"
        )


def _refuse_outside(watch: WatchFile, start_s: float, session_s: float) -> None:
    from sensor.errors import ImportFileError

    last_s = max(float(track.time_s[-1]) for track in watch.record.tracks)
    if start_s >= session_s or start_s + last_s <= 0.0:
        raise ImportFileError(
            f"{watch.record.file}: lies wholly outside the session with --offset {start_s:g}; check the sign"
        )
