"""Device time to the host's time line: lost packets, the sampling oscillator, the clock's rate, radio delay.

Three clocks meet here. The sampling oscillator paces the samples, the device's counter dates packets (often
in whole milliseconds), and the host dates arrivals. Radio delay is one-sided: nothing arrives before it was
sent, but it may arrive much later. So samples are first numbered, then the counter is fitted smoothly against
the sample number (which removes its quantisation), and then the host's clock is the line *below* all arrivals
that lies closest to them. Least squares through arrivals would be pulled late by every stall.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from sensor.clock.counted import LONG_RISE_S, fit_counted
from sensor.clock.fit import QUANTISATION_TICKS, HostLine, fit_pace, line_below, unwrap
from sensor.samples import BoolArray, FloatArray, Gap, IntArray, SampleBlock, freeze_arrays

LATE_SHARE = 1.5
"""A step this many times the usual one means that something is missing between two packets."""

LATE_SHARE_OF_VARYING = 0.005
"""Packets of varying size can lose less than their own length: a step this much too long, and by half a
sample at least, means that something is missing. An oscillator strays less within one packet."""

MULTIPLE_TOLERANCE_SAMPLES = 0.1
"""How far a long step may be from whole packets and still count as lost packets (or `QUANTISATION_TICKS`)."""

LONGEST_COUNTED_LOSS_S = 60.0
"""Over a longer silence the oscillator may have strayed too far for counting what is missing."""

LONGEST_DELAY_S = 60.0
"""Radio gives links up after 32 s: a clock that runs this far ahead of the arrivals is damaged or was set."""

LEAST_STEP_S = 1e-6
"""Where the fits of two stretches overlap, the later one is put this much after the earlier one."""


@dataclass(frozen=True, slots=True)
class ClockSpec:
    """How a device tells time.

    Parameters
    ----------
    tick_hz
        Ticks per second of its counter.
    wrap_bits
        Width of the counter, None where it never wraps.
    refers_to
        Which sample of a packet the packet's ticks date.
    is_session_time
        True where the ticks already are session time, as in imported files: arrivals are ignored.
    counts_samples
        True where there is no clock and the ticks number samples: arrivals alone tell time, and losses where
        the packets carry no sequence; where they do, only those the sequence cannot have told.
    """

    tick_hz: float
    wrap_bits: int | None
    refers_to: Literal["first", "last"] = "first"
    is_session_time: bool = False
    counts_samples: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class SegmentTimes:
    """Times of all samples of one connection.

    Parameters
    ----------
    time_s
        (n,) on the host's time line (that of the arrivals), strictly increasing.
    gaps
        Stretches without samples, each from the last sample before to the first after.
    rate_hz
        Samples per host second, measured over the longest unbroken stretch; NaN without two samples.
    clock_rate_ppm
        How much faster than the host's the device's clock runs, over the same stretch.
    offset_s
        Host time at which the device's clock, over the same stretch, read zero.
    """

    time_s: FloatArray
    gaps: tuple[Gap, ...]
    rate_hz: float
    clock_rate_ppm: float
    offset_s: float

    def __post_init__(self) -> None:
        freeze_arrays(self)


@dataclass(frozen=True, slots=True, eq=False)
class _Packets:
    """Packets of one connection: unwrapped ticks, samples in each, host arrival; all (p,)."""

    ticks: IntArray
    count: IntArray
    arrival_s: FloatArray

    def part(self, start: int, stop: int) -> _Packets:
        return _Packets(self.ticks[start:stop], self.count[start:stop], self.arrival_s[start:stop])


@dataclass(frozen=True, slots=True, eq=False)
class _PacedRun:
    """Packets of one stream between two restarts, dated on the device's clock.

    ``device_s`` and ``index`` are (n,) times and numbers of the samples, ``stretches`` the rows of each
    unbroken stretch, ``ends_s`` and ``arrival_s`` (p,) device time of each packet's last sample and its
    arrival.
    """

    device_s: FloatArray
    index: IntArray
    stretches: list[slice]
    ends_s: FloatArray
    arrival_s: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """A stretch of evenly paced samples on the host's time line, and why it does not join the one before."""

    time_s: FloatArray
    index: IntArray
    line: HostLine
    reason: str


