"""Peak memory and time of one method on one hour, in a process of its own.

``python -m tests.bench.memory METHOD`` prints seconds and megabytes above what the record itself takes.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from time import perf_counter

from analysis.pipeline import analyse
from tests.bench.hours import severe_hours
from tests.bench.ours import SPEEDS, estimate, orientation_alone
from tests.bench.peers import PEERS
from tests.support.process_memory import status_mb

WHOLE_REPORT = "whole report"
"""From decoded samples to findings, told nothing of speed."""

ORIENTATION = "orientation alone"
"""From an even stream with known axes to the vertical at every sample: what the other filters do."""

_SHORT = 2000

_PROCESSES = 3
"""A busy machine only ever makes a figure larger."""


def measure(method: str) -> tuple[float, float]:
    """Return seconds and peak megabytes of ``method``, each the least of some fresh processes."""
    command = [sys.executable, "-m", "tests.bench.memory", method]
    printed = [
        subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(_PROCESSES)
    ]
    seconds, megabytes = zip(*(map(float, line.split()) for line in printed), strict=True)
    return min(seconds), min(megabytes)


def _main(method: str) -> None:
    hour = next(severe_hours((0,), 1))
    acc, gyr = hour.received()
    peer = next((peer for peer in PEERS if peer.name == method), None)
    if peer is not None:
        peer.up(acc[:_SHORT], gyr[:_SHORT], hour.run.rate_hz, **peer.settings)
    # Simulating the hour took memory too: forget its peak (5 resets it, see proc(5)).
    Path("/proc/self/clear_refs").write_text("5")
    before, begin = status_mb("VmRSS"), perf_counter()
    if method == WHOLE_REPORT:
        recording = hour.recording(speed="none")
        begin = perf_counter()
        analyse(recording)
    elif method == ORIENTATION:
        alone_s = orientation_alone(hour)
        begin = perf_counter() - alone_s
    elif peer is None:
        estimate(hour, next(speed for speed in SPEEDS if speed == method))
    else:
        peer.up(acc, gyr, hour.run.rate_hz, **peer.settings)
    print(f"{perf_counter() - begin:.3f} {max(status_mb('VmHWM') - before, 0.0):.0f}")


if __name__ == "__main__":
    _main(sys.argv[1])
