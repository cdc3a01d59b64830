"""What the kernel says of this process's memory (Linux)."""

from __future__ import annotations

from pathlib import Path


def status_mb(key: str) -> float:
    """Return an entry of ``/proc/self/status`` in megabytes: ``VmRSS`` now, ``VmHWM`` the peak."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(key)) / 1024.0
