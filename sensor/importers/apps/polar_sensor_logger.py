"""The phone app Polar Sensor Logger: a text file for each quantity, semicolons, milli-g and deg/s.

The phone's time is that of a batch, in local time without a zone; the sensor's counts from 2000 and tells the
spacing, but not the date where its clock was never set.
"""

from __future__ import annotations

import numpy as np

from sensor.errors import ImportFileError
from sensor.importers.apps.packet_stamps import times_from_arrivals
from sensor.importers.apps.recording import AppRecording, Triad
from sensor.importers.apps.settling import settle_acc, settle_gyr
from sensor.importers.apps.tables import (
    column_named,
    has_columns,
    holds,
    left_out_of,
    members_with,
    open_table,
    read_column,
    read_vectors,
    refuse_others,
    triad_names,
)
from sensor.importers.apps.written_times import counter_seconds, epoch_seconds, parse_written
from sensor.importers.csv_table import CsvTable
from sensor.importers.exported_files import ExportedFiles
from sensor.samples import FloatArray

_NS = 1e-9
_PHONE, _SENSOR = r"phone timestamp.*", r"sensor timestamp \[ns\]"
_IS_TABLE = has_columns(_PHONE, r"x ?\[.*")
_ACC = (("milli-g", r"{axis} ?\[mg\]"), ("g", r"{axis} ?\[g\]"), ("m/s²", r"{axis} ?\[m/s(\^|)2\]"))
_GYR = (("deg/s", r"{axis} ?\[(dps|deg/sec|deg/s|°/s)\]"), ("rad/s", r"{axis} ?\[rad/s\]"))
_SWAPS = (("_ACC", "_GYRO"), ("_GYRO", "_ACC"), ("_acc", "_gyro"), ("_gyro", "_acc"))


is_polar_sensor_logger = holds(_IS_TABLE)
"""Tells whether an export holds vectors as this app writes them."""


def read_polar_sensor_logger(export: ExportedFiles) -> AppRecording:
    """Read the accelerometer and, from the file beside it, the gyroscope of one sensor.

    Raises
    ------
    ImportFileError
        When there is no accelerometer, or more than one.
    """
    name = export.path.name
    export = export.beside([name.replace(one, other) for one, other in _SWAPS if one in name])
    members = members_with(export, _IS_TABLE)
    tables = [open_table(export, member, _IS_TABLE) for member in members]
    accs = [found for table in tables if (found := _columns(table, _ACC))]
    gyrs = [found for table in tables if (found := _columns(table, _GYR))]
    refuse_others(export, accelerometers=len(accs), gyroscopes=len(gyrs))
    table, unit, names = accs[0]
    offset_s = _sensor_to_utc_s(table)
    acc = settle_acc(table.path, _triad(table, names, offset_s), unit)
    gyr, gyr_unit = None, "no gyroscope"
    if gyrs:
        rates, unit, names = gyrs[0]
        gyr, gyr_unit = settle_gyr(_triad(rates, names, offset_s), unit)
    return AppRecording(
        taken_for=f"Polar Sensor Logger: {acc.unit}, {gyr_unit}, gravity included, the phone's date",
        acc=acc.triad,
        gyr=gyr,
        members=members,
    )


def _columns(
    table: CsvTable, patterns: tuple[tuple[str, str], ...]
) -> tuple[CsvTable, str, tuple[str, str, str]] | None:
    found = ((unit, triad_names(table, pattern)) for unit, pattern in patterns)
    return next(((table, unit, names) for unit, names in found if names is not None), None)


def _triad(table: CsvTable, names: tuple[str, str, str], offset_s: float | None) -> Triad:
    """Return a triad on the sensor's clock, brought to UTC; on the phone's where the sensor tells nothing."""
    sensor_s = _sensor_s(table)
    if sensor_s is None or offset_s is None:
        time_s = times_from_arrivals(table.path, _phone_s(table))
    else:
        time_s = sensor_s + offset_s
    return Triad(time_s, read_vectors(table, names), left_out_of(table))


def _sensor_s(table: CsvTable) -> FloatArray | None:
    column = column_named(table, _SENSOR)
    return None if column is None else counter_seconds(read_column(table, column), tick_s=_NS)


def _phone_s(table: CsvTable) -> FloatArray:
    """Return (n,) seconds since 1970 of the rows' batches.

    Raises
    ------
    ImportFileError
        Where a row has none.
    """
    cells = table.texts(column_named(table, _PHONE) or "")
    phone_s = parse_written(cells).time_s
    if not np.isfinite(phone_s).all():
        epoch_s = epoch_seconds(np.array([_number(cell) for cell in cells]))
        phone_s = phone_s if epoch_s is None else epoch_s
    if not np.isfinite(phone_s).all():
        row = int(np.argmin(np.isfinite(phone_s)))
        raise ImportFileError(
            f"{table.path}: line {table.line_of(row)}: {cells[row][:40]!r} is no date and time; export it "
            "again"
        )
    return phone_s


def _number(cell: str) -> float:
    return float(cell) if cell.isdigit() else np.nan


def _sensor_to_utc_s(table: CsvTable) -> float | None:
    """Return what brings the sensor's clock to UTC: a batch comes after its last sample, never before."""
    sensor_s = _sensor_s(table)
    return None if sensor_s is None else float(np.nanmin(_phone_s(table) - sensor_s))
