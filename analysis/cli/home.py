"""Where sessions live, and what the words ``latest``, a name or a date mean there."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from analysis.cli.text import local_start
from sensor.text import printable

if TYPE_CHECKING:
    from sensor.session.info import SessionInfo

Made = TypeVar("Made")

_SUFFIX = ".runtall"
_LONGEST_NAME_BYTES = 100
_LATEST = re.compile(r"latest(?:-([0-9]+))?")


def home_folder(ctx: click.Context) -> Path:
    """Return the runner's folder: ``--home``, ``RUNTALL_HOME``, or where the system keeps such data."""
    chosen = (ctx.find_object(dict) or {}).get("home")
    return Path(chosen) if chosen else platform_home()


def platform_home() -> Path:
    """Return where the system keeps such data."""
    import platformdirs

    return platformdirs.user_data_path("runtall", appauthor=False)


def sessions_folder(home: Path) -> Path:
    """Return the folder of the session files."""
    return home / "sessions"


def new_session_path(home: Path, name: str, started: datetime) -> Path:
    """Return the path of a new session, named after when it began and what it is called.

    The folder is made; the file is not. Two sessions of one name and second get different paths.

    Raises
    ------
    SessionFileError
        When the folder cannot be made.
    """
    from sensor.errors import SessionFileError
    from sensor.private_files import make_private_folder

    folder = sessions_folder(home)
    try:
        make_private_folder(folder)
    except OSError as error:
        raise SessionFileError(
            f"{folder}: cannot be made ({error.strerror}); choose another place with --home or RUNTALL_HOME"
        ) from error
    stem = "_".join(filter(None, [f"{started.astimezone():%Y-%m-%d_%H-%M-%S}", file_name(name)]))
    path = folder / f"{stem}{_SUFFIX}"
    number = 1
    while os.path.lexists(path):
        number += 1
        path = folder / f"{stem}_{number}{_SUFFIX}"
    return path


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


def list_session_paths(home: Path) -> list[Path]:
    """Return the paths of all session files, in order of their names, oldest first."""
    return sorted(sessions_folder(home).glob(f"*{_SUFFIX}"))


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
    if not latest and (_is_file(word) or word.endswith(_SUFFIX)):
        beside = folder / word
        return beside if _is_file(beside) and not _is_file(word) else Path(word)
    if not paths:
        raise SessionFileError(f"no sessions in {folder}; make one with record or import")
    if latest:
        return _latest(paths, word, back=int(latest[1] or 0), for_report=for_report)
    found = [path for path in paths if word in _names(path)]
    if not found:
        raise SessionFileError(f"{word}: no session of that name or date in {folder}; see `runtall list`")
    if len(found) > 1:
        names = ", ".join(path.stem for path in found)
        raise SessionFileError(f"{word}: means {len(found)} sessions, take one of: {names}")
    return found[0]


def _latest(paths: list[Path], word: str, *, back: int, for_report: bool) -> Path:
    """Return the latest session, or one so many before it, and say what is newer and no use."""
    from sensor.errors import SessionFileError

    found, newer = 0, []
    for path in sorted(paths, key=_started, reverse=True):
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
    from sensor.samples import TRUNK_PLACEMENTS

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


def _started(path: Path) -> datetime:
    """Return when a session began; for one that does not tell, when its file was last written."""
    info = _read_info(path)
    started = local_start(info.started_utc) if info else None
    return started or datetime.fromtimestamp(path.lstat().st_mtime, UTC)


def _names(path: Path) -> set[str]:
    """Return all words that mean a session: its file, its name, the local date it began on."""
    info = _read_info(path)
    if info is None:
        return {path.stem}
    started = local_start(info.started_utc)
    return {path.stem, info.name, *([started.date().isoformat()] if started else [])}
