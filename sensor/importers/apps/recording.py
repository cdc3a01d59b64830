"""What a reader of a tool's export hands over, before it is checked and brought onto one time line."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sensor.importers.phone_track import PhoneTrack
from sensor.samples import FloatArray, freeze_arrays


@dataclass(frozen=True, slots=True, eq=False)
class Triad:
    """One quantity as a tool wrote it.

    Parameters
    ----------
    time_s
        (n,) seconds in any order, NaN where unknown.
    values
        (n, 3) in any one unit, NaN where unknown.
    left_out
        What of its table belongs to no row and was left out, in sentences.
    """

    time_s: FloatArray
    values: FloatArray
    left_out: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        freeze_arrays(self)

    def at(self, time_s: FloatArray) -> Triad:
        """Return the same values at other times."""
        return replace(self, time_s=time_s)

    def scaled(self, factor: float) -> Triad:
        """Return the same in another unit, or with the other sign."""
        return replace(self, values=factor * self.values)


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
