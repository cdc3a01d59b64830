"""Does a file hold what its header says: times, and the units of its columns?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from sensor.errors import ImportFileError
from sensor.samples import FloatArray
from sensor.units import STANDARD_GRAVITY_MPS2

US_PER_S = 1e6
"""Times are kept in whole microseconds."""

MIN_RATE_HZ = 19.0
"""A nominal 20 Hz, less what an oscillator may be slow: below, a stride has too few samples."""

MAX_RATE_HZ = 1050.0
"""A nominal 1000 Hz, and what an oscillator may be fast."""

MIN_DURATION_S = 10.0
"""The least from which any figure is drawn."""

LONGEST_S = 48 * 3600.0
"""Longer than any race on foot without a night's rest: beyond, a time is wrong or two runs share a file."""

MOST = 1e6
"""No sensor reads a hundred thousand g or revolutions per second, not even in a wrong unit."""

_LEAST_EVEN = 0.5
"""Median step times rows per second: 1 where samples are even, far less where they come in bursts."""

LATEST_S = 4e9
"""The year 2096, in seconds since 1970."""

_BEYOND_ANY_UNIT = 1e20

LEVEL_TOLERANCE = 0.05
"""How far the mean specific force of a sound sensor may be from 1 g."""

_UNIT_FACTOR = 2.0
"""Farther from 1 g than this factor is a unit, nearer is a sensor: clipped, loose or not calibrated."""

_ACC_GUESSES = {
    "g, rename the columns": 1.0,
    "mps2, rename the columns": STANDARD_GRAVITY_MPS2,
    "milli-g, convert them": 1000.0,
    **{
        f"the sensor's own counts ({count} for 1 g), convert them": float(count)
        for count in (2048, 4096, 8192, 16384)
    },
}
"""What else a column may hold, and how much of it is 1 g."""

_SAME_UNIT = 1.15
"""Units of which 1 g is as much, within this factor, cannot be told apart."""

_MOST_SWING = 3.0
"""Swing of the specific force over its mean: 0.9 to 1.3 on trunk, sacrum and head of a hard run."""

_STUCK_SHARE = 0.995
"""Of the samples of a stuck axis, at least; the rest is noise of the last bit."""

_MOVING_SHARE = 0.5
"""Of the samples of a sound axis on a runner, at most."""

_BLOCK_S = 5.0
"""Over so many seconds of running whole strides outweigh a part of one, and the mean force is gravity."""


def check_times(path: Path, time_s: FloatArray, *, line_of: Callable[[int], int]) -> float:
    """Refuse times that do not increase, a rate nobody runs with, less than ten seconds, more than two days.

    Parameters
    ----------
    path
        The file, for the message.
    time_s
        (n,) seconds.
    line_of
        Gives the line of a row.

    Returns
    -------
    float
        Samples per second: one over the median step.

    Raises
    ------
    ImportFileError
        For the first time that is not later than the one before, in whole microseconds; for a rate outside
        20 to 1000 Hz; for a file shorter than 10 s or longer than 48 h; for times after the year 2096.
    """
    _check_reach(path, time_s, line_of=line_of, latest_s=_BEYOND_ANY_UNIT)
    steps_us = np.diff(np.rint(time_s * US_PER_S))
    backward = np.flatnonzero(steps_us <= 0)
    if len(backward):
        before, after = time_s[backward[0]], time_s[backward[0] + 1]
        raise ImportFileError(
            f"{path}: line {line_of(int(backward[0]) + 1)}, column time_s: {after:.10g} s does not come "
            f"after {before:.10g} s; sort the rows by time and leave out repeated ones"
        )
    step_s = float(np.median(steps_us)) / US_PER_S if len(steps_us) else 0.0
    check_bursts(path, time_s, step_s=step_s)
    duration_s = float(time_s[-1] - time_s[0]) + step_s
    if duration_s < MIN_DURATION_S:
        raise ImportFileError(
            f"{path}: {duration_s:.1f} s of data; at least {MIN_DURATION_S:.0f} s are needed"
        )
    _check_rate(path, 1 / step_s)
    _check_reach(path, time_s, line_of=line_of, latest_s=LATEST_S)
    if duration_s > LONGEST_S:
        jump = int(np.argmax(steps_us))
        raise ImportFileError(
            f"{path}: {duration_s / 3600:.4g} h from the first row to the last, more than "
            f"{LONGEST_S / 3600:.0f}; time_s jumps after line {line_of(jump)}: mend it or split the file"
        )
    return 1 / step_s


