"""Files of IMU samples of every kind, told apart by their content, whatever their names."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from sensor.errors import ImportFileError
from sensor.importers.apps.assembling import to_imu_file
from sensor.importers.apps.column_names import Column
from sensor.importers.apps.own_table import is_own_table, read_own_table
from sensor.importers.apps.registry import APPS
from sensor.importers.capture2go_recording import is_capture2go_file, read_capture2go_file
from sensor.importers.exported_files import ExportedFiles, open_export
from sensor.importers.imu_csv import ImuFile, is_documented, read_imu_csv
from sensor.importers.movella_dot_recording import is_movella_dot_export, read_movella_dot_export
from sensor.importers.movesense_recording import is_movesense_log, read_movesense_log
from sensor.importers.polar_recording import is_polar_rec, read_polar_rec

READERS: tuple[tuple[Callable[[Path], bool], Callable[[Path], ImuFile]], ...] = (
    (is_movesense_log, read_movesense_log),
    (is_capture2go_file, read_capture2go_file),
    (is_movella_dot_export, read_movella_dot_export),
    (is_polar_rec, read_polar_rec),
)
"""What tells a recording from a sensor's memory, and what reads it."""


def read_imu_file(path: Path, *others: Path, columns: Sequence[Column] | None = None) -> ImuFile:
    """Read and check the recording of one sensor: a file, a zip, a folder, or files that belong together.

    Through a pipe, which can be read only once, comes a table with the documented names.

    Parameters
    ----------
    path, others
        What was given.
    columns
        Which columns hold what, where that was typed: then the files are tables.

    Raises
    ------
    ImportFileError
        For whatever does not fit; the message says what to do.
    """
    paths = (path, *others)
    if columns is not None:
        export = open_export(paths)
        return to_imu_file(export, read_own_table(export, columns))
    if not others and not os.path.isdir(path):
        if not os.path.isfile(path):
            return read_imu_csv(path)
        for is_its, read in READERS:
            if is_its(path):
                return read(path)
    return _read_export(open_export(paths))


def _read_export(export: ExportedFiles) -> ImuFile:
    """Read what no binary reader knows: a table with the documented names, of an app, or any other."""
    is_one = len(export.members) == 1 and export.path.name in export.members
    if is_one and is_documented(export.head(export.path.name)):
        return read_imu_csv(export.path)
    for app in APPS:
        if app.recognises(export):
            return to_imu_file(export, app.read(export))
    if is_own_table(export):
        return to_imu_file(export, read_own_table(export))
    if is_one:
        return read_imu_csv(export.path)
    raise _unknown(export)


def _unknown(export: ExportedFiles) -> ImportFileError:
    names = ", ".join(app.name for app in APPS)
    return ImportFileError(
        f"{export.path}: no recording known here in it ({export.listed()}); read are {names}, and "
        "tables whose columns are named"
    )
