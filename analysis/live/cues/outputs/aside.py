"""Work that may hang, in a thread that nobody has to wait for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

from analysis.live.cues.outputs.output import CueOutputError


class Aside:
    """Does one thing at a time in threads of its own, which end with the program whatever they wait for.

    The event loop's own threads would be waited for at its end: a driver that hangs would keep a recording
    from ending.

    Parameters
    ----------
    what
        What messages call it.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._done: asyncio.Future[None] | None = None

    async def do(self, work: Callable[[], None], timeout_s: float) -> None:
        """Return when the work is done.

        Raises
        ------
        CueOutputError
            When it takes longer than ``timeout_s``, or when what was begun before still is not done.
        Exception
            Whatever the work raises.
        """
        if self._done is not None and not self._done.done():
            raise CueOutputError(f"{self._what} still hangs from the last cue")
        loop = asyncio.get_running_loop()
        self._done = done = loop.create_future()
        # Of what nobody waits for any more nobody asks whether it failed.
        done.add_done_callback(lambda ended: ended.exception())
        threading.Thread(target=_run, args=(work, loop, done), daemon=True).start()
        await asyncio.wait([done], timeout=timeout_s)
        if not done.done():
            raise CueOutputError(f"{self._what} does not answer within {timeout_s:g} s")
        done.result()


def _run(work: Callable[[], None], loop: asyncio.AbstractEventLoop, done: asyncio.Future[None]) -> None:
    failure: Exception | None = None
    try:
        work()
    except Exception as error:
        failure = error
    if not loop.is_closed():
        loop.call_soon_threadsafe(_settle, done, failure)


def _settle(done: asyncio.Future[None], failure: Exception | None) -> None:
    if failure is None:
        done.set_result(None)
    else:
        done.set_exception(failure)
