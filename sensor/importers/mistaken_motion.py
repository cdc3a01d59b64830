"""Refuse angular rates in another unit than their columns say, and mixed-up axes; name the likely causes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from sensor.errors import ImportFileError
from sensor.importers.motion_agreement import (
    DECIDED,
    MotionWindows,
    gains,
    left_by_axes,
    left_by_scale,
    motion_windows,
    signed_axes,
)
from sensor.samples import FloatArray
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2

_MOST_RADPS = 2000 * RADPS_PER_DEGPS
"""The full scale of these sensors: what turns faster most of a second in a hundred is in deg/s."""

_LEAST_RUNNING_RADPS = 10 * RADPS_PER_DEGPS
"""A walking trunk turns eight times as fast, a running one more (99th percentile in real records)."""

_ON_FOOT_SD_MPS2 = 3.0
"""Running is above in every real record at hand, sitting and standing far below."""

_COUNTS_PER_DEGPS = (14.3, 16.4, 28.6, 32.8, 57.1, 65.5, 114.3, 131.0)
"""Of usual chips at 2000, 1000, 500 and 250 deg/s: 70 to 8.75 mdeg/s a count, or 32768 of them full scale."""

_LEAST_COUNTED_RADPS = 30 * RADPS_PER_DEGPS
"""Counts explain a rate that is too large, and leave one with which people walk."""

_UNIT_DECIDED, _UNIT_DECIDED_EACH = 3.0, 0.3
"""How much better another unit must agree with the motion, in all and per window, before it is believed
against a rate that is possible in its own: sound records reach 1.3, counts for deg/s 1.5 per window."""

_SAME_UNIT = 0.2
"""Natural logarithm of how much larger one unit may be than another that is told along with it."""

_MIRRORED_WORSE = 0.3
"""Some chips are left-handed, and no file is refused for that unless the motion speaks more against it."""

_CAUSES_TOLD = 3

_CALM_S = 5.0
"""The calmest stretch of this length is a standing, if there was one."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """A unit the values may be in.

    Parameters
    ----------
    words
        How to call it, and what to do; of counts how many are 1 deg/s.
    radps
        One of it, rad/s.
    is_count
        Whether it is the sensor's own.
    """

    words: str
    radps: float
    is_count: bool = False

    def explains(self, value: float) -> bool:
        """Tell whether a runner can turn so fast."""
        least_radps = _LEAST_COUNTED_RADPS if self.is_count else _LEAST_RUNNING_RADPS
        return least_radps <= value * self.radps <= _MOST_RADPS


_UNITS = (
    _Unit("dps, rename the columns", RADPS_PER_DEGPS),
    _Unit("radps, rename the columns", 1.0),
    _Unit("thousandths of a deg/s, convert them", RADPS_PER_DEGPS / 1000),
    _Unit("turns per second, convert them", 2 * np.pi),
    *(_Unit(f"{count:g}", RADPS_PER_DEGPS / count, is_count=True) for count in _COUNTS_PER_DEGPS),
)


def check_motion(
    path: Path,
    time_s: FloatArray,
    *,
    acc_mps2: FloatArray,
    gyr_radps: FloatArray,
    rate_hz: float,
    unit: str,
) -> list[str]:
    """Refuse angular rates in another unit than their columns say, or with other axes than the force.

    Parameters
    ----------
    path
        The file, for the message.
    time_s
        (n,) seconds.
    acc_mps2, gyr_radps
        (n, 3) specific force, and angular rate if its unit is right.
    rate_hz
        Samples per second.
    unit
        Suffix of the gyroscope's columns, ``dps`` or ``radps``.

    Returns
    -------
    list of str
        A remark where both have the same left-handed axes, or the gyroscope's signs are turned round.

    Raises
    ------
    ImportFileError
        When the rates are too large for any sensor, too small for a runner, or contradict the specific force;
        the likely causes are named.
    """
    windows = motion_windows(time_s, acc_mps2, gyr_radps, rate_hz=rate_hz)
    _check_unit(path, gyr_radps, acc_mps2=acc_mps2, unit=unit, windows=windows)
    return [] if windows is None else _check_axes_agree(path, windows)


def _check_unit(
    path: Path, gyr_radps: FloatArray, *, acc_mps2: FloatArray, unit: str, windows: MotionWindows | None
) -> None:
    high_radps = float(np.percentile(np.linalg.norm(gyr_radps, axis=1), 99))
    on_foot = float(np.linalg.norm(acc_mps2, axis=1).std()) > _ON_FOOT_SD_MPS2
    is_possible = high_radps <= _MOST_RADPS and not (on_foot and high_radps < _LEAST_RUNNING_RADPS)
    own = next(one for one in _UNITS if one.words.startswith(f"{unit},"))
    value = high_radps / own.radps
    others = [one for one in _UNITS if one is not own and one.explains(value)]
    likely = _believed(windows, own, others) if is_possible else _not_refuted(windows, own, others)
    if is_possible and not likely:
        return
    shown = f"{value:.2g} {'deg/s' if unit == 'dps' else 'rad/s'} in one sample of a hundred"
    wrong = "contradicts the accelerometer" if is_possible else "is not how a runner turns"
    raise ImportFileError(f"{path}: columns gyr_x_{unit} to gyr_z_{unit}: {shown} {wrong}; {_advice(likely)}")


def _advice(likely: list[_Unit]) -> str:
    """Return what the values seem to be and what to do."""
    named = [one.words for one in likely if not one.is_count]
    counts = " or ".join(one.words for one in likely if one.is_count)
    of_sensor = f"the sensor's own counts{counts and f' ({counts} for 1 deg/s)'}"
    if not named:
        return f"the values are in no unit known here, maybe {of_sensor}; export them in deg/s or rad/s"
    if counts:
        named.append(f"{of_sensor}, convert them")
    return f"the values seem to be in {' or in '.join(named)}"


def _believed(windows: MotionWindows | None, own: _Unit, others: list[_Unit]) -> list[_Unit]:
    """Return the units that the motion speaks for against the one in the header, however its axes lie."""
    if windows is None or not others:
        return []
    by_axes = left_by_axes(windows, signed_axes())
    by_unit = left_by_scale(windows, [one.radps / own.radps for one in others])
    best_axes = int(np.argmax(gains(by_axes, 0)))
    as_read, with_axes = (
        gains(np.column_stack([by_axes[:, reference], by_unit]), 0).max() for reference in (0, best_axes)
    )
    if as_read < max(_UNIT_DECIDED, _UNIT_DECIDED_EACH * len(windows)) or with_axes < DECIDED:
        return []
    return _as_good(by_unit, others)


def _not_refuted(windows: MotionWindows | None, own: _Unit, others: list[_Unit]) -> list[_Unit]:
    """Return the units that the motion does not speak against."""
    if windows is None or len(others) < 2:
        return others
    return _as_good(left_by_scale(windows, [one.radps / own.radps for one in others]), others)


def _as_good(left: FloatArray, units: list[_Unit]) -> list[_Unit]:
    """Return the unit that agrees best with the motion, and all that can hardly be told from it."""
    best = int(np.argmax(gains(left, 0)))
    return [
        one
        for one, worse in zip(units, gains(left, best), strict=True)
        if worse > -DECIDED or abs(np.log(one.radps / units[best].radps)) < _SAME_UNIT
    ]


def _check_axes_agree(path: Path, windows: MotionWindows) -> list[str]:
    ways = signed_axes()
    left = left_by_axes(windows, ways)
    better = gains(left, 0)
    best = int(np.argmax(better))
    if better[best] < DECIDED:
        return []
    as_good = ways[gains(left, best) > -DECIDED]
    causes = _causes(as_good)
    mirrored = next(number for number, way in enumerate(ways) if np.array_equal(way, -np.eye(3)))
    if gains(left, best)[mirrored] > -_MIRRORED_WORSE:
        return [
            f"{path}: accelerometer and gyroscope agree only if their axes are left-handed, which reports "
            f"mend, or if {' or '.join(['all signs of gyr are turned round', *causes])}: then mend the file, "
            "or left and right may come out swapped."
        ]
    raise ImportFileError(
        f"{path}: accelerometer and gyroscope contradict each other; they agree if "
        f"{' or '.join(causes)}: mend that, or export both along the same right-handed axes"
    )


def _causes(ways: FloatArray) -> list[str]:
    """Return in words what makes the axes agree, the simplest first; one change where one is enough."""
    single = [words for way, words in _single_changes() if any(np.array_equal(way, one) for one in ways)]
    mixed = [_in_words(way) for way in ways if not np.array_equal(way, -np.eye(3))]
    return (single or mixed)[:_CAUSES_TOLD]


def _single_changes() -> list[tuple[FloatArray, str]]:
    """Return what one change of a column does to the axes, as of `left_by_axes`, and its words."""
    found = []
    for axis, name in enumerate("xyz"):
        turned = np.eye(3)
        turned[axis, axis] = -1
        found.append((turned, "{}" + f"_{name} has the wrong sign"))
    for one, other in combinations(range(3), 2):
        swapped = np.eye(3)
        swapped[[one, other]] = swapped[[other, one]]
        found.append((swapped, "{0}" + f"_{'xyz'[one]} and " + "{0}" + f"_{'xyz'[other]} are swapped"))
    # A rate is an axial vector: what mirrors the force turns the rate round as well.
    return [
        (sign * way, words.format(quantity))
        for quantity, sign in (("acc", -1), ("gyr", 1))
        for way, words in found
    ]


def _in_words(way: FloatArray) -> str:
    axes = ["-+"[int(row.sum() > 0)] + "xyz"[int(np.argmax(np.abs(row)))] for row in way]
    return f"acc_x, acc_y, acc_z belong to gyr's {', '.join(axes)}"


def gravity_remark(path: Path, acc_mps2: FloatArray, *, rate_hz: float, unit: str) -> list[str]:
    """Return a remark where the axis along which gravity lies reads it downwards, else nothing.

    Either that axis pointed down, or all signs of the acceleration are turned round. Only the runner knows:
    such a file is that of a mirrored runner to the last digit.

    Parameters
    ----------
    path
        The file, for the message.
    acc_mps2
        (n, 3) specific force.
    rate_hz
        Samples per second.
    unit
        Suffix of the accelerometer's columns.
    """
    rows = min(len(acc_mps2), round(_CALM_S * rate_hz))
    blocks = acc_mps2[: len(acc_mps2) // rows * rows].reshape(-1, rows, 3)
    calmest_g = blocks[int(np.argmin(blocks.var(axis=1).sum(axis=1)))].mean(axis=0) / STANDARD_GRAVITY_MPS2
    axis = int(np.argmax(np.abs(calmest_g)))
    if calmest_g[axis] > 0:
        return []
    return [
        f"{path}: standing, acc_{'xyz'[axis]}_{unit} reads {calmest_g[axis]:.1f} g, so that axis pointed "
        "down; if it pointed up, all signs of acc are turned round, as apps of iPhones write them: turn them "
        "back, or left and right come out swapped."
    ]
