"""A batch from folders to data set: what is not done yet is done, and kept part by part."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from itertools import islice
from pathlib import Path

from analysis.batch.dataset import DataSet, open_data_set
from analysis.batch.mapping import results
from analysis.batch.records import Entry, Failure, Source
from analysis.batch.schema import SCHEMA_VERSION
from analysis.batch.sources import SUFFIX, session_paths, stamp_of
from analysis.batch.summarise import attempt
from analysis.batch.workers import Workers
from analysis.config import AnalysisConfig
from analysis.errors import UsageError

PART_STRIDES = 500_000
"""Rows that a part holds before it is written: about 100 hours of running, 120 MB of memory."""

PART_FILES = 1000
PART_S = 60.0
"""A part is written after so long at the latest: what a killed batch can lose."""

_LOOKED_AT_TOGETHER = 1000


@dataclass(slots=True)
class Progress:
    """How far a batch is.

    Parameters
    ----------
    total
        Session files that were found.
    unchanged
        Those of them that were done before.
    done
        Those that were done now.
    failed
        Those of both that have no figures.
    """

    total: int
    unchanged: int = 0
    done: int = 0
    failed: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether every file was looked at."""
        return self.unchanged + self.done >= self.total


@dataclass(slots=True)
class _Part:
    """What is done and not yet written."""

    entries: list[Entry] = field(default_factory=list)
    stride_count: int = 0
    since_s: float = field(default_factory=time.monotonic)

    def add(self, entry: Entry) -> None:
        self.entries.append(entry)
        if not isinstance(entry.result, Failure):
            self.stride_count += entry.result.stride_count

    @property
    def is_full(self) -> bool:
        waited_s = time.monotonic() - self.since_s
        return self.stride_count >= PART_STRIDES or len(self.entries) >= PART_FILES or waited_s >= PART_S


def run_batch(
    folders: Sequence[str],
    out: Path,
    *,
    workers: Workers,
    with_notes: bool = False,
    stop: Callable[[], bool] = lambda: False,
    tell: Callable[[Progress], None] = lambda progress: None,
) -> Progress:
    """Bring a data set up to date with the sessions in and below some folders.

    Parameters
    ----------
    folders
        Of this computer, or addresses of fsspec.
    out
        Folder of the data set; it is made where there is none.
    workers
        Who does it.
    with_notes
        Also take in what runners wrote, and pain.
    stop
        Asked now and then; once it is true, what is done is kept and the rest left.
    tell
        Called with the progress, the same object each time, whenever it moves.

    Raises
    ------
    OutputError
        Where the data set cannot be written.
    UsageError
        For a folder that is not there, and where no session is.
    LinkError
        Where a cluster is lost. What was done before is kept, as after any other error.
    """
    progress = Progress(sum(1 for _ in session_paths(folders)))
    if not progress.total:
        raise UsageError(f"{', '.join(folders)}: no {SUFFIX} files there; give folders that hold some")
    with open_data_set(out, terms(with_notes=with_notes)) as data:
        part = _Part()
        left = _left_to_do(data, session_paths(folders), progress=progress, tell=tell)
        try:
            for source, result in results(
                partial(attempt, with_notes=with_notes), left, workers=workers, stop=stop
            ):
                part.add(Entry(source, result))
                progress.done += 1
                progress.failed += isinstance(result, Failure)
                tell(progress)
                if part.is_full:
                    full, part = part, _Part()
                    data.commit(full.entries)
        finally:
            data.commit(part.entries)
    return progress


def terms(*, with_notes: bool) -> str:
    """Return all that the rows of a session depend on besides its file."""
    return f"{SCHEMA_VERSION}|{version('runtall')}|{AnalysisConfig().hash()}|{with_notes}"


def _left_to_do(
    data: DataSet, paths: Iterable[str], *, progress: Progress, tell: Callable[[Progress], None]
) -> Iterator[Source]:
    """Yield what the data set does not hold as it is now, and count the rest."""
    paths = iter(paths)
    while together := [Source(path, _stamp(path)) for path in islice(paths, _LOOKED_AT_TOGETHER)]:
        left, failed_before = data.pending(together)
        progress.unchanged += len(together) - len(left)
        progress.failed += failed_before
        tell(progress)
        yield from left


def _stamp(path: str) -> str:
    """Return what tells that a file has changed; nothing where it cannot be seen, which reading will tell."""
    try:
        return stamp_of(path)
    except OSError:
        return ""
