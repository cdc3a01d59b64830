"""IMU data as CSV: one row per sample, a header that names quantity, axis and unit of every column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sensor.importers.csv_lines import as_utf8
from sensor.importers.csv_table import CsvTable
from sensor.importers.mistaken_motion import check_motion, gravity_remark
from sensor.importers.phone_track import PhoneTrack
from sensor.importers.plausibility import (
    check_acceleration,
    check_axes,
    check_size,
    check_times,
)
from sensor.importers.two_streams import rates_at
from sensor.samples import BoolArray, FloatArray, IntArray, freeze_arrays
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2

TIME_COLUMN = "time_s"
"""Seconds, from any zero; files imported together share it."""

ACC_UNITS = {"mps2": 1.0, "g": STANDARD_GRAVITY_MPS2}
"""Suffix of the accelerometer columns, and the factor to m/s2."""

GYR_UNITS = {"radps": 1.0, "dps": RADPS_PER_DEGPS}
"""Suffix of the gyroscope columns, and the factor to rad/s."""

_MOST_WHOLE_ROWS = 0.9
"""Where fewer rows than this hold a quantity, its empty cells are the rule: two streams in one table."""

_HEADER_WITHIN = 3
"""Lines: Excel's own and blank ones may come first."""

_HOW_TO = (
    "the header is time_s,acc_x_mps2,acc_y_mps2,acc_z_mps2,gyr_x_radps,gyr_y_radps,gyr_z_radps, "
    "or with _g and _dps, the gyroscope may be missing; or say which column is what with --map"
)


@dataclass(frozen=True, slots=True, eq=False)
class ImuFile:
    """A file of samples, checked and in SI units.

    Parameters
    ----------
    name, size, sha256
        Of the file itself: name without folder, bytes, hash in hex.
    time_s
        (n,) seconds on the file's own time line, strictly increasing.
    acc_sensor_mps2, gyr_sensor_radps
        (n, 3) specific force and angular rate, axes as in the file; the second None without a gyroscope.
    notices
        Sentences the runner should read: ignored columns, a gyroscope that only gives zeros.
    acc_range_mps2, gyr_range_radps
        Full scale where the kind of file settles it; else it is guessed from the samples.
    phone
        The fixes of a phone that recorded them on the same clock.
    """

    name: str
    size: int
    sha256: str
    time_s: FloatArray
    acc_sensor_mps2: FloatArray
    gyr_sensor_radps: FloatArray | None
    notices: tuple[str, ...]
    acc_range_mps2: float | None = None
    gyr_range_radps: float | None = None
    phone: PhoneTrack | None = None

    def __post_init__(self) -> None:
        freeze_arrays(self)


def read_imu_csv(path: Path) -> ImuFile:
    """Read and check a CSV file of IMU samples.

    Columns may come in any order. Rows that are missing are gaps, not errors.

    Parameters
    ----------
    path
        As `CsvTable` takes it: the names of the columns in the first line.

    Raises
    ------
    ImportFileError
        For whatever does not fit; the message names file, line, column, value, and what to do.
    """
    table = CsvTable(path)
    acc_columns, acc_unit = _find_triad(table, "acc", ACC_UNITS)
    gyr_columns, gyr_unit = _find_triad(table, "gyr", GYR_UNITS)
    used = (TIME_COLUMN, *(acc_columns or _triad("acc", acc_unit)), *gyr_columns)
    _check_columns(table, used)
    values = table.read(used, may_be_blank=used[1:])
    values, rows, notices = _at_one_time(table, used, values=values)

    def line_of(sample: int) -> int:
        return table.line_of(int(rows[sample]))

    time_s = values[:, 0]
    check_size(path, values[:, 1:], columns=used[1:], line_of=line_of)
    acc_mps2 = values[:, 1:4] * ACC_UNITS[acc_unit]
    gyr_radps = values[:, 4:7] * GYR_UNITS[gyr_unit] if gyr_columns else None
    notices += [f"{path}: left out, {what}." for what in table.left_out]
    notices += [f"{path}: column {name} is not used." for name in table.names if name and name not in used]
    if gyr_radps is not None and not gyr_radps.any():
        notices.append(f"{path}: the gyroscope columns hold only zeros and count as missing.")
        gyr_radps = None
    rate_hz = check_times(path, time_s, line_of=line_of)
    check_axes(path, acc_mps2, columns=used[1:4])
    notices += check_acceleration(path, acc_mps2, rate_hz=rate_hz, unit=acc_unit)
    if gyr_radps is not None:
        check_axes(path, gyr_radps, columns=gyr_columns)
        notices += check_motion(
            path, time_s, acc_mps2=acc_mps2, gyr_radps=gyr_radps, rate_hz=rate_hz, unit=gyr_unit
        )
    notices += gravity_remark(path, acc_mps2, rate_hz=rate_hz, unit=acc_unit)
    return ImuFile(
        name=path.name,
        size=table.size,
        sha256=table.sha256,
        time_s=time_s,
        acc_sensor_mps2=acc_mps2,
        gyr_sensor_radps=gyr_radps,
        notices=tuple(notices),
    )


