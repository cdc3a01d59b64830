"""Whether there is room to work in, asked while Python can still say so."""

from __future__ import annotations

import mmap

LIBRARIES_BYTES = 200 * 2**20
"""What numpy and scipy take to be loaded. With less, linear algebra looks for memory for ever."""

LINEAR_ALGEBRA_BYTES = 64 * 2**20
"""OpenBLAS takes a buffer of 32 MB at its first product; where it finds none, it ends the process."""


def require_memory(size_bytes: int) -> None:
    """Refuse to go on without so much memory.

    Raises
    ------
    MemoryError
        Where the system, or a limit of its user (``ulimit -v``), does not give it.
    """
    try:
        mmap.mmap(-1, size_bytes).close()
    except OSError as error:
        raise MemoryError(f"{size_bytes / 2**20:.0f} MB are needed to go on") from error
