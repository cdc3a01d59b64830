"""``runtall compare``: two or more runs side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analysis.cli.completion import session_words
from analysis.cli.home import find_session, home_folder
from analysis.cli.papers import STDOUT
from analysis.cli.report import refuse_same_file, usual_report, write_text
from sensor.text import printable

if TYPE_CHECKING:
    from analysis.run_report import RunReport

BY = ("tape", "pack", "surface", "shoes", "sitting", "month")
"""As `analysis.comparison.conditions.By`, which is too slow to load for ``--help``."""


@click.command("compare", short_help="Compare sessions.")
@click.argument(
    "sessions", nargs=-1, required=True, metavar="SESSION SESSION...", shell_complete=session_words
)
@click.option("--by", type=click.Choice(BY), help="Also gather the runs by what you noted of them.")
@click.option("-o", "--output", metavar="PAGE", help="Also write the comparison as a page.")
@click.option("--json", "json_file", metavar="FILE", help="Also write the comparison as JSON; - for stdout.")
@click.pass_context
def command(
    ctx: click.Context, sessions: tuple[str, ...], by: str | None, output: str | None, json_file: str | None
) -> None:
    """Compare sessions (paths, names, dates, latest, latest-1) with the first of them.

    Tells how much further you ran tall, how your lean changed along the way, and how it differed when fresh,
    each with its interval.

    A report that `runtall report --json` wrote serves in place of its session, and needs no second analysis.

    A session without a report is left out and named, as long as two others remain.

    With a - for JSON, stdout carries that alone and the rest goes to stderr.
    """
    if len(sessions) < 2:
        raise click.UsageError("compare needs two or more sessions; see `runtall list`")
    if output == STDOUT:
        raise click.BadParameter("the page needs a file", param_hint="--output")
    home = home_folder(ctx)
    paths = [_report_file(word) or find_session(home, word, for_report=True) for word in sessions]
    _refuse_twice(paths)
    refuse_same_file({**{str(path): path for path in paths}, "--output": output, "--json": json_file})
    _write_comparison(_reports(ctx, paths), by, page_file=output, json_file=json_file)


def _report_file(word: str) -> Path | None:
    path = Path(word)
    return path if path.suffix.casefold() == ".json" and path.is_file() else None


def _refuse_twice(paths: Sequence[Path]) -> None:
    """Refuse a run beside itself: it differs in nothing, and would count twice."""
    seen: set[Path] = set()
    for path in paths:
        if path.resolve() in seen:
            raise click.UsageError(f"{path}: the same file twice; name another session")
        seen.add(path.resolve())


def _report(ctx: click.Context, path: Path) -> RunReport:
    from analysis.run_report import RunReport

    if path.suffix.casefold() == ".json":
        return RunReport.from_json(path)
    return usual_report(ctx, path)


def _reports(ctx: click.Context, paths: Sequence[Path]) -> list[RunReport]:
    """Return the reports of sessions; one that has none is left out and named while two others remain."""
    from analysis.errors import AnalysisError
    from sensor.errors import SensorError

    reports: list[RunReport] = []
    troubles: list[SensorError | AnalysisError] = []
    for path in paths:
        try:
            reports.append(_report(ctx, path))
        except (SensorError, AnalysisError) as error:
            troubles.append(error)
            if len(paths) - len(troubles) < 2:
                raise
    for trouble in troubles:
        click.echo(printable(f"Left out: {trouble}."), err=True)
    return reports


def _write_comparison(
    reports: Sequence[RunReport], by: str | None, *, page_file: str | None, json_file: str | None
) -> None:
    from analysis.comparison import page, text
    from analysis.comparison.as_json import to_json
    from analysis.comparison.compare import compare
    from analysis.comparison.conditions import By
    from analysis.report.words import unit_of

    comparison = compare(reports, by=By(by) if by else None)
    unit = unit_of(reports[0])
    click.echo(text.render(comparison, unit).rstrip("\n"), err=json_file == STDOUT)
    if json_file == STDOUT:
        click.echo(to_json(comparison), nl=False)
    elif json_file is not None:
        write_text(Path(json_file), to_json(comparison))
    if page_file is not None:
        thresholds = reports[0].provenance.config.findings
        write_text(Path(page_file), page.render(comparison, thresholds=thresholds, unit=unit))
        click.echo(Path(page_file).resolve(), err=json_file == STDOUT)
