"""Deadlines that hold even for calls into a Bluetooth stack that no longer listens."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

_Result = TypeVar("_Result")

_GRACE_S = 1.0
"""What a cancelled call may take to tidy up. After that it is left to itself."""

_left_behind: set[asyncio.Task[Any]] = set()
"""Calls nobody waits for any more; an event loop alone would not keep them from being collected half-way."""


async def within(timeout_s: float, call: Coroutine[Any, Any, _Result]) -> _Result:
    """Return what ``call`` returns, or give up after ``timeout_s``, also on a call that cannot be cancelled.

    `asyncio.timeout` waits for the cancelled call to end; one that is stuck in an unplugged adapter's driver,
    or tidies up by asking it, never does.

    Parameters
    ----------
    timeout_s
        How long to wait, s. A call that does not end when cancelled adds `_GRACE_S`.
    call
        What to wait for.

    Raises
    ------
    TimeoutError
        When the time is over.
    ConnectionError
        When the call was cancelled by what it called.
    """
    task = asyncio.ensure_future(call)
    try:
        await asyncio.wait([task], timeout=timeout_s)
        in_time = task.done()
    finally:
        if not task.done():
            await _put_an_end_to(task)
    if not task.done() or (task.cancelled() and not in_time):
        raise TimeoutError(f"no answer within {timeout_s:g} s")
    if task.cancelled():
        raise ConnectionError("broken off by the system")
    return task.result()


async def _put_an_end_to(task: asyncio.Task[Any]) -> None:
    task.cancel()
    _left_behind.add(task)
    task.add_done_callback(_forget)
    await asyncio.wait([task], timeout=_GRACE_S)


def _forget(task: asyncio.Task[Any]) -> None:
    _left_behind.discard(task)
    if not task.cancelled():
        # Looked at, so that asyncio does not complain of an error that came too late to matter.
        task.exception()
