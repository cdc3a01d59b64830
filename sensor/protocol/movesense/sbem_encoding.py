"""A recording as a Movesense Flash writes it: descriptions first, then IMU6 packets and clock readings.

The numbers are those of the default firmware, see `sensor.protocol.movesense.recording`.
"""

from __future__ import annotations

from sensor.protocol.driver import ClockReading
from sensor.protocol.movesense import sbem
from sensor.protocol.movesense.frames import SAMPLES_PER_PACKET, payload_size
from sensor.protocol.movesense.objects import encode_time_measurement
from sensor.protocol.movesense.sbem import Chunk, Descriptor, Leaf

_TIMESTAMP, _ACC, _GYR, _OPEN, _CLOSE = 11, (27, 28, 29), (30, 31, 32), 54, 55
_RELATIVE, _UTC, _CLOCK = 100, 101, 102
_PACKETS = dict(zip(SAMPLES_PER_PACKET, (79, 80, 81, 82), strict=True))


def _described() -> dict[int, Descriptor]:
    known: dict[int, Descriptor] = {
        _TIMESTAMP: Leaf("Samples.MeasIMU6.Timestamp", "uint32"),
        _OPEN: Leaf("["),
        _CLOSE: Leaf("]"),
        _RELATIVE: Leaf("Samples.TimeDetailed.relativeTime", "uint32"),
        _UTC: Leaf("Samples.TimeDetailed.utcTime", "uint64"),
        _CLOCK: (_RELATIVE, _UTC),
    }
    for array, numbers in (("ArrayAcc", _ACC), ("ArrayGyro", _GYR)):
        for axis, number in zip("xyz", numbers, strict=True):
            known[number] = Leaf(f"Samples.MeasIMU6.{array}.{axis}", "float32")
    for samples, number in _PACKETS.items():
        known[number] = (_TIMESTAMP, _OPEN, *_ACC * samples, _CLOSE, _OPEN, *_GYR * samples, _CLOSE)
    return known


def encode_head() -> bytes:
    """Encode what a recording begins with: its eight letters and the descriptions."""
    return sbem.encode_chunks(sbem.encode_descriptor(*one) for one in _described().items())


def encode_packet(payload: bytes) -> bytes:
    """Encode one packet of ``/Meas/IMU6``.

    Parameters
    ----------
    payload
        As `sensor.protocol.movesense.frames.encode_measurement` gives it; 1, 2, 4 or 8 samples.
    """
    sizes = {payload_size("/Meas/IMU6/104", samples): number for samples, number in _PACKETS.items()}
    return sbem.encode_chunk(Chunk(sizes[len(payload)], payload))


def encode_clock(reading: ClockReading) -> bytes:
    """Encode one ``/Time/Detailed``."""
    return sbem.encode_chunk(Chunk(_CLOCK, encode_time_measurement(reading)))
