"""What a calibration says of an accelerometer, how it is written down, and of which sensor it was made."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

MOST_BIAS_MPS2 = 1.0
"""Chips are specified to a tenth of it: beyond, the sensor was moved, or is broken."""

MOST_SCALE_ERROR = 0.1
"""The same of a scale, as a part of one."""

_DECIMALS = 5
"""Figures are written down to a hundredth of what the steadiest sensor repeats."""

Axes = tuple[float, float, float]
"""One number for each axis of a sensor, x y z."""


@dataclass(frozen=True, slots=True)
class AccelerometerCalibration:
    """What each axis of an accelerometer reads: ``scale`` times the specific force along it, and ``bias``.

    Parameters
    ----------
    acc_bias_mps2
        What it reads of no force, m/s2, sensor axes.
    acc_scale
        What it reads of each m/s2 more; 1 is right.
    made_on
        ISO 8601 date on which it was made.
    """

    acc_bias_mps2: Axes
    acc_scale: Axes
    made_on: str

    @property
    def is_plausible(self) -> bool:
        """Whether a sound sensor can be so: biases to `MOST_BIAS_MPS2`, scales to `MOST_SCALE_ERROR`."""
        return all(abs(bias) <= MOST_BIAS_MPS2 for bias in self.acc_bias_mps2) and all(
            abs(scale - 1.0) <= MOST_SCALE_ERROR for scale in self.acc_scale
        )

    def as_text(self) -> str:
        """Return it as one line of JSON, see `parse_calibration`."""
        return json.dumps(self.as_json(), allow_nan=False)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON keeps it."""
        return {
            "acc_bias_mps2": [round(bias, _DECIMALS) for bias in self.acc_bias_mps2],
            "acc_scale": [round(scale, _DECIMALS) for scale in self.acc_scale],
            "made_on": self.made_on,
        }


def parse_calibration(text: str) -> AccelerometerCalibration:
    """Return the calibration that a text of a file holds, plausible or not.

    Raises
    ------
    ValueError
        For a text that holds none.
    """
    try:
        return calibration_from(json.loads(text))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def calibration_from(content: object) -> AccelerometerCalibration:
    """Return the calibration in a value of JSON.

    Raises
    ------
    ValueError
        For one that holds none.
    """
    if not isinstance(content, dict):
        raise ValueError("no table")
    made_on = content.get("made_on")
    if not isinstance(made_on, str) or len(made_on) > len("2026-01-31"):
        raise ValueError(f"made_on is {made_on!r:.40}, no date")
    return AccelerometerCalibration(_axes(content, "acc_bias_mps2"), _axes(content, "acc_scale"), made_on)


def _axes(content: dict[str, Any], key: str) -> Axes:
    values = content.get(key)
    are_numbers = isinstance(values, list) and all(
        isinstance(v, int | float) and not isinstance(v, bool) and math.isfinite(v) for v in values
    )
    if not isinstance(values, list) or len(values) != 3 or not are_numbers:
        raise ValueError(f"{key} is {values!r:.60}, not three numbers")
    x, y, z = map(float, values)
    return x, y, z


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibratedSensor:
    """A calibration and the sensor it was made of.

    Parameters
    ----------
    name, address, serial
        As the sensor said; the serial number is empty where it says none.
    calibration
        Its own, and no other sensor's.
    """

    name: str
    address: str
    serial: str
    calibration: AccelerometerCalibration

    def is_of(self, address: str, serial: str) -> bool:
        """Tell whether a sensor is this one: by its serial number, or the address where this told none."""
        if self.serial:
            return self.serial == serial
        return self.address.casefold() == address.casefold()
