"""Connections of one sensor, one after the other."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sensor.samples import BoolArray, FloatArray, Gap, IntArray
from sensor.session.column_buffer import ColumnBuffer, Rows

_LONGEST_STEP_PERIODS = 1.5
"""Between segments, a step in time longer than this many sample periods is a gap."""


@dataclass(frozen=True, slots=True, eq=False)
class DecodedSegment:
    """Samples of one connection on the session's time line.

    Parameters
    ----------
    reason
        Why the segment began.
    rejected
        Notifications and packets that were left out.
    rate_hz
        Samples per second, measured.
    time_s
        (n,) seconds from the start of the session, strictly increasing.
    acc_sensor_mps2, gyr_sensor_radps
        (n, 3); the second None without a gyroscope.
    clipped
        (n,) true where a channel reached its full scale.
    gaps
        Stretches without samples inside the segment.
    repeated
        Notifications that the computer handed over again, and which were left out.
    """

    reason: str
    rejected: int
    rate_hz: float
    time_s: FloatArray
    acc_sensor_mps2: FloatArray
    gyr_sensor_radps: FloatArray | None
    clipped: BoolArray
    gaps: tuple[Gap, ...]
    repeated: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class JoinedSamples:
    """All segments of one sensor one after the other; fields as in `sensor.samples.SensorRecording`."""

    time_s: FloatArray
    acc_sensor_mps2: FloatArray
    gyr_sensor_radps: FloatArray | None
    clipped: BoolArray
    gaps: tuple[Gap, ...]
    segment_start: IntArray
    rejected_packets: int
    repeated_notifications: int


class SegmentJoiner:
    """Lays segments one after the other.

    Two segments can overlap by the error of their clocks; what the later one has before the end of the
    earlier one is left out, so that time always increases. The gap before a segment carries its reason, or
    that of an empty segment before it.
    """

    def __init__(self) -> None:
        self._columns = ColumnBuffer()
        self._starts: list[int] = []
        self._gaps: list[Gap] = []
        self._samples = self._rejected = self._repeated = 0
        self._end_s, self._reason = -np.inf, ""

    def add(self, whole: DecodedSegment, done: float) -> None:
        """Add the next segment in order of recording; an empty one is passed over.

        Parameters
        ----------
        whole
            The segment.
        done
            Roughly which share of all samples, above 0 and up to 1, is there with this segment.
        """
        self._rejected += whole.rejected
        self._repeated += whole.repeated
        reason = self._reason or whole.reason
        segment = _after(whole, self._end_s)
        if not len(segment.time_s):
            self._reason = reason
            return
        start_s = float(segment.time_s[0])
        joins = start_s - self._end_s <= _LONGEST_STEP_PERIODS / segment.rate_hz
        if self._starts and not joins:
            self._gaps.append(Gap(self._end_s, start_s, reason))
        self._gaps.extend(segment.gaps)
        self._starts.append(self._samples)
        self._samples += len(segment.time_s)
        self._columns.append(_columns_of(segment), done)
        self._end_s, self._reason = float(segment.time_s[-1]), ""

    def finish(self, *, has_gyroscope: bool) -> JoinedSamples:
        """Hand over all segments.

        Parameters
        ----------
        has_gyroscope
            Whether samples carry angular rates, where no segment holds any.
        """
        columns, none = self._columns.finish(), np.empty((0, 3))
        gyr = columns.get("gyr_sensor_radps", none)
        return JoinedSamples(
            time_s=columns.get("time_s", np.empty(0)),
            acc_sensor_mps2=columns.get("acc_sensor_mps2", none),
            # Where one segment lacks angular rates, those of the others cannot be told apart any more.
            gyr_sensor_radps=gyr if has_gyroscope and len(gyr) == self._samples else None,
            clipped=columns.get("clipped", np.empty(0, np.bool_)),
            gaps=tuple(self._gaps),
            segment_start=np.array(self._starts, dtype=np.int64),
            rejected_packets=self._rejected,
            repeated_notifications=self._repeated,
        )


def _after(segment: DecodedSegment, end_s: float) -> DecodedSegment:
    """Return the part of a segment after a time."""
    first = int(np.searchsorted(segment.time_s, end_s, side="right"))
    if first == 0:
        return segment
    part = slice(first, None)
    gyr = segment.gyr_sensor_radps
    return replace(
        segment,
        time_s=segment.time_s[part],
        acc_sensor_mps2=segment.acc_sensor_mps2[part],
        gyr_sensor_radps=None if gyr is None else gyr[part],
        clipped=segment.clipped[part],
        gaps=tuple(gap for gap in segment.gaps if gap.start_s > end_s),
    )


def _columns_of(segment: DecodedSegment) -> dict[str, Rows]:
    columns: dict[str, Rows] = {
        "time_s": segment.time_s,
        "acc_sensor_mps2": segment.acc_sensor_mps2,
        "clipped": segment.clipped,
    }
    if segment.gyr_sensor_radps is not None:
        columns["gyr_sensor_radps"] = segment.gyr_sensor_radps
    return columns