def fit_segment(
    block: SampleBlock, arrival_s: FloatArray, *, spec: ClockSpec, nominal_rate_hz: float | None
) -> SegmentTimes:
    """Put the samples of one connection on the host's time line.

    Parameters
    ----------
    block
        All packets of one connection.
    arrival_s
        (m,) host time of every notification that was fed to the decoder.
    spec
        How the device tells time.
    nominal_rate_hz
        The rate that was asked for: tells lost packets from slow ones, never dates a sample. None is enough
        where the ticks are session time.

    Returns
    -------
    SegmentTimes
        Times of all n samples of ``block``.

    Raises
    ------
    ValueError
        When the device has a clock of its own and no nominal rate is given.
    """
    (times,) = fit_streams([block], [arrival_s], spec=spec, nominal_rate_hz=nominal_rate_hz)
    return times


def fit_streams(
    blocks: Sequence[SampleBlock],
    arrivals_s: Sequence[FloatArray],
    *,
    spec: ClockSpec,
    nominal_rate_hz: float | None,
) -> tuple[SegmentTimes, ...]:
    """Put the streams of one connection on the host's time line as `fit_segment` does a single one.

    Streams dated by one clock share one line to the host's time: the least radio delay of each stream alone
    differs by whatever always goes out before it, and would move samples of one moment apart.

    Parameters
    ----------
    blocks
        All packets of each stream.
    arrivals_s
        For each stream (m,) host time of every notification that was fed to its decoder.
    spec, nominal_rate_hz
        As for `fit_segment`, of every stream.

    Returns
    -------
    tuple
        Times of each stream.

    Raises
    ------
    ValueError
        When the device has a clock of its own and no nominal rate is given.
    """
    if spec.is_session_time:
        return tuple(_session_times(block, spec) for block in blocks)
    if nominal_rate_hz is None:
        raise ValueError("a sensor's clock cannot be fitted without the rate that was asked for")
    streams = [
        _Packets(unwrap(block.ticks, spec.wrap_bits), block.count, np.asarray(arrival_s)[block.notification])
        for block, arrival_s in zip(blocks, arrivals_s, strict=True)
    ]
    if spec.counts_samples:
        # Every stream counts its own samples, so there is no clock that streams could share.
        return tuple(
            _count_stream(packets, nominal_rate_hz, 0.0 if block.sequence is None else LONG_RISE_S)
            for block, packets in zip(blocks, streams, strict=True)
        )
    pieces: list[list[_Piece]] = [[] for _ in streams]
    for parts in _between_restarts(streams, [block.notification for block in blocks], spec):
        runs = {
            number: _pace_run(part, spec, spec.tick_hz / nominal_rate_hz)
            for number, part in enumerate(parts)
            if len(part.ticks)
        }
        line = _host_line([*runs.values()])
        for number, run in runs.items():
            pieces[number].extend(_pieces(run, line))
    return tuple(_join(of_stream) for of_stream in pieces)


def _between_restarts(
    streams: Sequence[_Packets], notifications: Sequence[IntArray], spec: ClockSpec
) -> Iterator[list[_Packets]]:
    """Cut all streams wherever the clock of any of them does not go on; return the parts of each epoch."""
    # Packets of one characteristic may share an arrival, but never their place among its notifications.
    arrival_s = np.concatenate([np.maximum.accumulate(packets.arrival_s) for packets in streams])
    order = np.lexsort((np.concatenate(notifications), arrival_s))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    ranks = np.split(rank, np.cumsum([len(packets.ticks) for packets in streams])[:-1])
    restarts = {
        first
        for came, packets in zip(ranks, streams, strict=True)
        for first in came[1:][_begins_anew(packets, spec.tick_hz)].tolist()
    }
    for start, stop in pairwise(sorted({0, len(order), *restarts})):
        yield [
            packets.part(*np.searchsorted(came, (start, stop)).tolist())
            for came, packets in zip(ranks, streams, strict=True)
        ]


def _begins_anew(packets: _Packets, ticks_per_s: float) -> BoolArray:
    """Mark joins (p - 1,) across which the device's clock, or its count of samples, does not go on."""
    # A clock that goes back was restarted. One that runs a minute ahead of what arrived was set anew, or a
    # bit of it flipped: radio holds nothing back for so long, as supervision gives a link up after 32 s at
    # most.
    steps = np.diff(packets.ticks)
    runs_ahead = steps / ticks_per_s - np.diff(packets.arrival_s) > LONGEST_DELAY_S
    return np.asarray((steps <= 0) | runs_ahead)


