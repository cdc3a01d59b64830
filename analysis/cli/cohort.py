"""``runtall cohort``: all runners of a data set on one page."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("cohort", short_help="Show all runners of a data set on one page.")
@click.argument("data", metavar="OUT", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", metavar="PAGE", required=True, type=click.Path(path_type=Path), help="The page."
)
@click.option("--names", is_flag=True, help="Show names in place of pseudonyms.")
def command(data: Path, output: Path, names: bool) -> None:
    """Write one page of all runners in OUT, the data set that `runtall batch` made.

    A row each: where the last run slouched, how it ended, trend, confidence, who needs a look and why. Prints
    how many do; the last line is the path of the page.
    """
    from analysis.batch.cohort import cohort_of, read_runs
    from analysis.batch.keys import read_names
    from analysis.batch.page import render
    from analysis.batch.part import PRIVATE
    from analysis.cli.report import write_text
    from analysis.errors import DataSetError

    rows = cohort_of(read_runs(data))
    if not rows:
        raise DataSetError(f"{data}: it holds no sessions; see its table errors, or run the batch again")
    write_text(output, render(rows, names=read_names(data / PRIVATE) if names else None))
    looks = sum(bool(row.reasons) for row in rows)
    click.echo(f"{len(rows)} runners, {looks} to look at.")
    click.echo(output.resolve())
