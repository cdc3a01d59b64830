"""``runtall report``: one session to a page, and to JSON and CSV on request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analysis.cli.completion import session_words
from analysis.cli.home import find_session, home_folder
from analysis.cli.memory import LIBRARIES_BYTES, LINEAR_ALGEBRA_BYTES, require_memory
from analysis.cli.papers import STDOUT, Papers
from analysis.cli.runner import profile_of_session
from analysis.cli.text import tell
from analysis.lengths import Split

if TYPE_CHECKING:
    from analysis.cli.past_runs import Earlier
    from analysis.config import AnalysisConfig
    from analysis.profile import Profile
    from analysis.records import EarlierRun
    from analysis.run_report import RunReport


@click.command("report", short_help="Write the posture report of a session.")
@click.argument("session", default="latest", shell_complete=session_words)
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
@click.option(
    "--no-baseline",
    is_flag=True,
    help="Judge this run by itself: use no slopes, level or step length of earlier runs.",
)
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
    no_baseline: bool,
    open_page: bool,
) -> None:
    """Write the posture report of SESSION (a path, name, date; the latest one if left out).

    Prints the report in short; the last line is the path of the page. With a - for JSON or CSV, stdout
    carries that alone and the rest goes to stderr.
    """
    home = home_folder(ctx)
    path = find_session(home, session, for_report=True)
    targets = Targets(
        page=Path(output) if output else path.with_suffix(".html"),
        json_file=json_file,
        csv_file=csv_file,
        papers=Papers(pdf_file, sheet_file, png_file),
    )
    targets.require_files(path)
    targets.papers.require_browser()
    if track_file is not None:
        from analysis.cli.track import give_track, read_track

        give_track(path, read_track(track_file))
    profile = profile_of_session(ctx, path)
    source = Source(
        path,
        home=home,
        profile=profile,
        rows=Split(split) if split else None,
        earlier=None if no_baseline else _earlier(home, path, profile),
    )
    _write_report(source, targets, whole_map=whole_map)
    if open_page and not _show(targets.page):
        click.echo("No browser was found; open the page yourself.", err=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """Where a report is written to; None for what was not asked for."""

    page: Path
    json_file: str | None
    csv_file: str | None
    papers: Papers

    def require_files(self, session: Path) -> None:
        """Refuse stdout for more than one text, and for what is no text; and one file for two things."""
        if self.json_file == STDOUT == self.csv_file:
            raise click.UsageError("--json - and --csv -: only one of them can go to stdout")
        if str(self.page) == STDOUT:
            raise click.BadParameter("the page needs a file", param_hint="--output")
        self.papers.require_files()
        refuse_same_file(
            {
                "SESSION": session,
                "--output": self.page,
                "--json": self.json_file,
                "--csv": self.csv_file,
                "--pdf": self.papers.pdf_file,
                "--sheet": self.papers.sheet_file,
                "--png": self.papers.png_file,
            }
        )


@dataclass(frozen=True, slots=True)
class Source:
    """What a report is made of: a session, by its runner's numbers, cut into rows, with earlier runs."""

    path: Path
    home: Path
    profile: Profile
    rows: Split | None
    earlier: Earlier | None

    def report(self) -> RunReport:
        """Make the report, or unpack it."""
        return analysed(self.path, self.rows, profile=self.profile, home=self.home, earlier=self.earlier)


def refuse_same_file(targets: Mapping[str, str | Path | None]) -> None:
    """Refuse to write two things into one file, the session's own above all."""
    taken: dict[Path, str] = {}
    for option, name in targets.items():
        if name in (None, STDOUT):
            continue
        other = taken.setdefault(Path(str(name)).resolve(), option)
        if other != option:
            raise click.UsageError(f"{name}: {option} would overwrite {other}; name another file")


def _earlier(home: Path, path: Path, profile: Profile) -> Earlier | None:
    from analysis.cli.past_runs import earlier_than
    from analysis.profile import analysis_config

    return earlier_than(home, path, analysis_config(profile))


def _texts(source: Source, kinds: Iterable[str], report: Callable[[], RunReport]) -> dict[str, str]:
    """Return the texts that were asked for by their kind, as they were kept or made of the report."""
    from analysis.library.kept_report import kept_name, kept_texts, put_all
    from analysis.library.shelf import shelf_of
    from analysis.profile import analysis_config

    shelf = shelf_of(source.home, source.path)
    beside = source.earlier.key if source.earlier else ""
    config = analysis_config(source.profile, source.rows)
    names = {kind: kept_name(config, kind, beside) for kind in kinds}
    kept = kept_texts(shelf, names.values())
    if kept is not None:
        return {kind: kept[name] for kind, name in names.items()}
    made = {kind: _MAKERS[kind](report(), source.earlier) for kind in names}
    if shelf is not None and shelf_of(source.home, source.path) == shelf:
        put_all(shelf, {names[kind]: text.encode() for kind, text in made.items()}, tell)
    return made


