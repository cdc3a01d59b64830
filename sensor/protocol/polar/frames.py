"""Polar data frames into values: plain integers, or a first sample and packed differences.

A frame is the measurement, the time of its *last* sample (u64, ns since 2000), a frame type, and samples.
Differences come in blocks: bit width, number of samples, then the integers of that width, channel by channel,
lowest bit first. Many frames are decoded together: the only loop is over blocks. The way back is in
`sensor.protocol.polar.encoding`.
Source: Polar BLE SDK, ``PmdDataFrame`` and its unit tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sensor.protocol.polar.control import Measurement
from sensor.samples import BoolArray, FloatArray, IntArray, freeze_arrays

HEADER_BYTES = 10
MEASUREMENT_MASK = 0x3F
PACKED = 0x80
"""Bit of the frame type that marks packed differences."""

MOST_SAMPLES_PER_BYTE = 3
"""A frame that claims more is hostile: differences of one bit take three for a sample, of no bits nothing."""

CHANNELS = 3
_WIDEST_BITS = 32
_ROWS_AT_A_TIME = 1 << 14
"""Unpacking takes ten times the memory of its result: it is done for so many samples at once."""

PLAIN_BYTES = {(Measurement.ACC, 0): 1, (Measurement.ACC, 1): 2, (Measurement.ACC, 2): 3}
"""Bytes per value of frames without packing."""

FIRST_BYTES = {
    (Measurement.ACC, PACKED): 2,
    (Measurement.ACC, PACKED | 1): 2,
    (Measurement.GYRO, PACKED): 2,
    (Measurement.GYRO, PACKED | 1): 4,
}
"""Bytes per value of the first sample of packed frames; four mean the bits of a float."""


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """Frames of one measurement.

    Parameters
    ----------
    position
        (f,) index among the notifications handed in.
    time_ns
        (f,) time of the last sample, ns since 2000 on the sensor's clock.
    frame_type
        (f,) frame type.
    count
        (f,) samples in each.
    values
        (n, 3) as sent: counts, or whatever unit the frame type has; not yet multiplied by any factor.
    """

    position: IntArray
    time_ns: IntArray
    frame_type: IntArray
    count: IntArray
    values: FloatArray

    def __post_init__(self) -> None:
        freeze_arrays(self)

    def keep(self, wanted: BoolArray) -> Frames:
        """Return the frames marked in ``wanted`` (f,)."""
        if wanted.all():
            return self
        return Frames(
            self.position[wanted],
            self.time_ns[wanted],
            self.frame_type[wanted],
            self.count[wanted],
            self.values[np.repeat(wanted, self.count)],
        )

    def type_of_rows(self) -> IntArray:
        """Return the frame type of every sample (n,)."""
        return np.repeat(self.frame_type, self.count)


class _Blocks(NamedTuple):
    """Blocks of one frame: (first byte, bit width, samples) each, and the samples in all of them."""

    blocks: list[tuple[int, int, int]]
    samples: int


def decode_frames(notifications: Sequence[bytes], measurement: Measurement) -> Frames:
    """Decode all well-formed frames of one measurement; others are passed over.

    Parameters
    ----------
    notifications
        Values of the data characteristic.
    measurement
        `Measurement.ACC` or `Measurement.GYRO`.

    Returns
    -------
    Frames
        In order of arrival.
    """
    by_type: dict[int, list[int]] = {}
    for i, one in enumerate(notifications):
        # Upper bits of the first byte tell streams of memory from live ones; the measurement is in the lower
        # six.
        if len(one) > HEADER_BYTES and one[0] & MEASUREMENT_MASK == measurement:
            by_type.setdefault(one[9], []).append(i)
    parts = [
        part
        for frame_type, positions in by_type.items()
        if (part := _decode_type(notifications, positions, measurement=measurement, frame_type=frame_type))
        is not None
    ]
    return _in_order(parts)


def _decode_type(
    notifications: Sequence[bytes], positions: list[int], *, measurement: Measurement, frame_type: int
) -> Frames | None:
    kind = (measurement, frame_type)
    if kind in PLAIN_BYTES:
        return _decode_plain(notifications, positions, frame_type=frame_type, width=PLAIN_BYTES[kind])
    if kind in FIRST_BYTES:
        return _decode_packed(notifications, positions, frame_type=frame_type, width=FIRST_BYTES[kind])
    return None


def _decode_plain(
    notifications: Sequence[bytes], positions: list[int], *, frame_type: int, width: int
) -> Frames:
    row_bytes = CHANNELS * width
    # A frame that is cut ends amid a sample: nothing in it tells where, so none of it is taken.
    good = [i for i in positions if (len(notifications[i]) - HEADER_BYTES) % row_bytes == 0]
    body = b"".join([notifications[i][HEADER_BYTES:] for i in good])
    count = [(len(notifications[i]) - HEADER_BYTES) // row_bytes for i in good]
    values = _signed(np.frombuffer(body, np.uint8).reshape(-1, width)).reshape(-1, CHANNELS)
    return _frames(notifications, good, frame_type=frame_type, count=count, values=values.astype(np.float64))


def _decode_packed(
    notifications: Sequence[bytes], positions: list[int], *, frame_type: int, width: int
) -> Frames:
    start = HEADER_BYTES + CHANNELS * width
    walked = [(i, _walk(notifications[i], start)) for i in positions if len(notifications[i]) >= start]
    found = [(i, blocks) for i, blocks in walked if blocks is not None]
    good = [i for i, _ in found]
    count = np.array([1 + blocks.samples for _, blocks in found], np.int64)
    # Frames in groups of some thousand samples: each unpacked difference takes eight bytes on the way, which
    # an hour at once would not leave room for.
    groups = np.unique(np.cumsum(count) // _ROWS_AT_A_TIME, return_index=True)[1].tolist()
    parts = [
        _samples([(notifications[i], blocks) for i, blocks in found[a:b]], count[a:b], width)
        for a, b in pairwise([*groups, len(found)])
    ]
    values = np.concatenate([np.zeros((0, CHANNELS)), *parts])
    frames = _frames(notifications, good, frame_type=frame_type, count=count.tolist(), values=values)
    if not good:
        return frames
    # Frames of floats carry the differences of their bit patterns: one damaged bit turns all samples after it
    # into nonsense, so that a frame is taken whole or not at all.
    finite = np.isfinite(values).all(axis=1)
    return frames.keep(np.logical_and.reduceat(finite, np.cumsum(count) - count))


def _samples(frames: list[tuple[bytes, _Blocks]], count: IntArray, width: int) -> FloatArray:
    """Return (n, 3) samples of frames whose first one has so many bytes a value; ``count`` (f,) samples."""
    firsts = b"".join([frame[HEADER_BYTES : HEADER_BYTES + CHANNELS * width] for frame, _ in frames])
    first = _signed(np.frombuffer(firsts, np.uint8).reshape(-1, width)).reshape(-1, CHANNELS)
    values = _add_up(first, _unpack([frame for frame, _ in frames], [blocks for _, blocks in frames]), count)
    # Two bytes are integers, four the bits of a float.
    if width < np.dtype("<f4").itemsize:
        return values.astype(np.float64)
    with np.errstate(invalid="ignore"):  # a signalling NaN is told on conversion; it is left out anyway
        return (values & 0xFFFFFFFF).astype("<u4").view("<f4").astype(np.float64)


def _walk(frame: bytes, start: int) -> _Blocks | None:
    """Find the blocks of a packed frame; None where they do not fill it exactly."""
    blocks = []
    samples = 0
    at, end = start, len(frame)
    while at < end:
        width = frame[at]
        # A block of differences is headed by their width in bits and their number; wider than a sample itself
        # none can be.
        if at + 1 == end or width > _WIDEST_BITS:
            return None
        count = frame[at + 1]
        blocks.append((at + 2, width, count))
        samples += count
        # Blocks begin at whole bytes: what is left of the last byte is filling.
        at += 2 + (width * count * CHANNELS + 7) // 8
    # A width of nought packs any number of samples into two bytes; the limit keeps a hostile frame from
    # unfolding into gigabytes.
    is_whole = at == end and samples <= MOST_SAMPLES_PER_BYTE * end
    return _Blocks(blocks, samples) if is_whole else None


def _unpack(frames: list[bytes], blocks: list[_Blocks]) -> IntArray:
    """Unpack the differences of all blocks of all frames, (m, 3).

    Every value is read as the eight bytes around it, shifted and masked: whatever the widths, no loop.
    """
    sizes = np.array([len(frame) for frame in frames], np.int64)
    frame_at = np.cumsum(sizes) - sizes
    table = np.array([block for one in blocks for block in one.blocks], np.int64).reshape(-1, 3)
    block_at, width, samples = table.T
    block_at = block_at + np.repeat(frame_at, [len(one.blocks) for one in blocks])
    per_block = samples * CHANNELS
    in_block = np.arange(int(per_block.sum())) - np.repeat(np.cumsum(per_block) - per_block, per_block)
    widths = np.repeat(width, per_block)
    bit = np.repeat(block_at * 8, per_block) + in_block * widths
    # Each difference is cut out of the eight bytes from where it begins: 32 bits at any of eight places never
    # need more. The eight zeros let the last one be read like any other.
    joined = np.frombuffer(b"".join(frames) + bytes(8), np.uint8)
    eight_bytes = np.lib.stride_tricks.sliding_window_view(joined, 8)[bit >> 3]
    unsigned = eight_bytes.view("<i8").ravel() >> (bit & 7) & ((1 << widths) - 1)
    # Two's complement of any width: flip the sign bit, take its weight away. A width of nought has no sign
    # bit, and its differences are nought.
    sign = np.where(widths > 0, 1 << np.maximum(widths - 1, 0), 0)
    values: IntArray = (unsigned ^ sign) - sign
    return values.reshape(-1, CHANNELS)


def _add_up(first: IntArray, steps: IntArray, count: IntArray) -> IntArray:
    """Return (n, 3) samples: of every frame its first, and what the differences make of it."""
    start = np.cumsum(count) - count
    is_first = np.zeros(count.sum(), np.bool_)
    is_first[start] = True
    rows = np.empty((len(is_first), CHANNELS), np.int64)
    rows[is_first] = 0
    rows[~is_first] = steps
    # One sum over all frames, less what it had come to where each frame begins: a sum per frame would be a
    # loop.
    total = np.cumsum(rows, axis=0)
    samples: IntArray = total + np.repeat(first - total[start], count, axis=0)
    return samples


def _signed(little_endian: npt.NDArray[np.uint8]) -> IntArray:
    """Read (k, width) bytes as k signed integers."""
    width = little_endian.shape[1]
    value = np.zeros(len(little_endian), np.int64)
    for i in range(width):
        value |= little_endian[:, i].astype(np.int64) << (8 * i)
    # Three-byte integers have no type in numpy: put together by shifts, then extended by their sign.
    sign = 1 << (8 * width - 1)
    signed: IntArray = (value ^ sign) - sign
    return signed


def _frames(
    notifications: Sequence[bytes],
    positions: list[int],
    *,
    frame_type: int,
    count: list[int],
    values: FloatArray,
) -> Frames:
    times = b"".join([notifications[i][1:9] for i in positions])
    time_ns = np.frombuffer(times, "<i8").astype(np.int64)
    return Frames(
        np.array(positions, np.int64),
        time_ns,
        np.full(len(positions), frame_type, np.int64),
        np.array(count, np.int64),
        values,
    )


def _in_order(parts: list[Frames]) -> Frames:
    """Lay frames of several types one after the other in order of arrival."""
    if len(parts) == 1:
        return parts[0]
    none = np.zeros(0, np.int64)
    position = np.concatenate([none, *(part.position for part in parts)])
    count = np.concatenate([none, *(part.count for part in parts)])
    order = np.argsort(position)
    # Stable, so that samples of one frame stay in order among themselves.
    rows = np.argsort(np.repeat(position, count), kind="stable")
    return Frames(
        position[order],
        np.concatenate([none, *(part.time_ns for part in parts)])[order],
        np.concatenate([none, *(part.frame_type for part in parts)])[order],
        count[order],
        np.concatenate([np.zeros((0, CHANNELS)), *(part.values for part in parts)])[rows],
    )
