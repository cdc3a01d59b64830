"""The subscriptions of a Movesense made of software: packets, sent when their last sample is taken."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from sensor.protocol import movesense as wire
from sensor.virtual.sampling import Readings, SampleTimes, SensorClock


@dataclass(slots=True, eq=False)
class _Stream:
    """One subscription: what is measured, from which sample on, and the timer of the next packet."""

    reference: int
    path: str
    next_index: int
    timer: asyncio.TimerHandle | None = None

    def stop(self) -> None:
        if self.timer is not None:
            self.timer.cancel()


class MovesenseStreams:
    """Turns a signal into measurement payloads, at the pace of the sensor's own oscillators.

    Parameters
    ----------
    readings
        What the sensor reads, sample by sample.
    clock
        The counter that stamps packets; may be replaced while streaming.
    times
        When samples are taken; replace with `restart`.
    send
        Called with the reference of a subscription and a whole payload.
    """

    def __init__(
        self,
        readings: Readings,
        clock: SensorClock,
        times: SampleTimes,
        send: Callable[[int, bytes], None],
    ) -> None:
        self.clock = clock
        self._readings = readings
        self._times = times
        self._send = send
        self._packet_samples = wire.packet_samples(times.rate_hz)
        self._open: dict[int, _Stream] = {}

    def __contains__(self, reference: int) -> bool:
        return reference in self._open

    def __len__(self) -> int:
        return len(self._open)

    def offers(self, path: str) -> bool:
        """Tell whether the signal holds everything a path carries, at its rate."""
        try:
            blocks = wire.measured_blocks(path)
        except ValueError:
            return False
        has = {"acc", "gyr"} if self._readings.has_gyroscope else {"acc"}
        return has.issuperset(blocks) and path.endswith(f"/{self._times.rate_hz:g}")

    def open(self, reference: int, path: str) -> None:
        """Start a stream with the next sample."""
        stream = _Stream(reference, path, self._next_index())
        self._open[reference] = stream
        self._schedule(stream)

    def close(self, reference: int) -> None:
        """End a stream; what is not yet a whole packet is never sent."""
        self._open.pop(reference).stop()

    def close_all(self) -> None:
        """End all streams."""
        for reference in tuple(self._open):
            self.close(reference)

    def restart(self, times: SampleTimes) -> None:
        """Let the signal begin anew; open streams go on with its next sample."""
        self._times = times
        for stream in self._open.values():
            stream.stop()
            stream.next_index = self._next_index()
            self._schedule(stream)

    def _next_index(self) -> int:
        return self._times.next_index(asyncio.get_running_loop().time())

    def _schedule(self, stream: _Stream) -> None:
        complete_s = self._times.time_s(stream.next_index + self._packet_samples - 1)
        stream.timer = asyncio.get_running_loop().call_at(complete_s, self._send_packet, stream)

    def _send_packet(self, stream: _Stream) -> None:
        first = stream.next_index
        acc_mps2, gyr_radps = self._readings.take(first, self._packet_samples)
        timestamp_ms = self.clock.read_ms(self._times.time_s(first))
        measurement = wire.Measurement(timestamp_ms, acc_mps2=acc_mps2, gyr_radps=gyr_radps)
        stream.next_index = first + self._packet_samples
        self._schedule(stream)
        self._send(stream.reference, wire.encode_measurement(stream.path, measurement))
