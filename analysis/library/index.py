"""The index of a home's sessions: one SQLite file of rows that can all be made again."""

from __future__ import annotations

import json
import math
import os
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from analysis.library.places import index_path
from analysis.library.row import IndexRow
from analysis.library.state import FileState
from sensor.private_files import make_private_folder, open_private

APPLICATION_ID = 0x52544C42
"""``RTLB`` in the file's header."""

VERSION = 1
"""Raised with every change of the table; an index of a lower version is made anew."""

_WAIT_S = 20.0
"""How long to wait for another command that writes."""

_TRY_AGAIN_S = 0.01

_COLUMNS = (
    "file", "config_hash", "size", "mtime_ns", "program", "name", "started_utc", "duration_s", "simulated",
    "sensors", "tags", "runner", "is_analysed", "trouble", "is_readable", "distance_m", "verdict",
    "confidence", "placement", "facts",
)  # fmt: skip

_TABLE = """
CREATE TABLE session (
  file TEXT NOT NULL, config_hash TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
  program TEXT NOT NULL, name TEXT NOT NULL, started_utc TEXT NOT NULL, duration_s REAL,
  simulated INTEGER NOT NULL, sensors TEXT NOT NULL, tags TEXT NOT NULL, runner TEXT NOT NULL,
  is_analysed INTEGER NOT NULL, trouble TEXT NOT NULL, is_readable INTEGER NOT NULL, distance_m REAL,
  verdict TEXT NOT NULL, confidence TEXT NOT NULL, placement TEXT NOT NULL, facts TEXT NOT NULL,
  checksum INTEGER NOT NULL,
  PRIMARY KEY (file, config_hash)
)
"""

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
"""What SQLite says of a file that is damaged, of another kind, or without our table."""


class _NewerIndexError(Exception):
    """The file is an index of a newer program."""


class _ForeignIndexError(Exception):
    """The file is a database of another program."""


_Opened = tuple[sqlite3.Connection, dict[str, IndexRow]]


class Index:
    """The rows of a home's sessions, for one set of numbers.

    Every change is written at once, in a transaction of its own: a second command sees it, and a killed one
    loses nothing that was done. Where nothing can be written the rows are kept in memory, and that is said.

    Parameters
    ----------
    home
        The runner's folder.
    config_hash
        Of the numbers whose results are wanted.
    say
        Takes a line for the person at the terminal.
    """

    def __init__(self, home: Path, config_hash: str, *, say: Callable[[str], None]) -> None:
        self._home, self._config_hash, self._say = home, config_hash, say
        self._connection, self._rows = self._open(index_path(home))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def rows(self) -> dict[str, IndexRow]:
        """Return all rows by the name of the session's file, as they were when the index was opened."""
        return self._rows

    def put(self, row: IndexRow) -> None:
        """Write a row in place of the one that was there, and forget those of other states of the file."""
        values = _values(row)
        with self._writing() as connection:
            connection.execute(
                "DELETE FROM session WHERE file = ? AND (size, mtime_ns, program) <> (?, ?, ?)",
                [row.file, row.state.size, row.state.mtime_ns, row.program],
            )
            places = ", ".join("?" * (len(values) + 1))
            connection.execute(
                f"INSERT OR REPLACE INTO session ({', '.join(_COLUMNS)}, checksum) VALUES ({places})",
                [*values, _checksum(values)],
            )

    def forget(self, file: str) -> None:
        """Take a session out."""
        with self._writing() as connection:
            connection.execute("DELETE FROM session WHERE file = ?", [file])

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Give the connection for one transaction; where the file takes none, memory does from then on."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            self._to_memory(error)
            self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield self._connection
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            self._to_memory(error)

    def _to_memory(self, error: sqlite3.Error) -> None:
        self._say(_not_kept(index_path(self._home), error))
        memory = _in_memory(self._connection)
        self._connection.close()
        self._connection = memory

    def _open(self, path: Path) -> _Opened:
        """Open the index, a new one where there is none, beside what cannot be used."""
        try:
            return self._loaded(_connect(path))
        except _NewerIndexError as error:
            own = path.with_name(f"{path.stem}-{VERSION}{path.suffix}")
            if path != index_path(self._home):
                return self._read_only(path, error)
            if not own.exists():
                self._say(f"{path}: of a newer runtall, left alone; {own.name} is made beside it.")
            return self._open(own)
        except (OSError, sqlite3.Error, _ForeignIndexError) as error:
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF
            if isinstance(error, _ForeignIndexError) or code in _DAMAGED:
                return self._anew(path, error)
            return self._read_only(path, error)

    def _anew(self, path: Path, error: Exception) -> _Opened:
        """Move a damaged index aside and begin another."""
        aside = _free_name(path)
        try:
            path.replace(aside)
            for log in ("-wal", "-shm"):
                Path(f"{path}{log}").unlink(missing_ok=True)
            made = _connect(path)
        except (OSError, sqlite3.Error, _NewerIndexError, _ForeignIndexError) as second:
            return self._read_only(path, second)
        self._say(f"{path}: damaged ({error}); moved aside to {aside.name} and made anew.")
        return self._loaded(made)

    def _read_only(self, path: Path, error: Exception) -> _Opened:
        """Work in memory, with what can be read of the file."""
        self._say(_not_kept(path, error))
        try:
            with closing(
                sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
            ) as file:
                _refuse_foreign(file)
                return self._loaded(_in_memory(file))
        except (sqlite3.Error, _NewerIndexError, _ForeignIndexError):
            return self._loaded(_in_memory())

    def _loaded(self, connection: sqlite3.Connection) -> _Opened:
        """Read all rows at once: damage is met now, not in the midst of the work."""
        query = f"SELECT {', '.join(_COLUMNS)}, checksum FROM session WHERE config_hash = ?"
        try:
            found = connection.execute(query, [self._config_hash])
            return connection, {row.file: row for values in found if (row := _row(values)) is not None}
        except sqlite3.Error:
            connection.close()
            raise


