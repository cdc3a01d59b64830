"""What a kept result depends on: the session's file as it lies there, and the program that made it."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]

_MAKES_NO_FIGURE = {
    "analysis": ("cli", "export", "checkup", "library", "__pycache__"),
    "sensor": ("link", "recorder", "download", "importers", "virtual", "__pycache__"),
}
"""Folders of the program that a report does not depend on."""

_SOURCES = (".py", ".j2", ".css", ".js")

LOGS = ("-wal", "-journal")
"""Ends of the names of files in which the last seconds of a session may lie."""


@dataclass(frozen=True, slots=True)
class FileState:
    """By what a session file is taken to be unchanged: its size and the time it was last written, ns."""

    size: int
    mtime_ns: int


def state_of(path: Path) -> FileState | None:
    """Return the state of a session file; None while a log lies beside it, or where it cannot be seen.

    What a log holds is not in the size and time of the file, so nothing is kept of such a session.
    """
    try:
        status = path.stat()
        if any(os.path.lexists(f"{path}{log}") for log in LOGS):
            return None
    except OSError:
        return None
    return FileState(status.st_size, status.st_mtime_ns)


@cache
def program_hash() -> str:
    """Return the first 16 hex digits of the SHA-256 over the program's own text, as far as a report needs it.

    Its version alone would let results of a program that was mended since pass for those of today's.
    """
    digest = hashlib.sha256()
    for package, left_out in _MAKES_NO_FIGURE.items():
        for path in _sources(_ROOT / package, left_out):
            digest.update(f"{path.relative_to(_ROOT).as_posix()}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _sources(folder: Path, left_out: tuple[str, ...] = ("__pycache__",)) -> Iterator[Path]:
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        if entry.is_dir():
            if entry.name not in left_out:
                yield from _sources(Path(entry.path))
        elif entry.name.endswith(_SOURCES):
            yield Path(entry.path)


def zone() -> str:
    """Return the time zone, which decides what pages and texts say of when a run began."""
    return f"{time.tzname} {time.timezone} {time.altzone}"
