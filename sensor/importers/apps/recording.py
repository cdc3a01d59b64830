"""What a reader of a tool's export hands over, before it is checked and brought onto one time line."""

from __future__ import annotations

from dataclasses import dataclass

from sensor.importers.phone_track import PhoneTrack
from sensor.samples import FloatArray, freeze_arrays


@dataclass(frozen=True, slots=True, eq=False)
class Triad:
    """One quantity as a tool wrote it: (n,) seconds in any order, and (n, 3) values."""

    time_s: FloatArray
    values: FloatArray

    def __post_init__(self) -> None:
        freeze_arrays(self)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class AppRecording:
    """One recording of a tool.

    Parameters
    ----------
    taken_for
        The tool and how its columns were understood, as one phrase: the runner reads it.
    acc
        Specific force, m/s2, on any time line; since 1970 where the tool knows the date.
    gyr
        Angular rate, rad/s, on the same time line; None without a gyroscope.
    members
        Of the export that were read.
    phone
        Fixes on the same time line, where it was a phone.
    notices
        Sentences the runner should read.
    is_sign_known
        False where nothing tells whether upwards is positive.
    """

    taken_for: str
    acc: Triad
    gyr: Triad | None
    members: tuple[str, ...]
    phone: PhoneTrack | None = None
    notices: tuple[str, ...] = ()
    is_sign_known: bool = True
