"""How much room a recording takes on the disk, and how much there is."""

from __future__ import annotations

import shutil
from pathlib import Path

from sensor.errors import SessionFileError
from sensor.protocol.auxiliary import BESIDE
from sensor.protocol.registry import DEVICES, identify
from sensor.recorder.plan import RecordingPlan

HOUR_S = 3600.0


def stored_bytes_per_s(plan: RecordingPlan) -> float:
    """Return how fast the file of a session grows, bytes per second.

    A sensor asked for by its address may be of any kind: it is counted as the kind that takes most.
    """
    most = max(kind.stored_bytes_per_s for kind in DEVICES)
    kinds = [identify(wish.name) for wish in plan.sensors]
    worn = sum(most if kind is None else kind.stored_bytes_per_s for kind in kinds)
    return worn + BESIDE.stored_bytes_per_s * len(plan.beside)


def free_bytes(folder: Path) -> int:
    """Return how much room there is for files in a folder, bytes.

    Raises
    ------
    SessionFileError
        When the disk does not tell.
    """
    try:
        return shutil.disk_usage(folder).free
    except OSError as error:
        raise SessionFileError(f"{folder}: cannot be read ({error.strerror}); check the disk") from error


def shortage(plan: RecordingPlan, folder: Path) -> str:
    """Return what to tell the runner where there is no room for an hour; empty where there is.

    Raises
    ------
    SessionFileError
        As `free_bytes`.
    """
    free, per_s = free_bytes(folder), stored_bytes_per_s(plan)
    if free >= HOUR_S * per_s:
        return ""
    minutes = free / per_s / 60.0
    lasts = f"about {minutes:.0f} min" if minutes >= 1.0 else "less than a minute"
    return f"only {free / 1e6:.1f} MB are free in {folder}, room for {lasts}"
