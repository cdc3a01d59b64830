"""Movesense's apps: CSV of the Showcase app, JSON of the Showcase and of the data logger.

In the CSV a packet is some rows of which the first alone has a time; accelerometer and gyroscope are files of
their own with one header and no units: m/s2 and deg/s, as the sensor sends them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from sensor.clock.fit import unwrap
from sensor.errors import ImportFileError
from sensor.importers.apps.recording import AppRecording, Triad
from sensor.importers.apps.settling import is_level, settle_acc, settle_gyr
from sensor.importers.apps.tables import (
    Names,
    header_in,
    left_out_of,
    open_table,
    read_column,
    read_vectors,
    refuse_others,
)
from sensor.importers.csv_lines import as_utf8
from sensor.importers.exported_files import ExportedFiles
from sensor.importers.packet_times import sample_times_s
from sensor.samples import FloatArray, IntArray

_COLUMNS = (("timestamp", "x", "y", "z"), ("timestamp_ms", "x", "y", "z"))
_MS = 1e-3
_US = 1e-6
_COUNTER_BITS = 32

_ACC_WORDS, _GYR_WORDS = re.compile(r"acc", re.IGNORECASE), re.compile(r"gyr", re.IGNORECASE)
_LOGS_BEGIN = re.compile(
    rb'\s*[\[{][^\x00]*?"(ArrayAcc"|ArrayGyro"|Samples"\s*:\s*\[\s*\{\s*"(Meas|TimeDetailed))'
)

_ROW_BEGINS = re.compile(rb"^[ \t]*([0-9]{0,10})[,;\t]", re.MULTILINE)
"""At most ten digits: milliseconds since the sensor's start, never a date."""

_MOST_JSON_BYTES = 200_000_000
"""Four hours at 104 Hz; taken apart, a document needs ten times its size."""

_DEEPEST = 12
"""Levels of a JSON document that are looked into."""

_VECTORS = {"arrayacc": "acc", "arraygyro": "gyr"}


def is_movesense_csv(export: ExportedFiles) -> bool:
    """Tell whether an export holds a table of the Showcase app."""
    return bool(_tables(export))


def is_movesense_json(export: ExportedFiles) -> bool:
    """Tell whether an export holds a JSON document with measurements of a Movesense."""
    return any(_LOGS_BEGIN.match(export.head(member)) for member in export.members)


def read_movesense_csv(export: ExportedFiles) -> AppRecording:
    """Read accelerometer and, where there is one, gyroscope of one sensor.

    Raises
    ------
    ImportFileError
        When there is no accelerometer, or more than one.
    """
    export = export.beside(_partner_names(export.path.name))
    acc: list[tuple[str, Triad]] = []
    gyr: list[tuple[str, Triad]] = []
    for member in _tables(export):
        triad = _csv_triad(export, member)
        (acc if _is_acceleration(member, triad) else gyr).append((member, triad))
    refuse_others(export, accelerometers=len(acc), gyroscopes=len(gyr))
    return _recording(
        export,
        "Movesense Showcase (CSV)",
        acc=acc[0][1],
        gyr=gyr[0][1] if gyr else None,
        members=tuple(member for member, _ in acc + gyr),
    )


def read_movesense_json(export: ExportedFiles) -> AppRecording:
    """Read the measurements in JSON documents of one sensor.

    Raises
    ------
    ImportFileError
        When one is damaged, or there is no acceleration.
    """
    export = export.beside(_partner_names(export.path.name))
    members = tuple(sorted(member for member in export.members if _LOGS_BEGIN.match(export.head(member))))
    measured = [found for member in members for found in _measurements(export, member)]
    acc = _json_triad(export, measured, "acc")
    if acc is None:
        raise ImportFileError(f"{export.path}: holds no acceleration; record ACC or IMU6")
    gyr = _json_triad(export, measured, "gyr")
    began_s = next((found["began"][0] for found in measured if "began" in found), 0.0)
    return _recording(
        export,
        "Movesense (JSON)",
        acc=acc.at(acc.time_s + began_s),
        gyr=None if gyr is None else gyr.at(gyr.time_s + began_s),
        members=members,
    )


def _recording(
    export: ExportedFiles, name: str, *, acc: Triad, gyr: Triad | None, members: tuple[str, ...]
) -> AppRecording:
    settled, acc_unit = settle_acc(export.path, acc)
    rates, gyr_unit = (None, "no gyroscope") if gyr is None else settle_gyr(gyr, "deg/s")
    return AppRecording(
        taken_for=f"{name}: {acc_unit}, {gyr_unit}, gravity included",
        acc=settled,
        gyr=rates,
        members=members,
    )


def _is_movesense(names: Names) -> bool:
    return names[:4] in _COLUMNS


def _tables(export: ExportedFiles) -> list[str]:
    return [member for member in sorted(export.members) if _is_table(export.head(member))]


def _is_table(head: bytes) -> bool:
    """Tell a table of this app from others with such plain names: rows without a time, or in its own ms."""
    names = header_in(head, _is_movesense)
    if names is None:
        return False
    rows = _ROW_BEGINS.findall(as_utf8(head).partition(b"\n")[2])
    return names[0] == _COLUMNS[1][0] or (b"" in rows and any(rows))


