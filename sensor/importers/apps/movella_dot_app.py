"""The Movella DOT (Xsens DOT) app: CSV with lines before its header and a counter that goes round."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import numpy as np

from sensor.clock.fit import unwrap
from sensor.errors import ImportFileError
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
    triad_names,
)
from sensor.importers.apps.written_times import counter_seconds
from sensor.importers.csv_lines import as_utf8
from sensor.importers.csv_table import CsvTable
from sensor.importers.exported_files import ExportedFiles
from sensor.samples import FloatArray

_IS_TABLE = has_columns("packetcounter|sampletimefine", "(free)?acc_x|quat_w|euler_x|gyr_x")
_COUNTER_BITS = 32
_US = 1e-6
_PACKET_BITS = (16, 32)

_STARTED = re.compile(
    r"StartTime\W+(\d{4})[-/](\d\d?)[-/](\d\d?)[_ T](\d\d?):(\d\d?):(\d\d?)"
    r"(?:[_.:,](\d{1,6}))?[ ,]*([^\r\n,;]*)"
)
_RATE = re.compile(r"OutputRate\W+(\d+)")
_OFFSET = re.compile(r"(?:GMT|UTC)?\s*([+-])(\d{1,2}):?(\d{2})?$")

_ZONES_H = {
    **dict.fromkeys(("UTC", "GMT", "WET", "Z"), 0),
    **dict.fromkeys(("CET", "WEST", "MEZ", "BST"), 1),
    **dict.fromkeys(("CEST", "EET", "MESZ", "SAST"), 2),
    **dict.fromkeys(("EEST", "MSK"), 3),
    **dict.fromkeys(("JST", "KST"), 9),
    **dict.fromkeys(("EDT",), -4),
    **dict.fromkeys(("EST", "CDT"), -5),
    **dict.fromkeys(("MST", "PDT"), -7),
    **dict.fromkeys(("PST",), -8),
    **dict.fromkeys(("AEST",), 10),
    **dict.fromkeys(("AEDT",), 11),
}
"""Hours east of Greenwich, of names that mean one zone; of others local time is taken."""


is_movella_dot_csv = holds(_IS_TABLE)
"""Tells whether an export holds a table of this app, of whatever mode."""


def read_movella_dot_csv(export: ExportedFiles) -> AppRecording:
    """Read a table of the app.

    Raises
    ------
    ImportFileError
        When it holds several sensors, or no specific force: the orientation modes have none.
    """
    members = members_with(export, _IS_TABLE)
    if len(members) > 1:
        raise ImportFileError(
            f"{export.path}: holds {len(members)} sensors ({export.listed()}); give each one's file its place"
        )
    (member,) = members
    table = open_table(export, member, _IS_TABLE)
    acc_names, gyr_names = triad_names(table, "acc_{axis}"), triad_names(table, "gyr_{axis}")
    if acc_names is None:
        raise _no_specific_force(table)
    preamble = as_utf8(export.read(member)[:4096]).decode("utf-8", errors="replace")
    time_s = _times_s(table, preamble)
    acc, acc_unit = settle_acc(
        table.path, Triad(time_s, read_vectors(table, acc_names), left_out_of(table)), "m/s²"
    )
    gyr, gyr_unit = None, "no gyroscope"
    if gyr_names is not None:
        gyr, gyr_unit = settle_gyr(Triad(time_s, read_vectors(table, gyr_names)), "deg/s")
    return AppRecording(
        taken_for=f"Movella DOT app: {acc_unit}, {gyr_unit}, gravity included",
        acc=acc,
        gyr=gyr,
        members=(member,),
    )


def _no_specific_force(table: CsvTable) -> ImportFileError:
    has_free = column_named(table, "freeacc_x") is not None
    found = "FreeAcc, from which gravity was taken out," if has_free else "orientation or angular rate alone"
    return ImportFileError(
        f"{table.path}: a recording of the Movella DOT app with {found} and no acceleration with gravity "
        "(Acc_X to Acc_Z); record in the mode 'Rate quantities', or another with Acc and Gyr"
    )


def _times_s(table: CsvTable, preamble: str) -> FloatArray:
    """Return (n,) seconds, since 1970 where the table says when it began."""
    fine, packets = column_named(table, "sampletimefine"), column_named(table, "packetcounter")
    elapsed_s = None if fine is None else _elapsed_s(read_column(table, fine))
    if elapsed_s is None and packets is not None and (rate := _RATE.search(preamble)):
        counted = read_column(table, packets)
        bits = _PACKET_BITS[int(np.nanmax(counted, initial=0) >= 2 ** _PACKET_BITS[0])]
        elapsed_s = _risen(counted, bits) / max(float(rate[1]), 1.0)
    if elapsed_s is None or np.isnan(elapsed_s).all():
        raise ImportFileError(f"{table.path}: no column of it tells the time; export SampleTimeFine, too")
    return np.asarray(elapsed_s - np.nanmin(elapsed_s) + _began_s(preamble))


def _elapsed_s(ticks: FloatArray) -> FloatArray | None:
    """Return (n,) seconds of a counter of microseconds with 32 bits; None where it is none."""
    risen = _risen(ticks, _COUNTER_BITS)
    told_s = counter_seconds(risen, tick_s=_US)
    return told_s if told_s is not None else counter_seconds(risen)


def _risen(ticks: FloatArray, bits: int) -> FloatArray:
    """Return (n,) a counter of so many bits that goes on rising, NaN where nothing is written."""
    known = np.isfinite(ticks)
    risen = np.full(len(ticks), np.nan)
    risen[known] = unwrap(np.rint(ticks[known] % 2**bits).astype(np.int64), bits)
    return risen


def _began_s(preamble: str) -> float:
    """Return seconds since 1970; 0 where no line tells."""
    told = _STARTED.search(preamble)
    if told is None:
        return 0.0
    fraction = told[7] or "0"
    try:
        year, month, day, hour, minute, second = (int(part) for part in told.groups()[:6])
        began = datetime(year, month, day, hour, minute, second)
    except ValueError:
        return 0.0
    zone = _zone(told[8].strip())
    began = began.astimezone() if zone is None else began.replace(tzinfo=zone)
    return began.astimezone(UTC).timestamp() + float(f"0.{fraction}")


def _zone(name: str) -> timezone | None:
    """Return the zone of a name or an offset; None where it means several, or nothing."""
    if name.upper() in _ZONES_H:
        return timezone(timedelta(hours=_ZONES_H[name.upper()]))
    offset = _OFFSET.search(name)
    if offset is None or int(offset[2]) > 14:
        return None
    shift = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
    return timezone(-shift if offset[1] == "-" else shift)
