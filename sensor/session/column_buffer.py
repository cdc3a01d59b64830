"""Columns that grow as parts come: each part is copied once, to where it stays."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Any

import numpy as np
import numpy.typing as npt

_SPARE = 1.01
"""Room for this many times what the parts so far let expect; memory nobody has written to costs nothing."""

Rows = npt.NDArray[Any]


class ColumnBuffer:
    """Named arrays whose rows come in parts.

    Joining the parts at the end would need memory for all of them twice. Rows that come in a single part are
    never copied at all.
    """

    def __init__(self) -> None:
        self._columns: dict[str, _GrowingRows] = {}

    def append(self, parts: Mapping[str, Rows], done: float) -> None:
        """Add rows to every column.

        Parameters
        ----------
        parts
            Name to (n, ...) rows, at least one; the same names every time. Nobody may change them later.
        done
            Roughly which share of all rows, above 0 and up to 1, is there with these.
        """
        for name, rows in parts.items():
            if name in self._columns:
                self._columns[name].append(rows, done)
            else:
                self._columns[name] = _GrowingRows(rows)

    def finish(self) -> dict[str, Rows]:
        """Hand over all columns, read-only where they were joined here, and let go of them."""
        columns, self._columns = self._columns, {}
        return {name: column.finish() for name, column in columns.items()}


class _GrowingRows:
    def __init__(self, first: Rows) -> None:
        self._rows = first
        self._used = len(first)
        self._is_own = False

    def append(self, rows: Rows, done: float) -> None:
        end = self._used + len(rows)
        if end > len(self._rows):
            self._move(ceil(_SPARE * end / min(done, 1.0)))
        self._rows[self._used : end] = rows
        self._used = end

    def _move(self, capacity: int) -> None:
        roomy = np.empty((capacity, *self._rows.shape[1:]), self._rows.dtype)
        roomy[: self._used] = self._rows[: self._used]
        self._rows, self._is_own = roomy, True

    def finish(self) -> Rows:
        if self._is_own:
            # In place, which is safe because nobody else has seen this memory.
            self._rows.resize((self._used, *self._rows.shape[1:]), refcheck=False)
            self._rows.flags.writeable = False
        return self._rows
