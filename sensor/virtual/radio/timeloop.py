"""An event loop whose time jumps to the next timer: half an hour of radio in seconds, every run alike."""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any, TypeVar

_Result = TypeVar("_Result")

LONGEST_JOB_S = 5.0
"""Real seconds for which time stands still while a thread works; a thread that works on is there to stay."""


def run_in_virtual_time(
    main: Coroutine[Any, Any, _Result],
    *,
    on_progress: Callable[[float], None] | None = None,
    progress_every_s: float = 1.0,
) -> _Result:
    """Run a coroutine to its end on a loop that never sleeps.

    ``loop.time()`` starts at 0. Whatever takes its time from the loop (timers, `asyncio.sleep`, timeouts)
    behaves as in real time. While a job handed to ``run_in_executor`` or `asyncio.to_thread` works, time
    stands still, so that nothing outruns it.

    Parameters
    ----------
    main
        What to run.
    on_progress
        Called with the virtual time, s, whenever at least ``progress_every_s`` of it have passed. It runs
        between two callbacks of the loop and must not block.
    progress_every_s
        Virtual seconds between two calls.
    """

    def make_loop() -> VirtualTimeLoop:
        return VirtualTimeLoop(on_progress, progress_every_s)

    with asyncio.Runner(loop_factory=make_loop) as runner:
        return runner.run(main)


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Event loop with a clock of its own; see `run_in_virtual_time`.

    Parameters
    ----------
    on_progress, progress_every_s
        As for `run_in_virtual_time`.
    """

    def __init__(
        self, on_progress: Callable[[float], None] | None = None, progress_every_s: float = 1.0
    ) -> None:
        # The base class asks for the time while it is being made.
        self._now_s = 0.0
        self._on_progress = on_progress
        self._progress_every_s = progress_every_s
        self._next_progress_s = progress_every_s
        self._jobs_started: dict[object, float] = {}
        self._standing_still = 0
        super().__init__(_JumpingSelector(self))

    def time(self) -> float:
        """Return the virtual time, s."""
        return self._now_s

    def run_in_executor(  # type: ignore[override]  # typeshed types the callable with a TypeVarTuple
        self, executor: Executor | None, func: Callable[..., _Result], *args: Any
    ) -> asyncio.Future[_Result]:
        """Run ``func`` in a thread; time stands still until it is done."""
        future = super().run_in_executor(executor, func, *args)
        self._jobs_started[future] = time.monotonic()
        future.add_done_callback(self._jobs_started.pop)
        return future

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        """Wait for the threads in real time: from Python 3.12 on, this wait has a timer."""
        with self._real_time():
            await super().shutdown_default_executor()

    def patience_s(self) -> float | None:
        """Return how long to wait in real time for threads, s; None without limit, 0 for not at all."""
        if self._standing_still:
            return None
        if not self._jobs_started:
            return 0.0
        youngest_s = time.monotonic() - max(self._jobs_started.values())
        return max(0.0, LONGEST_JOB_S - youngest_s)

    def jump(self, seconds: float) -> None:
        """Let ``seconds`` pass at once."""
        self._now_s += seconds
        if self._on_progress is not None and self._now_s >= self._next_progress_s:
            every_s = self._progress_every_s
            self._next_progress_s = (self._now_s // every_s + 1) * every_s
            self._on_progress(self._now_s)

    @contextmanager
    def _real_time(self) -> Iterator[None]:
        self._standing_still += 1
        try:
            yield
        finally:
            self._standing_still -= 1


class _JumpingSelector(selectors.DefaultSelector):
    """Looks for what is ready; where nothing is, lets the loop's time jump instead of waiting."""

    def __init__(self, loop: VirtualTimeLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout == 0:
            # Callbacks wait already; what comes from outside is seen before time next jumps.
            return []
        if ready := super().select(0):
            return ready
        if timeout is None:
            # No timer at all: only another thread, or a signal, can end this.
            return super().select(None)
        patience_s = self._loop.patience_s()
        if patience_s is None or patience_s > 0:
            return super().select(patience_s)
        self._loop.jump(timeout)
        return []
