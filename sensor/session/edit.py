"""Tell more about a session that has ended: how far it went, on what ground, with which pack."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sensor.errors import SessionFileError
from sensor.session.integrity import UnsoundSessionError, check_schema, parse_json
from sensor.session.opening import distrust, is_busy, open_session
from sensor.session.rows import Row, SessionRows
from sensor.session.schema import CONTEXT_PREFIX, EARLIER_PREFIX
from sensor.session.seal import is_sealed, seal

MOST_EARLIER = 100
"""So many values that were told before are kept of a key; then the oldest go."""

_WAIT_S = 5.0
"""How long to wait for somebody who reads the session."""


@contextmanager
def amend_session(path: Path) -> Iterator[Amendment]:
    """Add to a session in one transaction: all of it or, after an error, nothing.

    For what is told about the session, for marks, and for tracks, whose numbers are continued. Those of
    sensors and segments are not: they belong to whoever made the file.

    Raises
    ------
    SessionFileError
        When the file is no session, is still being recorded, or cannot be written.
    """
    with open_session(path):
        # Takes in the log of a killed recording, and refuses what is no session.
        pass
    try:
        with closing(sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)) as connection:
            distrust(connection)
            # Older SQLite refuses our own CHECK where it trusts no schema; `as_json` keeps it anyway.
            connection.execute("PRAGMA ignore_check_constraints = ON")
            # Nobody but its recorder keeps a session in this mode.
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("BEGIN IMMEDIATE")
            # Anew, for the file may have been replaced since.
            check_schema(connection)
            was_sound = is_sealed(connection)
            yield Amendment(connection)
            if was_sound:
                seal(connection)
            connection.execute("COMMIT")
    except UnsoundSessionError as error:
        raise SessionFileError(f"{path}: damaged, {error}; nothing was added to it") from error
    except sqlite3.Error as error:
        advice = "it is still being recorded; end that first"
        if not is_busy(error):
            advice = f"{error}; make room, or copy it to where you may write"
        raise SessionFileError(f"{path}: cannot be written: {advice}") from error


class Amendment(SessionRows):
    """Rows of one transaction.

    Parameters
    ----------
    connection
        To the session, in a transaction.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__()
        self._connection = connection
        (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM track").fetchone()
        self._track_ids = itertools.count(int(last) + 1)

    def put_rows(self, statement: str, rows: Iterable[Row]) -> None:
        """Write rows."""
        self._connection.executemany(statement, rows)

    def tell(self, key: str, value: Any) -> None:
        """Keep what the runner tells under a key of the context, and what was told before under it."""
        before = self._meta(CONTEXT_PREFIX + key)
        if before not in (None, value):
            earlier = self._meta(EARLIER_PREFIX + key)
            told = [*(earlier if isinstance(earlier, list) else ()), before]
            self.set_meta(EARLIER_PREFIX + key, told[-MOST_EARLIER:])
        self.set_context(key, value)

    def _meta(self, key: str) -> Any:
        """Return a fact, None where there is none that can be read."""
        found = self._connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        try:
            return parse_json(found[0]) if found else None
        except ValueError:
            return None
