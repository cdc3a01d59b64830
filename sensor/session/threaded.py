"""A session writer for event loops: its methods only queue, a thread of its own does the writing."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from sensor.errors import SessionFileError
from sensor.session.rows import PACKET, Row, SessionRows
from sensor.session.writer import SessionFullError, SessionLockedError, SessionWaitError, SessionWriter

COMMIT_INTERVAL_S = 0.5
"""How long rows are gathered before they are committed together; half of the second that may be lost."""

LOCKED_WAIT_S = 1.0
"""How long to wait in one go for another program that has locked the file."""

ROOM_RETRY_S = 1.0
"""How often to try again on a full disk."""

END_PATIENCE_S = 60.0
"""How long to go on trying once the session has ended; before that, for as long as it takes."""

KEPT_S = 600.0
"""While nothing can be written, notifications of this long are kept in memory; later ones are left out."""

MOST_AT_ONCE = 200
"""Writes of one commit at most: so a little room takes a part of what waits, and the log stays small."""

_Item = tuple[str, list[Row]]


class ThreadedWriter(SessionRows):
    """A new session file, written from an event loop that never waits for the disk.

    Parameters
    ----------
    path, name, started_utc, simulated
        As for `SessionWriter`.
    on_failure
        Called once, from the writing thread, when nothing more will be written.

    Attributes
    ----------
    is_locked
        Whether another program keeps the file locked: rows are kept in memory until it lets go.
    is_full
        Whether the disk takes no more: rows are kept in memory until there is room.
    left_out
        Notifications that were dropped because nothing could be written for longer than `KEPT_S`.
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
        self.is_full = False
        self.left_out = 0
        self.failure: SessionFileError | None = None
        self._on_failure = on_failure
        self._writer = SessionWriter(
            path, name=name, started_utc=started_utc, simulated=simulated, wait_s=LOCKED_WAIT_S
        )
        self._queue: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._waiting_since_s: float | None = None
        self._thread = threading.Thread(target=self._run, name="session-writer", daemon=True)
        self._thread.start()

    @property
    def path(self) -> Path:
        """The session file."""
        return self._writer.path

    def put_rows(self, statement: str, rows: Iterable[Row]) -> None:
        """Queue rows; they are on the disk within a second, or as soon as something can be written again."""
        item = (statement, list(rows))
        if statement == PACKET and self._has_waited_too_long():
            self.left_out += len(item[1])
        else:
            self._queue.put(item)

    def _has_waited_too_long(self) -> bool:
        since_s = self._waiting_since_s
        if since_s is None or not (self.is_locked or self.is_full):
            return False
        return time.monotonic() - since_s > KEPT_S

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
            failure = self._with_loss(error)
        finally:
            if failure is not None:
                self._fail(failure)

    def _with_loss(self, error: SessionFileError) -> SessionFileError:
        """Return an error that also tells how much never reached the disk."""
        if self._waiting_since_s is None:
            return error
        lost_s = time.monotonic() - self._waiting_since_s
        return SessionFileError(f"{error}; what came in the last {lost_s:.0f} s is lost")

    def _fail(self, failure: SessionFileError) -> None:
        self._writer.abandon()
        self.failure = failure
        if self._on_failure is not None:
            self._on_failure(failure)

    def _write_batch(self, first: _Item | None) -> bool:
        """Commit what arrives within the interval as one; false once the end mark was met."""
        if self._queue.qsize() < MOST_AT_ONCE:
            self._closing.wait(COMMIT_INTERVAL_S)
        more = min(self._queue.qsize(), MOST_AT_ONCE - 1)
        batch = [first, *(self._queue.get() for _ in range(more))]
        self._patiently(partial(self._commit, [item for item in batch if item is not None]))
        if self._queue.qsize() < MOST_AT_ONCE:
            self._waiting_since_s = None
        return None not in batch

    def _commit(self, batch: list[_Item]) -> None:
        for item in batch:
            self._writer.put_rows(*item)
        self._writer.commit()

    def _patiently(self, step: Callable[[], None]) -> None:
        """Take a step again and again while nothing can be written, after the end for a while only."""
        given_up_s, has_failed = None, False
        while True:
            try:
                if has_failed:
                    self._writer.roll_back()
                step()
            except SessionWaitError as error:
                has_failed = True
                self._wait(error)
                if self._closing.is_set():
                    given_up_s = given_up_s or time.monotonic() + END_PATIENCE_S
                    if time.monotonic() > given_up_s:
                        raise
            else:
                self.is_locked = self.is_full = False
                return

    def _wait(self, error: SessionWaitError) -> None:
        """Take note of why nothing can be written, and wait before the next attempt."""
        if self._waiting_since_s is None:
            self._waiting_since_s = time.monotonic()
        self.is_locked = isinstance(error, SessionLockedError)
        self.is_full = isinstance(error, SessionFullError)
        if self.is_full:
            # SQLite itself waits for another program, but not for room.
            time.sleep(ROOM_RETRY_S)
