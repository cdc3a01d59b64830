"""Many sessions looked at by several processes; each is handed back as soon as it is done."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing.connection import wait
from pathlib import Path

from analysis.library.examining import Examined, Job, examine

_LEAST_BYTES = 4_000_000
"""Less is done sooner by this process than by others, which take seconds to begin."""

_HEAVY = ["analysis.pipeline", "analysis.comparison.summing_up", "analysis.library.report_bytes", "pandas"]


def examined(jobs: Sequence[Job]) -> Iterator[Examined]:
    """Yield what was found of each session, in the order in which they are done.

    Raises
    ------
    concurrent.futures.process.BrokenProcessPool
        Where the system ended one of the processes, as it does when memory runs out.
    """
    workers = min(os.cpu_count() or 1, len(jobs))
    if workers < 2 or sum(_size(job.path) for job in jobs) < _LEAST_BYTES:
        yield from map(examine, jobs)
        return
    # Read when numpy is loaded: a process for each core needs no threads beside.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with ProcessPoolExecutor(workers, mp_context=_context(), initializer=_begin) as pool:
        try:
            for done in as_completed([pool.submit(examine, job) for job in jobs]):
                yield done.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _context() -> multiprocessing.context.BaseContext:
    """Return how processes are started: forks of one that has loaded what all need, where there are such."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_HEAVY)
    return context


def _begin() -> None:
    """Leave Ctrl-C to the command that started this process, and end with it, however that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