def check_bursts(path: Path, time_s: FloatArray, *, step_s: float) -> None:
    """Refuse times of arrival: they come in bursts, and their median step is none of the sensor's."""
    if not step_s:
        return
    per_second = np.bincount((time_s - time_s[0]).clip(0, LONGEST_S).astype(np.int64))
    rows_per_s = float(np.median(per_second[per_second > 0]))
    if rows_per_s * step_s < _LEAST_EVEN:
        raise ImportFileError(
            f"{path}: column time_s: {rows_per_s:.0f} rows in a second, yet half of them within "
            f"{step_s:.2g} s of the one before: these are times of arrival; export the sensor's own times"
        )


def _check_reach(path: Path, time_s: FloatArray, *, line_of: Callable[[int], int], latest_s: float) -> None:
    beyond = np.flatnonzero(np.abs(time_s) > latest_s)
    if len(beyond):
        row = int(beyond[0])
        raise ImportFileError(
            f"{path}: line {line_of(row)}, column time_s: {time_s[row]:.4g} s is no time of a run; "
            "write seconds, from any moment or since 1970"
        )


def _check_rate(path: Path, rate_hz: float) -> None:
    if MIN_RATE_HZ <= rate_hz <= MAX_RATE_HZ:
        return
    guess = next(
        (
            f"time_s seems to be in {unit}, turn it into seconds"
            for unit, per_s in (("milliseconds", 1e3), ("microseconds", 1e6), ("nanoseconds", 1e9))
            if MIN_RATE_HZ <= rate_hz * per_s <= MAX_RATE_HZ
        ),
        "20 to 1000 Hz are needed, record or export at such a rate",
    )
    raise ImportFileError(f"{path}: column time_s: {rate_hz:.4g} rows per second; {guess}")


def check_size(
    path: Path, values: FloatArray, *, columns: Sequence[str], line_of: Callable[[int], int]
) -> None:
    """Refuse the first value that no sensor gives, whatever its unit.

    Parameters
    ----------
    path
        The file, for the message.
    values
        (n, c) accelerations and angular rates as in the file.
    columns
        (c,) names.
    line_of
        Gives the line of a row.

    Raises
    ------
    ImportFileError
        Where there is one.
    """
    beyond = np.argwhere(np.abs(values) > MOST)
    if len(beyond):
        row, column = beyond[0].tolist()
        raise ImportFileError(
            f"{path}: line {line_of(row)}, column {columns[column]}: {values[row, column]:.4g} is more than "
            "any sensor gives; leave out broken rows, they count as gaps"
        )


def check_axes(path: Path, values: FloatArray, *, columns: Sequence[str]) -> None:
    """Refuse a quantity one axis of which stands still while the others move: a broken sensor.

    Parameters
    ----------
    path
        The file, for the message.
    values
        (n, 3) specific force or angular rate, any unit.
    columns
        Names of the three columns.

    Raises
    ------
    ImportFileError
        For the first such axis.
    """
    shares = [_share_of_commonest(values[:, axis]) for axis in range(3)]
    stuck = [name for name, share in zip(columns, shares, strict=True) if share > _STUCK_SHARE]
    if stuck and min(shares) < _MOVING_SHARE:
        raise ImportFileError(
            f"{path}: column {stuck[0]} never changes while the others do: "
            "this axis is stuck, the sensor is broken; use another sensor"
        )


