"""What a tool exported: a zip, a folder, or one or more files. Nothing is ever unpacked to the disk."""

from __future__ import annotations

import hashlib
import os
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from sensor.errors import ImportFileError
from sensor.importers.source import read_source
from sensor.text import printable

MOST_MEMBERS = 20_000
"""An app that photographs beside its sensors writes some thousand files."""

MOST_TABLES = 200
"""Of which each is looked at."""

MOST_MEMBER_BYTES = 1_000_000_000
"""Twelve hours of a phone's accelerometer at 200 Hz are 0.6 GB of text."""

_LEAST_BOMB_BYTES = 20_000_000
_MOST_PACKED = 100
"""Numbers pack to a fifth or a tenth. What packs a hundred times as small holds nothing."""

_LOCKED = 0x1
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

_SUFFIXES = {".csv", ".txt", ".tsv", ".json"}
_HEAD_BYTES = 8192
_SHOWN = 6
_LARGEST_DEPTH = 3


@dataclass(frozen=True, slots=True)
class ExportedFiles:
    """The tables of an export, read when they are asked for.

    Parameters
    ----------
    path
        What was given, for messages: the zip, the folder, or the first file.
    name
        Without folders; several files are joined by a plus sign.
    members
        Name within the export, folders and all, to a function that reads so many bytes of it, None for all.
    given
        Files that were given, whose bytes identify the export. Empty for a folder.
    """

    path: Path
    name: str
    members: Mapping[str, Callable[[int | None], bytes]]
    given: tuple[Path, ...]

    def read(self, member: str) -> bytes:
        """Return the bytes of a member.

        Raises
        ------
        ImportFileError
            When it cannot be read, is damaged or larger than any recording.
        """
        return self.members[member](None)

    def head(self, member: str) -> bytes:
        """Return the first bytes of a member, by which it is recognised."""
        return self.members[member](_HEAD_BYTES)

    def label(self, member: str) -> Path:
        """Return how messages call a member: the export's path and its own."""
        if self.path.name in self.members:
            return self.path.parent / member
        return self.path / member

    def beside(self, names: Sequence[str]) -> ExportedFiles:
        """Return a single file with more of its folder; a zip or a folder as it is."""
        if len(self.given) != 1 or len(self.members) != 1 or _is_zip(self.path):
            return self
        found = [self.path, *(self.path.parent / name for name in names if name != self.path.name)]
        return _of_files([path for path in found if os.path.isfile(path)])

    def identity(self, used: Sequence[str]) -> tuple[int, str]:
        """Return size and SHA-256 in hex of what was given; of a folder those of the members used."""
        if self.given:
            contents = [read_source(path) for path in self.given]
        else:
            contents = [self.read(member) for member in used]
        digest = hashlib.sha256()
        for content in contents:
            digest.update(content)
        return sum(map(len, contents)), digest.hexdigest()

    def listed(self) -> str:
        """Return the names of the members in a few words."""
        names = sorted(self.members)
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        return printable(", ".join(names[:_SHOWN]) + more) if names else "nothing"


def open_export(paths: Sequence[Path]) -> ExportedFiles:
    """Look into a zip, a folder, or files that belong together.

    Raises
    ------
    ImportFileError
        When one cannot be read, or holds more than any recording.
    """
    if len(paths) > 1:
        return _of_files(paths)
    (path,) = paths
    if os.path.isdir(path):
        return _of_folder(path)
    return _of_zip(path) if _is_zip(path) else _of_files([path])


def _is_zip(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PK\x03\x04"
    except OSError:
        return False


def _of_files(paths: Sequence[Path]) -> ExportedFiles:
    odd = next((path for path in paths if os.path.isdir(path) or _is_zip(path)), None)
    if odd is not None and len(paths) > 1:
        raise ImportFileError(f"{odd}: give a folder or a zip alone, without further files")
    members = {path.name: partial(_of_file, path) for path in paths}
    if len(members) < len(paths):
        raise ImportFileError(f"{paths[0]}: is given twice, or another of its name; give each file once")
    return ExportedFiles(paths[0], "+".join(path.name for path in paths), members, tuple(paths))


def _of_file(path: Path, most: int | None) -> bytes:
    if most is None:
        return read_source(path)
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise ImportFileError(f"{path}: cannot be read ({error.strerror}); check the name") from error


def _of_folder(path: Path) -> ExportedFiles:
    found: list[Path] = []
    for folder, inner, names in os.walk(path):
        depth = len(Path(folder).relative_to(path).parts)
        inner[:] = [] if depth + 1 >= _LARGEST_DEPTH else sorted(inner)
        found += [Path(folder) / name for name in sorted(names)]
        if len(found) > MOST_MEMBERS:
            raise _too_many(path)
    members = {
        one.relative_to(path).as_posix(): partial(_of_file, one)
        for one in found
        if _may_be_table(one.relative_to(path).as_posix()) and os.path.isfile(one)
    }
    return _bounded(ExportedFiles(path, path.resolve().name, members, ()))


def _of_zip(path: Path) -> ExportedFiles:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ImportFileError(f"{path}: this zip is torn or damaged; export or download it again") from error
    if len(infos) > MOST_MEMBERS:
        raise _too_many(path)
    for info in infos:
        _refuse_outside(path, info.filename)
    # A member written twice is the last one, as every unpacker has it.
    members = {
        info.filename: partial(_of_member, path, info)
        for info in infos
        if not info.is_dir() and _may_be_table(info.filename)
    }
    return _bounded(ExportedFiles(path, path.name, members, (path,)))


def _bounded(export: ExportedFiles) -> ExportedFiles:
    if len(export.members) > MOST_TABLES:
        raise _too_many(export.path)
    return export


def _refuse_outside(path: Path, name: str) -> None:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if ".." in parts or name.startswith(("/", "\\")) or name[1:2] == ":":
        raise ImportFileError(
            f"{path}: a file in this zip is to go elsewhere, {printable(name[:80])!r}: no app writes such; "
            "do not unpack it, export it again"
        )


def _may_be_table(name: str) -> bool:
    """Tell from its name whether a member can hold a table; what systems add to folders does not."""
    path = PurePosixPath(name)
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return not hidden and path.suffix.lower() in _SUFFIXES


def _of_member(path: Path, info: zipfile.ZipInfo, most: int | None) -> bytes:
    is_bomb = info.file_size > max(_LEAST_BOMB_BYTES, _MOST_PACKED * info.compress_size)
    if info.file_size > MOST_MEMBER_BYTES or is_bomb:
        raise ImportFileError(
            f"{path}: {printable(info.filename)} in this zip unpacks to {info.file_size / 1e6:.0f} MB, "
            "more than a recording has; export it again"
        )
    if info.flag_bits & _LOCKED or info.compress_type not in _PACKINGS:
        raise ImportFileError(
            f"{path}: this zip is locked with a password or packed in an unusual way; pack it anew, plainly"
        )
    try:
        with zipfile.ZipFile(path) as archive, archive.open(info) as file:
            return file.read(info.file_size if most is None else min(most, info.file_size))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise ImportFileError(
            f"{path}: {printable(info.filename)} in this zip is torn or damaged; export or download it again"
        ) from error


def _too_many(path: Path) -> ImportFileError:
    return ImportFileError(
        f"{path}: holds more files than any recording; give the zip or the folder of one recording"
    )
