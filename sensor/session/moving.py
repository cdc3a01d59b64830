"""Move a session file to another place, or remove it: whole, and never over anything that lies there."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from sensor.errors import SessionExistsError, SessionFileError
from sensor.private_files import create_private, part_beside
from sensor.session.opening import is_busy, open_session
from sensor.session.writer import give_name

_BESIDE = ("-wal", "-journal", "-shm")


def move_session(path: Path, target: Path) -> None:
    """Move a session file, to another disk too; its log is taken in first.

    At no moment is it nowhere: the new file is whole, and forced to the disk, before the old one goes.

    Raises
    ------
    SessionExistsError
        Where something lies at the new place.
    SessionFileError
        For a link, for a session that is damaged or still being recorded, and where it cannot be moved.
    """
    if path.is_symlink():
        raise SessionFileError(f"{path}: a link; move the file it leads to, {os.path.realpath(path)}")
    with open_session(path):
        # Takes in the log of a killed recording, and refuses what is no session.
        pass
    _refuse_in_use(path)
    try:
        _move(path, target)
    except FileExistsError as error:
        raise SessionExistsError(f"{target}: exists already; nothing was moved") from error
    except OSError as error:
        raise SessionFileError(
            f"{path}: cannot be moved to {target} ({error.strerror}); it is where it was"
        ) from error


def remove_session(path: Path) -> None:
    """Remove a session file and its logs; of a link only the link.

    Raises
    ------
    SessionFileError
        While it is being recorded, and where it cannot be removed.
    """
    try:
        if not path.is_symlink():
            _refuse_in_use(path)
            for end in _BESIDE:
                Path(f"{path}{end}").unlink(missing_ok=True)
        path.unlink()
    except OSError as error:
        raise SessionFileError(f"{path}: cannot be removed ({error.strerror})") from error


def _refuse_in_use(path: Path) -> None:
    """Refuse a session that its recorder holds open; what cannot be opened at all, nobody records into."""
    if not path.is_file():
        return
    with suppress(sqlite3.DatabaseError), closing(_connected(path)) as connection:
        try:
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if is_busy(error):
                raise SessionFileError(f"{path}: it is still being recorded; end that first") from error


def _connected(path: Path) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode=rw"
    return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=1.0)


def _move(path: Path, target: Path) -> None:
    try:
        os.link(path, target)
    except FileExistsError:
        raise
    except OSError:
        # Another disk, or one that knows no second names.
        _copy(path, target)
    _force_to_disk(target.parent)
    path.unlink()


def _copy(path: Path, target: Path) -> None:
    status, part = path.stat(), part_beside(target)
    try:
        with path.open("rb") as source, create_private(part) as copy:
            shutil.copyfileobj(source, copy)
            copy.flush()
            os.fsync(copy.fileno())
        os.utime(part, ns=(status.st_atime_ns, status.st_mtime_ns))
        give_name(part, target)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _force_to_disk(folder: Path) -> None:
    """Let the folder's new name outlast a power cut, on systems that open folders."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
