"""What every test process does first: one thread for linear algebra, and fewer searches for garbage."""

from __future__ import annotations

import gc
import os

# Read when numpy is imported, here and in whatever the tests start. Small matrices gain nothing from a second
# thread, and threads that wait for one another take a third of the time away from the tests beside them.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def pytest_collection_finish() -> None:
    """Leave modules and collected tests, which stay to the end, out of every search for garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
