"""Who does the work: processes of this computer or a Dask cluster, both as `concurrent.futures` have them."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import tempfile
import threading
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor
from typing import Any, Protocol

from analysis.errors import WorkersError
from sensor.errors import LinkError, MissingExtraError

CLUSTER_LOST = "the cluster is lost, what was done is kept; run the same again to go on from here"


class Workers(Protocol):
    """Makes executors, and says how many sessions they work on at a time."""

    @property
    def count(self) -> int:
        """How many sessions are worked on at a time."""

    def start(self) -> Executor:
        """Return an executor; each call a new one."""

    def start_one(self) -> Executor:
        """Return an executor that works on one session at a time, alone."""

    def end(self, executor: Executor) -> None:
        """End an executor and what it is working on."""


class ProcessWorkers:
    """Processes of this computer.

    Parameters
    ----------
    count
        How many; as many as there are processors where 0.
    scratch
        Folder of their temporary files: whoever ends them can remove it.
    """

    def __init__(self, count: int, scratch: str) -> None:
        self._count = count or _processors()
        self._scratch = scratch

    @property
    def count(self) -> int:
        """How many sessions are worked on at a time."""
        return self._count

    def start(self) -> Executor:
        """Return a pool of new processes."""
        return self._pool(self._count)

    def start_one(self) -> Executor:
        """Return a pool of a single new process, which has begun.

        Raises
        ------
        WorkersError
            Where none can be started: no session is to be blamed for that.
        """
        pool = self._pool(1)
        try:
            pool.submit(os.getpid).result()
        except BrokenExecutor as error:
            raise WorkersError("no process can be started; free some memory, or try --workers 1") from error
        return pool

    def end(self, executor: Executor) -> None:
        """End a pool at once: its processes hold nothing that must be kept."""
        # The pool itself would let each finish first, however long that takes.
        processes = list((getattr(executor, "_processes", None) or {}).values())
        executor.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        for process in processes:
            process.join()

    def _pool(self, count: int) -> Executor:
        # Each worker is at one session; threads of linear algebra would only wait for one another.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        methods = multiprocessing.get_all_start_methods()
        context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
        if "forkserver" in methods:
            context.set_forkserver_preload(["analysis.batch.summarise"])
        return ProcessPoolExecutor(
            count, mp_context=context, initializer=begin_worker, initargs=(self._scratch,)
        )


def _processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def begin_worker(scratch: str) -> None:
    """Make a worker of a new process: it leaves Ctrl-C to its parent and ends when that does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tempfile.tempdir = scratch
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)


class ClusterWorkers:
    """The workers of a Dask cluster.

    Parameters
    ----------
    address
        Of its scheduler.
    timeout_s
        How long to wait for it.

    Raises
    ------
    MissingExtraError
        Without the package that speaks with it.
    LinkError
        Where no scheduler answers.
    """

    def __init__(self, address: str, timeout_s: float = 10.0) -> None:
        try:
            from distributed import Client
        except ImportError as error:
            raise MissingExtraError('a cluster needs an extra: pip install "runtall[cluster]"') from error
        # What it says of a lost scheduler is told in a line of our own.
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        try:
            self._client: Any = Client(address, timeout=timeout_s, set_as_default=False)
        except (OSError, ValueError) as error:
            raise LinkError(
                f"{address}: no scheduler answers ({error}); start one with: dask scheduler"
            ) from error

    @property
    def count(self) -> int:
        """How many sessions are worked on at a time, by the workers there are now."""
        try:
            return max(1, sum(map(int, self._client.ncores().values())))
        except OSError as error:
            raise LinkError(CLUSTER_LOST) from error

    def start(self) -> Executor:
        """Return an executor that hands tasks to the cluster."""
        executor: Executor = self._client.get_executor()
        return executor

    def start_one(self) -> Executor:
        """Return the same: the cluster itself looks after sessions whose worker is gone."""
        return self.start()

    def end(self, executor: Executor) -> None:
        """Take back what the cluster has not done yet."""
        executor.shutdown(wait=False)

    def close(self) -> None:
        """Leave the cluster."""
        self._client.close()
