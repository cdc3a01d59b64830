"""MbientLab's MetaBase app: a CSV file for each quantity, units in its names; streamed rows share a time."""

from __future__ import annotations

import re

import numpy as np

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
from sensor.importers.csv_table import CsvTable
from sensor.importers.exported_files import ExportedFiles

_MS = 1e-3
_EPOCH = r"epoch? ?\(ms\)"
_ACC, _GYR = r"{axis}(-axis)? \(g\)", r"{axis}(-axis)? \((deg/s|°/s|dps)\)"
_IS_TABLE = has_columns(_EPOCH, r"x(-axis)? \(.*\)")
_QUANTITY = re.compile(r"(Accelerometer|Gyroscope)(_[\d.,]+ ?Hz)?", re.IGNORECASE)


is_metabase = holds(_IS_TABLE)
"""Tells whether an export holds vectors as this app writes them."""


def read_metabase(export: ExportedFiles) -> AppRecording:
    """Read the accelerometer and, from the file beside it, the gyroscope of one sensor.

    Raises
    ------
    ImportFileError
        When there is no accelerometer, or more than one.
    """
    export = export.beside(_partner_names(export))
    members = members_with(export, _IS_TABLE)
    tables = [open_table(export, member, _IS_TABLE) for member in members]
    accs = [(table, names) for table in tables if (names := triad_names(table, _ACC))]
    gyrs = [(table, names) for table in tables if (names := triad_names(table, _GYR))]
    refuse_others(export, accelerometers=len(accs), gyroscopes=len(gyrs))
    acc, unit = settle_acc(accs[0][0].path, _triad(*accs[0]), "g")
    gyr, gyr_unit = settle_gyr(_triad(*gyrs[0]), "deg/s") if gyrs else (None, "no gyroscope")
    return AppRecording(
        taken_for=f"MetaBase: {unit}, {gyr_unit}, gravity included",
        acc=acc,
        gyr=gyr,
        members=members,
    )


def _triad(table: CsvTable, names: tuple[str, str, str]) -> Triad:
    stamp_s = read_column(table, column_named(table, _EPOCH) or "") * _MS
    known = np.isfinite(stamp_s)
    time_s = times_from_arrivals(table.path, stamp_s[known])
    return Triad(time_s, read_vectors(table, names)[known], left_out_of(table))


def _partner_names(export: ExportedFiles) -> list[str]:
    """Return the files beside a single one that differ from it by quantity and rate alone."""
    own = _QUANTITY.sub("", export.path.name)
    try:
        beside = [path.name for path in export.path.parent.iterdir()]
    except OSError:  # it may be readable though the folder cannot be listed
        return []
    return [name for name in sorted(beside) if _QUANTITY.search(name) and _QUANTITY.sub("", name) == own]
