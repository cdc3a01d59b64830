"""Deadlines that hold even for calls into a Bluetooth stack that no longer listens."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

_Result = TypeVar("_Result")

_GRACE_S = 1.0
"""What a cancelled call may take to tidy up. After that it is left to itself."""


async def bounded(
    timeout_s: float, call: Coroutine[Any, Any, _Result], *, left_behind: set[asyncio.Task[Any]]
) -> _Result:
    """Return what ``call`` returns, or give up after ``timeout_s``, also on a call that cannot be cancelled.

    `asyncio.timeout` waits for the cancelled call to end; one that is stuck in an unplugged adapter's driver,
    or tidies up by asking it, never does.

    Parameters
    ----------
    timeout_s
        How long to wait, s. A call that does not end when cancelled adds `_GRACE_S`.
    call
        What to wait for.
    left_behind
        Keeps calls nobody waits for any more until they end, however late.

    Raises
    ------
    TimeoutError
        When the time is over.
    ConnectionError
        When the call was cancelled by what it called.
    """
    task = _task_of(call)
    try:
        await asyncio.wait([task], timeout=timeout_s)
        in_time = task.done()
    finally:
        if not task.done():
            await _put_an_end_to(task, left_behind)
    if not task.done() or (task.cancelled() and not in_time):
        raise TimeoutError(f"no answer within {timeout_s:g} s")
    if task.cancelled():
        raise ConnectionError("broken off by the system")
    return task.result()


async def see_through(call: Coroutine[Any, Any, _Result]) -> _Result:
    """Return what ``call`` returns; a caller that is cancelled meanwhile still waits for its end first.

    For what must not be broken off half-way. Nothing else bounds it: bound the call itself, see `bounded`.
    """
    task = _task_of(call)
    try:
        await asyncio.wait([task])
    finally:
        if not task.done():
            await asyncio.wait([task])
    return task.result()


def _task_of(call: Coroutine[Any, Any, _Result]) -> asyncio.Task[_Result]:
    task = asyncio.ensure_future(call)
    task.add_done_callback(_look_at)
    return task


def _look_at(task: asyncio.Task[Any]) -> None:
    """Look at an error, so that asyncio does not complain of one whose caller was cancelled before."""
    if not task.cancelled():
        task.exception()


async def _put_an_end_to(task: asyncio.Task[Any], left_behind: set[asyncio.Task[Any]]) -> None:
    task.cancel()
    # An event loop holds its tasks weakly: without another reference one may be collected half-way.
    left_behind.add(task)
    task.add_done_callback(left_behind.discard)
    await asyncio.wait([task], timeout=_GRACE_S)
