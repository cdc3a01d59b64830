"""What can be asked of every sensor that records on its own, whoever made it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Protocol

from sensor.download.partial import LogIdentity, PartialLog
from sensor.download.policy import DownloadPolicy
from sensor.errors import LinkError, RefusalError
from sensor.protocol.memory import LogEntry

Progress = Callable[[int, int], None]
"""Called with the bytes that have come and how many there are (0: not known yet)."""


class SensorMemory(Protocol):
    """One sensor's memory, reached anew for whatever is asked."""

    @property
    def name(self) -> str:
        """The sensor's name."""
        ...

    @property
    def suffix(self) -> str:
        """What the names of files with its recordings end with."""
        ...

    @property
    def after_stop(self) -> str:
        """What to tell the runner after `stop`, before the command that fetches."""
        ...

    async def list(self) -> tuple[LogEntry, ...]:
        """Return all recordings, the oldest first.

        Raises
        ------
        LinkError
            When it cannot be reached, does not answer or refuses.
        """
        ...

    async def find(self, log_id: int) -> LogEntry:
        """Return one recording.

        Raises
        ------
        LinkError
            When there is none of this number, or as `list`.
        """
        ...

    async def download(self, entry: LogEntry, target: Path, on_progress: Progress) -> None:
        """Fetch a recording into a file, over as many connections as it takes.

        Raises
        ------
        LinkError
            When it refuses, or several attempts in a row bring nothing new; what came is kept.
        SessionFileError
            When the disk is full or fails.
        """
        ...

    async def start(self) -> None:
        """Have the sensor record until `stop`.

        Raises
        ------
        LinkError
            When it cannot be reached, does not answer or refuses.
        """
        ...

    async def stop(self) -> None:
        """End what the sensor records.

        Raises
        ------
        LinkError
            When it cannot be reached, does not answer or refuses.
        """
        ...


async def fetch_whole(
    target: Path,
    identity: LogIdentity,
    policy: DownloadPolicy,
    fetch: Callable[[PartialLog], Awaitable[None]],
) -> None:
    """Fetch a recording into a file, again and again until it is whole.

    What came stays beside ``target`` as ``.part`` until then; a later call goes on from there.

    Parameters
    ----------
    target
        Where it goes; nothing may be there yet.
    identity
        Which recording.
    policy
        How often to try.
    fetch
        Fetches what it can over one connection.

    Raises
    ------
    RefusalError
        When the sensor says no.
    LinkError
        When several attempts in a row bring nothing new.
    SessionFileError
        When the disk is full or fails.
    """
    fruitless = 0
    with PartialLog(target, identity) as partial:
        while not partial.is_complete:
            before = partial.received_bytes
            try:
                await fetch(partial)
            except RefusalError:
                raise
            except LinkError:
                fruitless = 0 if partial.received_bytes > before else fruitless + 1
                if fruitless >= policy.fruitless_attempts:
                    raise
                await asyncio.sleep(policy.wait_s)
        partial.finish()


def require_news(name: str, log_id: int, partial: PartialLog, before_bytes: int) -> None:
    """Refuse to ask for the same again where nothing new came of it.

    Parameters
    ----------
    name, log_id
        The sensor, and the number of the recording.
    partial
        What has come of it.
    before_bytes
        How much had come before it was asked for.

    Raises
    ------
    LinkError
        When something is missing and nothing new came.
    """
    if not partial.is_complete and partial.received_bytes == before_bytes:
        raise LinkError(
            f"{name}: of recording {log_id} the same {partial.missing_bytes} bytes are lost every time; "
            "bring the sensor closer and try again, what came is kept"
        )


def no_recording(name: str, log_id: int, entries: Sequence[LogEntry], status: int) -> RefusalError:
    """Return the error of a recording that is not among those a sensor has."""
    known = ", ".join(str(entry.log_id) for entry in entries) or "none"
    return RefusalError(f"{name} has no recording {log_id}; it has {known}", status)
