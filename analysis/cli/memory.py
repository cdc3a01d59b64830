"""Memory for an analysis: taking no more than needed, and saying while Python still can that it is short."""

from __future__ import annotations

import gc
import os

LIBRARIES_BYTES = 200 * 2**20
"""What numpy and scipy take to be loaded. With less, linear algebra looks for memory for ever."""

LINEAR_ALGEBRA_BYTES = 64 * 2**20
"""OpenBLAS takes a buffer of 32 MB at its first product; where it finds none, it ends the process."""


_NOT_LOADED = ("failed to map segment", "cannot allocate memory")
"""What loaders say of a library for which there is no memory."""


GARBAGE_THRESHOLDS = (50_000, 20, 20)
"""How many objects are made between two looks for circles among them; Python's own 700 cost a tenth."""


def spare_the_computer() -> None:
    """Take no thread and no memory for every processor, and look for garbage seldom.

    The matrices of an analysis are small: threads that wait for each other made a report a tenth dearer, and
    where memory is limited numpy stops when it gets none for them.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.set_threshold(*GARBAGE_THRESHOLDS)


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
