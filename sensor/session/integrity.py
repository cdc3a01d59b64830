"""Is a session what its tables promise? SQLite checks types when it writes, never when it reads.

A file may come from a failing card, an old SQLite or a stranger. What passes here can be read without asking
again at every value.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sensor.session.schema import TABLES

MOST_LETTERS = 1000
"""Longer texts are shortened on reading: nobody types that much, and pages and tables stay legible."""

_STORED_AS = {"TEXT": "text", "INTEGER": "integer", "REAL": "real", "BLOB": "blob"}


class UnsoundSessionError(ValueError):
    """What in a session is not as its tables promise; `open_session` makes a `SessionFileError` of it."""


def check_tables(connection: sqlite3.Connection) -> None:
    """Refuse a session that lacks a table; a view is none, for reading it may run on for ever.

    Raises
    ------
    UnsoundSessionError
        For the first one.
    """
    found = {
        name
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0"
        )
    }
    for table in _columns():
        if table not in found:
            raise UnsoundSessionError(f"no such table: {table}")


def check_values(connection: sqlite3.Connection, tables: Iterable[str]) -> None:
    """Refuse a session with a value of another type than its column's in one of ``tables``.

    Raises
    ------
    UnsoundSessionError
        For the first one.
    """
    for table in tables:
        misfits = {
            column: f"typeof({column}) NOT IN ({allowed})" for column, allowed in _columns()[table].items()
        }
        # All columns at once: the packets of a day are half a gigabyte to go through.
        each, some = ", ".join(misfits.values()), " OR ".join(misfits.values())
        query = f"SELECT rowid, {each} FROM {table} WHERE {some} LIMIT 1"
        if row := connection.execute(query).fetchone():
            column = next(name for name, misfit in zip(misfits, row[1:], strict=True) if misfit)
            raise UnsoundSessionError(f"table {table}, row {row[0]}: {column} is not of its type")


@lru_cache
def _columns() -> dict[str, dict[str, str]]:
    """Return, for every table and column, the types it may hold, as a list in SQL."""
    connection = sqlite3.connect(":memory:")
    try:
        connection.executescript(TABLES)
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            table: {
                column: f"'{_STORED_AS[kind]}'" + ("" if not_null or key else ", 'null'")
                for _, column, kind, not_null, _, key in connection.execute(f"PRAGMA table_info({table})")
            }
            for (table,) in names
        }
    finally:
        connection.close()


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
