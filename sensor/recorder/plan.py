"""What is to be recorded: which sensor is worn where."""

from __future__ import annotations

from dataclasses import dataclass

from sensor.errors import UnknownSensorError
from sensor.samples import PLACEMENTS, TRUNK_PLACEMENTS


@dataclass(frozen=True, slots=True)
class SensorWish:
    """One sensor: where it is worn, and its name or address (on macOS a UUID).

    Raises
    ------
    UnknownSensorError
        When the placement is unknown or the name empty.
    """

    placement: str
    name: str

    def __post_init__(self) -> None:
        if self.placement not in PLACEMENTS:
            known = ", ".join(PLACEMENTS)
            raise UnknownSensorError(f"unknown placement {self.placement!r}: choose one of {known}")
        if not self.name.strip():
            raise UnknownSensorError(f"no name for the sensor at {self.placement}: see `runtall scan`")


@dataclass(frozen=True, slots=True)
class RecordingPlan:
    """All sensors of one session.

    Raises
    ------
    UnknownSensorError
        When there is none, or a placement or a sensor is named twice.
    """

    sensors: tuple[SensorWish, ...]

    def __post_init__(self) -> None:
        if not self.sensors:
            raise UnknownSensorError("no sensor to record from: name at least one, as in sternum=NAME")
        _refuse_twice("placement", [wish.placement for wish in self.sensors])
        _refuse_twice("sensor", [wish.name.casefold() for wish in self.sensors])

    @property
    def guide_placement(self) -> str:
        """The placement whose sensor tells whether the runner stands still: the trunk where there is one."""
        trunk = [wish.placement for wish in self.sensors if wish.placement in TRUNK_PLACEMENTS]
        return (trunk or [self.sensors[0].placement])[0]


def _refuse_twice(what: str, values: list[str]) -> None:
    twice = sorted({value for value in values if values.count(value) > 1})
    if twice:
        raise UnknownSensorError(f"{what} {twice[0]!r} is named twice: each can be used once per session")
