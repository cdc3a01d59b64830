"""``runtall export``: one session in the forms of other programs, and back into the watch's own file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analysis.cli.completion import session_words
from analysis.cli.home import find_session, home_folder
from analysis.cli.report import analysed, refuse_same_file, write_private
from analysis.cli.runner import profile_of_session
from sensor.text import printable

if TYPE_CHECKING:
    from analysis.export.positions import Positions
    from analysis.export.watch_copy import ToSessionTime
    from analysis.profile import Profile
    from analysis.run_report import RunReport
    from sensor.samples import Recording


@click.command("export", short_help="Write a session for other programs, or into the watch's file.")
@click.argument("session", shell_complete=session_words)
@click.option("--fit", metavar="FILE", help="An activity of its own, as FIT.")
@click.option(
    "--merge",
    metavar="WATCH.fit",
    help="The watch's FIT file: -o gets a copy that also tells the posture. All else stays as the watch "
    "wrote it, byte for byte, your whole track included. Its times are found by your steps, as `track` does.",
)
@click.option("-o", "--output", metavar="FILE", help="Where the copy of --merge goes.")
@click.option("--intervals", metavar="FILE", help="Streams for intervals.icu, as CSV.")
@click.option("--gpx", metavar="FILE", help="The track with the posture, as GPX.")
@click.option(
    "--strides", metavar="FILE", help="The stride table, as Parquet or, for a name in .csv, as CSV."
)
@click.option("--bids", metavar="FOLDER", help="The sensors' samples, as a new folder of Motion-BIDS.")
@click.option(
    "--with-track", is_flag=True, help="Also tell positions within 200 m of where the track begins and ends."
)
@click.option("--with-notes", is_flag=True, help="Also tell notes, pain and symptoms, in GPX and BIDS.")
@click.pass_context
def command(
    ctx: click.Context, /, session: str, with_track: bool, with_notes: bool, **names: str | None
) -> None:
    """Write SESSION (a path, a name, a date or `latest`) for other programs.

    In FIT the posture stands in fields of its own, trunk_flexion, trunk_flexion_adj and, with a head sensor,
    head_pitch, in degrees; intervals.icu and GoldenCheetah draw them by these names. Positions around your
    door, notes and pain stay here unless you ask. Prints what was written, a path a line.
    """
    wanted = {name: Path(given) for name, given in names.items() if given is not None}
    _refuse_nonsense(wanted)
    path = find_session(home_folder(ctx), session, for_report=True)
    refuse_same_file({"SESSION": path, **{f"--{name}": target for name, target in wanted.items()}})
    profile = profile_of_session(ctx, path)
    source = _Source(path, profile, with_track=with_track, with_notes=with_notes)
    files, folders = dict(_files(source, wanted)), dict(_folders(source, wanted))
    for target in _write(files, folders):
        click.echo(target)


def _refuse_nonsense(wanted: Mapping[str, Path]) -> None:
    """Refuse what asks for nothing, for stdout, half of a merge, or a folder that is there."""
    if not wanted:
        raise click.UsageError("nothing to write; give for example --fit FILE, or --merge WATCH.fit -o FILE")
    if Path("-") in wanted.values():
        raise click.UsageError("-: exports go to files; give the name of one")
    if ("merge" in wanted) != ("output" in wanted):
        raise click.UsageError("--merge WATCH.fit and -o FILE go together")
    folder = wanted.get("bids")
    if folder is not None and os.path.lexists(folder):
        raise click.UsageError(f"{folder}: is there already; give --bids a new folder")


@dataclass(frozen=True)
class _Source:
    """A session, read and analysed as far as something asks for it; without slots, to keep what was read."""

    path: Path
    profile: Profile
    with_track: bool
    with_notes: bool

    @cached_property
    def report(self) -> RunReport:
        return analysed(self.path, profile=self.profile)

    @cached_property
    def recording(self) -> Recording:
        """The session, the tracks of its watch on its own time line."""
        from analysis.pipeline import place_watch
        from analysis.signal.watch_tracks import with_watch
        from sensor.session.reader import read_recording

        recording = read_recording(self.path)
        return recording if recording.watch is None else with_watch(recording, place_watch(recording))

    @property
    def notes(self) -> str:
        from analysis.export.notes import notes_of

        return notes_of(self.recording.context) if self.with_notes else ""

    @property
    def positions(self) -> Positions | None:
        """What may be told of the way; None where nothing is known of it."""
        from analysis.export.positions import positions_of, without_ends

        found = positions_of(self.recording.tracks)
        return found if found is None or self.with_track else without_ends(found)


def _files(source: _Source, wanted: Mapping[str, Path]) -> Iterator[tuple[Path, bytes]]:
    """Yield every file with its content, before any is written."""
    for name, make in _MAKERS.items():
        if name in wanted:
            yield wanted[name], make(source)
    if "strides" in wanted:
        yield from _strides(source, wanted["strides"]).items()
    if "merge" in wanted:
        yield wanted["output"], _merged(source, wanted["merge"])


def _fit(source: _Source) -> bytes:
    from analysis.export.activity import activity_file

    return activity_file(source.report, tracks=source.recording.tracks, positions=source.positions)


def _intervals(source: _Source) -> bytes:
    from analysis.export.intervals import streams_csv

    return streams_csv(source.report).encode()


def _gpx(source: _Source) -> bytes:
    from analysis.errors import ExportError
    from analysis.export.gpx import track_gpx

    positions = source.positions
    if positions is None:
        raise ExportError(f"{source.path}: has no positions; take the GPX from the watch's own app")
    return track_gpx(source.report, positions, notes=source.notes).encode()


def _strides(source: _Source, target: Path) -> Mapping[Path, bytes]:
    """Return the stride table in the form that the name asks for, a CSV with the file that describes it."""
    if target.suffix.lower() == ".csv":
        from analysis.report.tables import csv_files

        return {path: text.encode() for path, text in csv_files(source.report, target).items()}
    from analysis.export.parquet import strides_parquet

    return {target: strides_parquet(source.report)}


_MAKERS: Mapping[str, Callable[[_Source], bytes]] = {"fit": _fit, "intervals": _intervals, "gpx": _gpx}
"""Option: what makes the content of its file."""


def _merged(source: _Source, watch_file: Path) -> bytes:
    """Return the copy of a watch's file, and say how much of it tells the posture."""
    from analysis.export.watch_copy import watch_copy
    from sensor.errors import ImportFileError
    from sensor.importers.source import read_source

    content = read_source(watch_file)
    session_s, doubt = _watch_line(source, content, watch_file)
    try:
        copy = watch_copy(content, source.report, session_s=session_s)
    except ImportFileError as error:
        raise ImportFileError(f"{watch_file}: {error}") from error
    told = f"{watch_file}: {copy.with_posture:,} of its {copy.records:,} records tell the posture."
    for line in (doubt, told):
        if line:
            click.echo(printable(line), err=True)
    return copy.content


