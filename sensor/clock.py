"""Device time to one host time line: lost packets, oscillator, clock rate, radio delay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sensor.samples import FloatArray, Gap, freeze_arrays


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
    """

    tick_hz: float
    wrap_bits: int | None
    refers_to: Literal["first", "last"] = "first"
    is_session_time: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class SegmentTimes:
    """Times of all samples of one connection.

    Parameters
    ----------
    time_s
        (n,) on the host's time line (that of ``arrival_s``), strictly increasing.
    gaps
        Stretches without samples, between the last sample before and the first after.
    rate_hz
        Samples per host second, measured.
    clock_rate_ppm
        How much faster than the host's the device's clock runs.
    offset_s
        Host time at device time zero.
    """

    time_s: FloatArray
    gaps: tuple[Gap, ...]
    rate_hz: float
    clock_rate_ppm: float
    offset_s: float

    def __post_init__(self) -> None:
        freeze_arrays(self)
