"""``runtall compare``: two or more runs side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from analysis.cli.home import find_session, home_folder
from analysis.cli.papers import STDOUT
from analysis.cli.report import analysed, write_text
from sensor.text import printable

if TYPE_CHECKING:
    from analysis.run_report import RunReport


@click.command("compare", short_help="Compare sessions.")
@click.argument("sessions", nargs=-1, required=True, metavar="SESSION SESSION...")
@click.option("--json", "json_file", metavar="FILE", help="Also write the comparison as JSON; - for stdout.")
@click.pass_context
def command(ctx: click.Context, sessions: tuple[str, ...], json_file: str | None) -> None:
    """Compare sessions (paths, names, dates, latest, latest-1) with the first of them.

    A report that `runtall report --json` wrote serves in place of its session, and needs no second analysis.

    A session without a report is left out and named, as long as two others remain.

    Tells what is comparable and why not, the difference in lean at matched speed with its interval, and the
    differences kilometre by kilometre. With a - for JSON, stdout carries that alone and the rest goes to
    stderr.
    """
    if len(sessions) < 2:
        raise click.UsageError("compare needs two or more sessions; see `runtall list`")
    home = home_folder(ctx)
    paths = [_report_file(word) or find_session(home, word, for_report=True) for word in sessions]
    if json_file not in (None, STDOUT) and Path(str(json_file)).resolve() in {p.resolve() for p in paths}:
        raise click.UsageError(f"{json_file}: --json would overwrite a session; name another file")
    _write_comparison(paths, json_file)


def _report_file(word: str) -> Path | None:
    path = Path(word)
    return path if path.suffix.casefold() == ".json" and path.is_file() else None


def _report(path: Path) -> RunReport:
    from analysis.run_report import RunReport

    return RunReport.from_json(path) if path.suffix.casefold() == ".json" else analysed(path)


def _reports(paths: list[Path]) -> dict[Path, RunReport]:
    """Return the reports of sessions; one that has none is left out and named while two others remain."""
    from analysis.errors import AnalysisError
    from sensor.errors import SensorError

    reports: dict[Path, RunReport] = {}
    troubles: list[SensorError | AnalysisError] = []
    for path in paths:
        try:
            reports[path] = _report(path)
        except (SensorError, AnalysisError) as error:
            troubles.append(error)
            if len(paths) - len(troubles) < 2:
                raise
    for trouble in troubles:
        click.echo(printable(f"Left out: {trouble}."), err=True)
    return reports


def _write_comparison(paths: list[Path], json_file: str | None) -> None:
    from analysis.comparison.as_json import to_json
    from analysis.comparison.compare import compare
    from analysis.comparison.text import render
    from analysis.config import AnalysisConfig

    reports = _reports(list(dict.fromkeys(paths)))
    paths = [path for path in paths if path in reports]
    comparison = compare([reports[path] for path in paths], AnalysisConfig().comparison)
    if len(reports) < len(paths):
        click.echo("One session is compared with itself.", err=True)
    click.echo(render(comparison).rstrip("\n"), err=json_file == STDOUT)
    if json_file == STDOUT:
        click.echo(to_json(comparison), nl=False)
    elif json_file is not None:
        write_text(Path(json_file), to_json(comparison))
