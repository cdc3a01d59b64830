"""Memory for an analysis: taking no more than needed, and saying while Python still can that it is short."""

from __future__ import annotations

import os

LIBRARIES_BYTES = 200 * 2**20
"""What numpy and scipy take to be loaded. With less, linear algebra looks for memory for ever."""

LINEAR_ALGEBRA_BYTES = 64 * 2**20
"""OpenBLAS takes a buffer of 32 MB at its first product; where it finds none, it ends the process."""


_NOT_LOADED = ("failed to map segment", "cannot allocate memory")
"""What loaders say of a library for which there is no memory."""


def spare_memory() -> None:
    """Where memory is limited, keep numpy from taking some for every processor; it stops when refused."""
    try:
        import resource
    except ImportError:  # as on Windows
        return
    if resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY:
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def require_memory(size_bytes: int) -> None:
    """Refuse to go on without so much memory.

    Raises
    ------
    MemoryError
        Where the system, or a limit of its user (``ulimit -v``), does not give it.
    """
    import mmap

    try:
        mmap.mmap(-1, size_bytes).close()
    except OSError as error:
        raise MemoryError(f"{size_bytes / 2**20:.0f} MB are needed to go on") from error


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether memory was short, be it for a library that could not be loaded."""
    said = str(error).lower()
    return isinstance(error, MemoryError) or (
        isinstance(error, ImportError) and any(words in said for words in _NOT_LOADED)
    )
