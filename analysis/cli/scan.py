"""``runtall scan``: which sensors are in reach."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from analysis.cli.text import text_table

if TYPE_CHECKING:
    from sensor.link.ble import Sighting

LISTEN_S = 6.0
"""Three times the slowest advertising interval of any supported sensor, and some patience."""

USUAL_PLACEMENTS = {"movesense": "sternum (chest strap)"}
"""Kind of sensor: where its usual fitting is worn. Others fit wherever they can be clipped on."""


@click.command("scan")
@click.option(
    "--listen",
    "listen_s",
    type=click.FloatRange(0.5, 300.0),
    default=LISTEN_S,
    show_default=True,
    metavar="SECONDS",
    help="How long to listen.",
)
@click.option("--all", "include_strangers", is_flag=True, help="Show other Bluetooth devices too.")
@click.option("--virtual", "lists_virtual", is_flag=True, help="List the simulated sensors instead.")
def command(listen_s: float, include_strangers: bool, lists_virtual: bool) -> None:
    """List the sensors in reach, nearest first.

    Use the NAME with `runtall record --sensor sternum=NAME`; for heart-rate straps, foot pods and treadmills
    with its `--beside NAME`.
    """
    if lists_virtual:
        click.echo(virtual_table())
        return
    from sensor.errors import LinkError, LinkReason
    from sensor.link.ble import scan
    from sensor.link.radio import Radio
    from sensor.recorder import WAKE_HINT

    click.echo(f"Listening for {listen_s:g} s ...", err=True)
    heard = asyncio.run(scan(Radio(), listen_s))
    shown = [sighting for sighting in heard if include_strangers or _kind(sighting)]
    if not shown:
        nobody = f"no sensor found ({len(heard)} other Bluetooth devices are in reach): {WAKE_HINT}"
        raise LinkError(nobody, reason=LinkReason.NOT_IN_REACH)
    click.echo(sightings_table(shown))


def virtual_table() -> str:
    """Return the table of the sensors made of software, by the name they are asked for by."""
    from sensor.virtual.devices.catalogue import CATALOGUE

    rows = [
        (
            f"virtual:{one.name}",
            one.kind.title,
            "yes" if one.kind.has_gyroscope else "no",
            f"{one.kind.default_rate_hz:g} Hz",
        )
        for one in CATALOGUE
    ]
    return text_table(("NAME", "KIND", "GYRO", "RATE"), rows)


def sightings_table(sightings: Sequence[Sighting]) -> str:
    """Return the table of what was heard, in the order given."""
    times = Counter(sighting.name.casefold() for sighting in sightings)
    rows = [_row(s, is_unique=times[s.name.casefold()] == 1) for s in sightings]
    return text_table(("NAME", "KIND", "USUAL PLACEMENT", "SIGNAL"), rows)


def _row(sighting: Sighting, *, is_unique: bool) -> tuple[str, str, str, str]:
    # Of several sensors with one name each can only be asked for by its address.
    name = sighting.name if sighting.name and is_unique else sighting.address
    signal = "connected" if sighting.rssi_dbm is None else f"{sighting.rssi_dbm} dBm"
    if sighting.kind is None:
        return name, _kind(sighting) or "unknown", "--beside" if _kind(sighting) else "-", signal
    return name, sighting.kind.title, USUAL_PLACEMENTS.get(sighting.kind.key, "any"), signal


def _kind(sighting: Sighting) -> str:
    """Return what kind of sensor, or of device beside the sensors, was heard; empty for a stranger."""
    from sensor.protocol.auxiliary import SERVICES

    if sighting.kind is not None:
        return sighting.kind.title
    return ", ".join(SERVICES[uuid] for uuid in sighting.services if uuid in SERVICES)
