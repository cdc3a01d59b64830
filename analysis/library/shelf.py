"""Results of one session, kept as files: what was made of another state of it is never found."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from pathlib import Path

from analysis.library.places import file_in_home, shelf_folder
from analysis.library.state import program_hash, state_of, zone
from sensor.private_files import make_private_folder, replace_private

_SUFFIX = ".kept"
_MOST_BYTES = 1 << 30
"""The figures of a day of strides stay far below."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the results of one state of a session lie.

    Parameters
    ----------
    folder
        Of the session.
    stamp
        Of its state, the program and the time zone: the beginning of every file's name.
    """

    folder: Path
    stamp: str

    def get(self, name: str) -> bytes | None:
        """Return what was put under a name; None where nothing was, or what is there is damaged."""
        try:
            return _inflated(self._path(name).read_bytes())
        except (OSError, ValueError):
            return None

    def put(self, name: str, content: bytes) -> None:
        """Keep a result, and throw away those of other states.

        Raises
        ------
        OSError
            Where it cannot be written.
        """
        make_private_folder(self.folder)
        replace_private(self._path(name), zlib.compress(content, 1))
        for other in self.folder.glob(f"*{_SUFFIX}"):
            if not other.name.startswith(self.stamp):
                other.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self.folder / f"{self.stamp}.{name}{_SUFFIX}"


def shelf_of(home: Path, path: Path) -> Shelf | None:
    """Return the shelf of a session as it is now; None where nothing can be kept of it.

    That is a session outside the home, and one that is being recorded or whose recording was killed.
    """
    file, state = file_in_home(home, path), state_of(path)
    if file is None or state is None:
        return None
    told = f"{state.size} {state.mtime_ns} {program_hash()} {zone()}"
    return Shelf(shelf_folder(home, file), hashlib.sha256(told.encode()).hexdigest()[:16])


def _inflated(packed: bytes) -> bytes:
    """Return bytes that were compressed.

    Raises
    ------
    ValueError
        For what was not, or not wholly: a sum at the end tells.
    """
    inflate = zlib.decompressobj()
    try:
        content = inflate.decompress(packed, _MOST_BYTES)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if not inflate.eof:
        raise ValueError("cut off")
    return content
