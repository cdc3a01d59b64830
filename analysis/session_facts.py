"""What a report says of the session: its sensors, their clocks, the watch whose file it was given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from analysis.words import CheckOutcome, WatchMatch
from sensor.calibration import AccelerometerCalibration


@dataclass(frozen=True, slots=True)
class SharedKnocks:
    """A series of knocks that a sensor felt together with the trunk sensor.

    ``where`` is ``start`` or ``end``, ``kind`` ``taps`` or ``jumps``, ``lag_ms`` how much later this sensor's
    clock told them, known to ``within_ms``; ``doubt`` why that was not used, empty where it was.
    """

    at_s: float
    where: str
    kind: str
    count: int
    lag_ms: float
    within_ms: float
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class SharedSteps:
    """What the steps that two sensors felt tell of their clocks.

    This clock tells the middle of them ``offset_s`` later than the trunk sensor's and gains ``drift_ppm``.
    ``likeness`` is the correlation of how the steps differ from their neighbours. ``moved``: both were taken
    off its times. ``doubt`` says why the steps were not believed; empty where they were.
    """

    count: int
    offset_s: float
    drift_ppm: float
    within_ms: float
    likeness: float
    moved: bool
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """How well a sensor's clock agrees with the trunk sensor's.

    ``within_ms`` holds all over the session; NaN where files came without the times of arrivals and their
    steps do not tell. ``doubt`` says why no figure is drawn from the two sensors together; else empty.
    """

    within_ms: float
    knocks: tuple[SharedKnocks, ...] = ()
    steps: SharedSteps | None = None
    doubt: str = ""


HANDEDNESS = "right-handed axes"
"""Name of the check whether accelerometer and gyroscope turn the same way."""

WITHIN_RANGE = "samples within range"
"""Name of the check whether the samples stay below the full scale of their sensor."""


@dataclass(frozen=True, slots=True)
class SensorCheck:
    """How a check of a sensor ended, and where it could not be made, because of what."""

    what: str
    outcome: CheckOutcome
    because: str = ""


@dataclass(frozen=True, slots=True)
class SensorFacts:
    """What a report says of one sensor: placement, name, rate, shares of trouble (0 to 1).

    ``clock`` is None for the trunk sensor, whose clock is that of the report. ``checks`` are those that
    decide whether its angles mean anything, each with its outcome. ``clipped_fraction`` is NaN where nobody
    can tell. ``calibration`` is what was taken off its accelerometer's readings; None where nothing was.
    """

    placement: str
    device: str
    name: str
    rate_hz: float
    sample_count: int
    clipped_fraction: float
    missing_fraction: float
    mean_specific_force_g: float
    has_gyroscope: bool
    mirrored: bool = False
    rejected_packets: int = 0
    battery_pct: int | None = None
    clock: ClockFacts | None = None
    checks: tuple[SensorCheck, ...] = ()
    calibration: AccelerometerCalibration | None = None

    def check(self, what: str) -> SensorCheck:
        """Return how a check ended; one that is missing was not judged."""
        not_made = SensorCheck(what, CheckOutcome.NOT_JUDGED, "it was not made")
        return next((check for check in self.checks if check.what == what), not_made)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchFacts:
    """What a report says of the watch's file that the session was given.

    Parameters
    ----------
    file, device, sha256
        Its name, what recorded it, SHA-256 of its bytes.
    match
        ``sure``, ``told`` (by the runner), ``undecided`` or ``another run``.
    start_s
        Session time of its first point; NaN where not known.
    drift_ppm
        Microseconds that its clock gains on the session's per second.
    within_s
        Half width of the 95 % interval of its times.
    ahead_s
        By how much the watch's time of day was ahead of the computer's; NaN where either is unknown.
    likeness
        Correlation (-1 to 1) of what it told with what the sensor felt.
    doubt
        Why its times are not used; empty where they are.
    """

    file: str
    device: str
    sha256: str
    match: WatchMatch
    start_s: float
    drift_ppm: float
    within_s: float
    ahead_s: float
    likeness: float
    doubt: str


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What a report says of the session as a whole."""

    name: str
    path: str
    started_utc: str
    duration_s: float
    simulated: bool
    sensors: tuple[SensorFacts, ...]
    context: Mapping[str, Any] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    watch: WatchFacts | None = None
