"""Where sessions lie: folders of this computer, and of any place that fsspec reaches."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from analysis.errors import UsageError
from sensor.errors import MissingExtraError

SUFFIX = ".runtall"
_LOG = "-wal"
"""Ends the name of what a recording that was killed left beside its file."""

_CHANGES = ("ETag", "etag", "LastModified", "last_modified", "mtime", "updated", "created")
"""What file systems call that which tells when a file was changed."""


def is_remote(path: str) -> bool:
    """Tell whether a path is an address of fsspec, such as ``s3://club/anna``."""
    return "://" in path


def session_paths(folders: Iterable[str]) -> Iterator[str]:
    """Yield every session file in and below the folders, each once, in a fixed order.

    Raises
    ------
    UsageError
        For a folder that is not there.
    MissingExtraError
        For an address without the package that reaches it.
    OSError
        Where a folder cannot be listed.
    """
    for folder in _outermost(folders):
        if is_remote(folder):
            yield from _remote_paths(folder)
        elif Path(folder).is_file():
            yield folder
        elif Path(folder).is_dir():
            yield from _below(folder)
        else:
            raise UsageError(f"{folder}: there is no such folder; give folders that hold {SUFFIX} files")


def stamp_of(path: str) -> str:
    """Return what tells that a session has changed, without reading it: size and time, its log's too.

    Raises
    ------
    OSError
        Where it cannot be looked at.
    """
    if not is_remote(path):
        return "|".join(filter(None, (_stamp(path), _stamp(path + _LOG))))
    system, place = _file_system(path)
    info = system.info(place)
    changed = next((info[key] for key in _CHANGES if info.get(key)), "")
    return f"{info.get('size')}|{changed}"


@contextmanager
def local_copy(path: str) -> Iterator[Path]:
    """Lend a session as a file of this computer: SQLite reads no other.

    Raises
    ------
    OSError
        Where it cannot be fetched.
    """
    if not is_remote(path):
        yield Path(path)
        return
    system, place = _file_system(path)
    with TemporaryDirectory(prefix="runtall-") as folder:
        local = Path(folder) / place.rsplit("/", 1)[-1]
        system.get_file(place, str(local))
        if system.exists(place + _LOG):
            system.get_file(place + _LOG, str(local) + _LOG)
        yield local


def _outermost(folders: Iterable[str]) -> list[str]:
    """Return the folders, whole, without those that lie in another of them."""
    whole = sorted(
        {folder.rstrip("/") if is_remote(folder) else os.path.abspath(folder) for folder in folders}
    )
    return [one for one in whole if not any(one.startswith(f"{other.rstrip(os.sep)}/") for other in whole)]


def _below(folder: str) -> Iterator[str]:
    """Yield the sessions below a folder, by name; no links to folders, which may lead in a circle."""
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            yield from _below(entry.path)
        elif entry.name.endswith(SUFFIX) and _may_be_file(entry):
            yield entry.path


def _may_be_file(entry: os.DirEntry[str]) -> bool:
    """Tell files from pipes, devices and links to nothing; what cannot be seen is told as an error later."""
    try:
        return entry.is_file()
    except OSError:
        return True


def _stamp(path: str) -> str:
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return ""
    return f"{status.st_size}|{status.st_mtime_ns}"


def _remote_paths(folder: str) -> Iterator[str]:
    system, place = _file_system(folder)
    if not system.exists(place):
        raise UsageError(f"{folder}: there is no such place; give one that holds {SUFFIX} files")
    yield from (
        system.unstrip_protocol(found) for found in sorted(system.find(place)) if found.endswith(SUFFIX)
    )


def _file_system(path: str) -> tuple[Any, str]:
    try:
        import fsspec
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise MissingExtraError(f'{path}: such places need an extra: pip install "fsspec"') from error
    try:
        return url_to_fs(path)  # type: ignore[no-any-return]
    except ValueError as error:
        raise UsageError(
            f"{path}: {error}; known are {', '.join(sorted(fsspec.available_protocols()))}"
        ) from error
    except ImportError as error:
        raise MissingExtraError(f"{path}: {error}") from error
