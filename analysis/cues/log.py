"""How a cue is written into a session: a mark at its moment, whose text is one line of JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import IntEnum, StrEnum
from typing import Any

from analysis.cues.settings import OutputKind
from sensor.samples import Mark

CUE_MARK = "cue"
"""Kind of the marks that are cues."""

CUE_SETTINGS_MARK = "cue settings"
"""Kind of the mark that holds the settings in force from its moment on, see `CueSettings.as_text`."""

CUE_TROUBLE_MARK = "cue trouble"
"""Kind of the marks that say what an output lacked."""

MOST_CUES = 2_000
"""More no session of a day has, at one a minute; what is beyond is left out."""


class CueSize(IntEnum):
    """How much a cue asks for."""

    SMALL = 1
    MEDIUM = 2
    LARGE = 3


class CueFate(StrEnum):
    """What became of a cue."""

    DELIVERED = "delivered"
    WITHHELD = "withheld"
    """By chance, to learn whether cues help."""
    FAILED = "failed"
    """No output could give it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """One cue that was due.

    Parameters
    ----------
    time_s
        Session time at which it was due.
    size
        How much it asks for.
    adjusted_deg
        The flexion against the usual that it is due to, median over the hold-off.
    threshold_deg, held_s
        The threshold in force, and for how long the flexion had stood above.
    fate
        What became of it.
    outputs
        What gave it.
    """

    time_s: float
    size: CueSize
    adjusted_deg: float
    threshold_deg: float
    held_s: float
    fate: CueFate
    outputs: tuple[OutputKind, ...] = ()

    @property
    def why(self) -> str:
        """What it is due to, for a person."""
        return (
            f"{self.adjusted_deg:.1f}° above your usual for {self.held_s:.0f} s, "
            f"threshold {self.threshold_deg:g}°"
        )

    def as_text(self) -> str:
        """Return it as one line of JSON, see `parse_cue`; its time is the mark's."""
        told = asdict(self) | {"size": self.size.name.lower()}
        del told["time_s"]
        return json.dumps(told, allow_nan=False)


def parse_cue(mark: Mark) -> Cue:
    """Return the cue that a mark holds.

    Raises
    ------
    ValueError
        For a text that holds none.
    """
    try:
        told = json.loads(mark.text)
        return Cue(
            time_s=mark.time_s,
            size=CueSize[_word(told["size"]).upper()],
            adjusted_deg=_finite(told["adjusted_deg"]),
            threshold_deg=_finite(told["threshold_deg"]),
            held_s=_finite(told["held_s"]),
            fate=CueFate(told["fate"]),
            outputs=tuple(OutputKind(word) for word in told["outputs"][: len(OutputKind)]),
        )
    except (KeyError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError(f"no cue ({error!r:.60})") from error


def cues_of(marks: Iterable[Mark]) -> tuple[Cue, ...]:
    """Return the cues among the marks of a session in order of time, at most `MOST_CUES`.

    What holds none is passed over: another program wrote it, and it says nothing of this runner's posture.
    """
    found: list[Cue] = []
    for mark in marks:
        if mark.kind != CUE_MARK or len(found) >= MOST_CUES:
            continue
        try:
            found.append(parse_cue(mark))
        except ValueError:
            continue
    return tuple(sorted(found, key=lambda cue: cue.time_s))


def _word(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r:.40} is no word")
    return value


def _finite(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r:.40} is no number")
    return float(value)
