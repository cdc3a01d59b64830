"""Tables of whatever logger, by the names of their columns; accelerometer and gyroscope in one or two."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np

from sensor.errors import ImportFileError
from sensor.importers.apps.column_names import TIME_UNITS_S, Column, Quantity, understand
from sensor.importers.apps.packet_stamps import times_from_arrivals
from sensor.importers.apps.recording import AppRecording, Triad
from sensor.importers.apps.settling import ACC_UNITS, Settled, is_level, settle_acc, settle_gyr, with_gravity
from sensor.importers.apps.tables import Names, header_in, left_out_of, names_in, read_column, read_vectors
from sensor.importers.apps.written_times import (
    EARLIEST_DATE_S,
    counter_seconds,
    epoch_seconds,
    parse_written,
)
from sensor.importers.csv_table import CsvTable
from sensor.importers.exported_files import ExportedFiles
from sensor.importers.plausibility import MAX_RATE_HZ
from sensor.samples import BoolArray, FloatArray
from sensor.text import printable

_GYR_WORD = re.compile(r"gyr|rot|angular|omega", re.IGNORECASE)
_OTHER_WORD = re.compile(r"magnet|(^|[^a-z])mag([^a-z]|$)|orient|euler|quat|baro|compass", re.IGNORECASE)
"""Files that loggers write beside: their x, y and z are none of a motion's."""

_ACC_WORD = re.compile(r"acc", re.IGNORECASE)
_VECTORS = (Quantity.ACC, Quantity.USER_ACC, Quantity.GRAVITY, Quantity.GYR, Quantity.VECTOR)
_LEAST_RATE_HZ = 5.0

_HOW_TO = (
    "name the columns time_s, acc_x_mps2, acc_y_mps2, acc_z_mps2 and gyr_x_radps, gyr_y_radps, gyr_z_radps, "
    "or say which they are with --map"
)

Understand = Callable[[Sequence[str]], Sequence[Column]]


@dataclass(frozen=True, slots=True)
class _Stream:
    """One quantity of a table: its triad, and the unit its columns are named with."""

    quantity: Quantity
    triad: Triad
    unit: str | None
    member: str


def is_own_table(export: ExportedFiles, understood: Understand = understand) -> bool:
    """Tell whether a table of an export names a time and the axes of a quantity."""
    return any(_header(export, member, understood) is not None for member in export.members)


def read_own_table(export: ExportedFiles, columns: Sequence[Column] | None = None) -> AppRecording:
    """Read the tables of an export whose columns tell what they hold.

    Parameters
    ----------
    export
        A file, or files of one sensor, or a folder of them.
    columns
        Where somebody has said what is what; without it names, units and values tell.

    Raises
    ------
    ImportFileError
        When a quantity is there twice, or none is acceleration.
    """
    understood = understand if columns is None else _only(columns)
    members = tuple(m for m in sorted(export.members) if _header(export, m, understood) is not None)
    if not members:
        raise ImportFileError(f"{export.path}: no table in it has the columns needed; {_HOW_TO}")
    streams = [stream for member in members for stream in _streams(export, member, understood)]
    by_quantity = {stream.quantity: stream for stream in streams}
    if len(by_quantity) < len(streams):
        raise ImportFileError(
            f"{export.path}: holds a quantity twice ({export.listed()}); give one sensor's files, or --map"
        )
    acc, words = _specific_force(export, by_quantity)
    gyr, gyr_unit = None, "no gyroscope"
    if (rates := by_quantity.get(Quantity.GYR)) is not None:
        gyr, gyr_unit = settle_gyr(rates.triad, rates.unit)
    return AppRecording(
        taken_for=f"a table of {acc.unit}, {gyr_unit}, {words}",
        acc=acc.triad,
        gyr=gyr,
        members=members,
        is_sign_known=False,
    )


def _only(columns: Sequence[Column]) -> Understand:
    """Return what understands the named columns and no others."""

    def understood(names: Sequence[str]) -> list[Column]:
        by_name = {column.name.strip().lower(): column for column in columns}
        found = [(name, by_name.get(name.strip().lower())) for name in names]
        return [Column(name, c.quantity, c.axis, c.unit) for name, c in found if c is not None]

    return understood


def _is_header(understood: Understand) -> Callable[[Names], bool]:
    def is_header(names: Names) -> bool:
        columns = understood(names)
        has_time = any(column.quantity is Quantity.TIME for column in columns)
        return has_time and any(_axes(columns, quantity) is not None for quantity in _VECTORS)

    return is_header


def _header(export: ExportedFiles, member: str, understood: Understand) -> Names | None:
    return header_in(export.head(member), _is_header(understood))