def is_documented(head: bytes) -> bool:
    """Tell from its first bytes whether a table has the documented names, be it not all of them."""
    try:
        lines = as_utf8(head).splitlines()[:_HEADER_WITHIN]
    except UnicodeDecodeError:
        return False
    words = {word for line in lines for word in re.findall(r"\w+", line.decode("utf-8", errors="replace"))}
    return TIME_COLUMN in words and any(name in words for unit in ACC_UNITS for name in _triad("acc", unit))


def _at_one_time(
    table: CsvTable, used: tuple[str, ...], *, values: FloatArray
) -> tuple[FloatArray, IntArray, list[str]]:
    """Bring the angular rate to the moments of the acceleration where a table holds two streams.

    Parameters
    ----------
    table
        For the place of what is missing.
    used
        Names of the columns of ``values``: time, acceleration and, if there is one, angular rate.
    values
        (m, 4) or (m, 7) cells as they are, NaN where they are empty.

    Returns
    -------
    values
        (n, 4) or (n, 7) without gaps in a row.
    rows
        (n,) the row of the table each comes from.
    notices
        What the runner should know.

    Raises
    ------
    ImportFileError
        For an empty cell where empty cells are not the rule.
    """
    is_there = np.isfinite(values)
    if is_there.all():
        return values, np.arange(len(values)), []
    has_acc, has_gyr = is_there[:, 1:4].all(axis=1), is_there[:, 4:].all(axis=1)
    is_torn = (is_there[:, 1:4].any(axis=1) & ~has_acc) | (is_there[:, 4:].any(axis=1) & ~has_gyr)
    acc_rows, gyr_rows = np.flatnonzero(has_acc), np.flatnonzero(has_gyr)
    is_joined = len(used) > 4 and min(has_acc.mean(), has_gyr.mean()) < _MOST_WHOLE_ROWS
    odd = np.asarray(is_torn | ~(has_acc | has_gyr) if is_joined else ~is_there.all(axis=1))
    if odd.any() or min(len(acc_rows), len(gyr_rows)) < 2:
        row = int(np.argmax(odd))
        raise table.not_finite(row, used[_empty_cell(is_there[row])])
    gyr_s, acc_s = values[gyr_rows, 0], values[acc_rows, 0]
    check_times(table.path, gyr_s, line_of=lambda sample: table.line_of(int(gyr_rows[sample])))
    paired = rates_at(acc_s, gyr_s, values[gyr_rows, 4:])
    both = np.column_stack([values[acc_rows, :4], paired.values])
    return (
        both[paired.is_known],
        acc_rows[paired.is_known],
        [
            f"{table.path}: acceleration and angular rate stand at moments of their own; "
            "the angular rate was brought to those of the acceleration."
        ],
    )


def _empty_cell(is_there: BoolArray) -> int:
    """Return which cell of a row is missing: of a quantity half there before one not there."""
    half = np.zeros(len(is_there), bool)
    for axes in (slice(1, 4), slice(4, 7)):
        half[axes] = is_there[axes].any() & ~is_there[axes]
    return int(np.argmax(half if half.any() else ~is_there))


def _find_triad(table: CsvTable, quantity: str, units: Mapping[str, float]) -> tuple[tuple[str, ...], str]:
    """Return the three columns of a quantity and their unit; no columns where no axis of it is there."""
    for unit in units:
        wanted = _triad(quantity, unit)
        missing = [name for name in wanted if name not in table.names]
        if not missing:
            return wanted, unit
        if len(missing) < len(wanted):
            raise table.complain(f"has no column {missing[0]}", _HOW_TO)
    return (), next(iter(units))


def _triad(quantity: str, unit: str) -> tuple[str, ...]:
    return tuple(f"{quantity}_{axis}_{unit}" for axis in "xyz")


def _check_columns(table: CsvTable, used: tuple[str, ...]) -> None:
    for name in used:
        count = table.names.count(name)
        if count != 1:
            raise table.complain(f"has {'no column' if count == 0 else 'twice the column'} {name}", _HOW_TO)
