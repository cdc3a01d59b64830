"""Sensors as they are typed, ``sternum=NAME``, turned into a plan; what does not fit is a usage error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sensor.recorder import RecordingPlan

VIRTUAL = "virtual"
"""Name that stands for a sensor made of software; ``virtual:KIND`` for one of a certain kind."""


NO_SENSOR = (
    "no sensor: give one, as in --sensor sternum=NAME (see `runtall scan`), or tell once and for all "
    "with `runtall profile --sensor sternum=NAME`"
)
"""Said where neither a command nor the profile names one."""


def parse_plan(requests: tuple[str, ...], beside: tuple[str, ...] = ()) -> tuple[RecordingPlan, bool]:
    """Return the plan of what was typed, and whether its sensors are made of software.

    Parameters
    ----------
    requests
        ``PLACEMENT=NAME`` of every motion sensor.
    beside
        Names of devices beside them.

    Raises
    ------
    click.UsageError
        For a request that cannot be read, or several that do not fit together.
    """
    from sensor.errors import UnknownSensorError
    from sensor.recorder import AuxiliaryRequest, RecordingPlan, SensorRequest

    typed = [_parse_request(request) for request in requests]
    are_virtual = [is_virtual(name) for name in (*(name for _, name in typed), *beside)]
    if any(are_virtual) and not all(are_virtual):
        raise click.UsageError("real and virtual sensors are on different radios: name only one sort")
    is_simulated = any(are_virtual)
    if is_simulated:
        typed = [(placement, _virtual_name(name, n)) for n, (placement, name) in enumerate(typed, 1)]
        beside = tuple(f"Foot Pod {number}" for number, _ in enumerate(beside, 1))
    try:
        plan = RecordingPlan(
            tuple(SensorRequest(*request) for request in typed),
            tuple(AuxiliaryRequest(number, name) for number, name in enumerate(beside, 1)),
        )
    except UnknownSensorError as error:
        raise click.UsageError(str(error)) from error
    return plan, is_simulated


def is_virtual(name: str) -> bool:
    """Tell whether a typed name stands for a sensor made of software."""
    return name == VIRTUAL or name.startswith(f"{VIRTUAL}:")


def _virtual_name(name: str, number: int) -> str:
    """Return what the virtual sensor that was typed calls itself in the air."""
    from sensor.errors import UnknownSensorError
    from sensor.virtual.devices.catalogue import CATALOGUE, find

    try:
        kind = CATALOGUE[0] if name == VIRTUAL else find(name.removeprefix(f"{VIRTUAL}:"))
    except UnknownSensorError as error:
        raise click.UsageError(str(error)) from error
    return kind.advertised_name(number)


def _parse_request(request: str) -> tuple[str, str]:
    placement, equals, name = request.partition("=")
    if not equals:
        from sensor.samples import PLACEMENT_ALIASES, PLACEMENTS

        is_placement = request in (*PLACEMENTS, *PLACEMENT_ALIASES)
        example = f"{request}=NAME" if is_placement else f"sternum={request}"
        raise click.UsageError(f"--sensor {request}: write where it is worn and its name, as in {example}")
    return placement.strip(), name.strip()
