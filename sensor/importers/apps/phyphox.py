"""The phone app phyphox: a CSV file for each sensor or one for all, in a zip or a folder.

Its experiment time stands still while the runner pauses; only ``meta/time.csv`` tells. On both phone systems
it writes accelerations with upwards positive (its iPhone version turns Apple's signs round).
"""

from __future__ import annotations

import numpy as np

from sensor.errors import ImportFileError
from sensor.importers.apps.recording import AppRecording, Triad
from sensor.importers.apps.settling import with_gravity
from sensor.importers.apps.tables import (
    column_named,
    columns_or_unknown,
    has_columns,
    holds,
    left_out_of,
    members_with,
    open_table,
    read_column,
    read_vectors,
    triad_names,
)
from sensor.importers.csv_table import CsvTable
from sensor.importers.exported_files import ExportedFiles
from sensor.importers.phone_track import PhoneTrack, phone_track
from sensor.samples import FloatArray

_TIME = r"time \(s\)"
_MPS2, _RADPS = r" {axis} \(m/s(\^2|²|2)\)", r" {axis} \(rad/s\)"
_ACC, _GRAVITY, _USER = rf"acceleration{_MPS2}", rf"gravity{_MPS2}", rf"linear acceleration{_MPS2}"
_GYR = rf"gyroscope{_RADPS}"
_FIX = (
    _TIME,
    r"latitude \(.*",
    r"longitude \(.*",
    r"(height|altitude) \(m\)",
    r"(velocity|speed) \(m/s\)",
    r"horizontal accuracy \(m\)",
)
_IS_TABLE = has_columns(_TIME)
_IS_MOTION = has_columns(_TIME, r"(linear )?acceleration x \(m/s.*|gyroscope x \(rad/s\)")
_IS_TIMES = has_columns("event", "experiment time", "system time")
_NAMES = ("Accelerometer.csv", "Gyroscope.csv", "Gravity.csv", "Location.csv", "meta/time.csv")
_START = "START"

_NO_TIMES = (
    "meta/time.csv is not there: pauses of the recording are not seen, nor when it began; give the whole zip."
)


is_phyphox = holds(_IS_MOTION)
"""Tells whether an export holds motion as this app writes it."""


def read_phyphox(export: ExportedFiles) -> AppRecording:
    """Read a recording of the app, its pauses as pauses; its phone's fixes with it.

    Raises
    ------
    ImportFileError
        When it holds no acceleration with gravity.
    """
    export = export.beside(_NAMES)
    members = members_with(export, _IS_TABLE)
    tables = [table for member in members if (table := open_table(export, member, _IS_TABLE)).row_count]
    starts = _starts(export)
    acc, words = _specific_force(export, tables)
    gyr = _triad(tables, _GYR)
    if gyr is not None:
        gyr = gyr.at(_on_system_time(gyr.time_s, starts))
    return AppRecording(
        taken_for=f"phyphox: m/s², {'no gyroscope' if gyr is None else 'rad/s'}, {words}{_pauses(starts)}",
        acc=acc.at(_on_system_time(acc.time_s, starts)),
        gyr=gyr,
        members=members,
        phone=_fixes(tables, starts),
        notices=() if starts is not None else (_NO_TIMES,),
    )


def _pauses(starts: FloatArray | None) -> str:
    if starts is None or len(starts) < 2:
        return ""
    return f", {len(starts) - 1} pause{'s' if len(starts) > 2 else ''}"


def _specific_force(export: ExportedFiles, tables: list[CsvTable]) -> tuple[Triad, str]:
    acc = _triad(tables, _ACC)
    if acc is not None:
        return acc, "gravity included"
    user, gravity = _triad(tables, _USER), _triad(tables, _GRAVITY)
    if user is not None and gravity is not None:
        return with_gravity(user, gravity), "gravity added from its own columns"
    what = "only acceleration without gravity" if user is not None else "no acceleration"
    raise ImportFileError(
        f"{export.path}: {what} is in this recording of phyphox; record Acceleration (with g), best "
        "together with the Gyroscope"
    )


def _triad(tables: list[CsvTable], pattern: str) -> Triad | None:
    """Return the first triad of these names; rows of a table in which it is blank are another sensor's."""
    for table in tables:
        columns, time = triad_names(table, pattern), column_named(table, _TIME)
        if columns is not None and time is not None:
            values = read_vectors(table, columns)
            whole = np.isfinite(values).all(axis=1)
            return Triad(read_column(table, time)[whole], values[whole], left_out_of(table))
    return None


def _starts(export: ExportedFiles) -> FloatArray | None:
    """Return (k, 2) experiment time and seconds since 1970 of every start, None where nothing tells them."""
    for member in members_with(export, _IS_TIMES):
        table = open_table(export, member, _IS_TIMES)
        if not table.row_count:
            continue
        event, *times = (
            column_named(table, name) or "" for name in ("event", "experiment time", "system time")
        )
        is_start = np.array([cell.upper() == _START for cell in table.texts(event)])
        starts = np.column_stack([table.known_numbers(name) for name in times])
        starts = np.asarray(starts[is_start & np.isfinite(starts).all(axis=1)])
        if len(starts) and (np.diff(starts, axis=0) >= 0).all():
            return starts
    return None


def _on_system_time(time_s: FloatArray, starts: FloatArray | None) -> FloatArray:
    """Return experiment times as seconds since 1970: each belongs to the last start before it."""
    if starts is None:
        return time_s
    number = np.maximum(np.searchsorted(starts[:, 0], time_s, side="right") - 1, 0)
    return np.asarray(starts[number, 1] + time_s - starts[number, 0])


def _fixes(tables: list[CsvTable], starts: FloatArray | None) -> PhoneTrack | None:
    for table in tables:
        if column_named(table, _FIX[1]) and column_named(table, _FIX[2]):
            time_s, latitude, longitude, altitude, speed, accuracy = columns_or_unknown(table, _FIX)
            return phone_track(
                _on_system_time(time_s, starts),
                latitude,
                longitude,
                altitude_m=altitude,
                speed_mps=speed,
                accuracy_m=accuracy,
            )
    return None
