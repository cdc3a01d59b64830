"""Sessions that were given the file of a simulated watch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from sensor.importers.watch.record import read_watch_file
from sensor.samples import Recording


def with_watch_file(recording: Recording, content: bytes, *, told_start_s: float | None = None) -> Recording:
    """Return a recording that was given a watch's FIT file of this content."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "watch.fit"
        path.write_bytes(content)
        given = read_watch_file(path, told_start_s)
    context = {**recording.context, "watch_distance_m": given.distance_m}
    return replace(recording, watch=given.record, context=context)
