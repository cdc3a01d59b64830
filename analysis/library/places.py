"""Where things lie in a runner's folder: sessions, the index of them, and what is kept of each."""

from __future__ import annotations

import hashlib
from operator import attrgetter
from pathlib import Path

SUFFIX = ".runtall"
"""As in the schema of sessions, which would load SQLite for every ``--help``."""


def sessions_folder(home: Path) -> Path:
    """Return the folder of the session files."""
    return home / "sessions"


def list_session_paths(home: Path) -> list[Path]:
    """Return the paths of all session files, in order of their names, oldest first."""
    return sorted(sessions_folder(home).glob(f"*{SUFFIX}"), key=attrgetter("name"))


def index_path(home: Path) -> Path:
    """Return the path of the index."""
    return home / "library.sqlite"


def shelves_folder(home: Path) -> Path:
    """Return the folder of what is kept of all sessions."""
    return home / "library"


def shelf_folder(home: Path, file: str) -> Path:
    """Return the folder of what is kept of one session; names of sessions may be as long as a name can be."""
    return shelves_folder(home) / hashlib.sha256(file.encode("utf-8", "replace")).hexdigest()[:16]


def file_in_home(home: Path, path: Path) -> str | None:
    """Return the name of a session file of this home; None for a file that lies elsewhere.

    Only the sessions of the home are known to its library. What lies elsewhere may be another person's, or on
    a stick: nothing of it stays here, and nothing would tell when to throw it away.
    """
    is_here = path.suffix == SUFFIX and path.parent.resolve() == sessions_folder(home).resolve()
    return path.name if is_here and is_text(path.name) else None


def is_text(name: str) -> bool:
    """Tell whether a file's name is text; on some systems it may be any bytes, which no index takes."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
