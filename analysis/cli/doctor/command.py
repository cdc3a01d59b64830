"""``runtall doctor``: is everything in order, and if not, what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analysis.cli.calibrations import kept_calibrations
from analysis.cli.home import home_folder
from analysis.cli.quantities import parse_angle_deg
from analysis.cli.sensor_args import parse_plan
from analysis.cli.text import tell_aside

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
@click.option(
    "--tilt",
    "tilts",
    is_flag=True,
    help="Lay one sensor on the faces of a box and lean it by a known angle: its accelerometer is "
    "calibrated, and what is recorded with it later is corrected.",
)
@click.option(
    "--angle",
    "angle_deg",
    type=parse_angle_deg,
    metavar="ANGLE",
    help="With --tilt: by how much you will lean it, as in 20deg.",
)
@click.pass_context
def command(
    ctx: click.Context, requests: tuple[str, ...], listen_s: float, tilts: bool, angle_deg: float | None
) -> None:
    """Check versions, Bluetooth and sensors, and say in words what to do.

    Hold the sensors still for gravity; turn one about in your hand to have its axes judged. Nothing is kept,
    but the calibration of --tilt in your folder. Each line begins with ok, fix or not checked. Ends with 1
    where anything is to be fixed, else with 0.
    """
    is_ok = True
    if tilts:
        findings = _tilt_findings(requests, angle_deg, home_folder(ctx))
    elif angle_deg is not None:
        raise click.UsageError("--angle belongs to --tilt")
    else:
        findings = _findings(requests, listen_s, home_folder(ctx))
    for finding in findings:
        click.echo(finding.line())
        is_ok = is_ok and not finding.needs_fixing
    ctx.exit(0 if is_ok else NOT_OK)


def _findings(requests: tuple[str, ...], listen_s: float, home: Path) -> Iterator[Finding]:
    from analysis.cli.doctor.listening import bluetooth, listen, listen_to_virtual, versions

    yield from versions()
    if not requests:
        yield bluetooth()
        return
    plan, is_simulated = parse_plan(requests)
    plan = replace(plan, calibrated=kept_calibrations(home, tell_aside))
    yield from (listen_to_virtual if is_simulated else listen)(plan, listen_s)


def _tilt_findings(requests: tuple[str, ...], angle_deg: float | None, home: Path) -> Iterator[Finding]:
    if len(requests) != 1:
        raise click.UsageError("--tilt checks one sensor at a time: name it, as in --sensor sternum=NAME")
    plan, is_simulated = parse_plan(requests)
    if angle_deg is None:
        angle_deg = click.prompt(
            "By how much will you lean it, by a spirit-level app (as in 20deg)",
            value_proc=parse_angle_deg,
            err=True,
        )
    from analysis.cli.doctor.tilting import tilt

    return tilt(plan, angle_deg, home=home, is_simulated=is_simulated)
