"""Activity files of every kind, told apart by their content, packed or not."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from pathlib import Path

from sensor.errors import ImportFileError
from sensor.fit.walking import is_fit
from sensor.importers.source import read_source
from sensor.importers.watch.activity import WatchActivity
from sensor.importers.watch.fit import read_fit
from sensor.importers.watch.gpx import is_gpx, read_gpx
from sensor.importers.watch.tcx import is_tcx, read_tcx

_PACKED = b"\x1f\x8b"
MOST_UNPACKED_BYTES = 500_000_000
_HEAD_BYTES = 4096

_READERS: tuple[tuple[Callable[[bytes], bool], Callable[[bytes], WatchActivity]], ...] = (
    (is_fit, read_fit),
    (is_gpx, read_gpx),
    (is_tcx, read_tcx),
)


def read_activity(path: Path) -> WatchActivity:
    """Read the run in a FIT, GPX or TCX file, also packed with gzip.

    Raises
    ------
    ImportFileError
        For a file that is none, or holds no run; the message names the file and says what to do.
    """
    return activity_in(read_source(path), path)


def activity_in(content: bytes, path: Path) -> WatchActivity:
    """Read the run in the content of a file as `read_activity` does; the path is for the message."""
    try:
        content = _unpacked(content)
        for is_its, read in _READERS:
            if is_its(content[:_HEAD_BYTES]):
                return read(content)
    except ImportFileError as error:
        raise ImportFileError(f"{path}: {error}") from error
    raise ImportFileError(f"{path}: no FIT, GPX or TCX file; export the activity from the watch's app as one")


def _unpacked(content: bytes) -> bytes:
    if not content.startswith(_PACKED):
        return content
    unpacker = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        unpacked = unpacker.decompress(content, MOST_UNPACKED_BYTES)
    except (zlib.error, gzip.BadGzipFile) as error:
        raise ImportFileError(f"packed, and the packing is damaged ({error}); export it again") from error
    if unpacker.unconsumed_tail:
        raise ImportFileError(f"unpacks to more than {MOST_UNPACKED_BYTES / 1e6:.0f} MB; no run needs that")
    return unpacked
