"""What a batch hands around: where a session lies, what it came to, why it came to nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy.typing as npt

Column = Sequence[Any] | npt.NDArray[Any]


class FailureKind(StrEnum):
    """Why there are no figures of a file."""

    UNREADABLE = "unreadable"
    """It is no session, or a damaged one."""
    NO_REPORT = "no report"
    """It can be read, but nothing can be said of it: too little running, no trunk sensor."""
    UNREACHABLE = "unreachable"
    """The system or the network did not hand it over."""
    OUT_OF_MEMORY = "out of memory"
    ENDED_THE_PROCESS = "ended the process"
    """Twice the process that worked on it was gone."""
    UNEXPECTED = "unexpected"
    """A fault of this program."""


PASSING = frozenset({FailureKind.UNREACHABLE, FailureKind.OUT_OF_MEMORY, FailureKind.ENDED_THE_PROCESS})
"""What another try may mend, be the file unchanged: the machine's doing as likely as the file's."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a session lies (a path, or an address of fsspec), and what tells that it has changed."""

    path: str
    stamp: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there are no figures of a file, in one line."""

    kind: FailureKind
    message: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What the data set keeps of one session.

    Parameters
    ----------
    session
        Hash of its rows: the same for every copy of it.
    runner
        Whose run it is; of the tables only a pseudonym of it.
    tables
        Table to column to (rows,) values, without the column ``session``.
    """

    session: str
    runner: str
    tables: Mapping[str, Mapping[str, Column]] = field(default_factory=dict)

    @property
    def stride_count(self) -> int:
        """Rows of its largest table."""
        return len(next(iter(self.tables["strides"].values())))


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that was looked at, and what came of it."""

    source: Source
    result: Summary | Failure
