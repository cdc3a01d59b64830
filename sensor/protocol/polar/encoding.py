"""Values into Polar data frames: the inverse of `sensor.protocol.polar.frames`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sensor.protocol.polar.control import Measurement
from sensor.protocol.polar.frames import FIRST_BYTES, PLAIN_BYTES
from sensor.samples import IntArray

MOST_PER_BLOCK = 255


def encode_plain_frame(
    measurement: Measurement, frame_type: int, *, time_ns: int, values: npt.ArrayLike
) -> bytes:
    """Encode (n, 3) integers as a frame without packing.

    Raises
    ------
    ValueError
        When the measurement has no such frame type.
    """
    width = PLAIN_BYTES.get((measurement, frame_type))
    if width is None:
        raise ValueError(f"polar: {measurement.name} has no plain frame type {frame_type}")
    rows = np.asarray(values, np.int64).astype("<i8").reshape(-1)
    body = rows.view(np.uint8).reshape(-1, 8)[:, :width].tobytes()
    return _header(measurement, frame_type, time_ns) + body


def encode_packed_frame(
    measurement: Measurement,
    frame_type: int,
    *,
    time_ns: int,
    values: npt.ArrayLike,
    block_samples: int = MOST_PER_BLOCK,
) -> bytes:
    """Encode (n, 3) integers, or floats where the frame type has them, as first sample and differences.

    Every ``block_samples`` samples begin a block, as wide as its largest difference.

    Raises
    ------
    ValueError
        When the measurement has no such frame type.
    """
    width = FIRST_BYTES.get((measurement, frame_type))
    if width is None:
        raise ValueError(f"polar: {measurement.name} has no packed frame type {frame_type}")
    if width == np.dtype("<f4").itemsize:
        samples = np.asarray(values, "<f4").view("<i4").astype(np.int64)
        steps = (np.diff(samples, axis=0) + 2**31) % 2**32 - 2**31
    else:
        samples = np.asarray(values, np.int64)
        steps = np.diff(samples, axis=0)
    first = samples[:1].astype("<i8").reshape(-1).view(np.uint8).reshape(-1, 8)[:, :width].tobytes()
    blocks = [_block(steps[i : i + block_samples]) for i in range(0, len(steps), block_samples)]
    return _header(measurement, frame_type, time_ns) + first + b"".join(blocks)


def _header(measurement: Measurement, frame_type: int, time_ns: int) -> bytes:
    return bytes([measurement]) + time_ns.to_bytes(8, "little") + bytes([frame_type])


def _block(steps: IntArray) -> bytes:
    """Pack (k, 3) differences at the smallest width that holds them all."""
    largest = int(np.maximum(steps, ~steps).max(initial=0))
    width = largest.bit_length() + 1
    bits = (steps.reshape(-1, 1) >> np.arange(width)) & 1
    packed = np.packbits(bits.astype(np.uint8).ravel(), bitorder="little")
    return bytes([width, len(steps)]) + packed.tobytes()
