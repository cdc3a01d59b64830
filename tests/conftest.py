"""What every test process does first: linear algebra gets one thread, since the tests fill all cores."""

from __future__ import annotations

import os

# Read when numpy is imported, here and in whatever the tests start. Small matrices gain nothing from a second
# thread, and threads that wait for one another take half of the time away from the tests beside them.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
