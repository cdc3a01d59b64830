"""Packets of one connection, decoded and laid on the session's one time line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import numpy as np

from sensor.clock.timeline import ClockSpec, SegmentTimes, fit_streams
from sensor.protocol.driver import StreamDecoder
from sensor.samples import BoolArray, FloatArray, IntArray, SampleBlock
from sensor.session.column_buffer import ColumnBuffer
from sensor.session.segments import DecodedSegment
from sensor.units import NS_PER_S

_SAME_TIME_S = 1e-5
"""Times are kept in whole microseconds; a day of them in float64 is exact to less."""


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
        *,
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
        self._columns = ColumnBuffer()
        self._has_samples = False

    def feed(self, payloads: Sequence[bytes], position: IntArray | None = None) -> None:
        """Decode the next notifications.

        Parameters
        ----------
        payloads
            Their bytes.
        position
            (k,) places of these among all notifications; None where none was left out.
        """
        if position is None:
            position = self._fed + np.arange(len(payloads))
        if not len(position):
            return
        block = self._decoder.feed(payloads)
        self._fed = max(self._fed, int(position.max()) + 1)
        # A block without samples may not know yet which columns there are.
        if len(block.count):
            rows = {field.name: getattr(block, field.name) for field in fields(block)}
            rows["notification"] = position[block.notification]
            known = {name: column for name, column in rows.items() if column is not None}
            self._columns.append(known, self._fed / len(self._arrival_ns))
            self._has_samples = True

    def finish(self) -> DecodedSegment:
        """Return the samples of all notifications and let go of them."""
        (segment,) = finish_together([self])
        return segment

    def _settled_block(self) -> tuple[SampleBlock, int]:
        """Return the samples of all notifications, and how many packets were left out."""
        block = self._whole_block()
        packets = len(block.count)
        if self._clock.is_session_time:
            block = _keep(block, _is_told_twice(block, self._arrival_ns / NS_PER_S, self._clock.tick_hz))
        return block, self._decoder.rejected + packets - len(block.count)

    def _whole_block(self) -> SampleBlock:
        if not self._has_samples:
            return self._decoder.feed([])
        columns = self._columns.finish()
        gyr_radps = columns.pop("gyr_sensor_radps", None)
        return SampleBlock(gyr_sensor_radps=gyr_radps, **columns)

    def _dated(self, block: SampleBlock, times: SegmentTimes, rejected: int) -> DecodedSegment:
        return DecodedSegment(
            reason=self._reason,
            rejected=rejected,
            rate_hz=times.rate_hz,
            time_s=times.time_s,
            acc_sensor_mps2=block.acc_sensor_mps2,
            gyr_sensor_radps=block.gyr_sensor_radps,
            clipped=block.clipped,
            gaps=times.gaps,
        )


def finish_together(streams: Sequence[SegmentDecoder]) -> tuple[DecodedSegment, ...]:
    """Return the samples of the streams of one connection, dated by the one clock they share.

    Parameters
    ----------
    streams
        All notifications fed, of one clock and one nominal rate; they let go of their samples.
    """
    found = [stream._settled_block() for stream in streams]
    arrivals_s = [stream._arrival_ns / NS_PER_S for stream in streams]
    first = streams[0]
    times = fit_streams(
        [block for block, _ in found], arrivals_s, spec=first._clock, nominal_rate_hz=first._nominal_rate_hz
    )
    return tuple(
        stream._dated(block, dated, rejected)
        for stream, (block, rejected), dated in zip(streams, found, times, strict=True)
    )


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
