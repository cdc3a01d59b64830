"""What a long session with many faults has kept, against what its virtual sensors really did."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from analysis.config import AnalysisConfig
from analysis.signal.clock_alignment import on_trunk_clock
from sensor.samples import FloatArray, Gap, IntArray, Recording, SensorRecording
from sensor.session.reader import read_recording
from sensor.virtual.devices.faults import Fault
from tests.support.soak import Delivered, Soak, Worn, taps_s

EXPLAINED_AFTER_S = 40.0
"""A fault can cost samples for this long after its end: the longest wait for a search, and connecting."""

JUST_BEFORE_S = 0.2
"""And from this long before it: packets under way."""


@dataclass(frozen=True, slots=True)
class Kept:
    """How well one motion sensor's samples were kept and dated.

    Parameters
    ----------
    placement
        Where it is worn.
    samples, lost
        How many there are, and how many between the first and the last are not.
    segments
        How many connections.
    in_order
        Whether every sample comes once, and after the one taken before it.
    gaps_match
        Whether gaps are exactly where samples are missing.
    gap_error_s
        Largest error of a gap's length.
    unexplained
        Gaps that no fault accounts for.
    time_error_s
        Largest error of a sample's time.
    rate_error_ppm
        Error of the clock's rate over the whole session.
    tie_error_s
        Largest error, against the first sensor's time line, of the time of a shared tap, once the taps have
        tied the two together; NaN where they did not.
    """

    placement: str
    samples: int
    lost: int
    segments: int
    in_order: bool
    gaps_match: bool
    gap_error_s: float
    unexplained: tuple[Gap, ...]
    time_error_s: float
    rate_error_ppm: float
    tie_error_s: float


def kept_payloads(path: Path) -> Delivered:
    """Return count and digest of every notification in a session file, as `Soak.delivered` counts them."""
    kept = Delivered()
    connection = sqlite3.connect(path)
    try:
        for (payload,) in connection.execute("SELECT payload FROM packet"):
            kept.add(payload)
    finally:
        connection.close()
    return kept


def judge(path: Path, worn: Sequence[Worn], left: Soak, duration_s: float) -> list[Kept]:
    """Compare every motion sensor of a session with the truth; the first is the trunk's."""
    recording = read_recording(path)
    trunk = _sensor(recording, worn[0].placement)
    return [
        replace(kept, tie_error_s=_tie_error_s((trunk, worn[0]), (sensor, one), left.begun_s, duration_s))
        for one, faults in zip(worn, left.faults, strict=False)
        for sensor in [_sensor(recording, one.placement)]
        for kept in [_judge_one(sensor, one, left.begun_s, faults)]
    ]


def _true_times_s(sensor: SensorRecording, worn: Worn, begun_s: float) -> FloatArray:
    """Return (n,) when the samples really were taken, seconds from the start of the session."""
    return begun_s + _numbers(sensor, worn) / worn.true_rate_hz


def _tie_error_s(
    trunk: tuple[SensorRecording, Worn],
    other: tuple[SensorRecording, Worn],
    begun_s: float,
    duration_s: float,
) -> float:
    """Return how far apart two sensors, tied together by the taps both felt, put one true moment at most."""
    tied, events = on_trunk_clock(trunk[0], other[0], AnalysisConfig().knocks)
    if not all(not event.doubt for event in events) or len(events) < len(taps_s(duration_s)) // 3:
        return float("nan")
    at_s = begun_s + taps_s(duration_s)
    late_s = [
        np.interp(at_s, _true_times_s(sensor, worn, begun_s), sensor.time_s)
        for sensor, worn in (trunk, (tied, other[1]))
    ]
    return float(np.abs(late_s[1] - late_s[0]).max())


def _sensor(recording: Recording, placement: str) -> SensorRecording:
    sensor = recording.sensor(placement)
    assert sensor is not None, f"nothing of {placement}"
    return sensor


def _numbers(sensor: SensorRecording, worn: Worn) -> IntArray:
    assert sensor.gyr_sensor_radps is not None, f"{worn.placement} lost its angular rates"
    return worn.numbers(sensor.gyr_sensor_radps)


def _judge_one(sensor: SensorRecording, worn: Worn, begun_s: float, faults: Sequence[Fault]) -> Kept:
    steps = np.diff(_numbers(sensor, worn))
    true_s = _true_times_s(sensor, worn, begun_s)
    late_s = sensor.time_s - true_s
    before = np.flatnonzero(steps != 1)
    missing = [(float(sensor.time_s[i]), float(sensor.time_s[i + 1])) for i in before]
    gap_error_s = np.abs(late_s[before + 1] - late_s[before])
    return Kept(
        placement=worn.placement,
        samples=len(true_s),
        lost=int((steps - 1).sum()),
        segments=len(sensor.segment_start),
        in_order=bool((steps > 0).all()),
        gaps_match=missing == [(gap.start_s, gap.end_s) for gap in sensor.gaps],
        gap_error_s=float(gap_error_s.max(initial=0.0)),
        unexplained=tuple(gap for gap in sensor.gaps if not _is_explained(gap, faults, begun_s)),
        time_error_s=float(np.abs(late_s).max()),
        rate_error_ppm=float(1e6 * np.polyfit(true_s - true_s.mean(), late_s, 1)[0]),
        tie_error_s=float("nan"),
    )


def _is_explained(gap: Gap, faults: Sequence[Fault], begun_s: float) -> bool:
    return any(
        begun_s + fault.at_s - JUST_BEFORE_S < gap.end_s
        and gap.start_s < begun_s + fault.at_s + fault.duration_s + EXPLAINED_AFTER_S
        for fault in faults
    )
