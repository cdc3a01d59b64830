"""``runtall report``: one session to a page, and to JSON and CSV on request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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
    if json_file == STDOUT == csv_file:
        raise click.UsageError("--json - and --csv -: only one of them can go to stdout")
    if output == STDOUT:
        raise click.BadParameter("the page needs a file", param_hint="--output")
    home = home_folder(ctx)
    path = find_session(home, session, for_report=True)
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
    from analysis.profile import analysis_config

    rows, profile = Split(split) if split else None, profile_of_session(ctx, path)
    earlier = None if no_baseline else _earlier(home, path, profile)
    kinds = {"page": "whole-map" if whole_map else "page", "text": "text"}
    if json_file is not None:
        kinds["json"] = "json"
    # Made or unpacked once, and only where a text is missing.
    report = cache(partial(analysed, path, rows, profile=profile, home=home, earlier=earlier))
    config = analysis_config(profile, rows)
    made = _texts(path, config, kinds=kinds.values(), report=report, home=home, earlier=earlier)
    _write_report(
        {name: made[kind] for name, kind in kinds.items()},
        page_path,
        report=report,
        json_file=json_file,
        csv_file=csv_file,
        papers=papers,
        earlier=earlier,
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


def _earlier(home: Path, path: Path, profile: Profile) -> Earlier | None:
    from analysis.cli.past_runs import earlier_than
    from analysis.profile import analysis_config

    return earlier_than(home, path, analysis_config(profile))


def _texts(
    path: Path,
    config: AnalysisConfig,
    *,
    kinds: Iterable[str],
    report: Callable[[], RunReport],
    home: Path,
    earlier: Earlier | None,
) -> dict[str, str]:
    """Return the texts that were asked for by their kind, as they were kept or made of the report."""
    from analysis.library.kept_report import kept_name, kept_texts, put_all
    from analysis.library.shelf import shelf_of

    shelf = shelf_of(home, path)
    beside = earlier.key if earlier else ""
    names = {kind: kept_name(config, kind, beside) for kind in kinds}
    kept = kept_texts(shelf, names.values())
    if kept is not None:
        return {kind: kept[name] for kind, name in names.items()}
    made = {kind: _MAKERS[kind](report(), earlier) for kind in names}
    if shelf is not None and shelf_of(home, path) == shelf:
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


def _write_report(
    made: Mapping[str, str],
    page_path: Path,
    *,
    report: Callable[[], RunReport],
    json_file: str | None,
    csv_file: str | None,
    papers: Papers,
    earlier: Earlier | None,
    open_page: bool,
) -> None:
    printed = papers.made(report, made["page"], beside=partial(_beside, earlier=earlier))
    write_text(page_path, made["page"])
    for target, content in printed.items():
        write_private(Path(target), content)
    if json_file not in (None, STDOUT):
        write_text(Path(json_file), made["json"])
    if csv_file is not None:
        _write_csv(report(), csv_file)
    if json_file == STDOUT:
        click.echo(made["json"], nl=False)
    talk = STDOUT in (json_file, csv_file)
    click.echo(made["text"], err=talk)
    click.echo(page_path.resolve(), err=talk)
    if open_page and not _show(page_path):
        click.echo("No browser was found; open the page yourself.", err=True)


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