def _watch_line(source: _Source, content: bytes, watch_file: Path) -> tuple[ToSessionTime, str]:
    """Return the watch's clock against the session's, and what is doubtful of it, in a sentence or empty.

    Raises
    ------
    ImportFileError
        For the file of another run, or one that nothing places in the session.
    """
    from dataclasses import replace

    from analysis.export.seconds import started_s
    from analysis.pipeline import place_watch
    from analysis.signal.watch_tracks import is_placed
    from analysis.words import WatchMatch
    from sensor.errors import ImportFileError
    from sensor.importers.watch.record import watch_file_in

    watch, given = watch_file_in(content, watch_file), source.recording.watch
    is_given = given is not None and given.sha256 == watch.record.sha256
    placed = place_watch(replace(source.recording, watch=given if is_given else watch.record))
    if is_placed(placed):
        return lambda unix_s: placed.clock.reference_s(unix_s - watch.began_s), ""
    if placed.match == WatchMatch.ANOTHER_RUN or watch.record.began_s is None:
        raise ImportFileError(
            f"{watch_file}: {placed.clock.doubt}; give the file of this run, and `runtall track --offset` "
            "if you know when it began"
        )
    session_began_s = started_s(source.report)
    doubt = f"{watch_file}: both clocks are taken to be right, for {placed.clock.doubt}."
    return lambda unix_s: unix_s - session_began_s, doubt


def _folders(source: _Source, wanted: Mapping[str, Path]) -> Iterator[tuple[Path, Mapping[str, bytes]]]:
    """Yield every folder with the files in it."""
    if "bids" in wanted:
        from analysis.export.bids import bids_files

        yield wanted["bids"], bids_files(source.recording, notes=source.notes)


def _write(files: Mapping[Path, bytes], folders: Mapping[Path, Mapping[str, bytes]]) -> Iterator[Path]:
    """Write all that was made, each in one go, and yield what is there."""
    from analysis.errors import OutputError
    from sensor.private_files import create_private_folder

    for target, content in files.items():
        write_private(target, content)
        yield target
    for folder, inside in folders.items():
        try:
            create_private_folder(folder, inside)
        except OSError as error:
            raise OutputError(f"{folder}: cannot be made ({error.strerror}); choose another place") from error
        yield folder
