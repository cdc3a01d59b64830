"""``runtall download``: fetch what a sensor recorded on its own."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import click

from analysis.cli.home import home_folder
from analysis.cli.sensor_args import is_virtual

STARTED = "Logging. Put it on, stand tall for 10 s, run; afterwards: runtall download --sensor ... --stop"
NOW_FETCH = "runtall download --sensor sternum=NAME"


@click.command("download")
@click.option(
    "--sensor",
    "request",
    required=True,
    metavar="PLACEMENT=NAME",
    help="Where the sensor was worn and its name or address (see `runtall scan`): a Movesense Flash, "
    "a Capture2Go, a Movella DOT or a Polar Verity Sense.",
)
@click.option(
    "--log",
    "log_id",
    type=click.IntRange(0, 2**32 - 1),
    metavar="ID",
    help="Which recording, as --list tells; the newest if absent.",
)
@click.option("--list", "lists", is_flag=True, help="List what the sensor has recorded, fetch nothing.")
@click.option("--start", "starts", is_flag=True, help="Start recording on the sensor.")
@click.option("--stop", "stops", is_flag=True, help="Stop it.")
@click.option("--name", default="run", show_default=True, help="What to call the session.")
@click.pass_context
def command(
    ctx: click.Context, request: str, log_id: int | None, lists: bool, starts: bool, stops: bool, name: str
) -> None:
    """Fetch a run that a sensor recorded on its own, as a session.

    Before the run --start, after it --stop; then download. A lost link is found again for as long as
    anything comes, and a later call goes on where one ended. The file fetched stays in the folder `downloads`
    of --home. The last line on stdout is the path of the session.
    """
    task = _only_task(log_id, list=lists, start=starts, stop=stops)
    placement, sensor_name = _parse_request(request, needs_placement=task is None)
    if task is not None:
        click.echo(asyncio.run(_do(task, sensor_name)))
        return
    path = asyncio.run(_fetch(sensor_name, log_id, home_folder(ctx) / "downloads"))
    click.echo(f"Fetched into {path}", err=True)

    from analysis.cli import import_

    ctx.invoke(import_.command, files=(f"{placement}={path}",), name=name)


def _only_task(log_id: int | None, **wanted: bool) -> str | None:
    """Return what to do instead of fetching, None for fetching; two things at once are a mistake."""
    tasks = [task for task, is_wanted in wanted.items() if is_wanted]
    named = [f"--{task}" for task in tasks] + ["--log"] * (log_id is not None)
    if tasks and len(named) > 1:
        raise click.UsageError(f"use only one of {', '.join(named)}")
    return tasks[0] if tasks else None


async def _do(task: str, sensor_name: str) -> str:
    """List, start or stop; return what to print."""
    from analysis.cli.download.downloading import list_logs, memory_of
    from sensor.link.radio import Radio

    memory = await memory_of(Radio(), sensor_name)
    if task == "list":
        return await list_logs(memory)
    if task == "start":
        await memory.start()
        return STARTED
    await memory.stop()
    return f"{memory.after_stop} {NOW_FETCH}"


async def _fetch(sensor_name: str, log_id: int | None, folder: Path) -> Path:
    from analysis.cli.download.downloading import fetch_log, memory_of
    from sensor.link.radio import Radio

    memory = await memory_of(Radio(), sensor_name)
    return await fetch_log(memory, log_id, folder=folder, say=partial(click.echo, err=True))


def _parse_request(request: str, *, needs_placement: bool) -> tuple[str, str]:
    """Split ``PLACEMENT=NAME``; the placement may be missing where nothing is fetched."""
    from sensor.errors import UnknownSensorError
    from sensor.samples import placement_of

    placement, equals, name = (part.strip() for part in request.partition("="))
    if not equals and not needs_placement:
        return "", request.strip()
    if not equals or not name:
        raise click.UsageError(
            f"--sensor {request}: write where it was worn and its name, as in sternum={request}"
        )
    if is_virtual(name):
        raise click.UsageError(
            "a simulated runner's sensor has no memory: name a real one, see `runtall scan`"
        )
    try:
        return placement_of(placement), name
    except UnknownSensorError as error:
        raise click.UsageError(str(error)) from error
