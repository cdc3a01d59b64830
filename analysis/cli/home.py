"""Where sessions live, and what the words ``latest``, a name or a date mean there."""

from __future__ import annotations

import heapq
import math
import os
import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from analysis.cli.text import local_start, tell
from analysis.library.places import SUFFIX, list_session_paths, sessions_folder
from sensor.text import printable

if TYPE_CHECKING:
    from analysis.library.row import Entry
    from sensor.session.info import SessionInfo

Made = TypeVar("Made")

_LONGEST_NAME_BYTES = 100
_LATEST = re.compile(r"latest(?:-([0-9]+))?")

_STAMP, _STAMP_LETTERS = "%Y-%m-%d_%H-%M-%S", 19
"""How the name of a session's file begins: when it began, by the local clock."""

_WEST_S = 16 * 3600.0
"""No local clock was ever so far behind UTC."""


def home_folder(ctx: click.Context) -> Path:
    """Return the runner's folder: ``--home``, ``RUNTALL_HOME``, or where the system keeps such data."""
    chosen = (ctx.find_object(dict) or {}).get("home")
    return Path(chosen) if chosen else platform_home()


def platform_home() -> Path:
    """Return where the system keeps such data."""
    import platformdirs

    return platformdirs.user_data_path("runtall", appauthor=False)


def new_session_path(home: Path, name: str, started: datetime) -> Path:
    """Return the path of a new session, named after when it began and what it is called.

    Raises
    ------
    SessionFileError
        As `new_path`.
    """
    return new_path(sessions_folder(home), name, started=started, suffix=SUFFIX)


def new_path(folder: Path, name: str, *, started: datetime, suffix: str) -> Path:
    """Return the path of a new file, named after when what it holds began and what that is called.

    The folder is made; the file is not. Two files of one name and second get different paths.

    Raises
    ------
    SessionFileError
        When the folder cannot be made.
    """
    from sensor.errors import SessionFileError
    from sensor.private_files import make_private_folder

    try:
        make_private_folder(folder)
    except OSError as error:
        raise SessionFileError(
            f"{folder}: cannot be made ({error.strerror}); choose another place with --home or RUNTALL_HOME"
        ) from error
    stem = "_".join(filter(None, [start_stamp(started), file_name(name)]))
    path = folder / f"{stem}{suffix}"
    number = 1
    while os.path.lexists(path):
        number += 1
        path = folder / f"{stem}_{number}{suffix}"
    return path


def start_stamp(started: datetime) -> str:
    """Return how the name of a file begins whose content began then, by the local clock."""
    return f"{started.astimezone():{_STAMP}}"


def in_new_place(new_path: Callable[[], Path], make: Callable[[Path], Made]) -> Made:
    """Make something at a new path; where another process took that meanwhile, at the next one.

    Parameters
    ----------
    new_path
        Returns a path at which nothing is yet.
    make
        Makes it there; `SessionExistsError` asks for another path.

    Raises
    ------
    SessionExistsError
        When the same path is taken twice: no other one will be found.
    """
    from sensor.errors import SessionExistsError

    path = new_path()
    while True:
        try:
            return make(path)
        except SessionExistsError:
            taken, path = path, new_path()
            if path == taken:
                raise


def file_name(name: str) -> str:
    """Return a name with only such characters as every file system takes."""
    plain = unicodedata.normalize("NFKC", name)
    short = re.sub(r"[^\w.]+", "-", plain).strip("-.").encode()[:_LONGEST_NAME_BYTES]
    return short.decode(errors="ignore")


def find_session(home: Path, word: str, *, for_report: bool = False) -> Path:
    """Return the session file a word means.

    ``latest`` passes over what cannot be read, and says so: one bad file must not stand before the others.

    Parameters
    ----------
    home
        The runner's folder.
    word
        A path, the session's name or its file's, the date it began on (local time), ``latest``, or
        ``latest-1`` for the one before.
    for_report
        Whether ``latest`` also passes over sessions without a trunk sensor, of which there is no report.

    Raises
    ------
    SessionFileError
        When there is none, or more than one.
    """
    from sensor.errors import SessionFileError

    folder, paths = sessions_folder(home), list_session_paths(home)
    latest = _LATEST.fullmatch(word)
    if not latest and (_is_file(word) or word.endswith(SUFFIX)):
        beside = folder / word
        return beside if _is_file(beside) and not _is_file(word) else Path(word)
    if not paths:
        raise SessionFileError(f"no sessions in {folder}; make one with record or import")
    if latest:
        return _latest(paths, word, back=int(latest[1] or 0), for_report=for_report)
    return _named(home, word)