def _count_stream(packets: _Packets, nominal_rate_hz: float, least_loss_s: float) -> SegmentTimes:
    restarts = (np.flatnonzero(_begins_anew(packets, nominal_rate_hz)) + 1).tolist()
    bounds = pairwise([0, *restarts, len(packets.ticks)])
    parts = [packets.part(start, stop) for start, stop in bounds if stop > start]
    return _join([_count_run(part, nominal_rate_hz, least_loss_s) for part in parts])


def _count_run(packets: _Packets, nominal_rate_hz: float, least_loss_s: float) -> _Piece:
    """Date counted samples; what they would be at the nominal rate stands in for a device's clock."""
    counted = fit_counted(
        packets.ticks,
        packets.count,
        arrival_s=packets.arrival_s,
        nominal_rate_hz=nominal_rate_hz,
        least_loss_s=least_loss_s,
    )
    # The line is told about the middle of the samples, where its height does not depend on its slope.
    centre_s = float(counted.number.mean()) / nominal_rate_hz
    offset_s = float(counted.time_s.mean()) - centre_s
    line = HostLine(nominal_rate_hz / counted.rate_hz - 1, offset_s, centre_s)
    return _Piece(counted.time_s, counted.number, line, "sensor restarted")


def _pace_run(packets: _Packets, spec: ClockSpec, nominal_ticks: float) -> _PacedRun:
    """Fit a smooth pace to each unbroken stretch of packets between two restarts."""
    ticks_per_sample = _mean_ticks_per_sample(packets, spec, nominal_ticks)
    first_index, broken = _number_samples(packets, spec, ticks_per_sample)
    row_end = np.cumsum(packets.count)
    row_start = row_end - packets.count
    # Number of a sample = number of its packet's first one + place within the packet, for all packets at
    # once.
    index = np.repeat(first_index - row_start, packets.count)
    index += np.arange(row_end[-1])
    reference = first_index if spec.refers_to == "first" else index[row_end - 1]
    device_s = np.empty(len(index))
    starts = np.flatnonzero(np.concatenate([[True], broken])).tolist()
    stretches = list(pairwise([*starts, len(first_index)]))
    rows = [slice(int(row_start[a]), int(row_end[b - 1])) for a, b in stretches]
    for (a, b), row in zip(stretches, rows, strict=True):
        device_s[row] = fit_pace(
            reference[a:b],
            packets.ticks[a:b],
            index=index[row],
            ticks_per_sample=ticks_per_sample,
            tick_hz=spec.tick_hz,
        )
    device_s /= spec.tick_hz
    return _PacedRun(
        device_s=device_s,
        index=index,
        stretches=rows,
        ends_s=device_s[row_end - 1],
        arrival_s=packets.arrival_s,
    )


def _host_line(runs: Sequence[_PacedRun]) -> HostLine:
    """Fit one line below the arrivals of all streams of one clock."""
    ends_s = np.concatenate([run.ends_s for run in runs])
    arrival_s = np.concatenate([run.arrival_s for run in runs])
    # Each stream rises on its own; `line_below` wants the whole of them to.
    in_order = np.argsort(ends_s, kind="stable")
    return line_below(ends_s[in_order], arrival_s[in_order])


def _pieces(run: _PacedRun, line: HostLine) -> Iterator[_Piece]:
    for i, row in enumerate(run.stretches):
        reason = "samples dropped by the sensor" if i else "sensor restarted"
        yield _Piece(line.host_s(run.device_s[row]), run.index[row], line, reason)


def _mean_ticks_per_sample(packets: _Packets, spec: ClockSpec, nominal_ticks: float) -> float:
    """Mean over steps that are about as long as they should be: exact in spite of quantisation and losses."""
    covered = packets.count[:-1] if spec.refers_to == "first" else packets.count[1:]
    steps = np.diff(packets.ticks)
    # Half as long again as it should be: a packet was lost there, and the step says nothing of the pace.
    usual = np.abs(steps / (covered * nominal_ticks) - 1) < LATE_SHARE - 1
    # Where packets vary in size a loss may be shorter than half of one and slip through; against the median
    # pace it stands out by half a sample.
    if usual.any() and _unit(packets) == 1:
        per_sample = steps / covered
        middle = np.median(per_sample[usual])
        usual &= np.abs(per_sample / middle - 1) < np.maximum(LATE_SHARE_OF_VARYING, 0.5 / covered)
    return float(steps[usual].sum() / covered[usual].sum()) if usual.any() else nominal_ticks


def _unit(packets: _Packets) -> int:
    """Return the samples that can only be lost together: a packet, where all have one size."""
    return int(packets.count[0]) if (packets.count == packets.count[0]).all() else 1


