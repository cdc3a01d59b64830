"""The stride table of a run report as CSV."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import numpy.typing as npt

from analysis.records import STRIDE_COLUMNS
from analysis.run_report import RunReport
from analysis.stride.table import STRIDE_TABLE_VERSION, units_of

DESCRIPTION_SUFFIX = "-metadata.json"
"""What the name of the file that describes a CSV ends in, after the CSV's own name."""

_CSVW_TYPES = {"int": "integer", "float": "number", "text": "string", "bool": "boolean", "maybe": "boolean"}


def to_csv(report: RunReport) -> str:
    """Return the stride table as CSV: exactly the columns of `STRIDE_COLUMNS`, one row per stride.

    Numbers are written in full; booleans as ``true`` and ``false``; what is unknown is empty.
    """
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(STRIDE_COLUMNS)
    writer.writerows(zip(*(_cells(report.strides[name]) for name in STRIDE_COLUMNS), strict=True))
    return target.getvalue()


def csv_files(report: RunReport, target: Path) -> dict[Path, str]:
    """Return the CSV and, beside it, what describes it; a pipe or a device has no place beside it."""
    files = {target: to_csv(report)}
    if target.is_file() or not target.exists():
        files[target.with_name(target.name + DESCRIPTION_SUFFIX)] = csv_description(report, target.name)
    return files


def csv_description(report: RunReport, csv_name: str) -> str:
    """Return what the CSV itself cannot tell without ceasing to be plain: version, kinds, units, hashes.

    The form is that of CSV on the Web (W3C, Metadata Vocabulary for Tabular Data, 2015), which tools find by
    the file's name.

    Parameters
    ----------
    report
        Whose strides are in the CSV.
    csv_name
        Name of the CSV's file, without its folder.
    """
    units = units_of(STRIDE_COLUMNS)
    columns = [
        {"name": name, "titles": name, "datatype": _CSVW_TYPES[kind]}
        | ({"schema:unitText": units[name]} if name in units else {})
        for name, kind in STRIDE_COLUMNS.items()
    ]
    content = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": quote(csv_name),
        "dc:title": f"Strides of {report.session.name}",
        "schema:version": STRIDE_TABLE_VERSION,
        "schema:identifier": {
            "file_hash": report.provenance.file_hash,
            "config_hash": report.provenance.config_hash,
        },
        "schema:softwareVersion": report.provenance.version,
        "tableSchema": {"columns": columns},
    }
    return json.dumps(content, indent=2) + "\n"


def _cells(column: npt.NDArray[Any]) -> Iterable[str]:
    if column.dtype.kind == "f":
        known = np.isfinite(column).tolist()
        return (
            str(value) if is_known else "" for value, is_known in zip(column.tolist(), known, strict=True)
        )
    return (_cell(value) for value in column.tolist())


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
