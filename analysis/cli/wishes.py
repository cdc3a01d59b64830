"""Sensors as they are typed, ``sternum=NAME``, turned into a plan; what does not fit is a usage error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sensor.recorder import RecordingPlan

VIRTUAL = "virtual"
"""Name that stands for a sensor made of software."""


def parse_plan(wishes: tuple[str, ...]) -> tuple[RecordingPlan, bool]:
    """Return the plan of what was typed, and whether its sensors are made of software.

    Raises
    ------
    click.UsageError
        For a wish that cannot be read, or several that do not fit together.
    """
    from sensor.errors import UnknownSensorError
    from sensor.recorder import RecordingPlan, SensorWish

    typed = [_parse_wish(wish) for wish in wishes]
    are_virtual = [name == VIRTUAL for _, name in typed]
    if any(are_virtual) and not all(are_virtual):
        raise click.UsageError("real and virtual sensors are on different radios: name only one sort")
    named = [
        (placement, _virtual_name(number) if is_virtual else name)
        for number, ((placement, name), is_virtual) in enumerate(zip(typed, are_virtual, strict=True))
    ]
    try:
        plan = RecordingPlan(tuple(SensorWish(*wish) for wish in named))
    except UnknownSensorError as error:
        raise click.UsageError(str(error)) from error
    return plan, all(are_virtual)


def _virtual_name(number: int) -> str:
    return f"Movesense {number + 1:012d}"


def _parse_wish(wish: str) -> tuple[str, str]:
    placement, equals, name = wish.partition("=")
    if not equals:
        raise click.UsageError(f"--sensor {wish}: write where it is worn and its name, as in sternum={wish}")
    return placement.strip(), name.strip()
