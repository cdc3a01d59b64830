"""Packets of one sensor's segments, decoded and laid on the session's one time line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from sensor.clock import ClockSpec, fit_segment
from sensor.protocol.driver import StreamDecoder
from sensor.samples import BoolArray, FloatArray, Gap, IntArray, SampleBlock
from sensor.session.growing import GrowingColumns, Rows
from sensor.units import NS_PER_S

_LONGEST_STEP_PERIODS = 1.5
"""Between segments, a step in time longer than this many sample periods is a gap."""

_SAME_TIME_S = 1e-5
"""Times are kept in whole microseconds; a day of them in float64 is exact to less."""


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
    """

    reason: str
    rejected: int
    rate_hz: float
    time_s: FloatArray
    acc_sensor_mps2: FloatArray
    gyr_sensor_radps: FloatArray | None
    clipped: BoolArray
    gaps: tuple[Gap, ...]


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


class SegmentDecoder:
    """Decodes the notifications of one connection's data channel, part by part, and dates every sample.

    Parameters
    ----------
    decoder
        A new one: it belongs to one connection.
    clock, nominal_rate_hz
        How the sensor tells time, and the rate it was asked for.
    reason
        Why the segment began.
    arrival_ns
        (m,) arrivals of all notifications, in order.
    """

    def __init__(
        self,
        decoder: StreamDecoder,
        clock: ClockSpec,
        nominal_rate_hz: float | None,
        reason: str,
        arrival_ns: IntArray,
    ) -> None:
        self._decoder = decoder
        self._clock = clock
        self._nominal_rate_hz = nominal_rate_hz
        self._reason = reason
        self._arrival_ns = arrival_ns
        self._fed = 0
        self._columns = GrowingColumns()
        self.samples = 0

    def feed(self, payloads: Sequence[bytes]) -> None:
        """Decode the next notifications."""
        block = self._decoder.feed(payloads)
        before, self._fed = self._fed, self._fed + len(payloads)
        # A block without samples may not know yet which columns there are.
        if len(block.count):
            rows = {field.name: getattr(block, field.name) for field in fields(block)}
            rows["notification"] = block.notification + before
            known = {name: column for name, column in rows.items() if column is not None}
            self._columns.append(known, self._fed / len(self._arrival_ns))
            self.samples += len(block.acc_sensor_mps2)

    def finish(self) -> DecodedSegment:
        """Return the samples of all notifications and let go of them."""
        block = self._whole_block()
        arrival_s = self._arrival_ns / NS_PER_S
        packets = len(block.count)
        if self._clock.is_session_time:
            block = _keep(block, _is_told_twice(block, arrival_s, self._clock.tick_hz))
        times = fit_segment(block, arrival_s, self._clock, self._nominal_rate_hz)
        return DecodedSegment(
            reason=self._reason,
            rejected=self._decoder.rejected + packets - len(block.count),
            rate_hz=times.rate_hz,
            time_s=times.time_s,
            acc_sensor_mps2=block.acc_sensor_mps2,
            gyr_sensor_radps=block.gyr_sensor_radps,
            clipped=block.clipped,
            gaps=times.gaps,
        )

    def _whole_block(self) -> SampleBlock:
        if not self.samples:
            return self._decoder.feed([])
        columns = self._columns.finish()
        gyr_radps = columns.pop("gyr_sensor_radps", None)
        return SampleBlock(gyr_sensor_radps=gyr_radps, **columns)


def _is_told_twice(block: SampleBlock, arrival_s: FloatArray, tick_hz: float) -> BoolArray:
    """Mark packets (p,) of session time whose arrival, the time of the last sample, says the same as they do.

    One flipped bit in a time would otherwise put everything after it out of order.
    """
    last_ticks = block.ticks.copy()
    if block.sample_offset_ticks is not None:
        last_ticks += block.sample_offset_ticks[np.cumsum(block.count) - 1]
    told_twice = np.abs(last_ticks / tick_hz - arrival_s[block.notification]) < _SAME_TIME_S
    latest = np.maximum.accumulate(np.where(told_twice, last_ticks, -1))
    in_order: BoolArray = block.ticks > np.concatenate([[-1], latest[:-1]])
    return told_twice & in_order


def _keep(block: SampleBlock, wanted: BoolArray) -> SampleBlock:
    """Return the packets marked in ``wanted`` (p,)."""
    if wanted.all():
        return block
    rows = np.repeat(wanted, block.count)
    gyr, offset = block.gyr_sensor_radps, block.sample_offset_ticks
    return SampleBlock(
        notification=block.notification[wanted],
        ticks=block.ticks[wanted],
        count=block.count[wanted],
        acc_sensor_mps2=block.acc_sensor_mps2[rows],
        gyr_sensor_radps=None if gyr is None else gyr[rows],
        clipped=block.clipped[rows],
        sequence=None if block.sequence is None else block.sequence[wanted],
        sample_offset_ticks=None if offset is None else offset[rows],
    )


def join_segments(
    segments: Iterable[DecodedSegment], has_gyroscope: bool, samples: int | None = None
) -> JoinedSamples:
    """Lay segments one after the other.

    Two segments can overlap by the error of their clocks; what the later one has before the end of the
    earlier one is left out, so that time always increases. The gap before a segment carries its reason, or
    that of an empty segment before it.

    Parameters
    ----------
    segments
        In the order they were recorded; empty ones are passed over. Each is let go of before the next but
        one is asked for.
    has_gyroscope
        Whether samples carry angular rates, where no segment holds any.
    samples
        How many all segments have together, where it is known beforehand: it saves memory.
    """
    columns = GrowingColumns()
    starts: list[int] = []
    gaps: list[Gap] = []
    count = rejected = 0
    end_s, reason = -np.inf, ""
    for whole in segments:
        rejected += whole.rejected
        reason = reason or whole.reason
        segment = _after(whole, end_s)
        if not len(segment.time_s):
            continue
        start_s = float(segment.time_s[0])
        joins = start_s - end_s <= _LONGEST_STEP_PERIODS / segment.rate_hz
        if starts and not joins:
            gaps.append(Gap(end_s, start_s, reason))
        gaps.extend(segment.gaps)
        starts.append(count)
        count += len(segment.time_s)
        columns.append(_columns_of(segment), count / max(samples or 0, count))
        end_s, reason = float(segment.time_s[-1]), ""
    return _joined(columns.finish(), starts, tuple(gaps), has_gyroscope, rejected)


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


def _joined(
    columns: dict[str, Rows], starts: list[int], gaps: tuple[Gap, ...], has_gyroscope: bool, rejected: int
) -> JoinedSamples:
    none = np.empty((0, 3))
    time_s = columns.get("time_s", np.empty(0))
    gyr = columns.get("gyr_sensor_radps", none)
    return JoinedSamples(
        time_s=time_s,
        acc_sensor_mps2=columns.get("acc_sensor_mps2", none),
        # Where one segment lacks angular rates, no row can be told from its neighbours' any more.
        gyr_sensor_radps=gyr if has_gyroscope and len(gyr) == len(time_s) else None,
        clipped=columns.get("clipped", np.empty(0, np.bool_)),
        gaps=gaps,
        segment_start=np.array(starts, dtype=np.int64),
        rejected_packets=rejected,
    )
