"""Read a whole file of another tool: an ordinary one or a pipe, and of a size a run can have."""

from __future__ import annotations

import stat
from itertools import islice
from pathlib import Path

from sensor.errors import ImportFileError

MOST_BYTES = 2_000_000_000
"""Two days of CSV at 104 Hz are 1.6 GB."""

_PART_BYTES = 2**24


def read_source(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises
    ------
    ImportFileError
        When it cannot be read, has no end (a device), or is larger than any run.
    """
    try:
        status = path.stat()
        if stat.S_ISCHR(status.st_mode) or stat.S_ISBLK(status.st_mode):
            raise ImportFileError(f"{path}: is not a file; give the file your tool has written")
        if status.st_size > MOST_BYTES:
            raise _too_large(path)
        with path.open("rb") as file:
            content = b"".join(
                islice(iter(lambda: file.read(_PART_BYTES), b""), MOST_BYTES // _PART_BYTES + 1)
            )
    except OSError as error:
        raise ImportFileError(f"{path}: cannot be read ({error.strerror}); check the name") from error
    if len(content) > MOST_BYTES:
        raise _too_large(path)
    return content


def _too_large(path: Path) -> ImportFileError:
    return ImportFileError(f"{path}: more than {MOST_BYTES / 1e9:g} GB; split it into one file for each run")
