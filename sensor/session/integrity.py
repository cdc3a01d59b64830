"""Is a session what its tables promise? SQLite checks types when it writes, never when it reads.

A file may come from a failing card, an old SQLite or a stranger. What passes here can be read without asking
again at every value.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sensor.session.schema import TABLES

MOST_LETTERS = 1000
"""Longer texts are shortened on reading: nobody types that much, and pages and tables stay legible."""

FIGURES_IN_DOUBT = "and the figures may be wrong. Use another copy if there is one."
"""How every notice ends that tells of a file read in spite of what is wrong with it."""

_MOST_ROWS = {
    "meta": 10_000,
    "sensor": 64,
    "segment": 20_000,
    "event": 1_000_000,
    "mark": 100_000,
    "track": 1_000,
    "source_file": 10_000,
}
"""Rows of a table that is not made of samples: a day on the worst link stays far below."""

_STORED_AS = {"TEXT": "text", "INTEGER": "integer", "REAL": "real", "BLOB": "blob"}


class UnsoundSessionError(ValueError):
    """What in a session is not as its tables promise; `open_session` makes a `SessionFileError` of it."""


def check_schema(connection: sqlite3.Connection) -> None:
    """Refuse a session whose tables are not exactly ours, or that is too large to be one.

    A stranger's file may bring triggers, which run when a note is added, and views or generated columns,
    which compute without end when they are read.

    Raises
    ------
    UnsoundSessionError
        For the first thing that is not ours.
    """
    found = set()
    for kind, name, table, root_page in connection.execute(
        "SELECT type, name, tbl_name, rootpage FROM sqlite_master"
    ):
        is_our_table = kind == "table" and name in _columns() and (root_page or 0) > 0
        is_own_key = kind == "index" and str(name).startswith("sqlite_autoindex_") and table in _columns()
        if is_our_table:
            found.add(name)
        elif not is_own_key and not _is_of_sqlite(kind, name):
            raise UnsoundSessionError(
                f"it holds a {shorten(str(kind))} no session has: {shorten(str(name))!r}"
            )
    for table, columns in _columns().items():
        if table not in found:
            raise UnsoundSessionError(f"no such table: {table}")
        if _described(connection, table) != columns.described:
            raise UnsoundSessionError(f"table {table} has not the columns it has in a session")
    for table, most in _MOST_ROWS.items():
        (count,) = connection.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT {most + 1})"
        ).fetchone()
        if count > most:
            raise UnsoundSessionError(f"table {table} has more than {most} rows")


def _is_of_sqlite(kind: object, name: object) -> bool:
    """Tell what SQLite makes for itself (statistics), or leaves where it recovered a damaged file."""
    return kind == "table" and (str(name).startswith("sqlite_") or name == "lost_and_found")


def check_values(connection: sqlite3.Connection, tables: Iterable[str]) -> None:
    """Refuse a session with a value of another type than its column's in one of ``tables``.

    Raises
    ------
    UnsoundSessionError
        For the first one.
    """
    for table in tables:
        misfits = {
            column: f"typeof({column}) NOT IN ({allowed})"
            for column, allowed in _columns()[table].allowed_types.items()
        }
        # All columns at once: the packets of a day are half a gigabyte to go through.
        each, some = ", ".join(misfits.values()), " OR ".join(misfits.values())
        query = f"SELECT rowid, {each} FROM {table} WHERE {some} LIMIT 1"
        if row := connection.execute(query).fetchone():
            column = next(name for name, misfit in zip(misfits, row[1:], strict=True) if misfit)
            raise UnsoundSessionError(f"table {table}, row {row[0]}: {column} is not of its type")


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns of one of our tables.

    Parameters
    ----------
    described
        As `_described` tells them.
    allowed_types
        Column to the types it may hold, as a list in SQL.
    """

    described: tuple[tuple[object, ...], ...]
    allowed_types: Mapping[str, str]


@lru_cache
def _columns() -> Mapping[str, _Columns]:
    """Return the columns of every table of a session."""
    connection = sqlite3.connect(":memory:")
    try:
        connection.executescript(TABLES)
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            table: _Columns(
                _described(connection, table),
                {
                    column: f"'{_STORED_AS[kind]}'" + ("" if not_null or key else ", 'null'")
                    for _, column, kind, not_null, _, key in connection.execute(f"PRAGMA table_info({table})")
                },
            )
            for (table,) in names
        }
    finally:
        connection.close()


def _described(connection: sqlite3.Connection, table: str) -> tuple[tuple[object, ...], ...]:
    """Return name, type, default, place in the key and "hidden" (generated) of every column."""
    return tuple(
        (name, kind, default, key, hidden)
        for _, name, kind, _, default, key, hidden in connection.execute(f"PRAGMA table_xinfo({table})")
    )


def parse_json(text: object) -> Any:
    """Return what a JSON text says.

    Raises
    ------
    ValueError
        For what is no JSON text, holds NaN or infinity by name, or is nested beyond measure.
    """
    if not isinstance(text, str):
        raise ValueError("no text")
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def shorten(text: str) -> str:
    """Return a text of at most `MOST_LETTERS`."""
    return text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1] + "…"
