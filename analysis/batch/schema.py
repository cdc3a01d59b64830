"""The tables of the data set: their columns and kinds, documented in ``data/BATCH.md``."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from enum import Enum

from analysis.comparison.run_facts import RunFacts
from analysis.records import STRIDE_COLUMNS, Episode, Segment

SCHEMA_VERSION = 1
"""Raised when a column is removed or changes its meaning; new columns leave it as it is."""

_KINDS = {float: "float", int: "int", bool: "bool"}

_PLAIN_TEXTS = frozenset({"started_utc", "placement", "distance_source", "config_hash"})
"""Texts of a run that tell nothing about a person; any other text stays behind unless it is one of ours."""

CONTEXT = {"surface": "text", "pack": "text", "hours_sat_before": "float"}
"""What of a session's context always goes into the data set: closed words and numbers."""

NOTES = {
    "name": "text",
    "notes": "text",
    "shoes": "text",
    "pain_before": "text",
    "pain_during": "text",
    "pain_after": "text",
    "symptoms": "text",
}
"""What goes into it only when it is asked for; the columns are always there."""


def columns_of(kind: type) -> dict[str, str]:
    """Return the columns that a dataclass of single values gives, and their kinds."""
    found = {name: _kind(name, hint) for name, hint in typing.get_type_hints(kind).items()}
    return {name: column for name, column in found.items() if column}


def _kind(name: str, hint: object) -> str:
    if not isinstance(hint, type):
        return ""
    if issubclass(hint, Enum) or (hint is str and name in _PLAIN_TEXTS):
        return "text"
    return _KINDS.get(hint, "")


FACTS = columns_of(RunFacts)
SEGMENTS = columns_of(Segment)
EPISODES = columns_of(Episode)

TABLES: Mapping[str, Mapping[str, str]] = {
    "sessions": {
        "session": "text",
        "runner": "text",
        **FACTS,
        "drift_deg": "float",
        **CONTEXT,
        **NOTES,
        "runtall_version": "text",
    },
    "segments": {"session": "text", **SEGMENTS},
    "strides": {"session": "text", **STRIDE_COLUMNS},
    "episodes": {"session": "text", **EPISODES},
    "errors": {"path": "text", "kind": "text", "message": "text", "runtall_version": "text"},
}
"""Table to column to kind, as kinds are told in `STRIDE_COLUMNS`."""

LEDGER: Mapping[str, str] = {
    "path": "text",
    "session": "text",
    "outcome": "text",
    "path_key": "int",
    "source_key": "int",
    "content_key": "int",
}
"""What was done with which file: by it an unchanged one is known."""
