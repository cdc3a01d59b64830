"""``runtall report``: one session to a page, and to JSON and CSV on request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
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
@click.option("--pdf", "pdf_file", metavar="FILE", help="Also print the page, by Chromium or Chrome.")
@click.option(
    "--sheet",
    "sheet_file",
    metavar="FILE",
    help="Also write one A4 page for a physiotherapist; printed where FILE ends in .pdf.",
)
@click.option("--png", "png_file", metavar="FILE", help="Also write the main figure as a picture.")
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
    pdf_file: str | None,
    sheet_file: str | None,
    png_file: str | None,
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
    papers = Papers(pdf_file, sheet_file, png_file)
    papers.require_files()
    refuse_same_file(
        {
            "SESSION": path,
            "--output": page_path,
            "--json": json_file,
            "--csv": csv_file,
            "--pdf": pdf_file,
            "--sheet": sheet_file,
            "--png": png_file,
        }
    )
    papers.require_browser()
    if track_file is not None:
        from analysis.cli.track import give_track, read_track

        give_track(path, read_track(track_file))
    report = analysed(path, Split(split) if split else None, profile=profile_of_session(ctx, path))
    _write_report(
        report,
        page_path,
        json_file=json_file,
        csv_file=csv_file,
        papers=papers,
        whole_map=whole_map,
        open_page=open_page,
    )


@dataclass(frozen=True, slots=True)
class Papers:
    """What else is made of a report for people: files to print it, the sheet and the main figure to."""

    pdf_file: str | None = None
    sheet_file: str | None = None
    png_file: str | None = None

    def require_files(self) -> None:
        """Refuse stdout: it carries text."""
        for name in fields(self):
            if getattr(self, name.name) == STDOUT:
                option = f"--{name.name.removesuffix('_file')}"
                raise click.BadParameter("it needs a file", param_hint=option)

    def require_browser(self) -> None:
        """Look for the browser before a session is read, where one will be needed."""
        if self._prints:
            from analysis.cli.printing import find_browser

            find_browser()

    @property
    def _prints(self) -> bool:
        return self.pdf_file is not None or self._sheet_is_printed

    @property
    def _sheet_is_printed(self) -> bool:
        return self.sheet_file is not None and self.sheet_file.lower().endswith(".pdf")

    def made(self, report: RunReport, html: str) -> dict[str, bytes]:
        """Return the bytes of every file asked for; all are made before any is written."""
        made = {}
        if self.pdf_file is not None:
            made[self.pdf_file] = _printed(html)
        if self.sheet_file is not None:
            from analysis.report import sheet

            page = sheet.render(report)
            made[self.sheet_file] = _printed(page) if self._sheet_is_printed else page.encode()
        if self.png_file is not None:
            made[self.png_file] = _picture(report)
        return made


def _printed(html: str) -> bytes:
    from analysis.cli.printing import find_browser, printed

    return printed(html, find_browser())


def _picture(report: RunReport) -> bytes:
    from analysis.errors import OutputError
    from analysis.report.picture import posture_png

    content = posture_png(report)
    if not content:
        raise OutputError("no stride of this run could be used, so there is no figure to draw")
    return content


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
    papers: Papers,
    whole_map: bool,
    open_page: bool,
) -> None:
    from analysis.report import page, tables, text
    from analysis.report_json import to_json

    html = page.render(report, whole_map=whole_map)
    made = papers.made(report, html)
    write_text(page_path, html)
    for target, printed in made.items():
        write_private(Path(target), printed)
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
