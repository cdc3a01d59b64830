"""Write a session file so that nothing recorded is lost: killed process, full disk, empty battery.

Rows go through a write-ahead log, and every commit is forced to the disk. The log is carried over into the
main file every few pages, so that even a copy of the main file alone, made during the run, is nearly whole.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Self

from sensor.errors import SessionExistsError, SessionFileError
from sensor.private_files import create_private, part_beside
from sensor.session.opening import is_busy
from sensor.session.rows import Row, SessionRows, as_json
from sensor.session.schema import ENDED_KEY, new_session_bytes
from sensor.session.seal import seal

CHECKPOINT_PAGES = 16
"""Pages of write-ahead log after which they are carried over. Every commit writes at least one page."""

_WAIT_S = 10.0
"""How long to wait for a reader where the journal makes the two exclude each other."""


class SessionWaitError(SessionFileError):
    """Nothing can be written for now. After `SessionWriter.roll_back` the same can be tried again."""


class SessionLockedError(SessionWaitError):
    """Another program has locked the session."""


class SessionFullError(SessionWaitError):
    """The disk takes no more: it is full, a quota or a limit is reached, or it fails."""


class SessionWriter(SessionRows):
    """A new session file, written by one thread. Rows are safe once `commit` returns.

    Parameters
    ----------
    path
        Where the file goes; nothing may be there yet.
    name
        The session's name.
    started_utc
        ISO 8601 wall-clock time of second 0.
    simulated
        True where a virtual runner makes the session.
    wait_s
        How long to wait for another program that has locked the file, s.

    Raises
    ------
    SessionExistsError
        When a file is there already.
    SessionFileError
        When none can be made. Every later method raises it too, when the disk is full or fails; what was
        committed stays in the file and its ``-wal``.
    SessionWaitError
        By every later method, when the same can succeed later: the disk is full, or another program has
        locked the file for ``wait_s``.
    """

    def __init__(
        self, path: Path, *, name: str, started_utc: str, simulated: bool = False, wait_s: float = _WAIT_S
    ) -> None:
        super().__init__()
        self.path = path
        self._is_finished = False
        meta = {"name": name, "started_utc": started_utc, "simulated": simulated}
        _create(path, new_session_bytes({key: as_json(value) for key, value in meta.items()}))
        # The thread that opens the file is not the one that writes: `ThreadedWriter` hands it over.
        self._connection = sqlite3.connect(
            path, timeout=wait_s, isolation_level=None, check_same_thread=False
        )
        with ExitStack() as undoing:
            undoing.callback(self.abandon)
            self._start()
            undoing.pop_all()

    def _start(self) -> None:
        try:
            self.journal = choose_journal(self._connection)
            # Immediate, so that a disk without room for the journal is told now and not during the run.
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def put_rows(self, statement: str, rows: Iterable[Row]) -> None:
        """Write rows; they are safe after the next `commit`."""
        try:
            self._connection.executemany(statement, rows)
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def commit(self) -> None:
        """Force everything written so far to the disk."""
        try:
            self._connection.execute("COMMIT")
            self._connection.execute("BEGIN")
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def roll_back(self) -> None:
        """Undo what was put since the last `commit`, after a failure, so that it can be put once more."""
        try:
            # Of some failures SQLite undoes everything itself.
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            self._connection.execute("BEGIN")
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def finish(self) -> None:
        """Write down that the session has ended, seal its rows and commit; nothing but `close` may follow."""
        if self._is_finished:
            return
        try:
            self.set_meta(ENDED_KEY, True)
            seal(self._connection)
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise self._failed(error) from error
        self._is_finished = True

    def close(self) -> None:
        """Commit, carry the log over into the main file and leave that as the only file.

        While another process reads the session, or the disk has no room, the log stays; whoever opens the
        session next carries it over.
        """
        try:
            self.finish()
            self._connection.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.Error as error:
            if not (is_busy(error) or is_out_of_room(error)):
                raise self._failed(error) from error
        finally:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Close after success, abandon after a failure."""
        if kind is None:
            self.close()
        else:
            self.abandon()

    def abandon(self) -> None:
        """Let go of the file after a failure, without writing to it any more."""
        self._connection.close()

    def _failed(self, error: sqlite3.Error) -> SessionFileError:
        if is_busy(error):
            return SessionLockedError(
                f"{self.path}: another program has locked it; everything committed before is kept: close it"
            )
        kind = SessionFullError if is_out_of_room(error) else SessionFileError
        return kind(
            f"{self.path}: cannot be written ({error}); everything committed before is kept: "
            "make room, and copy the file together with its -wal if there is one"
        )


def is_out_of_room(error: sqlite3.Error) -> bool:
    """Tell whether an operation failed because the disk takes no more.

    SQLite calls only ENOSPC full; a quota (EDQUOT), a limit on files (EFBIG) and a failing disk are errors of
    input and output to it.
    """
    primary_code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    return primary_code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


def choose_journal(connection: sqlite3.Connection) -> str:
    """Set the safest journal the file's place allows and return its name, ``wal`` or ``truncate``.

    A write-ahead log needs memory shared between processes, which network drives lack. There a rollback
    journal is as safe, only slower, and a copy made during a commit may be torn.
    """
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        (mode,) = connection.execute("PRAGMA journal_mode = TRUNCATE").fetchone()
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    connection.execute("PRAGMA foreign_keys = ON")
    return str(mode)


def _create(path: Path, content: bytes) -> None:
    """Put a whole file in place, never over another one, never half of it."""
    part = part_beside(path)
    try:
        with create_private(part) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        give_name(part, path)
    except FileExistsError as error:
        raise SessionExistsError(
            f"{path}: exists already and is never overwritten; choose another name"
        ) from error
    except OSError as error:
        raise SessionFileError(
            f"{path}: cannot be made ({error.strerror}); make room or choose another folder"
        ) from error
    finally:
        # A folder that cannot be written to has no part file, and some systems say so as an error.
        with suppress(OSError):
            part.unlink(missing_ok=True)


def give_name(part: Path, path: Path) -> None:
    """Let a finished file appear under its name, never over another one.

    Raises
    ------
    FileExistsError
        Where something has the name.
    """
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:
        # Sticks and some network drives know no second names for a file.
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        part.rename(path)
