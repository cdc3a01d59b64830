"""A session writer for event loops: its methods only queue, a thread of its own does the writing."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from sensor.errors import SessionFileError
from sensor.session.rows import Row, SessionRows
from sensor.session.writer import SessionLockedError, SessionWriter

COMMIT_INTERVAL_S = 0.5
"""How long rows are gathered before they are committed together; half of the second that may be lost."""

LOCKED_WAIT_S = 1.0
"""How long to wait in one go for another program that has locked the file."""

LOCKED_PATIENCE_S = 60.0
"""How long to go on waiting for it once the session has ended; before that, for as long as it takes."""

_Item = tuple[str, list[Row]]


class ThreadedWriter(SessionRows):
    """A new session file, written from an event loop that never waits for the disk.

    Parameters
    ----------
    path, name, started_utc, simulated
        As for `SessionWriter`.
    on_failure
        Called once, from the writing thread, when the disk is full or fails.

    Attributes
    ----------
    is_locked
        Whether another program keeps the file locked: rows are kept in memory until it lets go.
    failure
        The error after which nothing more is written, else None. Rows handed in later are dropped.

    Raises
    ------
    SessionFileError
        When the file cannot be made.
    """

    def __init__(
        self,
        path: Path,
        *,
        name: str,
        started_utc: str,
        simulated: bool = False,
        on_failure: Callable[[SessionFileError], None] | None = None,
    ) -> None:
        super().__init__()
        self.is_locked = False
        self.failure: SessionFileError | None = None
        self._on_failure = on_failure
        self._writer = SessionWriter(
            path, name=name, started_utc=started_utc, simulated=simulated, wait_s=LOCKED_WAIT_S
        )
        self._queue: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="session-writer", daemon=True)
        self._thread.start()

    @property
    def path(self) -> Path:
        """The session file."""
        return self._writer.path

    def put_rows(self, statement: str, rows: Iterable[Row]) -> None:
        """Queue rows; they are on the disk within a second."""
        self._queue.put((statement, list(rows)))

    def close(self) -> None:
        """Write what is queued and leave a single file. Waits for the thread; a second call does nothing.

        Raises
        ------
        SessionFileError
            When writing failed, now or earlier.
        """
        if self._thread.is_alive():
            self._closing.set()
            self._queue.put(None)
            self._thread.join()
        if self.failure is not None:
            raise self.failure

    def _run(self) -> None:
        """Gather rows, write them, commit; until closed or until the disk fails."""
        # What stays if this thread dies of a mistake: without a word the recording would go on into nothing.
        failure: SessionFileError | None = SessionFileError(
            f"{self.path}: cannot be written any more (a fault in this program); "
            "everything committed before is kept: end this recording and begin a new one"
        )
        try:
            while self._write_batch(self._queue.get()):
                pass
            self._patiently(self._writer.finish)
            self._writer.close()
            failure = None
        except SessionFileError as error:
            failure = error
        finally:
            if failure is not None:
                self._fail(failure)

    def _fail(self, failure: SessionFileError) -> None:
        self._writer.abandon()
        self.failure = failure
        if self._on_failure is not None:
            self._on_failure(failure)

    def _write_batch(self, first: _Item | None) -> bool:
        """Commit everything that arrives within the interval as one; false once the end mark was met."""
        self._closing.wait(COMMIT_INTERVAL_S)
        batch = [first, *(self._queue.get() for _ in range(self._queue.qsize()))]
        for item in batch:
            if item is not None:
                self._patiently(partial(self._writer.put_rows, *item))
        self._patiently(self._writer.commit)
        return None not in batch

    def _patiently(self, step: Callable[[], None]) -> None:
        """Take a step as often as another program keeps the file locked, after the end for a while only."""
        given_up_s = None
        while True:
            try:
                step()
            except SessionLockedError:
                self.is_locked = True
                if self._closing.is_set():
                    given_up_s = given_up_s or time.monotonic() + LOCKED_PATIENCE_S
                    if time.monotonic() > given_up_s:
                        raise
            else:
                self.is_locked = False
                return