def _page(report: RunReport, earlier: Earlier | None, *, whole_map: bool = False) -> str:
    from analysis.report import page

    return page.render(report, whole_map=whole_map, earlier=_beside(report, earlier))


def _beside(report: RunReport, earlier: Earlier | None) -> tuple[EarlierRun, ...]:
    return earlier.beside(report) if earlier else ()


def _text(report: RunReport, earlier: Earlier | None) -> str:
    from analysis.report import text

    return text.render(report)


def _json(report: RunReport, earlier: Earlier | None) -> str:
    from analysis.report_json import to_json

    return to_json(report)


_MAKERS: Mapping[str, Callable[[RunReport, Earlier | None], str]] = {
    "page": _page,
    "whole-map": partial(_page, whole_map=True),
    "text": _text,
    "json": _json,
}
"""Kind of a text, by which it is kept, to what makes it of a report."""


def _write_report(source: Source, targets: Targets, *, whole_map: bool) -> None:
    """Make everything that was asked for, then write it, then say it in short."""
    page = "whole-map" if whole_map else "page"
    kinds = [page, "text", *(["json"] if targets.json_file is not None else [])]
    # Made or unpacked once, and only where a text is missing.
    report = cache(source.report)
    made = _texts(source, kinds, report)
    printed = targets.papers.made(report, made[page], beside=partial(_beside, earlier=source.earlier))
    write_text(targets.page, made[page])
    for target, content in printed.items():
        write_private(Path(target), content)
    if targets.json_file not in (None, STDOUT):
        write_text(Path(targets.json_file), made["json"])
    if targets.csv_file is not None:
        _write_csv(report(), targets.csv_file)
    if targets.json_file == STDOUT:
        click.echo(made["json"], nl=False)
    talk = STDOUT in (targets.json_file, targets.csv_file)
    click.echo(made["text"], err=talk)
    click.echo(targets.page.resolve(), err=talk)


def _write_csv(report: RunReport, csv_file: str) -> None:
    from analysis.report import tables

    if csv_file == STDOUT:
        click.echo(tables.to_csv(report), nl=False)
        return
    for path, content in tables.csv_files(report, Path(csv_file)).items():
        write_text(path, content)


def analysed(
    path: Path,
    split: Split | None = None,
    *,
    profile: Profile | None = None,
    home: Path | None = None,
    earlier: Earlier | None = None,
) -> RunReport:
    """Return the report of a session file, by a runner's numbers, cut as asked for or into their unit.

    Parameters
    ----------
    path
        The session.
    split
        What the rows are; None for the runner's unit.
    profile
        The runner's.
    home
        The runner's folder, in which reports of its sessions are kept; None: nothing is kept.
    earlier
        Earlier runs of the runner, which tell what is usual.

    Raises
    ------
    SessionFileError
        For a file that cannot be read.
    AnalysisError
        For a session without a report; the message begins with the file.
    """
    require_memory(LIBRARIES_BYTES)

    from analysis.errors import AnalysisError
    from analysis.library.kept_report import report_of_session
    from analysis.profile import analysis_config

    config = analysis_config(profile, split)
    analyse, beside = (_analyse, "") if earlier is None else (partial(_with_earlier, earlier), earlier.key)
    try:
        return report_of_session(path, config, home=home, say=tell, beside=beside, analyse=analyse)
    except AnalysisError as error:
        raise type(error)(f"{path}: {error}") from error


def usual_report(ctx: click.Context, path: Path) -> RunReport:
    """Return what `runtall report` tells of a session, by its runner's numbers and past, as it was kept.

    Raises
    ------
    ProfileError, SessionFileError, AnalysisError
        As `profile_of_session` and `analysed`.
    """
    home = home_folder(ctx)
    profile = profile_of_session(ctx, path)
    return analysed(path, profile=profile, home=home, earlier=_earlier(home, path, profile))


def _analyse(path: Path, config: AnalysisConfig) -> RunReport:
    from analysis.pipeline import analyse_session

    require_memory(LINEAR_ALGEBRA_BYTES)
    return analyse_session(path, config)


def _with_earlier(earlier: Earlier, path: Path, config: AnalysisConfig) -> RunReport:
    """Analyse a session by what earlier runs tell of its runner."""
    from analysis.pipeline import analyse_session

    personal = earlier.personal()
    require_memory(LINEAR_ALGEBRA_BYTES)
    return earlier.with_cues(analyse_session(path, config, personal=personal))


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