def _share_of_commonest(values: FloatArray) -> float:
    """Return the share of samples that have the value most of them have."""
    return float(np.unique(values, return_counts=True)[1].max()) / len(values)


def check_acceleration(path: Path, acc_sensor_mps2: FloatArray, *, rate_hz: float, unit: str) -> list[str]:
    """Refuse an accelerometer whose unit is not what its columns say; remark a mean that is not 1 g.

    Averaged over whole strides, a sensor on a runner feels gravity alone.

    Parameters
    ----------
    path
        The file, for the message.
    acc_sensor_mps2
        (n, 3) specific force, if the unit is right.
    rate_hz
        Samples per second.
    unit
        Suffix of the columns.

    Returns
    -------
    list of str
        A remark where the mean is more than 5 % from 1 g but the unit is right, else nothing.

    Raises
    ------
    ImportFileError
        When the mean is farther from 1 g than a factor of two; the likely unit is named.
    """
    level_g = mean_specific_force_mps2(acc_sensor_mps2, rate_hz) / STANDARD_GRAVITY_MPS2
    # Without gravity the mean is what is left of it, and the bounces of a run are many times as large.
    swing_g = float(np.sqrt(acc_sensor_mps2.var(axis=0).sum())) / STANDARD_GRAVITY_MPS2
    if level_g < 1 / _UNIT_FACTOR and swing_g > _MOST_SWING * level_g:
        raise ImportFileError(
            f"{path}: columns acc_x_{unit} to acc_z_{unit}: the mean specific force is {level_g:.3g} g, "
            "not 1 g, and it swings by many times as much: gravity was taken out; "
            "export the raw accelerometer, with gravity"
        )
    if 1 / _UNIT_FACTOR <= level_g <= _UNIT_FACTOR:
        return level_remarks(path, level_g)
    advice = _likely_unit(level_g if unit == "g" else level_g * STANDARD_GRAVITY_MPS2)
    raise ImportFileError(
        f"{path}: columns acc_x_{unit} to acc_z_{unit}: the mean specific force is {level_g:.3g} g, "
        f"not 1 g; {advice}"
    )


def _likely_unit(level: float) -> str:
    """Return what to do about a mean specific force of this many of an unknown unit."""
    nearness = {words: abs(np.log(level / one_g)) for words, one_g in _ACC_GUESSES.items()}
    near = [words for words, apart in nearness.items() if apart < np.log(_SAME_UNIT)]
    nearest = min(nearness, key=nearness.__getitem__)
    likely = near or ([nearest] if nearness[nearest] < np.log(_UNIT_FACTOR) else [])
    if not likely:
        return "gravity must be in the data, export the raw accelerometer in m/s2 or g"
    return f"the values seem to be in {' or in '.join(likely)}"


def level_remarks(path: Path, level_g: float) -> list[str]:
    """Return a remark where the mean specific force is more than 5 % from 1 g, else nothing."""
    if abs(level_g - 1) <= LEVEL_TOLERANCE:
        return []
    return [
        f"{path}: the mean specific force is {level_g:.2f} g instead of 1 g: "
        "the sensor was clipped, loose or not calibrated."
    ]


def mean_specific_force_mps2(acc_sensor_mps2: FloatArray, rate_hz: float) -> float:
    """Return the length of the mean vector of five seconds, the median over all of them.

    Parameters
    ----------
    acc_sensor_mps2
        (n, 3) specific force.
    rate_hz
        Samples per second.
    """
    length = min(round(_BLOCK_S * rate_hz), len(acc_sensor_mps2))
    whole = len(acc_sensor_mps2) // length * length
    means = acc_sensor_mps2[:whole].reshape(-1, length, 3).mean(axis=1)
    return float(np.median(np.linalg.norm(means, axis=1)))
