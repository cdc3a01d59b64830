"""``runtall record``: record a run from one or more sensors."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analysis.cli.home import home_folder, new_session_path
from analysis.cli.times import parse_duration_s
from analysis.cli.wishes import parse_plan

if TYPE_CHECKING:
    from analysis.cli.recording import Order
    from sensor.recorder import RecordingPlan

VIRTUAL_RUN_S = 3600.0
"""How long the simulated runner runs where no duration is given."""

GUIDE_S = 120.0
"""What standing and bow may take on top of it."""


@click.command("record")
@click.option(
    "--sensor",
    "wishes",
    multiple=True,
    required=True,
    metavar="PLACEMENT=NAME",
    help="Where a sensor is worn and its name (see `runtall scan`); repeat for several. "
    "sternum=virtual records a simulated runner.",
)
@click.option(
    "--beside",
    "beside",
    multiple=True,
    metavar="NAME",
    help="A heart-rate strap, foot pod or treadmill to record beside the sensors; repeat for several. "
    "virtual, with a simulated runner, is a foot pod.",
)
@click.option(
    "--duration",
    "duration_s",
    type=parse_duration_s,
    metavar="TIME",
    help="End after this much running, as in 30min or 1:20:00.",
)
@click.option("--name", default="run", show_default=True, help="What to call the session.")
@click.option(
    "--no-guide", "--yes", "no_guide", is_flag=True, help="Begin at once, without standing and bow."
)
@click.pass_context
def command(
    ctx: click.Context,
    wishes: tuple[str, ...],
    beside: tuple[str, ...],
    duration_s: float | None,
    name: str,
    no_guide: bool,
) -> None:
    """Record a run.

    Ctrl-C asks for the last standing, Ctrl-C again ends at once. The last line on stdout is the path of the
    session. Without a terminal there is no guide, and Ctrl-C ends at once.
    """
    is_guided = sys.stdin.isatty() and not no_guide
    order = _order(parse_plan(wishes, beside), duration_s, name, is_guided)
    home = home_folder(ctx)
    click.echo(asyncio.run(_record(order, lambda started: new_session_path(home, name, started))))


async def _record(order: Order, new_path: Callable[[datetime], Path]) -> Path:
    from analysis.cli.live_line import live_line
    from analysis.cli.recording import record
    from sensor.link.radio import Radio

    if not order.is_simulated:
        with live_line() as line:
            return await record(order, Radio(), new_path, line)
    from analysis.cli.virtual_sensors import virtual_runner

    async with virtual_runner(order.plan, (order.duration_s or VIRTUAL_RUN_S) + GUIDE_S) as radio:
        with live_line() as line:
            return await record(order, radio, new_path, line)


def _order(parsed: tuple[RecordingPlan, bool], duration_s: float | None, name: str, is_guided: bool) -> Order:
    from analysis.cli.recording import Order

    plan, is_simulated = parsed
    return Order(plan, name, duration_s, is_guided, is_simulated)
