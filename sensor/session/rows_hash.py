"""A session's hash: the same for every copy of its rows, whatever the file around them looks like."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from typing import Any

import numpy as np

from sensor.samples import IntArray

Rows = Sequence[tuple[Any, ...]]


def fetch_rows(connection: sqlite3.Connection, query: str) -> Rows:
    """Return all rows a query gives."""
    return connection.execute(query).fetchall()


class RowsHash:
    """The SHA-256 over the rows of several tables, one after the other.

    Of each table the number of rows is hashed, then column by column all its values: whole numbers and reals
    as 8 bytes each, little-endian; texts (UTF-8) and blobs as their lengths, likewise, then all their bytes.
    By column because that needs no work per row: 0.1 s for an hour of packets.
    """

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def add_table(self, rows: Rows) -> None:
        """Take in a whole table.

        Parameters
        ----------
        rows
            In the order of their numbers, as SQLite returns them; no NULL among them.
        """
        self.add_integers([len(rows)])
        for column in zip(*rows, strict=True):
            self._add_column(column)

    def add_integers(self, values: Sequence[int] | IntArray) -> None:
        """Take in (n,) whole numbers, for a table that comes in parts."""
        self._digest.update(np.asarray(values, "<i8").tobytes())

    def add_bytes(self, values: bytes) -> None:
        """Take in bytes that lie one after the other, for a table that comes in parts."""
        self._digest.update(values)

    def hexdigest(self) -> str:
        """Return the hash of everything taken in so far, in hex."""
        return self._digest.hexdigest()

    def _add_column(self, column: tuple[Any, ...]) -> None:
        if isinstance(column[0], int):
            self.add_integers(column)
        elif isinstance(column[0], float):
            self.add_bytes(np.asarray(column, "<f8").tobytes())
        else:
            parts = [value.encode() if isinstance(value, str) else value for value in column]
            self.add_integers([len(part) for part in parts])
            self.add_bytes(b"".join(parts))
