"""What can be asked of every sensor that records on its own, whoever made it."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from sensor.download.connect import reach
from sensor.download.partial import LogIdentity, PartialLog, Progress, ignore_progress
from sensor.download.policy import DownloadPolicy
from sensor.download.request_channel import RequestChannel
from sensor.errors import LinkError, RefusalError
from sensor.link.radio import Radio
from sensor.protocol.memory import LogEntry

_Client = TypeVar("_Client")


@dataclass(frozen=True)
class DeviceMemory(ABC):
    """One sensor's memory, reached anew for whatever is asked.

    A maker's class says how to list, start and stop recordings, and how to fetch over one connection; to try
    again until a recording is whole is the same for all. Its client speaks the maker's protocol over a
    `sensor.download.request_channel.RequestChannel`.

    Parameters
    ----------
    radio
        Which Bluetooth to use.
    name
        The sensor's name or address.
    utc_us
        Returns the time of day, us since 1970; where recordings carry it, the sensor's clock is set to it.
    policy
        Deadlines.
    """

    radio: Radio
    name: str
    _: KW_ONLY
    utc_us: Callable[[], int]
    policy: DownloadPolicy = field(default_factory=DownloadPolicy)

    key: ClassVar[str]
    """Its kind, see `sensor.protocol.registry`."""

    suffix: ClassVar[str]
    """What the names of files with its recordings end with."""

    no_recording: ClassVar[int]
    """The sensor's own number for a recording that it does not have."""

    tells_sizes: ClassVar[bool] = False
    """Whether a size of 0 means that a recording is empty, not that its size is unknown."""

    after_stop: ClassVar[str] = "Stopped. Now:"
    """What to tell the runner after `stop`, before the command that fetches."""

    @abstractmethod
    async def list(self) -> tuple[LogEntry, ...]:
        """Return all recordings, the oldest first.

        Raises
        ------
        LinkError
            When the sensor cannot be reached, does not answer, refuses, or lists what cannot be.
        """

    @abstractmethod
    async def start(self) -> None:
        """Have the sensor record acceleration and angular rate until `stop`.

        Raises
        ------
        RefusalError
            When it is recording already, or its memory is full.
        LinkError
            When it cannot be reached or does not answer.
        """

    @abstractmethod
    async def stop(self) -> None:
        """End what the sensor records.

        Raises
        ------
        RefusalError
            When it records nothing.
        LinkError
            When it cannot be reached or does not answer.
        """

    @abstractmethod
    async def _fetch(self, partial: PartialLog, entry: LogEntry) -> None:
        """Fetch over one connection what is missing, the end of the recording included.

        Parameters
        ----------
        partial
            Takes the pieces; its `rounds` ask again as long as anything new comes.
        entry
            Which recording.

        Raises
        ------
        RefusalError
            When the sensor says no, or has no such recording any more.
        LinkError
            When the link breaks, or nothing new comes.
        """

    async def find(self, log_id: int) -> LogEntry:
        """Return one recording.

        Raises
        ------
        RefusalError
            When there is none of this number.
        LinkError
            As `list`.
        """
        entries = await self.list()
        for entry in entries:
            if entry.log_id == log_id:
                return entry
        raise self._not_among(entries, log_id)

    async def download(
        self, entry: LogEntry, target: Path, *, on_progress: Progress = ignore_progress
    ) -> None:
        """Fetch a recording into a file, over as many connections as it takes.

        What came stays beside ``target`` as ``.part`` until it is whole; a later call goes on from there.

        Parameters
        ----------
        entry
            Which, as `list` tells.
        target
            Where it goes; nothing may be there yet.
        on_progress
            Told after every piece.

        Raises
        ------
        RefusalError
            When the sensor says no.
        LinkError
            When several attempts in a row bring nothing new; what came is kept.
        SessionFileError
            When the disk is full or fails.
        """
        if self.tells_sizes and not entry.size_bytes:
            raise RefusalError(
                f"{self.name}: recording {entry.log_id} holds nothing; fetch another", self.no_recording
            )
        fruitless = 0
        with PartialLog(target, LogIdentity.of(self.name, entry), on_progress=on_progress) as partial:
            while not partial.is_complete:
                before = partial.received_bytes
                try:
                    await self._fetch(partial, entry)
                except RefusalError:
                    raise
                except LinkError:
                    fruitless = 0 if partial.received_bytes > before else fruitless + 1
                    if fruitless >= self.policy.fruitless_attempts:
                        raise
                    await asyncio.sleep(self.policy.wait_s)
            partial.finish()

    @asynccontextmanager
    async def _connected(
        self, open_client: Callable[[RequestChannel[Any]], Awaitable[_Client]]
    ) -> AsyncIterator[_Client]:
        """Connect, and disconnect at the end; return what ``open_client`` makes of the channel."""
        async with reach(self.radio, self.name, key=self.key, policy=self.policy) as channel:
            yield await open_client(channel)

    def _not_among(self, entries: Sequence[LogEntry], log_id: int) -> RefusalError:
        """Return the error of a recording that is not among those the sensor has."""
        known = ", ".join(str(entry.log_id) for entry in entries) or "none"
        return RefusalError(f"{self.name} has no recording {log_id}; it has {known}", self.no_recording)

    def _changed(self, log_id: int) -> RefusalError:
        """Return the error of a recording that is no longer what was listed."""
        return RefusalError(
            f"{self.name} has no such recording {log_id} any more; list them again", self.no_recording
        )

    def _busy(self, doing: str, status: int) -> RefusalError:
        """Return the error of a sensor that records; ``status`` is its own number for that."""
        return RefusalError(
            f"{self.name} {doing}; end that with `runtall download --sensor ... --stop`", status
        )
