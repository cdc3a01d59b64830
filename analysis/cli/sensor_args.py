"""Sensors as they are typed, ``sternum=NAME``, turned into a plan; what does not fit is a usage error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sensor.recorder import RecordingPlan

VIRTUAL = "virtual"
"""Name that stands for a sensor made of software."""


def parse_plan(wishes: tuple[str, ...], beside: tuple[str, ...] = ()) -> tuple[RecordingPlan, bool]:
    """Return the plan of what was typed, and whether its sensors are made of software.

    Parameters
    ----------
    wishes
        ``PLACEMENT=NAME`` of every motion sensor.
    beside
        Names of devices beside them.

    Raises
    ------
    click.UsageError
        For a wish that cannot be read, or several that do not fit together.
    """
    from sensor.errors import UnknownSensorError
    from sensor.recorder import AuxiliaryRequest, RecordingPlan, SensorRequest

    typed = [_parse_wish(wish) for wish in wishes]
    are_virtual = [name == VIRTUAL for name in (*(name for _, name in typed), *beside)]
    if any(are_virtual) and not all(are_virtual):
        raise click.UsageError("real and virtual sensors are on different radios: name only one sort")
    is_simulated = any(are_virtual)
    if is_simulated:
        typed = [(placement, f"Movesense {number:012d}") for number, (placement, _) in enumerate(typed, 1)]
        beside = tuple(f"Foot Pod {number}" for number, _ in enumerate(beside, 1))
    try:
        plan = RecordingPlan(
            tuple(SensorRequest(*wish) for wish in typed),
            tuple(AuxiliaryRequest(number, name) for number, name in enumerate(beside, 1)),
        )
    except UnknownSensorError as error:
        raise click.UsageError(str(error)) from error
    return plan, is_simulated


def _parse_wish(wish: str) -> tuple[str, str]:
    placement, equals, name = wish.partition("=")
    if not equals:
        raise click.UsageError(f"--sensor {wish}: write where it is worn and its name, as in sternum={wish}")
    return placement.strip(), name.strip()