def _number_samples(
    packets: _Packets, spec: ClockSpec, ticks_per_sample: float
) -> tuple[IntArray, BoolArray]:
    """Number the first sample of every packet (p,), lost ones included, and mark broken joins (p - 1,).

    A long step that is whole packets means packets lost on the way: sampling went on evenly. Any other long
    step means that the sensor's own buffer overflowed, and the number of missing samples is unknown.
    """
    covered = packets.count[:-1] if spec.refers_to == "first" else packets.count[1:]
    excess = np.diff(packets.ticks) / ticks_per_sample - covered
    unit = _unit(packets)
    share = LATE_SHARE_OF_VARYING if unit == 1 else 0.0
    # Half a packet beyond what it covers: less is the rounding of two time stamps, a lost packet is a whole
    # one.
    late = excess > np.maximum((LATE_SHARE - 1) * unit, share * covered)
    # A late step stands for one lost packet at least, even where it rounds to none.
    lost = np.where(late, np.maximum(np.rint(excess / unit), 1) * unit, 0).astype(np.int64)
    # A time stamp in whole milliseconds is off by up to one and a half ticks, which is more than a tenth of a
    # sample at slow tick rates.
    tolerance = max(MULTIPLE_TOLERANCE_SAMPLES, QUANTISATION_TICKS / ticks_per_sample)
    first_index = np.concatenate([[0], np.cumsum(packets.count[:-1] + lost)])
    countable = lost * ticks_per_sample < LONGEST_COUNTED_LOSS_S * spec.tick_hz
    return first_index, late & ~((np.abs(excess - lost) <= tolerance) & countable)


def _join(pieces: list[_Piece]) -> SegmentTimes:
    """Put pieces one after the other; where fits overlap, the later one waits for the earlier."""
    if not pieces:
        return SegmentTimes(
            time_s=np.zeros(0), gaps=(), rate_hz=float("nan"), clock_rate_ppm=0.0, offset_s=0.0
        )
    times: list[FloatArray] = []
    gaps: list[Gap] = []
    for piece in pieces:
        time_s = piece.time_s
        if times:
            last_s = times[-1][-1]
            earliest_s = max(last_s + LEAST_STEP_S, np.nextafter(last_s, np.inf))
            if time_s[0] < earliest_s:
                # From its own start: far from zero a float cannot hold so small a step.
                time_s = time_s - time_s[0] + earliest_s
            gaps.append(Gap(float(times[-1][-1]), float(time_s[0]), piece.reason))
        # Lost samples have numbers but no rows: a jump of the numbers is a hole.
        holes = np.flatnonzero(np.diff(piece.index) > 1).tolist()
        gaps.extend(Gap(float(time_s[i]), float(time_s[i + 1]), "packets lost") for i in holes)
        times.append(time_s)
    time_s = np.concatenate(times)
    # Nobody else has it: frozen here, it is not copied once more.
    time_s.flags.writeable = False
    # Rate and drift are told of the longest stretch: over a short one the radio's jitter is most of them.
    longest = max(pieces, key=lambda piece: len(piece.index))
    span_s = longest.time_s[-1] - longest.time_s[0]
    line = longest.line
    return SegmentTimes(
        time_s=time_s,
        gaps=tuple(gaps),
        rate_hz=float((longest.index[-1] - longest.index[0]) / span_s) if span_s > 0 else float("nan"),
        clock_rate_ppm=(1 / (1 + line.slope) - 1) * 1e6,
        offset_s=line.offset_s - line.slope * line.centre_s,
    )


def _session_times(block: SampleBlock, spec: ClockSpec) -> SegmentTimes:
    """Times of samples whose ticks are session time; a row missing shows as a longer step than usual."""
    ticks = np.repeat(block.ticks, block.count)
    if block.sample_offset_ticks is not None:
        ticks = ticks + block.sample_offset_ticks
    time_s = ticks / spec.tick_hz
    steps_s = np.diff(time_s)
    # The median: in a file with holes the mean step is too long.
    usual_s = float(np.median(steps_s)) if len(steps_s) else float("nan")
    holes = np.flatnonzero(steps_s > LATE_SHARE * usual_s).tolist()
    gaps = tuple(Gap(float(time_s[i]), float(time_s[i + 1]), "rows missing") for i in holes)
    return SegmentTimes(
        time_s=time_s,
        gaps=gaps,
        rate_hz=1 / usual_s if usual_s > 0 else float("nan"),
        clock_rate_ppm=0.0,
        offset_s=0.0,
    )
