"""What is to be recorded: which sensor is worn where."""

from __future__ import annotations

from dataclasses import dataclass

from sensor.calibration import CalibratedSensor
from sensor.errors import RecordingPlanError, UnknownSensorError
from sensor.samples import TRUNK_PLACEMENTS, placement_of
from sensor.session.schema import BESIDE_PREFIX


@dataclass(frozen=True, slots=True)
class SensorRequest:
    """One sensor: where it is worn, as `placement_of` reads it, and its name or address (on macOS a UUID).

    Raises
    ------
    UnknownSensorError
        When the placement is unknown or the name empty.
    """

    placement: str
    name: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "placement", placement_of(self.placement))
        if not self.name.strip():
            raise UnknownSensorError(f"no name for the sensor at {self.placement}: see `runtall scan`")


@dataclass(frozen=True, slots=True)
class AuxiliaryRequest:
    """A device beside the sensors, the how-manieth it is, and its name or address (on macOS a UUID).

    Raises
    ------
    UnknownSensorError
        When the name is empty.
    """

    number: int
    name: str

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise UnknownSensorError("no name for what is to be recorded beside the sensors")

    @property
    def placement(self) -> str:
        """What stands in place of a placement: ``beside 1`` …"""
        return f"{BESIDE_PREFIX}{self.number}"


Wish = SensorRequest | AuxiliaryRequest


@dataclass(frozen=True, slots=True)
class RecordingPlan:
    """All sensors of one session.

    Parameters
    ----------
    sensors
        The motion sensors.
    beside
        Heart-rate straps, foot pods, treadmills.
    calibrated
        Sensors of which a calibration is known; one of them that is recorded gets its own.

    Raises
    ------
    RecordingPlanError
        When there is no motion sensor, or a placement or a sensor is named twice.
    """

    sensors: tuple[SensorRequest, ...]
    beside: tuple[AuxiliaryRequest, ...] = ()
    calibrated: tuple[CalibratedSensor, ...] = ()

    def __post_init__(self) -> None:
        if not self.sensors:
            raise RecordingPlanError("no sensor to record from: name at least one, as in sternum=NAME")
        _refuse_twice("placement", [wish.placement for wish in self.sensors])
        _refuse_twice("sensor", [name.casefold() for name in self._names])

    @property
    def _names(self) -> list[str]:
        return [wish.name for wish in self.sensors] + [wish.name for wish in self.beside]

    @property
    def guide_placement(self) -> str:
        """The placement whose sensor tells whether the runner stands still: the trunk where there is one."""
        trunk = [wish.placement for wish in self.sensors if wish.placement in TRUNK_PLACEMENTS]
        return (trunk or [self.sensors[0].placement])[0]


def _refuse_twice(what: str, values: list[str]) -> None:
    twice = sorted({value for value in values if values.count(value) > 1})
    if twice:
        raise RecordingPlanError(f"{what} {twice[0]!r} is named twice: each can be used once per session")