def _not_kept(path: Path, error: Exception) -> str:
    why = (error.strerror if isinstance(error, OSError) else None) or str(error) or "of a newer runtall"
    return f"{path}: cannot be written ({why}); what is found now is not kept for the next time."


def _connect(path: Path) -> sqlite3.Connection:
    """Open an index for reading and writing; make it where there is none."""
    make_private_folder(path.parent)
    open_private(path).close()
    connection = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)
    try:
        _refuse_foreign(connection)
        connection.execute("PRAGMA trusted_schema = OFF")
        _write_ahead(connection)
        # A power cut may take the last rows, which are found again; it never harms the file.
        connection.execute("PRAGMA synchronous = NORMAL")
        if connection.execute("PRAGMA user_version").fetchone() != (VERSION,):
            connection.execute("BEGIN IMMEDIATE")
            _make(connection)
            connection.execute("COMMIT")
    except BaseException:
        connection.close()
        raise
    return connection


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Turn write-ahead logging on: for this lock SQLite does not wait itself, and two would collide."""
    until_s = time.monotonic() + _WAIT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until_s:
                raise
            time.sleep(_TRY_AGAIN_S)
        else:
            return


def _refuse_foreign(connection: sqlite3.Connection) -> None:
    # One transaction: read apart, a file that another command makes meanwhile looks like a stranger's.
    connection.execute("BEGIN")
    try:
        is_new = connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    finally:
        connection.rollback()
    if application != APPLICATION_ID and not is_new:
        raise _ForeignIndexError("of another program")
    if version > VERSION:
        raise _NewerIndexError


def _make(connection: sqlite3.Connection) -> None:
    """Make the table, unless another command was quicker; that of an older version is thrown away."""
    if connection.execute("PRAGMA user_version").fetchone() == (VERSION,):
        return
    connection.execute("DROP TABLE IF EXISTS session")
    connection.execute(_TABLE)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _in_memory(source: sqlite3.Connection | None = None) -> sqlite3.Connection:
    """Return an index in memory, with the rows of another, as far as they can be read."""
    memory = sqlite3.connect(":memory:", isolation_level=None)
    _make(memory)
    if source is not None:
        with suppress(sqlite3.Error):
            places = ", ".join("?" * (len(_COLUMNS) + 1))
            rows = source.execute("SELECT * FROM session")
            memory.executemany(f"INSERT INTO session VALUES ({places})", rows)
    return memory


def _free_name(path: Path) -> Path:
    number = 1
    while os.path.lexists(aside := path.with_name(f"{path.stem}-damaged-{number}{path.suffix}")):
        number += 1
    return aside


def _values(row: IndexRow) -> list[str | int | float | None]:
    return [
        row.file,
        row.config_hash,
        row.state.size,
        row.state.mtime_ns,
        row.program,
        _text(row.name),
        row.started_utc,
        _known(row.duration_s),
        int(row.simulated),
        json.dumps(row.sensors),
        json.dumps(row.tags),
        _text(row.runner),
        int(row.is_analysed),
        _text(row.trouble),
        int(row.is_readable),
        _known(row.distance_m),
        row.verdict,
        row.confidence,
        _text(row.placement),
        row.facts,
    ]


def _text(text: str) -> str:
    """Return a text that SQLite takes: half a letter, as a session's JSON may hold, is spelt out."""
    return text.encode("utf-8", "backslashreplace").decode()


def _known(value: float) -> float | None:
    # As SQLite gives it back: it keeps neither whole numbers as such in a column of reals, nor a minus zero.
    return float(value) + 0.0 if math.isfinite(value) else None


def _checksum(values: list[str | int | float | None]) -> int:
    """Return a sum over a row: SQLite sees damage only where it breaks the layout of a page."""
    return zlib.crc32("\x1f".join(map(str, values)).encode())


def _row(stored: tuple[str | int | float | None, ...]) -> IndexRow | None:
    """Return a row as it was put; None where it is not as it was."""
    *values, checksum = stored
    if _checksum(values) != checksum:
        return None
    told: dict[str, Any] = dict(zip(_COLUMNS, values, strict=True))
    state = FileState(told.pop("size"), told.pop("mtime_ns"))
    for name in ("duration_s", "distance_m"):
        told[name] = math.nan if told[name] is None else told[name]
    for name in ("sensors", "tags"):
        told[name] = tuple(json.loads(told[name]))
    for name in ("simulated", "is_analysed", "is_readable"):
        told[name] = bool(told[name])
    return IndexRow(state=state, **told)
