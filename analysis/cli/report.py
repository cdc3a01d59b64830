"""``runtall report``: one session to a page, and to JSON and CSV on request."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analysis.cli.home import find_session, home_folder
from analysis.cli.memory import LIBRARIES_BYTES, LINEAR_ALGEBRA_BYTES, require_memory
from analysis.cli.runner import profile_of_session
from analysis.lengths import Split

if TYPE_CHECKING:
    from analysis.profile import Profile
    from analysis.run_report import RunReport

STDOUT = "-"


@click.command("report", short_help="Write the posture report of a session.")
@click.argument("session", default="latest")
@click.option("-o", "--output", metavar="FILE", help="The page; by default beside the session.")
@click.option("--json", "json_file", metavar="FILE", help="Also write the report as JSON; - for stdout.")
@click.option("--csv", "csv_file", metavar="FILE", help="Also write the stride table as CSV; - for stdout.")
@click.option(
    "--split",
    type=click.Choice([*map(str, Split)]),
    help="What the rows are; with miles, all that is told is in miles. CSV and JSON keep metres. "
    "[default: the unit of the profile, else 1km]",
)
@click.option(
    "--track",
    "track_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="First give SESSION the file of a watch or a phone, as `runtall track` does.",
)
@click.option("--whole-map", is_flag=True, help="Draw the first and last 200 m on the page's map, too.")
@click.option("--open", "open_page", is_flag=True, help="Show the page in the browser.")
@click.pass_context
def command(
    ctx: click.Context,
    session: str,
    output: str | None,
    json_file: str | None,
    csv_file: str | None,
    split: str | None,
    track_file: Path | None,
    whole_map: bool,
    open_page: bool,
) -> None:
    """Write the posture report of SESSION (a path, name, date; the latest one if left out).

    Prints the report in short; the last line is the path of the page. With a - for JSON or CSV, stdout
    carries that alone and the rest goes to stderr.
    """
    if json_file == STDOUT == csv_file:
        raise click.UsageError("--json - and --csv -: only one of them can go to stdout")
    if output == STDOUT:
        raise click.BadParameter("the page needs a file", param_hint="--output")
    path = find_session(home_folder(ctx), session, for_report=True)
    page_path = Path(output) if output else path.with_suffix(".html")
    refuse_same_file({"SESSION": path, "--output": page_path, "--json": json_file, "--csv": csv_file})
    if track_file is not None:
        from analysis.cli.track import give_track, read_track

        give_track(path, read_track(track_file))
    report = analysed(path, Split(split) if split else None, profile=profile_of_session(ctx, path))
    _write_report(
        report,
        page_path,
        json_file=json_file,
        csv_file=csv_file,
        whole_map=whole_map,
        open_page=open_page,
    )


def refuse_same_file(targets: Mapping[str, str | Path | None]) -> None:
    """Refuse to write two things into one file, the session's own above all."""
    taken: dict[Path, str] = {}
    for option, name in targets.items():
        if name in (None, STDOUT):
            continue
        other = taken.setdefault(Path(str(name)).resolve(), option)
        if other != option:
            raise click.UsageError(f"{name}: {option} would overwrite {other}; name another file")


def _write_report(
    report: RunReport,
    page_path: Path,
    *,
    json_file: str | None,
    csv_file: str | None,
    whole_map: bool,
    open_page: bool,
) -> None:
    from analysis.report import page, tables, text
    from analysis.report_json import to_json

    write_text(page_path, page.render(report, whole_map=whole_map))
    if json_file not in (None, STDOUT):
        write_text(Path(json_file), to_json(report))
    if csv_file not in (None, STDOUT):
        for path, content in tables.csv_files(report, Path(csv_file)).items():
            write_text(path, content)
    for name, make in ((json_file, to_json), (csv_file, tables.to_csv)):
        if name == STDOUT:
            click.echo(make(report), nl=False)
    talk = STDOUT in (json_file, csv_file)
    click.echo(text.render(report), err=talk)
    click.echo(page_path.resolve(), err=talk)
    if open_page and not _show(page_path):
        click.echo("No browser was found; open the page yourself.", err=True)


def analysed(path: Path, split: Split | None = None, *, profile: Profile | None = None) -> RunReport:
    """Return the report of a session file, by a runner's numbers, cut as asked for or into their unit.

    Raises
    ------
    SessionFileError
        For a file that cannot be read.
    AnalysisError
        For a session without a report; the message begins with the file.
    """
    require_memory(LIBRARIES_BYTES)

    from analysis.errors import AnalysisError
    from analysis.pipeline import analyse_session
    from analysis.profile import analysis_config

    require_memory(LINEAR_ALGEBRA_BYTES)
    try:
        return analyse_session(path, analysis_config(profile, split))
    except AnalysisError as error:
        raise type(error)(f"{path}: {error}") from error


def _show(page_path: Path) -> bool:
    import webbrowser

    return webbrowser.open(page_path.resolve().as_uri())


def write_text(path: Path, content: str) -> None:
    """Write a text as `write_private` does."""
    write_private(path, content.encode())


def write_private(path: Path, content: bytes) -> None:
    """Write a file in one go, for its owner's eyes only: it tells of a person's health.

    A link is refused. What is no ordinary file, a pipe or a device, is written to and never replaced.

    Raises
    ------
    OutputError
        Where the place cannot be written.
    """
    from analysis.errors import OutputError
    from sensor.private_files import replace_private

    try:
        if path.exists() and not path.is_file():
            path.write_bytes(content)
        else:
            replace_private(path, content)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror}); choose another place") from error
