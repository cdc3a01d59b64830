"""Whether the terminal is ours to read: a process in the background that tries is stopped by the system.

In a file of its own because keys and questions both ask, and only keys need what Windows has not.
"""

from __future__ import annotations

import os
import sys


def may_read(descriptor: int) -> bool:
    """Tell whether this process is in the foreground of a terminal, at this moment."""
    if sys.platform == "win32":
        return os.isatty(descriptor)
    try:
        return os.tcgetpgrp(descriptor) == os.getpgrp()
    except OSError:
        return False
