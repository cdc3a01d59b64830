"""WitMotion's apps: text or CSV, four generations of names, milliseconds after a colon, GB 18030."""

from __future__ import annotations

import re

import numpy as np

from sensor.errors import ImportFileError
from sensor.importers.apps.packet_stamps import times_from_arrivals
from sensor.importers.apps.recording import AppRecording, Triad
from sensor.importers.apps.settling import settle_acc, settle_gyr
from sensor.importers.apps.tables import (
    column_named,
    has_columns,
    header_in,
    left_out_of,
    members_with,
    names_in,
    read_vectors,
    triad_names,
)
from sensor.importers.apps.written_times import WrittenTimes, parse_written
from sensor.importers.csv_lines import as_utf8
from sensor.importers.csv_table import CsvTable
from sensor.importers.exported_files import ExportedFiles
from sensor.samples import FloatArray
from sensor.text import printable

_ACC = r"(acceleration {axis}|acc{axis}|a{axis})(\(g\))?"
_GYR = r"(angular velocity {axis}|as{axis}|w{axis})(\(.*\))?"
_CHIP, _TIME, _DEVICE = (
    r"chip ?time(\(\))?",
    r"(date ?)?time(\(.*\))?",
    r"(device ?name|address|devicename)(\(\))?",
)
_IS_TABLE = has_columns(_ACC.replace("{axis}", "x").replace(r"(\(g\))?", r"\(g\)"), rf"{_CHIP}|{_DEVICE}")
_IS_SPACED = has_columns("date", "time", "ax", "ay", "az")

_LEAST_DATED = 0.9
_DAY_S = 86_400.0
_CLOCK_SET_S = 1_451_606_400.0
"""2016: a chip that tells an earlier time was never set."""


def is_witmotion_text(export: ExportedFiles) -> bool:
    """Tell whether an export holds a table of one of these apps."""
    return bool(members_with(export, _IS_TABLE)) or any(_is_spaced(export, one) for one in export.members)


def read_witmotion_text(export: ExportedFiles) -> AppRecording:
    """Read a table of one of these apps, dated by the chip where it tells the time.

    Raises
    ------
    ImportFileError
        When it holds several sensors, or no acceleration.
    """
    members = members_with(export, _IS_TABLE) or tuple(m for m in export.members if _is_spaced(export, m))
    if len(members) > 1:
        raise ImportFileError(f"{export.path}: holds {len(members)} tables ({export.listed()}); give one")
    (member,) = members
    table = _table(export, member)
    acc_names, gyr_names = triad_names(table, _ACC), triad_names(table, _GYR)
    if acc_names is None:
        raise table.complain(
            "has no acceleration of all three axes", "record acceleration and angular velocity"
        )
    _refuse_several(table)
    time_s, clock = _times(table)
    acc = settle_acc(table.path, Triad(time_s, read_vectors(table, acc_names), left_out_of(table)), "g")
    gyr, gyr_unit = None, "no gyroscope"
    if gyr_names is not None:
        gyr, gyr_unit = settle_gyr(Triad(time_s, read_vectors(table, gyr_names)), "deg/s")
    return AppRecording(
        taken_for=f"WitMotion app: {acc.unit}, {gyr_unit}, gravity included, {clock}",
        acc=acc.triad,
        gyr=gyr,
        members=(member,),
    )


def _is_spaced(export: ExportedFiles, member: str) -> bool:
    return header_in(_tabbed(export.head(member)), _IS_SPACED) is not None


def _tabbed(content: bytes) -> bytes:
    """Return a text of columns apart by blanks with tabs between them."""
    try:
        return re.sub(rb"[ \t]+", b"\t", as_utf8(content))
    except UnicodeDecodeError:
        return b""


def _table(export: ExportedFiles, member: str) -> CsvTable:
    content, label = export.read(member), export.label(member)
    is_spaced = _is_spaced(export, member)
    is_header = _IS_SPACED if is_spaced else _IS_TABLE
    return CsvTable(
        label,
        _tabbed(content) if is_spaced else content,
        is_header=lambda line: is_header(names_in(line)),
        keeps_repeated=True,
    )


def _refuse_several(table: CsvTable) -> None:
    column = column_named(table, _DEVICE)
    devices = sorted(set(table.texts(column)) - {""}) if column is not None else []
    if len(devices) > 1:
        raise ImportFileError(
            f"{table.path}: holds rows of {len(devices)} sensors ({printable(', '.join(devices[:3]))}); "
            "export each sensor's own file"
        )


def _times(table: CsvTable) -> tuple[FloatArray, str]:
    """Return (n,) seconds, and in words whose clock paces them."""
    host = _host_times(table)
    chip_name = column_named(table, _CHIP)
    chip = None if chip_name is None else parse_written(table.texts(chip_name))
    if chip is not None and np.isfinite(chip.time_s).mean() >= _LEAST_DATED and _is_running(chip.time_s):
        return chip.time_s + _shift_s(chip, host), "the chip's time"
    if host is None or not np.isfinite(host.time_s).all():
        raise ImportFileError(f"{table.path}: not every row tells a time; export it with its time")
    return times_from_arrivals(table.path, host.time_s), "times of arrival, counted"


def _host_times(table: CsvTable) -> WrittenTimes | None:
    time, date = column_named(table, _TIME), column_named(table, "date")
    if time is None:
        return None
    cells = table.texts(time)
    if date is not None:
        cells = [f"{day} {moment}" for day, moment in zip(table.texts(date), cells, strict=True)]
    return parse_written(cells)


def _is_running(time_s: FloatArray) -> bool:
    """Tell whether a clock goes on at all: some chips repeat the time at which they were switched on."""
    known = time_s[np.isfinite(time_s)]
    return bool(len(np.unique(known)) > len(known) // 2)


def _shift_s(chip: WrittenTimes, host: WrittenTimes | None) -> float:
    """Return what brings the chip's clock to the computer's: nothing arrives before it was taken."""
    if host is None or not host.has_date:
        return 0.0 if chip.has_date and np.nanmedian(chip.time_s) > _CLOCK_SET_S else -np.nanmin(chip.time_s)
    apart_s = host.time_s - chip.time_s
    if not np.isfinite(apart_s).any():
        return 0.0
    return float(np.nanmin(apart_s))
