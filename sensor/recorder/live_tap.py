"""What one sensor sends, decoded and dated for whoever follows a recording live; the file keeps the bytes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sensor.calibration import AccelerometerCalibration
from sensor.clock.causal import CausalClock
from sensor.protocol.auxiliary import SOURCES, parse_readings
from sensor.protocol.registry import DeviceKind
from sensor.samples import LiveBlock, LiveReading, SampleBlock

LiveCallback = Callable[[LiveBlock], None]
"""Called inside the event loop, at every status: whoever needs time puts the block into a queue."""

ReadingCallback = Callable[[LiveReading], None]
"""The same, with what a device beside the sensors told."""

NOT_LIVE = "not live"
"""Kind of the event that says that a sensor is recorded, but cannot be followed live."""

RATES_APART = "its angular rates come apart from its accelerations; they are put together after the run"


class LiveTap:
    """Dates what one sensor sends, by what is known of its clock so far.

    Parameters
    ----------
    placement
        Where it is worn.

    Attributes
    ----------
    calibration
        What is known of its accelerometer; set by whoever knows.
    """

    def __init__(self, placement: str) -> None:
        self.calibration: AccelerometerCalibration | None = None
        self._placement = placement
        self._connection = -1
        self._kind: DeviceKind | None = None
        self._clock: CausalClock | None = None
        self._last_s = -np.inf
        self._is_over = False
        self._waiting: list[tuple[SampleBlock, list[float]]] = []

    def begin(self, kind: DeviceKind) -> bool:
        """Begin a connection; return whether this kind of sensor can be followed live."""
        self._connection += 1
        self._kind = kind if kind.gyroscope is None else None
        self._clock = CausalClock(kind.clock, kind.default_rate_hz, after_s=self._last_s)
        # Nobody can date any more what was left of the connection before.
        self._waiting = []
        return self._kind is not None

    def add(self, block: SampleBlock, arrivals_s: list[float]) -> None:
        """Keep what was decoded from notifications that arrived at (m,) session times, s, for `take`."""
        if self._kind is not None and not self._is_over and len(block.acc_sensor_mps2):
            self._waiting.append((block, arrivals_s))

    def take(self) -> LiveBlock | None:
        """Return what came since the last call, dated; None where nothing did."""
        taken, self._waiting = self._waiting, []
        if self._kind is None or self._clock is None or not taken:
            return None
        time_s = np.concatenate(
            [self._clock.date(block, np.asarray(arrivals_s)) for block, arrivals_s in taken]
        )
        self._last_s = float(time_s[-1])
        blocks = [block for block, _ in taken]
        rates = [block.gyr_sensor_radps for block in blocks if block.gyr_sensor_radps is not None]
        return LiveBlock(
            placement=self._placement,
            connection=self._connection,
            time_s=time_s,
            acc_sensor_mps2=np.concatenate([block.acc_sensor_mps2 for block in blocks]),
            gyr_sensor_radps=np.concatenate(rates) if len(rates) == len(blocks) else None,
            clipped=np.concatenate([block.clipped for block in blocks]),
            gyr_late_s=self._kind.gyr_late_s,
            calibration=self.calibration,
        )

    def end(self) -> None:
        """Keep nothing any more: nobody follows."""
        self._is_over, self._waiting = True, []


class ReadingsTap:
    """Understands what one device beside the sensors tells."""

    def __init__(self) -> None:
        self._is_over = False
        self._waiting: list[tuple[float, str, bytes]] = []

    def add(self, channel: str, payload: bytes, now_s: float) -> None:
        """Keep a notification that came at session time ``now_s``, for `take`."""
        if not self._is_over:
            self._waiting.append((now_s, channel, payload))

    def take(self) -> list[LiveReading]:
        """Return what was told since the last call."""
        taken, self._waiting = self._waiting, []
        return [
            LiveReading(now_s, quantity, value, SOURCES[channel])
            for now_s, channel, payload in taken
            for quantity, value in parse_readings(channel, payload)
        ]

    def end(self) -> None:
        """Keep nothing any more: nobody follows."""
        self._is_over, self._waiting = True, []
