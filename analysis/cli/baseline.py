"""``runtall baseline``: what is usual for a runner, and which runs say so."""

from __future__ import annotations

from pathlib import Path

import click

from analysis.cli.home import home_folder
from analysis.cli.report import STDOUT, write_text
from analysis.cli.runner import chosen_runner


@click.command("baseline", short_help="Show what is usual for you, from earlier runs.")
@click.option("--json", "json_file", metavar="FILE", help="Also write it as JSON; - for stdout.")
@click.pass_context
def command(ctx: click.Context, json_file: str | None) -> None:
    """Show what is usual for the runner of the latest run, sensor worn where it was then.

    Tells how the lean follows speed and slope, each with its interval, how far the runner leans when fresh,
    how long the steps are, and which runs were used or left out, and why.
    """
    from analysis.cli.past_runs import latest_of, past_runs
    from analysis.comparison.baseline_text import render, to_json
    from analysis.comparison.earlier_runs import personal_baseline, worn_in
    from analysis.config import AnalysisConfig

    home, config = home_folder(ctx), AnalysisConfig()
    past = past_runs(home)
    latest = latest_of(past, chosen_runner(ctx))
    if latest is None:
        return
    personal = personal_baseline(past, worn_in(latest), config)
    text = render(personal, least_runs=config.personal.least_runs)
    click.echo(text.rstrip("\n"), err=json_file == STDOUT)
    if json_file == STDOUT:
        click.echo(to_json(personal), nl=False)
    elif json_file is not None:
        write_text(Path(json_file), to_json(personal))
