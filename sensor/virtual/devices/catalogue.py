"""Every sensor made of software that can be asked for by name: ``--sensor sternum=virtual:polar-sense``.

A sensor's module is loaded when one is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import reduce
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from sensor.errors import UnknownSensorError
from sensor.protocol.device_kind import DeviceKind
from sensor.protocol.registry import device
from sensor.samples import FloatArray, ImuSignal

if TYPE_CHECKING:
    from sensor.virtual.devices.motion_sensor import VirtualMotionSensor


@dataclass(frozen=True, slots=True)
class VirtualKind:
    """One kind of sensor made of software.

    Parameters
    ----------
    name
        What it is asked for by.
    kind_key
        The row of the registry that recognises it.
    advertised
        Its name in the air, with a place for a number that tells several apart.
    maker
        Its class, as ``module:name``.
    options
        What its class is told besides, each as ``module:name``.
    """

    name: str
    kind_key: str
    advertised: str
    maker: str
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> DeviceKind:
        """The row of the registry."""
        return device(self.kind_key)

    def advertised_name(self, number: int) -> str:
        """Return the name in the air of the sensor of this kind with a number, from 1."""
        return self.advertised.format(number)

    def make(self, name: str, signal: ImuSignal, **more: Any) -> VirtualMotionSensor:
        """Return a sensor that feels a signal, brought to the rate the recorder asks this kind for."""
        felt = at_rate(signal, self.kind.default_rate_hz or signal.rate_hz)
        options = {word: _loaded(path) for word, path in self.options.items()}
        made: VirtualMotionSensor = _loaded(self.maker)(name, signal=felt, **options, **more)
        return made


def _loaded(path: str) -> Any:
    module, _, name = path.partition(":")
    return reduce(getattr, name.split("."), import_module(module))


_OF = "sensor.virtual.devices"
_POLAR = f"{_OF}.polar:VirtualPolar"
_H10, _OH1, _SENSE = (
    {"hardware": f"{_OF}.polar_hardware:{model}"} for model in ("H10", "OH1", "VERITY_SENSE")
)
_METAMOTION = f"{_OF}.metamotion:VirtualMetaMotion"
_CHIP = "sensor.protocol.metamotion.control:Chip"

CATALOGUE = (
    VirtualKind("movesense", "movesense", "Movesense {:012d}", f"{_OF}.movesense:VirtualMovesense"),
    VirtualKind(
        name="polar-sense",
        kind_key="polar-sense",
        advertised="Polar Sense {:08X}",
        maker=_POLAR,
        options=_SENSE,
    ),
    VirtualKind(
        name="polar-h10", kind_key="polar-h10", advertised="Polar H10 {:08X}", maker=_POLAR, options=_H10
    ),
    VirtualKind(
        name="polar-oh1", kind_key="polar-oh1", advertised="Polar OH1 {:08X}", maker=_POLAR, options=_OH1
    ),
    VirtualKind("capture2go", "capture2go", "IMU_{:06x}", f"{_OF}.capture2go:VirtualCapture2Go"),
    VirtualKind("movella-dot", "movella-dot", "Movella DOT {}", f"{_OF}.movella_dot:VirtualMovellaDot"),
    VirtualKind("witmotion", "witmotion", "WT901BLE{:02d}", f"{_OF}.witmotion:VirtualWitMotion"),
    VirtualKind(
        name="metamotion-r",
        kind_key="metamotion",
        advertised="MetaMotion R{}",
        maker=_METAMOTION,
        options={"chip": f"{_CHIP}.BMI160"},
    ),
    VirtualKind(
        name="metamotion-s",
        kind_key="metamotion",
        advertised="MetaMotion S{}",
        maker=_METAMOTION,
        options={"chip": f"{_CHIP}.BMI270"},
    ),
    VirtualKind("thingy52", "thingy52", "Thingy", f"{_OF}.hobby_boards:VirtualThingy"),
    VirtualKind("adafruit", "adafruit", "CLUE {}", f"{_OF}.hobby_boards:VirtualAdafruit"),
    VirtualKind("runtall-board", "runtall", "runtall {:04x}", f"{_OF}.open_profile:VirtualBoard"),
    VirtualKind("openearable", "openearable", "OpenEarable-{:04X}", f"{_OF}.earables:VirtualOpenEarable"),
    VirtualKind("esense", "esense", "eSense-{:04d}", f"{_OF}.earables:VirtualESense"),
    VirtualKind("muse", "muse", "Muse-{:04X}", f"{_OF}.earables:VirtualMuse"),
)
"""In the order they are listed in; ``virtual`` alone is the first."""

_MOST_OF_A_KIND = 20
"""More sensors than anybody wears."""


def find(name: str) -> VirtualKind:
    """Return the kind asked for by name.

    Raises
    ------
    UnknownSensorError
        For a name that is not in the catalogue.
    """
    names = {kind.name: kind for kind in CATALOGUE}
    if name in names:
        return names[name]
    near = get_close_matches(name, names, n=1)
    hint = f"did you mean virtual:{near[0]}?" if near else f"there are {', '.join(names)}"
    raise UnknownSensorError(f"virtual:{name}: no such virtual sensor; {hint}")


def advertising_as(name: str) -> VirtualKind:
    """Return the kind whose sensors advertise a name.

    Raises
    ------
    UnknownSensorError
        For a name that none of them advertises.
    """
    for kind in CATALOGUE:
        if name in (kind.advertised_name(number) for number in range(1, _MOST_OF_A_KIND + 1)):
            return kind
    raise UnknownSensorError(f"{name}: no virtual sensor has this name")


def at_rate(signal: ImuSignal, rate_hz: float) -> ImuSignal:
    """Return a signal as a sensor of another rate would sample it: straight lines between its rows.

    Parameters
    ----------
    signal
        (n, 3) specific force and angular rate, sensor axes.
    rate_hz
        The rate wanted.
    """
    if rate_hz == signal.rate_hz:
        return signal
    time_s = np.arange(len(signal.acc_sensor_mps2)) / signal.rate_hz
    wanted_s = np.arange(0.0, time_s[-1], 1.0 / rate_hz)

    def between(values: FloatArray) -> FloatArray:
        return np.stack([np.interp(wanted_s, time_s, column) for column in values.T], axis=1)

    gyr = signal.gyr_sensor_radps
    return ImuSignal(rate_hz, between(signal.acc_sensor_mps2), None if gyr is None else between(gyr))
