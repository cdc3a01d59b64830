"""A report as bytes that are quick to write and exact to read: JSON, and columns as they lie in memory.

The documented JSON of a report takes a tenth of a second to write and leaves out the way on the map; this
form is the library's own and may change with every version of the program.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np

from analysis.config import AnalysisConfig
from analysis.errors import ReportFileError
from analysis.report_json import head_of, report_of
from analysis.run_report import Route, RunReport

_NUMBERS = "fbi"
"""Kinds of arrays that are kept as they lie in memory; the others are few words, kept as JSON."""

_BLANK_LINE = b"\n\n"


def pack(report: RunReport) -> bytes:
    """Return a report as bytes."""
    tables: dict[str, dict[str, Any]] = {}
    blobs: list[bytes] = []
    for table, columns in _tables(report):
        tables[table] = {name: _packed(values, blobs) for name, values in columns.items()}
    head = json.dumps({"report": head_of(report), "tables": tables})
    return b"".join([head.encode(), _BLANK_LINE, *blobs])


def unpack(packed: bytes, config: AnalysisConfig) -> RunReport:
    """Return the report that `pack` was given.

    Parameters
    ----------
    packed
        What `pack` returned.
    config
        The numbers the report was computed by; not all of them are stated in it.

    Raises
    ------
    ReportFileError
        For other bytes.
    """
    try:
        head, _, body = packed.partition(_BLANK_LINE)
        content = json.loads(head)
        tables = _unpacked(content["tables"], memoryview(body))
        report = report_of({**content["report"], "strides": tables["strides"], "curve": tables["curve"]})
        route = Route(**tables["route"]) if "route" in tables else None
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise ReportFileError(f"damaged ({error!r:.200})") from error
    return replace(report, route=route, provenance=replace(report.provenance, config=config))


def _tables(report: RunReport) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield "strides", report.strides.columns
    yield "curve", {field.name: getattr(report.curve, field.name) for field in fields(report.curve)}
    if report.route is not None:
        yield "route", {field.name: getattr(report.route, field.name) for field in fields(report.route)}


def _packed(values: Any, blobs: list[bytes]) -> Any:
    """Return a column as JSON: words as they are, of numbers type and count; their bytes go to blobs."""
    if values.dtype.kind not in _NUMBERS:
        return values.tolist()
    blobs.append(values.astype(values.dtype.newbyteorder("<")).tobytes())
    return {"type": values.dtype.newbyteorder("<").str, "count": len(values)}


def _unpacked(tables: Mapping[str, Mapping[str, Any]], body: memoryview) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    at = 0
    for table, columns in tables.items():
        found[table] = {}
        for name, told in columns.items():
            if isinstance(told, list):
                found[table][name] = np.array(told, dtype=object)
                continue
            kind = np.dtype(told["type"])
            if kind.kind not in _NUMBERS:
                raise ValueError(f"{name} is of type {kind}")
            found[table][name] = np.frombuffer(body, kind, count=told["count"], offset=at)
            at += kind.itemsize * told["count"]
    return found
