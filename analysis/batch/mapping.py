"""Tasks to results, over any executor: so many at a time and no more, and none lost with its process."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from itertools import islice

from analysis.batch.records import Failure, FailureKind, Source, Summary
from analysis.batch.summarise import failure_of
from analysis.batch.workers import CLUSTER_LOST, Workers
from sensor.errors import LinkError

Result = Summary | Failure
Task = Callable[[str], Result]
Done = tuple[Source, Result]

AT_A_TIME = 2
"""Sessions with each worker: one that it is at, and one that lies ready, so that it need not wait."""

POLL_S = 0.25
"""How soon a wish to stop is heard."""

_GONE_TWICE = "twice the process that worked on it was gone: killed, out of memory or crashed"


def results(
    task: Task, sources: Iterable[Source], *, workers: Workers, stop: Callable[[], bool]
) -> Iterator[Done]:
    """Yield what a task makes of each source, in the order they are done.

    Where a process ends, all that was with its pool is done again one by one, each in a process of its own:
    so it is known whose process ends twice, and the others are done.

    Parameters
    ----------
    task
        Picklable; called in another process with the path of a source.
    sources
        Taken one by one, as there is room for them.
    workers
        Who does it.
    stop
        Asked now and then; once it is true, nothing more is begun and what runs is given up.

    Raises
    ------
    LinkError
        Where a cluster is lost.
    WorkersError
        Where no process can be started.
    """
    left = iter(sources)
    while not stop():
        suspects = yield from _with_pool(task, left, workers.start(), workers=workers, stop=stop)
        if not suspects:
            return
        for source in suspects:
            gone = yield from _with_pool(
                task, iter([source]), workers.start_one(), workers=workers, stop=stop
            )
            if gone and not stop():
                yield source, Failure(FailureKind.ENDED_THE_PROCESS, _GONE_TWICE)


def _with_pool(
    task: Task, sources: Iterator[Source], executor: Executor, *, workers: Workers, stop: Callable[[], bool]
) -> Generator[Done, None, list[Source]]:
    """Yield results until nothing is left; return what was with the pool when it broke."""
    held: dict[Source, Future[Result] | None] = {}
    try:
        while not stop():
            for source in islice(sources, max(AT_A_TIME * workers.count - len(held), 0)):
                held[source] = None
                held[source] = executor.submit(task, source.path)
            if not held:
                break
            wait([future for future in held.values() if future], POLL_S, FIRST_COMPLETED)
            yield from _take_done(held)
    except BrokenExecutor:
        return list(held)
    finally:
        workers.end(executor)
    return []


def _take_done(held: dict[Source, Future[Result] | None]) -> Iterator[Done]:
    """Take out and yield what is done.

    Raises
    ------
    BrokenExecutor
        Where the pool is broken, after all that was done before.
    """
    broken: BrokenExecutor | None = None
    for source, future in list(held.items()):
        if future is None or not future.done():
            continue
        try:
            result = future.result()
        except BrokenExecutor as error:
            broken = error
            continue
        except CancelledError as error:
            raise LinkError(CLUSTER_LOST) from error
        except Exception as error:  # a worker that cannot even begin: its reason is told beside the file
            result = _not_done(source, error)
        del held[source]
        yield source, result
    if broken:
        raise broken


def _not_done(source: Source, error: Exception) -> Failure:
    if type(error).__name__ == "KilledWorker":  # Dask's own, for a task that outlived several workers
        return Failure(FailureKind.ENDED_THE_PROCESS, _GONE_TWICE)
    return failure_of(source.path, error)
