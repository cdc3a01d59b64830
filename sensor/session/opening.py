"""Open a session file for reading: only our own, only whole, and with a killed recording's log taken in."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sensor.errors import SessionFileError
from sensor.private_files import create_private
from sensor.session.integrity import UnsoundSessionError, check_schema, shorten
from sensor.session.schema import APPLICATION_ID, USER_VERSION

_MAGIC = b"SQLite format 3\x00"
_HEADER_BYTES = 100
_WAL_VERSION = 2
_LEFTOVERS = ("-wal", "-journal")
_WAIT_MS = 5000
LONGEST_VALUE_BYTES = 64 << 20
"""No payload, text or row of a session is longer; SQLite refuses to make one."""

_ADVICE = "use another copy, or save what is left with: sqlite3 FILE .recover"


@dataclass(frozen=True, slots=True)
class OpenSession:
    """An open session file: the connection, and what the reader owes the runner to say about the file."""

    connection: sqlite3.Connection
    notices: tuple[str, ...]


@contextmanager
def open_session(path: Path) -> Iterator[OpenSession]:
    """Open a session for reading, as one consistent snapshot.

    A recording that was killed leaves its last seconds in a ``-wal`` beside the file; they are carried over
    first. A recording that still runs is read as it stands. Files that are not ours are never written to.

    Raises
    ------
    SessionFileError
        When the file does not exist, is no session, of a newer version, or damaged; also for damage met
        while it is being read.
    """
    logged = _check_header(path)
    try:
        with (
            _logged(path) if logged else nullcontext(OpenSession(_connect(path, "ro"), ())) as opened,
            closing(opened.connection),
        ):
            opened.connection.execute(f"PRAGMA busy_timeout = {_WAIT_MS}")
            distrust(opened.connection)
            opened.connection.execute("BEGIN")
            check_schema(opened.connection)
            yield opened
    except UnsoundSessionError as error:
        raise SessionFileError(f"{path}: damaged, {error}; {_ADVICE}") from error
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        # Python cannot decode a message of SQLite that quotes what is no text.
        raise SessionFileError(f"{path}: damaged, SQLite says {shorten(str(error))!r}; {_ADVICE}") from error


def _check_header(path: Path) -> bool:
    """Refuse what is no session without touching it; tell whether a log may hold part of it.

    Read by hand because SQLite, asked to open a file, may already change it.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode) and not path.is_dir():
            raise SessionFileError(f"{path}: a pipe or device, no session file; see `runtall list`")
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
            size = file.seek(0, os.SEEK_END)
    except OSError as error:
        raise SessionFileError(f"{path}: cannot be read ({error.strerror}); see `runtall list`") from error
    if not header:
        raise SessionFileError(f"{path}: empty; the recording never began, or the copy failed")
    if not header.startswith(_MAGIC[: len(header)]):
        raise SessionFileError(f"{path}: no session file (it begins with {header[:8]!r}); see `runtall list`")
    if len(header) < _HEADER_BYTES:
        raise SessionFileError(f"{path}: cut off after {len(header)} bytes; copy it again")
    _refuse_foreign(path, header)
    leftovers = _leftovers(path)
    whole = _page_bytes(header) * _u32(header, 28)
    if size < whole and not leftovers:
        raise SessionFileError(f"{path}: cut off, {size} of {whole} bytes are there; copy it again")
    return header[18] == _WAL_VERSION or any(leftover.stat().st_size for leftover in leftovers)


def _refuse_foreign(path: Path, header: bytes) -> None:
    version, application = _u32(header, 60), _u32(header, 68)
    if application != APPLICATION_ID:
        raise SessionFileError(
            f"{path}: an SQLite file of another program (application id 0x{application:08x}), no session; "
            "see `runtall list`"
        )
    if version > USER_VERSION:
        raise SessionFileError(
            f"{path}: format version {version}, this program knows up to {USER_VERSION}; update runtall"
        )


def _u32(header: bytes, offset: int) -> int:
    return int.from_bytes(header[offset : offset + 4], "big")


def _page_bytes(header: bytes) -> int:
    stored = int.from_bytes(header[16:18], "big")
    return 65536 if stored == 1 else stored


def _leftovers(path: Path) -> list[Path]:
    beside = [path.with_name(path.name + suffix) for suffix in _LEFTOVERS]
    return [leftover for leftover in beside if leftover.exists()]


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=0)


def distrust(connection: sqlite3.Connection) -> None:
    """Let nothing act that a stranger wrote into a file's schema, and no value grow beyond all measure."""
    # Loads the schema first: to SQLite before 3.42 our own CHECK (json_valid) is unsafe, but only on loading.
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE_BYTES)


@contextmanager
def _logged(path: Path) -> Iterator[OpenSession]:
    """Open a session with a log, with a folder to copy both to: only here, since it costs as much to make."""
    with TemporaryDirectory(prefix="runtall-") as scratch:
        yield _open_logged(path, Path(scratch))


def _open_logged(path: Path, scratch: Path) -> OpenSession:
    """Open a session whose log was not carried over, and carry it over if nobody writes to it any more."""
    had_log = bool(_leftovers(path))
    try:
        connection, recording = _take_in_log(path)
    except sqlite3.OperationalError:
        # A full disk or a place we may not write to: take the log in where there is room.
        connection, recording = _take_in_log(_copy(path, scratch))
    if recording:
        return OpenSession(
            connection, ("This session is still being recorded; what follows is what it holds so far.",)
        )
    if had_log:
        return OpenSession(
            connection, ("The recording was not ended properly; its last seconds were recovered.",)
        )
    return OpenSession(
        connection,
        ("The file was copied without its -wal while it was recorded; its last seconds may be missing.",),
    )


def _take_in_log(path: Path) -> tuple[sqlite3.Connection, bool]:
    """Connect and make the file whole; true where another process still records into it."""
    connection = _connect(path, "rw")
    try:
        connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        if is_busy(error):
            return connection, True
        connection.close()
        raise
    return connection, False


def is_busy(error: sqlite3.Error) -> bool:
    """Tell whether an operation failed only because another connection has the file in use."""
    primary_code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    return bool(primary_code == sqlite3.SQLITE_BUSY)


def _copy(path: Path, folder: Path) -> Path:
    try:
        for file in [path, *_leftovers(path)]:
            with file.open("rb") as source, create_private(folder / file.name) as copy:
                shutil.copyfileobj(source, copy)
    except OSError as error:
        raise SessionFileError(
            f"{path}: its log cannot be taken in here nor copied to {folder} ({error.strerror}); make room"
        ) from error
    return folder / path.name