def _partner_names(name: str) -> list[str]:
    """Return what the gyroscope's file beside an accelerometer's may be called, and the other way round."""
    swaps = (
        ("accelerometer", "gyroscope"),
        ("Accelerometer", "Gyroscope"),
        ("gyroscope", "accelerometer"),
        ("Gyroscope", "Accelerometer"),
        ("acc", "gyro"),
        ("Acc", "Gyro"),
        ("ACC", "GYRO"),
        ("gyro", "acc"),
        ("Gyro", "Acc"),
        ("GYRO", "ACC"),
    )
    return [name[::-1].replace(one[::-1], other[::-1], 1)[::-1] for one, other in swaps if one in name]


def _csv_triad(export: ExportedFiles, member: str) -> Triad:
    table = open_table(export, member, _is_movesense)
    time, *axes = table.names[:4]
    stamps, values = read_column(table, time), read_vectors(table, axes)
    begins = np.flatnonzero(np.isfinite(stamps))
    if not len(begins):
        raise ImportFileError(f"{table.path}: no row of it has a time; export it again")
    count = np.diff(np.append(begins, len(stamps)))
    time_s = _sample_times_s(export, stamps[begins], count)
    return Triad(time_s, values[begins[0] :], left_out_of(table))


def _sample_times_s(export: ExportedFiles, stamp_ms: FloatArray, count: IntArray) -> FloatArray:
    """Return (n,) seconds of samples that come in packets, each dated by its first sample, ms, 32 bits."""
    risen_ms = unwrap(np.rint(stamp_ms % 2**_COUNTER_BITS).astype(np.int64), _COUNTER_BITS)
    if (np.diff(risen_ms) <= 0).any():
        raise ImportFileError(
            f"{export.path}: its clock goes back: the sensor began anew, or these are two recordings; "
            "give each as its own file"
        )
    return sample_times_s(export.path, risen_ms.astype(np.float64) * _MS, count=count)


def _is_acceleration(member: str, triad: Triad) -> bool:
    """Tell by its name, else by what it holds, which sensor a file is of."""
    name = PurePosixPath(member).name
    is_acc, is_gyr = _ACC_WORDS.search(name), _GYR_WORDS.search(name)
    if bool(is_acc) != bool(is_gyr):
        return bool(is_acc)
    return is_level(triad)


def _measurements(export: ExportedFiles, member: str) -> list[dict[str, list[Any]]]:
    """Return every packet of a document: ``time`` and the vectors of ``acc`` or ``gyr``, or ``began``."""
    label, content = export.label(member), export.read(member)
    if len(content) > _MOST_JSON_BYTES:
        raise ImportFileError(f"{label}: more than {_MOST_JSON_BYTES / 1e6:.0f} MB of JSON; export it as CSV")
    try:
        documents = [json.loads(content)]
    except RecursionError as error:
        raise ImportFileError(f"{label}: no recording, its JSON is nested too deeply") from error
    except ValueError:
        documents = _json_lines(content)
    if not documents:
        raise ImportFileError(f"{label}: its JSON is torn or damaged; export it again")
    return list(_packets(documents, _DEEPEST))


def _json_lines(content: bytes) -> list[Any]:
    """Return the documents of a file with one in each line, up to a torn one."""
    documents = []
    for line in content.splitlines():
        if not line.strip():
            continue
        try:
            documents.append(json.loads(line))
        except (ValueError, RecursionError):
            break
    return documents


def _packets(node: Any, depth: int) -> Iterator[dict[str, list[Any]]]:
    if depth == 0:
        return
    if isinstance(node, list):
        for one in node:
            yield from _packets(one, depth - 1)
    if not isinstance(node, dict):
        return
    keys = {key.lower(): value for key, value in node.items()}
    vectors = {kind: keys[name] for name, kind in _VECTORS.items() if isinstance(keys.get(name), list)}
    stamp = _number(keys.get("timestamp"))
    if vectors and stamp is not None:
        yield {"time": [stamp], **vectors}
        return
    relative, utc = _number(keys.get("relativetime")), _number(keys.get("utctime"))
    if relative is not None and utc is not None:
        yield {"began": [utc * _US - relative * _MS]}
    for one in node.values():
        yield from _packets(one, depth - 1)


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and abs(value) < 2**63 else None


def _json_triad(export: ExportedFiles, measured: list[dict[str, list[Any]]], kind: str) -> Triad | None:
    packets = [found for found in measured if found.get(kind)]
    if not packets:
        return None
    try:
        values = np.array(
            [[one[axis] for axis in "xyz"] for found in packets for one in found[kind]], np.float64
        )
    except (TypeError, KeyError, ValueError, OverflowError) as error:
        raise ImportFileError(
            f"{export.path}: a vector of {kind} in it has no x, y and z; export it again"
        ) from error
    if not (np.abs(values) < 1e6).all():
        raise ImportFileError(
            f"{export.path}: a vector of {kind} is more than any sensor gives; export it again"
        )
    stamp_ms = np.array([found["time"][0] for found in packets])
    return Triad(_sample_times_s(export, stamp_ms, np.array([len(found[kind]) for found in packets])), values)
