"""What a data set knows of the files that were looked at: numbers only, so that ten million fit in memory."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from sensor.samples import BoolArray, IntArray


class Outcome(StrEnum):
    """What came of a file."""

    SESSION = "session"
    COPY = "copy"
    """Another file had brought its session already."""
    ERROR = "error"


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """One row for each file and part, (n,) each.

    Parameters
    ----------
    path_key, source_key, content_key
        By which place, file and session are known again; no content_key counts for an error.
    part
        Number of the part it went into.
    is_session, is_copy
        Its outcome; an error is neither.
    """

    path_key: IntArray
    source_key: IntArray
    content_key: IntArray
    part: IntArray
    is_session: BoolArray
    is_copy: BoolArray

    @property
    def is_error(self) -> BoolArray:
        """Files without figures."""
        return ~(self.is_session | self.is_copy)

    def replaced(self) -> BoolArray:
        """Tell which rows a later part replaces: their files were looked at again."""
        return _has_later(self.path_key, self.part)

    def yielding(self) -> BoolArray:
        """Tell which rows a later part makes copies of: another file has brought the same session."""
        own = np.flatnonzero(self.is_session)
        yielding = np.zeros(len(self.part), dtype=np.bool_)
        yielding[own] = _has_later(self.content_key[own], self.part[own])
        return yielding

    def orphaned_copies(self) -> BoolArray:
        """Tell which copies are of a session that is no longer there: they have to bring it themselves."""
        return self.is_copy & ~np.isin(self.content_key, self.content_key[self.is_session])

    def by_part(self, keys: IntArray, chosen: BoolArray) -> dict[int, set[int]]:
        """Return by number of their part the keys of the chosen rows."""
        parts, kept = self.part[chosen], keys[chosen]
        return {number: set(kept[parts == number].tolist()) for number in np.unique(parts).tolist()}


def _has_later(keys: IntArray, part: IntArray) -> BoolArray:
    """Tell which rows are not the last of their key."""
    order = np.lexsort((part, keys))
    later = np.zeros(len(order), dtype=np.bool_)
    later[order[:-1]] = np.diff(keys[order]) == 0
    return later


class Lookup:
    """Rows by their key, fast whatever their number.

    Parameters
    ----------
    keys
        (n,) of the rows; of doubled ones any is found.
    """

    def __init__(self, keys: IntArray) -> None:
        self._order = np.argsort(keys)
        self._keys = keys[self._order]

    def rows(self, keys: IntArray) -> IntArray:
        """Return (m,) row numbers of (m,) keys, -1 for those that are not there."""
        if not len(self._keys):
            return np.full(len(keys), -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return np.where(self._keys[at] == keys, self._order[at], -1)
