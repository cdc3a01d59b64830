"""Recordings as they come from the memory of a Movesense."""

from __future__ import annotations

import numpy as np

from sensor.protocol.driver import ClockReading
from sensor.protocol.movesense.frames import Measurement, encode_measurement
from sensor.protocol.movesense.sbem_encoding import encode_clock, encode_head, encode_packet
from sensor.samples import FloatArray

FIRST_MS = 5000
UTC_US = 1_748_673_000_000_000
"""31 May 2025, 06:30 UTC: the wall-clock time of `FIRST_MS`."""


def bouncing(seconds: float = 20.0) -> tuple[FloatArray, FloatArray]:
    """Acceleration and angular rate of somebody who bounces, at 104 Hz, in whole packets of eight."""
    rows = int(seconds * 104) // 8 * 8
    time_s = np.arange(rows) / 104
    acc_mps2 = np.zeros((rows, 3))
    acc_mps2[:, 2] = 9.81 + 8 * np.sin(17 * time_s)
    return acc_mps2, np.repeat(1.5 * np.sin(8.5 * time_s)[:, None], 3, axis=1)


def packets(acc_mps2: FloatArray, gyr_radps: FloatArray, first_ms: int = FIRST_MS) -> list[bytes]:
    """Eight samples at 104 Hz each, stamped by a counter of whole milliseconds."""
    return [
        encode_packet(
            encode_measurement(
                "/Meas/IMU6/104",
                Measurement(first_ms + int(1000 * i / 104), acc_mps2[i : i + 8], gyr_radps[i : i + 8]),
            )
        )
        for i in range(0, len(acc_mps2), 8)
    ]


def clock(relative_ms: int = FIRST_MS, utc_us: int = UTC_US) -> bytes:
    """The sensor's two clocks at one moment."""
    return encode_clock(ClockReading(relative_ms, utc_us))


def recording(*parts: bytes) -> bytes:
    """A whole file."""
    return encode_head() + b"".join(parts)


def bouncing_recording(seconds: float = 20.0) -> bytes:
    """A file of somebody who bounces, with the time of day."""
    return recording(clock(), *packets(*bouncing(seconds)))
