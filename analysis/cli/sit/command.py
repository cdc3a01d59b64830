"""``runtall sit``: how somebody sits at the desk, and when to get up."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from analysis.cli.home import home_folder
from analysis.cli.runner import chosen_profile, chosen_runner
from analysis.cli.sensor_args import NO_SENSOR, parse_plan
from analysis.cli.text import parse_duration_s, tell

if TYPE_CHECKING:
    from analysis.cli.sit.at_desk import AtDesk, SitOptions
    from analysis.live.sitting import Sitting
    from sensor.recorder import RecordingPlan

LEAST_REMIND_S, MOST_REMIND_S = 1200.0, 3600.0
"""Sitting is best broken up every 20 to 60 minutes."""


@click.command("sit")
@click.option(
    "--sensor",
    "request",
    metavar="PLACEMENT=NAME",
    help="Where the sensor is worn and its name (see `runtall scan`). Without it the trunk sensor of your "
    "profile. sternum=virtual is a simulated one.",
)
@click.option(
    "--remind",
    "remind_s",
    type=parse_duration_s,
    default="30min",
    show_default=True,
    metavar="TIME",
    help="Say so after this long without getting up: 20 to 60 min.",
)
@click.option(
    "--duration", "duration_s", type=parse_duration_s, metavar="TIME", help="End after so long, as in 8h."
)
@click.option("--no-guide", is_flag=True, help="Begin at once: how slouched you sit is then not told.")
@click.pass_context
def command(
    ctx: click.Context, request: str | None, remind_s: float, duration_s: float | None, no_guide: bool
) -> None:
    """See how you sit at the desk, and be told to get up.

    You sit tall for 10 s and lean forward once; then work on as usual, until Ctrl-C. Whoever has not got up
    for half an hour is told so. At the end you read how long you sat, for how long at once, and how far from
    sitting tall. Sitting of the last 12 hours is written into your next recorded run.

    Standing still looks like sitting to the sensor. The last line on stdout is the file with every minute.
    """
    if not LEAST_REMIND_S <= remind_s <= MOST_REMIND_S:
        raise click.UsageError(f"--remind {remind_s / 60:g} min: say 20 to 60 min")
    from analysis.cli.sit.at_desk import SitOptions

    plan, is_simulated = parse_plan((request or _usual_sensor(ctx),))
    _refuse_others(plan)
    options = SitOptions(remind_s, duration_s, is_guided=not no_guide and sys.stdin.isatty())
    _sit(ctx, plan, options, is_simulated=is_simulated)


def _usual_sensor(ctx: click.Context) -> str:
    from sensor.placements import TRUNK_PLACEMENTS

    for place, name in chosen_profile(ctx).sensors:
        if place in TRUNK_PLACEMENTS:
            return f"{place}={name}"
    raise click.UsageError(NO_SENSOR)


def _refuse_others(plan: RecordingPlan) -> None:
    from sensor.placements import TRUNK_PLACEMENTS

    placement = plan.sensors[0].placement
    if placement not in TRUNK_PLACEMENTS:
        raise click.UsageError(f"--sensor {placement}=…: wear it as {' or '.join(TRUNK_PLACEMENTS)}")


def _sit(ctx: click.Context, plan: RecordingPlan, options: SitOptions, *, is_simulated: bool) -> None:
    from analysis.cli.record.live_line import live_line
    from analysis.cli.sit.at_desk import AtDesk
    from analysis.cli.sit.kept import keep_sitting, new_sitting_path
    from analysis.cli.sit.summary import summary_text
    from analysis.live.sitting import Sitting

    home, begun = home_folder(ctx), datetime.now(UTC)
    path = new_sitting_path(home, begun)
    started = Sitting(begun.isoformat(timespec="seconds"), chosen_runner(ctx), is_simulated, ())
    with live_line() as line:
        desk = AtDesk(options, line, sitting=started, keep=lambda sitting: keep_sitting(path, sitting))
        with TemporaryDirectory(prefix="runtall-sit-") as folder:
            readings = Path(folder) / "sitting.runtall"
            asyncio.run(_listen(plan, readings, desk=desk, options=options, started=started))
    for sentence in summary_text(desk.sitting).splitlines():
        tell(sentence)
    if desk.sitting.minutes:
        keep_sitting(path, desk.sitting)
        click.echo(path)


async def _listen(
    plan: RecordingPlan, readings: Path, *, desk: AtDesk, options: SitOptions, started: Sitting
) -> None:
    from analysis.cli.sit.at_desk import sit
    from sensor.link.radio import Radio

    if not started.simulated:
        await sit(plan, Radio(), path=readings, desk=desk, options=options, started=started)
        return
    from analysis.cli.virtual_sensors import virtual_desk

    async with virtual_desk(plan) as radio:
        await sit(plan, radio, path=readings, desk=desk, options=options, started=started)
