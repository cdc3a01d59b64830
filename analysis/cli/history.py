"""``runtall history``: every run on one line, and one picture of them."""

from __future__ import annotations

import math
from pathlib import Path

import click

from analysis.cli.home import home_folder
from analysis.cli.papers import STDOUT
from analysis.cli.quantities import parse_distance_m
from analysis.cli.report import refuse_same_file, write_text
from analysis.cli.runner import chosen_config, chosen_runner


@click.command("history", short_help="Show your runs over time.")
@click.option("-o", "--output", metavar="PAGE", help="Also write a page with the picture.")
@click.option("--json", "json_file", metavar="FILE", help="Also write it as JSON; - for stdout.")
@click.option("--goal", metavar="DISTANCE", help="How far you want to run tall, such as 8km.")
@click.pass_context
def command(ctx: click.Context, output: str | None, json_file: str | None, goal: str | None) -> None:
    """Show the runs of the runner of the latest one, sensor worn where it was then.

    Tells for each run how far it was tall, how the lean grew along it and how far the runner
    leaned when fresh; then trends with their intervals, and lasting changes.
    """
    if output == STDOUT:
        raise click.BadParameter("the page needs a file", param_hint="--output")
    refuse_same_file({"--output": output, "--json": json_file})
    goal_km = math.nan if goal is None else parse_distance_m(goal) / 1000.0
    from analysis.cli.past_runs import latest_of, past_runs
    from analysis.comparison.earlier_runs import worn_in
    from analysis.comparison.history import history_of
    from analysis.comparison.history_text import render, to_json

    config = chosen_config(ctx)
    unit = config.segments.split.unit
    past = past_runs(home_folder(ctx), config)
    latest = latest_of(past, chosen_runner(ctx))
    if latest is None:
        return
    history = history_of(past, worn_in(latest), goal_km=goal_km, config=config)
    talk = json_file == STDOUT
    click.echo(render(history, unit).rstrip("\n"), err=talk)
    if talk:
        click.echo(to_json(history), nl=False)
    elif json_file is not None:
        write_text(Path(json_file), to_json(history))
    if output is not None:
        from analysis.comparison.history_page import render as page

        write_text(Path(output), page(history, unit))
        click.echo(Path(output).resolve(), err=talk)
