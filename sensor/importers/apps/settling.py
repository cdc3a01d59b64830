"""Units and gravity that a tool does not tell, settled by what a runner's sensor can feel."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from sensor.errors import ImportFileError
from sensor.importers.apps.recording import Triad
from sensor.importers.plausibility import mean_specific_force_mps2
from sensor.importers.two_streams import rates_at
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2

ACC_UNITS = {"m/s²": 1.0, "g": STANDARD_GRAVITY_MPS2, "milli-g": STANDARD_GRAVITY_MPS2 / 1000}
"""Words to the factor to m/s2."""

GYR_UNITS = {"rad/s": 1.0, "deg/s": RADPS_PER_DEGPS, "milli-deg/s": RADPS_PER_DEGPS / 1000}
"""Words to the factor to rad/s."""

LEAST_LEVEL, MOST_LEVEL = 0.5, 2.0
"""Of 1 g: how far the mean specific force may be from it, as in `plausibility`."""

_FASTEST_RADPS = 12.0
"""A running trunk turns at 1 to 5 rad/s (99th percentile), which is 60 to 300 deg/s."""


class Settled(NamedTuple):
    """A triad in SI units, and the unit it was taken to have."""

    triad: Triad
    unit: str


def level_g(triad: Triad) -> float:
    """Return the mean specific force of a triad in m/s2, as a part of 1 g; 0 where too little is known."""
    whole = np.isfinite(triad.time_s) & np.isfinite(triad.values).all(axis=1)
    time_s, values = triad.time_s[whole], triad.values[whole]
    step_s = float(np.median(np.diff(time_s))) if len(time_s) > 1 else 0.0
    if step_s <= 0:
        return 0.0
    return mean_specific_force_mps2(values, 1 / step_s) / STANDARD_GRAVITY_MPS2


def is_level(triad: Triad) -> bool:
    """Tell whether the mean specific force of a triad in m/s2 is gravity."""
    return LEAST_LEVEL <= level_g(triad) <= MOST_LEVEL


def settle_acc(path: Path, triad: Triad, unit: str | None = None) -> Settled:
    """Return an acceleration in m/s2, of the unit in which its mean is 1 g, unless a unit is told.

    Raises
    ------
    ImportFileError
        Where it is 1 g in none: gravity was taken out, or these are counts.
    """
    if unit is not None:
        return Settled(triad.scaled(ACC_UNITS[unit]), unit)
    scaled = {name: triad.scaled(factor) for name, factor in ACC_UNITS.items()}
    fitting = [name for name, one in scaled.items() if is_level(one)]
    if not fitting:
        raise ImportFileError(
            f"{path}: the mean acceleration is {level_g(triad) * STANDARD_GRAVITY_MPS2:.3g}, which is "
            "1 g in no unit: gravity was taken out, or these are the sensor's own counts; export the "
            "acceleration with gravity, in m/s2 or g"
        )
    return Settled(scaled[fitting[0]], fitting[0])


def settle_gyr(triad: Triad, unit: str | None = None) -> Settled:
    """Return an angular rate in rad/s, of the unit in which a runner can turn so, unless a unit is told."""
    if unit is None:
        sizes = np.linalg.norm(triad.values[np.isfinite(triad.values).all(axis=1)], axis=1)
        high = float(np.percentile(sizes, 99)) if len(sizes) else 0.0
        unit = "rad/s" if high < _FASTEST_RADPS else "deg/s"
    return Settled(triad.scaled(GYR_UNITS[unit]), unit)


def with_gravity(acc: Triad, gravity: Triad) -> Triad:
    """Return an acceleration to which the gravity of its moments was added.

    Parameters
    ----------
    acc, gravity
        One unit and one time line; their moments may differ.
    """
    order = np.argsort(gravity.time_s, kind="stable")
    time_s, values = gravity.time_s[order], gravity.values[order]
    first = np.flatnonzero(np.diff(time_s, prepend=-np.inf) > 0)
    paired = rates_at(acc.time_s, time_s[first], values[first])
    whole = np.where(paired.is_known[:, None], acc.values + paired.values, np.nan)
    return Triad(acc.time_s, whole, acc.left_out + gravity.left_out)
