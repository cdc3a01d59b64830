"""A recording on its way: what has come, on disk, so that nothing has to come twice."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sensor.errors import LinkError, SessionFileError
from sensor.private_files import make_private_folder, open_private, replace_private
from sensor.protocol.memory import Coverage, LogEntry, Piece, Span

Progress = Callable[[int, int], None]
"""Told the bytes that have come and how many there are (0: not known yet)."""

_SAVE_EVERY_BYTES = 256 * 1024

_MOST_SPANS = 20_000
"""An hour at 104 Hz is 65,000 pieces; more holes than every third of them are made on purpose."""


def ignore_progress(_received_bytes: int, _size_bytes: int) -> None:
    """Take progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class LogIdentity:
    """Which recording: a number may be given again once the memory was erased.

    Parameters
    ----------
    sensor
        The sensor's name.
    log_id, modified_s, size_bytes, name
        As of `LogEntry`.
    """

    sensor: str
    log_id: int
    modified_s: int = 0
    size_bytes: int = 0
    name: str = ""

    @classmethod
    def of(cls, sensor: str, entry: LogEntry) -> Self:
        """Return the identity of a sensor's recording."""
        return cls(sensor, entry.log_id, entry.modified_s, entry.size_bytes, entry.name)


class PartialLog:
    """The file ``target.part`` that fills, and ``target.part.json`` that knows its holes.

    Use as a context manager: what is known is written down at the end, however it ends.

    Parameters
    ----------
    target
        Where the whole recording goes; nothing may be there yet.
    identity
        Which recording. Parts of another one are begun anew.
    on_progress
        Told after every piece.

    Raises
    ------
    SessionFileError
        When the file cannot be made.
    """

    def __init__(
        self, target: Path, identity: LogIdentity, *, on_progress: Progress = ignore_progress
    ) -> None:
        self._on_progress = on_progress
        self._target = target
        self._part = target.with_name(f"{target.name}.part")
        self._knowledge = target.with_name(f"{target.name}.part.json")
        self._identity = identity
        self._coverage = Coverage(_known_spans(self._knowledge, self._part, identity=identity))
        self._unsaved_bytes = 0
        self._ends: list[int] = []
        self._is_end_told = False
        try:
            make_private_folder(target.parent)
            self._file = open_private(self._part)
            # Emptied where nothing of this recording is known: bytes that no knowledge vouches for are not
            # believed.
            if not self._coverage.size:
                self._file.truncate()
        except OSError as error:
            raise self._complain(error) from error

    def __enter__(self) -> Self:
        """Begin: nothing to prepare."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write down what is known and close the file."""
        try:
            if not self._file.closed:
                self.save()
        finally:
            with suppress(OSError):  # after a failure of the disk, which save has told
                self._file.close()

    @property
    def received_bytes(self) -> int:
        """How many different bytes have come."""
        return self._coverage.size

    @property
    def size_bytes(self) -> int:
        """How long the recording is, as far as known; 0 where nothing tells."""
        return self._ends[-1] if self._ends else self._identity.size_bytes

    @property
    def end(self) -> int:
        """The byte after the last one that came."""
        return self._coverage.end

    @property
    def first_missing(self) -> int:
        """The first byte that has not come."""
        return next((start for start, _ in self._coverage.holes(self._coverage.end)), self._coverage.end)

    @property
    def holes(self) -> tuple[Span, ...]:
        """What has not come of the bytes before the end, as far as known."""
        return self._coverage.holes(self.size_bytes)

    @property
    def missing_bytes(self) -> int:
        """How many bytes before the end, as far as known, have not come."""
        return sum(end - start for start, end in self.holes)

    @property
    def is_complete(self) -> bool:
        """Whether the end is known and nothing before it is missing.

        An end that lies before what the logbook promised, or that the sensor did not put a number to, could
        be that of the last piece that came; it is believed when it comes again.
        """
        if not self._ends or not self._coverage.is_whole(self._ends[-1]):
            return False
        promised = self._identity.size_bytes
        # The end that a sensor tells may itself be a piece that overtook others. It counts where the list
        # promised this size, or twice told.
        is_sure = self._ends[-1] >= promised if promised else self._is_end_told
        return is_sure or self._ends.count(self._ends[-1]) > 1

    def rounds(self) -> Iterator[int]:
        """Yield the number of each round of asking, from 0, until the recording is whole.

        Raises
        ------
        LinkError
            When a round brought nothing new: the next would not either.
        """
        number = 0
        while not self.is_complete:
            before_bytes = self.received_bytes
            yield number
            # A round that brings nothing new would be repeated for ever.
            if not self.is_complete and self.received_bytes == before_bytes:
                raise LinkError(
                    f"{self._identity.sensor}: of recording {self._identity.log_id} the same "
                    f"{self.missing_bytes} bytes are lost every time; bring the sensor closer and try again, "
                    "what came is kept"
                )
            number += 1

    def report(self, received_bytes: int) -> None:
        """Tell the progress; ``received_bytes`` counts what is on its way, too."""
        self._on_progress(received_bytes, self.size_bytes)

    def take(self, piece: Piece) -> bool:
        """Put a piece in its place; return whether this fetch has brought all it can.

        Raises
        ------
        SessionFileError
            When the disk is full or fails.
        LinkError
            When what came has more holes than any radio makes.
        """
        # Each span is kept in memory and in the file beside: a sensor that sends every second byte would fill
        # both.
        if self._coverage.pieces > _MOST_SPANS:
            raise LinkError(f"{self._identity.sensor}: sends nothing but shreds; restart it and try again")
        if not piece.data:
            self._is_end_told = piece.offset >= self._coverage.end > 0
            self._ends.append(max(piece.offset, self._coverage.end))
            return True
        try:
            self._file.seek(piece.offset)
            self._file.write(piece.data)
        except OSError as error:
            raise self._complain(error) from error
        self._coverage.add(piece.offset, piece.offset + len(piece.data))
        self._unsaved_bytes += len(piece.data)
        if self._unsaved_bytes >= _SAVE_EVERY_BYTES:
            self.save()
        self.report(self.received_bytes)
        return self.is_complete

    def save(self) -> None:
        """Force to the disk what came, then what is known of it.

        Raises
        ------
        SessionFileError
            When the disk is full or fails.
        """
        known = {**asdict(self._identity), "received": self._coverage.spans}
        try:
            self._file.flush()
            # In this order: knowledge of bytes that are not on the disk yet would, after a power loss, vouch
            # for zeros.
            os.fsync(self._file.fileno())
            replace_private(self._knowledge, json.dumps(known).encode())
        except OSError as error:
            raise self._complain(error) from error
        self._unsaved_bytes = 0

    def finish(self) -> None:
        """Give the whole recording its name.

        Raises
        ------
        SessionFileError
            When the disk fails.
        """
        try:
            self._file.truncate(self._ends[-1])
            self.save()
            # Windows renames no open file.
            self._file.close()
            self._part.replace(self._target)
            self._knowledge.unlink(missing_ok=True)
        except OSError as error:
            raise self._complain(error) from error

    def _complain(self, error: OSError) -> SessionFileError:
        return SessionFileError(
            f"{self._part}: cannot be written ({error.strerror}); make room and try again"
        )


def _known_spans(knowledge: Path, part: Path, *, identity: LogIdentity) -> tuple[Span, ...]:
    """Return what an earlier download of the same recording had brought; nothing where that is not sure."""
    try:
        known: dict[str, Any] = {"name": "", **json.loads(knowledge.read_text(encoding="utf-8"))}
        spans = [(int(start), int(end)) for start, end in known.pop("received")]
        size = part.stat().st_size
    except (OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return ()
    # Another recording under the same name, or a part file cut meanwhile: begin from nothing.
    is_sound = all(0 <= start < end <= size for start, end in spans)
    return tuple(spans) if known == asdict(identity) and is_sound else ()
