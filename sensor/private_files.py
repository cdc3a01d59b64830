"""Files and folders that only their owner can read, from the first byte: they tell of a person's health."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

FILE_MODE = 0o600
FOLDER_MODE = 0o700
"""What the system's mask takes away beyond that stays away."""

_ONLY_NEW = os.O_CREAT | os.O_EXCL
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_BYTES = getattr(os, "O_BINARY", 0)


def refuse_link(path: Path) -> None:
    """Refuse to write where a link lies: whoever put it there would choose the file that is overwritten.

    Raises
    ------
    OSError
        Where there is one, wherever it leads.
    """
    if path.is_symlink():
        raise OSError(
            errno.ELOOP, "it is a symbolic link, and none is followed: remove it or give the file itself"
        )


def make_private_folder(path: Path) -> None:
    """Make a folder and those above it that are missing; those that are there stay as they are.

    Raises
    ------
    OSError
        Where one cannot be made, or something else has its name.
    """
    for folder in reversed([path, *path.parents]):
        if not folder.is_dir():
            folder.mkdir(mode=FOLDER_MODE, exist_ok=True)


def create_private(path: Path) -> BinaryIO:
    """Make a new file and return it, open for reading and writing.

    Raises
    ------
    FileExistsError
        Where anything has the name, even a link that leads nowhere.
    OSError
        Where it cannot be made.
    """
    return os.fdopen(os.open(path, os.O_RDWR | _ONLY_NEW | _NO_LINK | _BYTES, FILE_MODE), "w+b")


def open_private(path: Path) -> BinaryIO:
    """Open a file for reading and writing, its content kept, or make it; the owner's alone from now on.

    Raises
    ------
    OSError
        Where it cannot be opened or made, or is a link.
    """
    refuse_link(path)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | _NO_LINK | _BYTES, FILE_MODE)
    if hasattr(os, "fchmod"):
        os.fchmod(descriptor, os.fstat(descriptor).st_mode & FILE_MODE)
    return os.fdopen(descriptor, "r+b")


def part_beside(path: Path) -> Path:
    """Return a hidden name beside a file, never twice the same, for what is not finished yet."""
    # Of a long name only the beginning: file systems take 255 bytes, and a letter may need four.
    return path.with_name(f".{path.name[:50]}.{os.getpid()}-{secrets.token_hex(4)}.part")


def replace_private(path: Path, content: bytes) -> None:
    """Write a file in one go: whoever looks sees the old content or the whole new one.

    Raises
    ------
    OSError
        Where it cannot be written, or a link lies in its place.
    """
    refuse_link(path)
    part = part_beside(path)
    try:
        with create_private(part) as file:
            file.write(content)
        part.replace(path)
    finally:
        # A folder that cannot be written to has no part file, and some systems say so as an error.
        with suppress(OSError):
            part.unlink(missing_ok=True)


def create_private_folder(path: Path, files: Mapping[str, bytes]) -> None:
    """Make a new folder with files in it, in one go: whoever looks sees nothing or the whole of it.

    Parameters
    ----------
    path
        Of the folder; nothing may be there.
    files
        Content by path within the folder, parts joined by ``/``.

    Raises
    ------
    FileExistsError
        Where anything has the name, even a link that leads nowhere.
    OSError
        Where it cannot be made.
    """
    if os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    part = part_beside(path)
    try:
        make_private_folder(part)
        for name, content in files.items():
            make_private_folder((part / name).parent)
            with create_private(part / name) as file:
                file.write(content)
        part.rename(path)
    finally:
        shutil.rmtree(part, ignore_errors=True)
