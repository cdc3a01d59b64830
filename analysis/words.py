"""The fixed words of the analysis: what a stride, a stretch or a report can be called.

Each is the text that stands in tables and files, so a member may be written wherever its word is.
"""

from __future__ import annotations

from enum import StrEnum

CADENCE_MODEL = "cadence model"
"""The source of a distance or a speed that only the steps told."""


class Activity(StrEnum):
    """What the runner does in a stride."""

    RUN = "run"
    WALK = "walk"


class Flag(StrEnum):
    """What stands out in a stride, a kilometre or a stretch of the run."""

    NONE = "none"
    WATCH = "watch"
    LEANING = "leaning"
    SLOUCHED = "slouched"
    ROUNDED = "rounded"
    HEAD = "head"


class Zone(StrEnum):
    """Where the change of trunk flexion against the runner's usual lies, from tall to bent."""

    TALLER = "taller"
    USUAL = "usual"
    WATCH = "watch"
    LEANING = "leaning"
    """As far forward as ``slouched``, but with a straight back: only a sacrum sensor tells."""
    SLOUCHED = "slouched"


class EpisodeEnd(StrEnum):
    """What ends a flagged stretch."""

    RECOVERED = "recovered"
    END_OF_RUN = "end of run"
    MOUNTING_SHIFT = "strap step"
    BACK_ROUNDED = "back rounded"
    BACK_STRAIGHTENED = "back straightened"


class Verdict(StrEnum):
    """What a report leads with."""

    NONE = "none"
    USUAL = "usual"
    WATCH = "watch"
    LEANING = "leaning"
    SLOUCHED = "slouched"


class Confidence(StrEnum):
    """How far a verdict can be trusted."""

    GOOD = "good"
    FAIR = "fair"
    DO_NOT_TRUST = "do not trust"


class Grade(StrEnum):
    """How good one side of the data is."""

    GOOD = "good"
    FAIR = "fair"
    BAD = "bad"


class CheckOutcome(StrEnum):
    """How a check of a sensor ended; one that could not be made is never taken for a good one."""

    RIGHT = "right"
    WRONG = "wrong"
    NOT_JUDGED = "not judged"


class RangeDoubt(StrEnum):
    """Why nobody can tell whether a sensor's range was exceeded: the end of a sentence."""

    FILE = "the file tells no range"
    FILE_ACCELEROMETER = "the file tells no range of the accelerometer"
    FILE_GYROSCOPE = "the file tells no range of the gyroscope"
    SENSOR = "this kind of sensor tells no range"


class Method(StrEnum):
    """How the inclination was computed."""

    ZERO_PHASE = "zero-phase"
    ACCELEROMETER_ONLY = "accelerometer only"


class ZeroSource(StrEnum):
    """Where the zero of all angles comes from."""

    STANDING = "standing"
    OWN_BASELINE = "own baseline"
    NONE = "none"


class HeadingDoubt(StrEnum):
    """Why it is not known which way a sensor beside the trunk's faces: the end of a sentence."""

    NONE = ""
    FAINT = "nothing told which way it faces; bow once before the run, and set off from standing"
    CONTRADICTED = "what it felt together with the trunk gives two answers to which way it faces"
    ALONE = "it did not record enough running together with the trunk to tell which way it faces"
    NO_GYROSCOPE = "without a gyroscope nothing tells which way it faces"


class StandingRole(StrEnum):
    """What a still standing serves for."""

    ZERO = "zero"
    """The calibration: angles are counted from here."""
    RECALIBRATION = "re-zero"
    """The calibration after a mounting shift."""
    BEFORE = "before"
    """Before the calibration."""
    BENT = "bent"
    """Before the run, passed over because the run lies behind it."""
    SEEN = "seen"
    """Between two bouts of running."""
    END = "end"
    """After the run."""


class LapKind(StrEnum):
    """What a part of the run is among the runner's own laps."""

    NONE = ""
    """No lap: the run was cut by length."""
    WORK = "work"
    REST = "rest"


class NotJudgedReason(StrEnum):
    """Why a stride is not held against the fresh window."""

    WALK = "walk"
    UNUSABLE = "unusable"
    GRADE = "grade"
    """Steeper than the window covers."""
    SPEED = "speed"
    """Another measured pace than the window covers."""
    NO_BASELINE = "no baseline"


class UnusableReason(StrEnum):
    """Why the angle of a stride cannot be trusted."""

    GAP = "gap"
    CLIPPED = "clipped"
    LOOSE = "loose"
    TURN = "turn"
    BURST = "burst"
    SLIP = "slip"


class WatchMatch(StrEnum):
    """What became of holding a watch's file against a session."""

    SURE = "sure"
    UNDECIDED = "undecided"
    ANOTHER_RUN = "another run"
    TOLD = "told"
    """The runner said when it began."""
