"""``runtall doctor``: is everything in order, and if not, what to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from analysis.cli.sensor_args import parse_plan

if TYPE_CHECKING:
    from analysis.checkup.findings import Finding

SHORTEST_S, USUAL_S, LONGEST_S = 3.0, 10.0, 600.0
NOT_OK = 1
"""Exit code when anything is to be fixed."""


@click.command("doctor")
@click.option(
    "--sensor",
    "requests",
    multiple=True,
    metavar="PLACEMENT=NAME",
    help="A sensor to listen to; repeat for several. sternum=virtual needs no Bluetooth.",
)
@click.option(
    "--seconds",
    "listen_s",
    type=click.FloatRange(SHORTEST_S, LONGEST_S),
    default=USUAL_S,
    show_default=True,
    help="How long to listen to the sensors.",
)
@click.pass_context
def command(ctx: click.Context, requests: tuple[str, ...], listen_s: float) -> None:
    """Check versions, Bluetooth and sensors, and say in words what to do.

    Hold the sensors still for gravity; turn one about in your hand to have its axes judged. Nothing is kept.
    Each line begins with ok, fix or not checked. Ends with 1 where anything is to be fixed, else with 0.
    """
    is_ok = True
    for finding in _findings(requests, listen_s):
        click.echo(finding.line())
        is_ok = is_ok and not finding.needs_fixing
    ctx.exit(0 if is_ok else NOT_OK)


def _findings(requests: tuple[str, ...], listen_s: float) -> Iterator[Finding]:
    from analysis.cli.doctor.listening import bluetooth, listen, listen_to_virtual, versions

    yield from versions()
    if not requests:
        yield bluetooth()
        return
    plan, is_simulated = parse_plan(requests)
    yield from (listen_to_virtual if is_simulated else listen)(plan, listen_s)