def _named(home: Path, word: str) -> Path:
    """Return the session that a name or date means; the index knows them without opening each."""
    from analysis.library.library import Library
    from analysis.library.row import MISSING
    from sensor.errors import SessionFileError

    folder = sessions_folder(home)
    with Library.open(home, say=tell) as library:
        found = [entry for entry in library.entries(analyse=False) if word in _names(entry)]
    there = [entry.path for entry in found if entry.trouble != MISSING]
    if len(there) > 1:
        names = ", ".join(path.stem for path in there)
        raise SessionFileError(f"{word}: means {len(there)} sessions, take one of: {names}")
    if there:
        return there[0]
    if found:
        raise SessionFileError(f"{found[0].path}: {MISSING}")
    raise SessionFileError(f"{word}: no session of that name or date in {folder}; see `runtall list`")


def _latest(paths: list[Path], word: str, *, back: int, for_report: bool) -> Path:
    """Return the latest session, or one so many before it, and say what is newer and no use."""
    from sensor.errors import SessionFileError

    found, newer = 0, []
    for path in _newest_first(paths):
        if trouble := _trouble(path, for_report=for_report):
            newer.append(f"{path.name}: {trouble}; passed over, see `runtall list`.")
            continue
        if found == back:
            for line in newer:
                click.echo(printable(line), err=True)
            return path
        found += 1
    raise SessionFileError(
        f"{word}: {paths[0].parent} holds only {found}"
        + (f" that can be used, and {len(newer)} that cannot" if newer else "")
        + "; see `runtall list`"
    )


def _trouble(path: Path, *, for_report: bool) -> str:
    """Return why a session is no use; empty where it is."""
    info = _read_info(path)
    if info is None:
        return "cannot be read"
    from sensor.placements import TRUNK_PLACEMENTS

    if for_report and not {sensor.placement for sensor in info.sensors} & set(TRUNK_PLACEMENTS):
        return "has no trunk sensor, hence no report"
    return ""


def _is_file(path: str | Path) -> bool:
    """Tell whether there is such a file; a word that cannot be a path is none."""
    try:
        return Path(path).is_file()
    except OSError:
        return False


def _read_info(path: Path) -> SessionInfo | None:
    """Read what a session is; None for a damaged one, whose damage is told where somebody asks for it."""
    from sensor.errors import SessionFileError
    from sensor.session.info import read_info

    try:
        return read_info(path)
    except SessionFileError:
        return None


def _newest_first(paths: list[Path]) -> Iterator[Path]:
    """Yield sessions by when they began, the latest first, and open no more than that takes.

    The name of a file tells when its session began, by the local clock of its recorder: so far it stands at
    the latest moment that can mean, and is opened only when nothing later is left.
    """
    heap = [(-_latest_s(path), False, path) for path in paths]
    heapq.heapify(heap)
    while heap:
        _, is_known, path = heapq.heappop(heap)
        if is_known:
            yield path
        else:
            heapq.heappush(heap, (-_started_s(path), True, path))


def _latest_s(path: Path) -> float:
    """Return the latest moment a session can have begun at, s since 1970; infinite where nothing tells."""
    named = _named_start(path)
    return named.replace(tzinfo=UTC).timestamp() + _WEST_S if named else math.inf


def _started_s(path: Path) -> float:
    """Return when a session began; for one that does not tell, as its name says, or when it was written."""
    info = _read_info(path)
    started = (local_start(info.started_utc) if info else None) or _named_start(path)
    return started.timestamp() if started else path.lstat().st_mtime


def _named_start(path: Path) -> datetime | None:
    """Return the local time at which a session began, as the name of its file says."""
    try:
        return datetime.strptime(path.name[:_STAMP_LETTERS], _STAMP)
    except ValueError:
        return None


def _names(entry: Entry) -> set[str]:
    """Return all words that mean a session: its file, its name, the local date it began on."""
    started = local_start(entry.started_utc)
    return {entry.path.stem, entry.name, *([started.date().isoformat()] if started else [])}