def _axes(columns: Sequence[Column], quantity: Quantity) -> tuple[Column, Column, Column] | None:
    """Return the first x, y and z of a quantity; None where one is missing."""
    found = [
        next((one for one in columns if one.quantity is quantity and one.axis == axis), None)
        for axis in "xyz"
    ]
    x, y, z = found
    return None if x is None or y is None or z is None else (x, y, z)


def _streams(export: ExportedFiles, member: str, understood: Understand) -> list[_Stream]:
    is_header = _is_header(understood)
    table = CsvTable(
        export.label(member), export.read(member), is_header=lambda line: is_header(names_in(line))
    )
    columns = understood(table.names)
    times = [column for column in columns if column.quantity is Quantity.TIME]
    streams = []
    time_s = _times_s(table, times)
    for quantity in _VECTORS:
        if (axes := _axes(columns, quantity)) is None:
            continue
        values = read_vectors(table, [axis.name for axis in axes])
        # Rows without any of it are another quantity's; those with a part of it are left out, and told.
        own = np.isfinite(values).any(axis=1)
        _refuse_undated(table, own & ~np.isfinite(time_s))
        triad = Triad(times_from_arrivals(table.path, time_s[own]), values[own], left_out_of(table))
        kind = _kind_of(member, triad) if quantity is Quantity.VECTOR else quantity
        if kind is not None:
            streams.append(_Stream(kind, triad, axes[0].unit, member))
    return streams


def _refuse_undated(table: CsvTable, undated: BoolArray) -> None:
    if undated.any():
        raise ImportFileError(
            f"{table.path}: line {table.line_of(int(np.argmax(undated)))} has values and no time; "
            "every row needs its own"
        )


def _kind_of(member: str, triad: Triad) -> Quantity | None:
    """Return what bare axes are of: as the file is called, else what has a mean of 1 g in some unit.

    None where the file is called after something else.
    """
    name = PurePosixPath(member).name
    is_acc, is_gyr = _ACC_WORD.search(name), _GYR_WORD.search(name)
    if bool(is_acc) != bool(is_gyr):
        return Quantity.ACC if is_acc else Quantity.GYR
    if _OTHER_WORD.search(name):
        return None
    fits = is_level(triad) or is_level(triad.scaled(ACC_UNITS["g"]))
    return Quantity.ACC if fits else Quantity.GYR


def _specific_force(export: ExportedFiles, streams: dict[Quantity, _Stream]) -> tuple[Settled, str]:
    acc, user, gravity = (streams.get(one) for one in (Quantity.ACC, Quantity.USER_ACC, Quantity.GRAVITY))
    if acc is not None:
        settled = settle_acc(export.label(acc.member), acc.triad, acc.unit)
        if gravity is None or is_level(settled.triad):
            return settled, "gravity included"
        user = acc
    if user is None:
        raise ImportFileError(f"{export.path}: no table in it has an acceleration; {_HOW_TO}")
    if gravity is None:
        raise ImportFileError(
            f"{export.label(user.member)}: its acceleration is linear: gravity was taken out; export the raw "
            "accelerometer, with gravity"
        )
    whole = settle_acc(export.path, with_gravity(user.triad, gravity.triad), user.unit)
    return whole, "gravity added from its own columns"


def _times_s(table: CsvTable, times: Sequence[Column]) -> FloatArray:
    """Return (n,) seconds of the first column that tells them: since 1970 rather than from any moment.

    Raises
    ------
    ImportFileError
        Where none does.
    """
    read = [_column_times_s(table, column) for column in times]
    known = [found for found in read if found is not None]
    if not known:
        names = printable(", ".join(column.name for column in times))
        cell = printable(table.texts(times[0].name)[0][:40])
        raise ImportFileError(
            f"{table.path}: line {table.line_of(0)}, column {names}: {cell!r} is no time known here, or "
            "its steps are no rate of a sensor; write seconds, or a date and time, or say its unit: "
            "--map time=COLUMN:ms"
        )
    return next((found for found in known if np.nanmedian(found) >= EARLIEST_DATE_S), known[0])


def _column_times_s(table: CsvTable, column: Column) -> FloatArray | None:
    cells = table.texts(column.name)
    if ":" in cells[0][1:] or cells[0].count("-") > 1:
        written = parse_written(cells).time_s
        return written if np.isfinite(written).any() else None
    numbers = read_column(table, column.name)
    tick_s = TIME_UNITS_S[column.unit] if column.unit is not None else None
    epoch_s = epoch_seconds(numbers)
    if epoch_s is not None and _LEAST_RATE_HZ <= _mean_rate_hz(epoch_s) <= MAX_RATE_HZ:
        return epoch_s
    return counter_seconds(numbers, tick_s=tick_s)


def _mean_rate_hz(time_s: FloatArray) -> float:
    known = time_s[np.isfinite(time_s)]
    span_s = float(np.ptp(known)) if len(known) > 1 else 0.0
    return len(known) / span_s if span_s > 0 else 0.0
